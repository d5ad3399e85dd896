"""Fits the learned blind decider on files of questions, and measures it on objects left out. Opens no picture."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from echo_iad.encoders.base import TextEncoder
from echo_iad.evaluation.benchmark.mmad import read_mmad
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.deciders import BlindDecider, FirstOption, LearnedDecider, LongestOption, encode_once
from echo_iad.evaluation.blind.features import texts_of
from echo_iad.evaluation.blind.file import check_writable, write_head
from echo_iad.evaluation.blind.head import Progress, fit_head, group_of
from echo_iad.evaluation.scores.beyond_blind import BlindLetters


@dataclass(frozen=True)
class BlindAccuracy:
    """How often blind deciders are right on a subtask, in percent with two decimals."""

    questions: int
    chance: float
    """By guessing among the options of each question."""
    first: float
    longest: float
    learned: float | None
    """On each object by what was learned on the others; None where only one object is asked about so."""


@dataclass(frozen=True)
class BlindFit:
    """A fitted blind decider and what it reaches."""

    file: Path
    seed: int
    objects: tuple[str, ...]
    """Names that were left out, one at a time."""
    accuracy: Mapping[Subtask, BlindAccuracy]

    def to_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {**asdict(self), "file": str(self.file)}


def fit_from_files(
    files: Sequence[Path], out: Path, *, text_encoder: TextEncoder, seed: int, progress: Progress | None = None
) -> BlindFit:
    """Fit a head on all questions of some files, write it, and measure it.

    Parameters
    ----------
    files : sequence of Path
        In MMAD's form; a question that stands in several is taken once.
    out : Path
        File for the head; see `blind.file`.
    text_encoder : TextEncoder
    seed : int
    progress : callable, optional

    Raises
    ------
    EvaluationError
        A file cannot be read, the questions are about fewer than two objects, or ``out`` cannot be written.
    """
    check_writable(out)
    questions = read_questions(files)
    encoder = encode_once(texts_of(questions), text_encoder, progress)
    head = fit_head(questions, encoder, seed=seed, progress=progress)
    write_head(out, head, sources=[hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in files])
    deciders: tuple[BlindDecider, ...] = (FirstOption(), LongestOption(), LearnedDecider(head, encoder))
    letters = [decider.answers(questions) for decider in deciders]
    by_subtask = {subtask: [one for one in questions if one.subtask is subtask] for subtask in Subtask}
    return BlindFit(
        file=out,
        seed=seed,
        objects=tuple(sorted({group_of(question.object) for question in questions})),
        accuracy={subtask: _accuracy(asked, letters) for subtask, asked in by_subtask.items() if asked},
    )


def read_questions(files: Sequence[Path]) -> tuple[BenchmarkQuestion, ...]:
    """The questions of files in MMAD's form, each once; no picture needs to be there.

    Raises
    ------
    EvaluationError
        A file cannot be read, or holds no question.
    """
    found: dict[tuple[str, int], BenchmarkQuestion] = {}
    for file in files:
        for question in read_mmad(Path(file).parent, Path(file), without_pictures=True).questions:
            found.setdefault(question.key, question)
    return tuple(found.values())


def _accuracy(questions: Collection[BenchmarkQuestion], letters: Sequence[BlindLetters]) -> BlindAccuracy:
    first, longest, learned = (_percent([held[one.key] == one.correct for one in questions]) for held in letters)
    answered = any(letters[-1][one.key] is not None for one in questions)
    chance = _percent([1 / len(one.options) for one in questions])
    return BlindAccuracy(len(questions), chance, first, longest, learned if answered else None)


def _percent(values: Sequence[float]) -> float:
    return round(100 * sum(values) / len(values), 2)
