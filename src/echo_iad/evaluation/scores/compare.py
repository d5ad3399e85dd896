"""Two systems on the questions that both were asked: who is right more often, and whether that could be chance.

A side is a run of Echo or a CSV of another system's answers. No answer counts as wrong on either side. The difference
is paired: an interval by bootstrap over images, and McNemar's exact test. Prints and writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from echo_iad.deciders.answers import read_choice
from echo_iad.errors import EvaluationError
from echo_iad.evaluation.answers.recording import read_records
from echo_iad.evaluation.answers.records import AnswerRecord
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.foreign_answers import ForeignAnswer, read_foreign_answers
from echo_iad.evaluation.scores.intervals import RESAMPLES, McNemar, PairedDifference, mcnemar, paired_difference

Key = tuple[str, int]
"""Image and question index."""

UNREAD = "unread"
"""Why a row of a CSV has no answer: its letter, or what was written, names no option."""


@dataclass(frozen=True)
class SideAnswer:
    """What one side answered to one question, and what it knows of the question."""

    answer: str | None
    why_not: str = ""
    """Why there is no answer: the status of a record, or `UNREAD`."""
    raw_text: str = ""
    """What was written, where only the other side knows the options to read it by."""
    correct: str | None = None
    subtask: Subtask | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunFacts:
    """What a run is, by its records."""

    profile: str
    model: str | None
    seed: int
    version: str
    """Of Echo."""
    assisted: bool
    """Whether knowledge that describes the test's own defects was at hand."""


@dataclass(frozen=True)
class Side:
    """All answers of one system."""

    name: str
    """The path as given."""
    run: RunFacts | None
    """None: a CSV, which does not say what it comes from."""
    answers: Mapping[Key, SideAnswer]


@dataclass(frozen=True)
class Judged:
    """One question that both sides were asked."""

    image: str
    question_index: int
    subtask: Subtask | None
    correct: str
    answer_a: str | None
    answer_b: str | None

    @property
    def dataset(self) -> str:
        """First part of the image's key."""
        return self.image.split("/")[0]

    @property
    def right_a(self) -> bool:
        """Whether A is right."""
        return self.answer_a == self.correct

    @property
    def right_b(self) -> bool:
        """Whether B is right."""
        return self.answer_b == self.correct


@dataclass(frozen=True)
class PairedScore:
    """Both sides on one group of questions."""

    dataset: str | None
    """None: all data sets."""
    subtask: Subtask | None
    """None: all subtasks."""
    questions: int
    images: int
    accuracy_a: float
    """Percent right; no answer counts as wrong."""
    accuracy_b: float
    difference: PairedDifference
    """A minus B, in percentage points."""
    mcnemar: McNemar


@dataclass(frozen=True)
class PairedScores:
    """Two sides on the questions of both."""

    a: str
    b: str
    run_a: RunFacts | None
    """None: a CSV."""
    run_b: RunFacts | None
    overall: PairedScore
    groups: tuple[PairedScore, ...]
    """By subtask; with several data sets also by data set, and by both."""
    changed: tuple[Judged, ...]
    """Questions that exactly one side is right on, in the order of A's."""
    only_in_a: int
    """Questions that B was not asked."""
    only_in_b: int
    not_answered_a: Mapping[str, int]
    """Why -> questions of both without an answer of A."""
    not_answered_b: Mapping[str, int]
    without_subtask: int
    """Questions of both whose subtask neither side names."""


@dataclass(frozen=True)
class _Draws:
    """How the bootstrap draws."""

    seed: int
    resamples: int


def read_side(path: Path) -> Side:
    """Read a run (its folder or its ``records.jsonl``) or a CSV of another system's answers.

    Raises
    ------
    EvaluationError
        Nothing is there, it cannot be read, it holds two answers to one question, or records of several runs.
    """
    if not path.exists():
        msg = f"No run and no CSV is at {path}. Make a run with: echo-iad evaluate mmad ROOT --out DIR"
        raise EvaluationError(msg)
    if path.is_dir() or path.suffix.lower() in {".jsonl", ".json"}:
        return _read_run(path)
    rows = ((row.key, _of_row(row)) for row in read_foreign_answers(path))
    return Side(str(path), None, _each_once(rows, path))


def _read_run(path: Path) -> Side:
    runs: set[RunFacts] = set()
    models: set[str] = set()  # a failed answer names none

    def rows() -> Iterator[tuple[Key, SideAnswer]]:
        for record in read_records(path):
            runs.add(RunFacts(record.profile, None, record.seed, record.version, record.assisted))
            models.update({record.model} if record.model else ())
            yield record.key, _of_record(record)

    answers = _each_once(rows(), path)
    if len(runs) > 1 or len(models) > 1:
        msg = f"{path} holds the records of several runs. Compare each run for itself."
        raise EvaluationError(msg)
    run = next((replace(run, model=next(iter(models), None)) for run in runs), None)
    return Side(str(path), run, answers)


def _each_once(rows: Iterable[tuple[Key, SideAnswer]], path: Path) -> dict[Key, SideAnswer]:
    answers: dict[Key, SideAnswer] = {}
    for key, answer in rows:
        if key in answers:
            msg = f"{path} holds two answers to {_named(key)}. Each question must have one."
            raise EvaluationError(msg)
        answers[key] = answer
    return answers


def _of_record(record: AnswerRecord) -> SideAnswer:
    return SideAnswer(
        record.answer,
        why_not="" if record.answer else record.status.value,
        correct=record.correct,
        subtask=record.subtask,
        options=record.options,
    )


def _of_row(row: ForeignAnswer) -> SideAnswer:
    raw = "" if row.letter else row.raw_text
    return SideAnswer(
        row.letter or None, why_not="" if row.letter else UNREAD, raw_text=raw, correct=row.correct, subtask=row.subtask
    )


def compare(a: Side, b: Side, *, seed: int = 0, resamples: int = RESAMPLES) -> PairedScores:
    """Compare two sides on the questions that both hold.

    Parameters
    ----------
    a, b : Side
    seed : int
        For the bootstrap.
    resamples : int
        How often the images are drawn.

    Raises
    ------
    EvaluationError
        No question is held by both; they disagree on what is correct; or what is correct, or the options by which
        to read an answer, is known to neither.
    """
    keys = [key for key in a.answers if key in b.answers]
    if not keys:
        msg = (
            f"No question is answered by both: {a.name} has {len(a.answers)}, {b.name} {len(b.answers)}. "
            "Both must name images by the same keys."
        )
        raise EvaluationError(msg)
    read_a, read_b = _read(a, b, keys), _read(b, a, keys)
    draws = _Draws(seed, resamples)
    judged = [_judge(key, read_a[key], read_b[key], (a, b)) for key in keys]
    return PairedScores(
        a=a.name,
        b=b.name,
        run_a=a.run,
        run_b=b.run,
        overall=_score(judged, None, None, draws),
        groups=tuple(_groups(judged, draws)),
        changed=tuple(one for one in judged if one.right_a != one.right_b),
        only_in_a=len(a.answers) - len(keys),
        only_in_b=len(b.answers) - len(keys),
        not_answered_a=_not_answered(read_a),
        not_answered_b=_not_answered(read_b),
        without_subtask=sum(one.subtask is None for one in judged),
    )


def _read(side: Side, other: Side, keys: Iterable[Key]) -> dict[Key, SideAnswer]:
    """Answers of one side, read by the options of the other where it has none of its own."""
    read = {}
    for key in keys:
        given = side.answers[key]
        options = given.options or other.answers[key].options
        if given.raw_text and not options:
            msg = (
                f"{side.name} has only raw text for {_named(key)}, and the options to read it by are unknown. "
                "Compare it with a run, or give it the column model_answer."
            )
            raise EvaluationError(msg)
        answer = given.answer
        if options and not given.options:
            answer = read_choice(given.answer or given.raw_text, options)
        read[key] = replace(given, answer=answer, why_not="" if answer else given.why_not or UNREAD)
    return read


def _judge(key: Key, a: SideAnswer, b: SideAnswer, sides: tuple[Side, Side]) -> Judged:
    if a.correct and b.correct and a.correct != b.correct:
        msg = (
            f"The two disagree on what is correct for {_named(key)}: {a.correct} in {sides[0].name}, {b.correct} in "
            f"{sides[1].name}. Compare answers to the same questions with the same options."
        )
        raise EvaluationError(msg)
    correct = a.correct or b.correct
    if correct is None:
        msg = f"Neither says what is correct for {_named(key)}. Give one CSV the column correct_answer."
        raise EvaluationError(msg)
    return Judged(*key, a.subtask or b.subtask, correct, a.answer, b.answer)


def _not_answered(answers: Mapping[Key, SideAnswer]) -> dict[str, int]:
    return dict(sorted(Counter(one.why_not for one in answers.values() if one.answer is None).items()))


def _groups(judged: Sequence[Judged], draws: _Draws) -> list[PairedScore]:
    datasets = sorted({one.dataset for one in judged})
    subtasks = [subtask for subtask in Subtask if any(one.subtask is subtask for one in judged)]
    wanted: list[tuple[str | None, Subtask | None]] = [(None, subtask) for subtask in subtasks]
    if len(datasets) > 1:
        wanted += [(dataset, None) for dataset in datasets]
        wanted += [(dataset, subtask) for dataset in datasets for subtask in subtasks]
    scores = []
    for dataset, subtask in wanted:
        group = [one for one in judged if dataset in {None, one.dataset} and subtask in {None, one.subtask}]
        if group:
            scores.append(_score(group, dataset, subtask, draws))
    return scores


def _score(group: Sequence[Judged], dataset: str | None, subtask: Subtask | None, draws: _Draws) -> PairedScore:
    right_a, right_b = [one.right_a for one in group], [one.right_b for one in group]
    images = [one.image for one in group]
    return PairedScore(
        dataset=dataset,
        subtask=subtask,
        questions=len(group),
        images=len(set(images)),
        accuracy_a=100 * sum(right_a) / len(group),
        accuracy_b=100 * sum(right_b) / len(group),
        difference=paired_difference(right_a, right_b, images, seed=draws.seed, resamples=draws.resamples),
        mcnemar=mcnemar(right_a, right_b),
    )


def _named(key: Key) -> str:
    return f"{key[0]}, question {key[1]}"
