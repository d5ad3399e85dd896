"""The records of a run as columns: what scoring needs of each answer, and which answers make up a cell of a table.

Reads the records once and keeps no evidence, so that a run of any length fits. Knows no rule of scoring beyond whether
an answer is right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from echo_iad.errors import EvaluationError
from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.calibration import Certainty, certainty
from echo_iad.evaluation.scores.official import OfficialAnswer, official_answer

Rows = NDArray[np.int64]
"""(n,) places of answers in the run."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Origin:
    """What the records of one run share."""

    version: str
    profile: str
    profile_sha256: str
    model: str | None


class Weighed(Enum):
    """What a verdict rests on where a model's word is weighed against the comparison."""

    COMPARISON = "comparison"
    """The model's word did not count."""
    MODEL = "model"
    """The comparison did not count."""
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """What scoring needs of one record."""

    image: str
    question_index: int
    dataset: str
    object: str
    subtask: Subtask
    defective: bool
    correct: str
    covered: bool
    """Whether an option was chosen."""
    right: bool
    status: AnswerStatus
    official: OfficialAnswer
    certainty: Certainty | None
    assisted: bool
    shots: int
    """References that it had to go by."""
    choices: int
    """Options of the question."""
    marks: tuple[str, ...]
    latency_ms: float
    weighed: Weighed | None
    """Whose word the verdict is, where a model's was weighed against the comparison."""
    prompt_tokens: int | None
    """Tokens that a model read; None when they are not told."""
    new_tokens: int | None

    @property
    def key(self) -> tuple[str, int]:
        """What names the question in its benchmark."""
        return self.image, self.question_index


@dataclass(frozen=True, eq=False)
class Cell:
    """The answers to one subtask's questions in one data set."""

    dataset: str
    subtask: Subtask
    rows: Rows


@dataclass(frozen=True, eq=False)
class ScoredAnswers:
    """A run as columns, in the order of its records; at least one."""

    answers: tuple[ScoredAnswer, ...]
    origin: Origin

    @cached_property
    def right(self) -> Flags:
        """(n,) whether the chosen option is the correct one; False where none was chosen."""
        return np.array([answer.right for answer in self.answers], dtype=np.bool_)

    @cached_property
    def covered(self) -> Flags:
        """(n,) whether an option was chosen."""
        return np.array([answer.covered for answer in self.answers], dtype=np.bool_)

    @cached_property
    def defective(self) -> Flags:
        """(n,) whether the picture shows a defective part."""
        return np.array([answer.defective for answer in self.answers], dtype=np.bool_)

    @cached_property
    def images(self) -> Rows:
        """(n,) number of each answer's picture, by the order of the pictures' keys."""
        _, numbers = np.unique([answer.image for answer in self.answers], return_inverse=True)
        return numbers.astype(np.int64)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell that has a question: data sets by name, subtasks in their own order."""
        rows: defaultdict[tuple[str, Subtask], list[int]] = defaultdict(list)
        for row, answer in enumerate(self.answers):
            rows[answer.dataset, answer.subtask].append(row)
        datasets = sorted({dataset for dataset, _ in rows})
        return tuple(
            Cell(dataset, subtask, np.array(rows[dataset, subtask], dtype=np.int64))
            for dataset in datasets
            for subtask in Subtask
            if (dataset, subtask) in rows
        )


def score_records(records: Iterable[AnswerRecord]) -> ScoredAnswers:
    """Take what scoring needs of a run's records.

    Parameters
    ----------
    records : iterable of AnswerRecord
        In the order of the run; read once.

    Raises
    ------
    EvaluationError
        There is no record, a question is answered twice, or the records are of several profiles, models or versions.
    """
    answers: list[ScoredAnswer] = []
    origins: dict[Origin, None] = {}
    keys: set[tuple[str, int]] = set()
    for record in records:
        if record.key in keys:
            msg = (
                f"Question {record.question_index} about {record.image} is answered twice. Keep one of the two records."
            )
            raise EvaluationError(msg)
        keys.add(record.key)
        origins[Origin(record.version, record.profile, record.profile_sha256, record.model)] = None
        answers.append(_scored(record))
    return ScoredAnswers(tuple(answers), _only(list(origins)))


def _scored(record: AnswerRecord) -> ScoredAnswer:
    covered = record.status is AnswerStatus.ANSWERED and record.answer in record.options
    return ScoredAnswer(
        record.image,
        record.question_index,
        record.dataset,
        record.object,
        record.subtask,
        record.defective,
        record.correct,
        covered,
        covered and record.right,
        record.status,
        official_answer(record),
        certainty(record) if covered else None,
        record.assisted,
        record.shots,
        len(record.options),
        record.marks,
        record.latency_ms,
        _weighed(record),
        record.prompt_tokens,
        record.new_tokens,
    )


def _weighed(record: AnswerRecord) -> Weighed | None:
    fusion = record.evidence.get("fusion")
    if record.p_model is None or not fusion:
        return None
    if not fusion["model"]:
        return Weighed.COMPARISON
    return Weighed.BOTH if fusion["comparator"] else Weighed.MODEL


def _only(origins: list[Origin]) -> Origin:
    if not origins:
        msg = "There is no record to score. Make some with: echo-iad evaluate mmad ROOT --out DIR"
        raise EvaluationError(msg)
    if len(origins) > 1:
        told = "; ".join(
            f"profile {origin.profile!r} ({origin.profile_sha256[:8] or 'no digest'}), model {origin.model or 'none'}, "
            f"version {origin.version}"
            for origin in origins[:2]
        )
        msg = f"The records are of several runs and must not be scored as one: {told}. Score each run for itself."
        raise EvaluationError(msg)
    return origins[0]
