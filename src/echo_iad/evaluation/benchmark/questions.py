"""A question whose answer is known, with everything the benchmark says about it. Reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from echo_iad.evaluation.benchmark.subtasks import Subtask


@dataclass(frozen=True)
class BenchmarkQuestion:
    """One multiple-choice question about one picture."""

    image: str
    """The picture's key in the benchmark's file, e.g. ``DS-MVTec/<object>/image/<type>/000.png``."""
    question_index: int
    """0-based place in the picture's conversation."""
    path: Path
    """The picture's file."""
    dataset: str
    """First part of the key."""
    object: str
    """The product."""
    subtask: Subtask
    text: str
    options: Mapping[str, str]
    """Letter -> text, in the order shown."""
    correct: str
    """The right option's letter; empty where none is right, as in some variants (`answers.robustness`)."""
    defective: bool
    """Whether the picture shows a defective part."""
    random_templates: tuple[str, ...] = ()
    """Keys of normals, as the benchmark lists them for this picture; only those whose files are there."""
    similar_templates: tuple[str, ...] = ()
    """The same, most alike first by the benchmark's own measure."""
    mask: Path | None = None
    """Ground truth; None where there is none."""
    marks: tuple[str, ...] = ()
    """What is known against this picture (`benchmark.manifest`): a data fault, or use in a known training set."""

    def __post_init__(self) -> None:
        if self.correct and self.correct not in self.options:
            msg = f"{self.image}, question {self.question_index}: the answer {self.correct!r} is none of its options."
            raise ValueError(msg)

    @property
    def key(self) -> tuple[str, int]:
        """What names this question in a benchmark."""
        return self.image, self.question_index


@dataclass(frozen=True)
class Excluded:
    """Something that the benchmark names and that is not measured."""

    image: str
    """The picture's key, or a template's."""
    why: str
    question_index: int | None = None
    """None: the whole picture."""


@dataclass(frozen=True)
class Benchmark:
    """Questions in the order of the file, the normals of their objects, and what was left out."""

    questions: tuple[BenchmarkQuestion, ...]
    normals: Mapping[str, tuple[Path, ...]]
    """Object -> good parts for the memory; an object without any is asked about 0-shot."""
    knowledge: Path | None
    """The benchmark's domain knowledge, when its file is there."""
    excluded: tuple[Excluded, ...]
    sha256: str
    """Digest of the file of questions."""
