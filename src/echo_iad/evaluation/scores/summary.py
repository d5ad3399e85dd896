"""``summary.json``: every figure of a run in one file, and how it is made and written.

Shares are percent with two decimals; a cell is data set and subtask, and one without questions is absent. The same
records and seed give the same bytes, latency and cost apart. Knows the figures' meaning only through the modules that
make them: `official`, `accuracy`, `intervals`, `beyond_blind`, `calibration`, `abstention`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.questions import Excluded
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.result_files import write_whole
from echo_iad.evaluation.scores.abstention import AbstentionCurve, abstention_curves
from echo_iad.evaluation.scores.accuracy import (
    Averages,
    Balance,
    Table,
    averages,
    chance,
    counts,
    coverage,
    discrimination,
    mended_accuracy,
    published_accuracy,
    strict_accuracy,
    strict_by_object,
    tabulate,
)
from echo_iad.evaluation.scores.beyond_blind import (
    LEARNED,
    BlindLetters,
    Gain,
    HardTogether,
    beside,
    blind_accuracy,
    gain,
    hard_accuracy,
    hard_counts,
    hard_together,
    rivals,
)
from echo_iad.evaluation.scores.calibration import Calibration, calibrate
from echo_iad.evaluation.scores.intervals import mean_interval
from echo_iad.evaluation.scores.scored_answers import Cell, ScoredAnswers, Weighed, score_records
from echo_iad.evaluation.scores.text_prior import PriorAnswers, TextPriorRow, measure_text_prior

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SUMMARY = "summary.json"
"""Name of the file in the folder of a run."""

T = TypeVar("T")
Cells = Mapping[str, Mapping[Subtask, T]]
"""Data set -> subtask -> value."""


@dataclass(frozen=True)
class Marked:
    """What a run looks like without the questions that something is known against."""

    questions: int
    """How many have the mark."""
    strict_without: Cells[float]


@dataclass(frozen=True)
class Latency:
    """Milliseconds from a question to its decision, over all that did not fail; None where all failed."""

    p50: float | None
    p95: float | None
    mean: float | None


@dataclass(frozen=True)
class Verdicts:
    """Whose word the verdicts are in which a model's was weighed against the comparison."""

    weighed: int
    """How many there are."""
    by_comparison: int
    """Of these, those in which the model's word did not count."""
    by_model: int
    """Of these, those in which the comparison did not count."""


@dataclass(frozen=True)
class Summary:
    """Every figure of one run; the fields are the keys of ``summary.json``."""

    version: str
    profile: str
    profile_sha256: str
    seed: int
    model: str | None
    assisted: bool
    """Whether knowledge that describes the test's own defects was at hand for any question."""
    questions_sha256: str
    official: Cells[float]
    """MMAD's rule with its faults."""
    official_fixed: Cells[float]
    """MMAD's rule without its faults."""
    strict: Cells[float]
    """Share of right answers; whatever is no right answer is wrong."""
    balanced: Mapping[str, Balance]
    """Data set -> discrimination, strictly, good and defective parts weighed alike."""
    averages: Mapping[str, Averages]
    """``official``, ``official_fixed`` and ``strict``."""
    blind: Cells[Mapping[str, float]]
    """Accuracy of each blind decider."""
    gain: Cells[Gain]
    """Strict accuracy over that of the cell's best blind decider with no more help than the run."""
    hard: Cells[float]
    """Strict accuracy on questions that the learned blind decider gets wrong."""
    counts: Cells[int]
    hard_counts: Cells[int]
    coverage: Cells[float]
    """Share of questions answered with an option."""
    intervals: Cells[tuple[float, float]]
    """95 % interval of the strict accuracy, by bootstrap over images."""
    per_object: Cells[float]
    """Object, or ``dataset/object`` where two data sets share a name -> subtask -> strict accuracy."""
    chance: Cells[float]
    """Share that is right by picking an option at random."""
    zero_shot: tuple[str, ...]
    """Objects for which no answer had a reference to go by."""
    statuses: Mapping[str, int]
    calibration: Calibration
    """Shares from 0 to 1 here, with four decimals."""
    marked: Mapping[str, Marked]
    latency_ms: Latency
    cost: Mapping[str, float]
    """``seconds`` that the questions took, and tokens where a model told them."""
    excluded: tuple[Excluded, ...]
    robustness: Mapping[str, Any] | None = None
    """What optional tests found; the key is absent without any."""
    verdicts: Verdicts | None = None
    """Whose word counted; the key is absent where no verdict was weighed."""
    hard_together: HardTogether | None = None
    """The hard questions of the four subtasks about a defect as one figure; the key is absent where there are none."""
    abstention: Mapping[str, AbstentionCurve] = field(default_factory=dict)
    """Subtask, or `ALL` of them -> accuracy against coverage; shares from 0 to 1, with four decimals."""
    text_prior: TextPriorRow | None = None
    """The row "evidence + text prior"; the key is absent where there was nothing to learn the words from."""
    changed: tuple[str, ...] = ()
    """Settings that differ from the shipped profile of this name, as ``--set`` has them."""

    def to_json(self) -> str:
        """The file's text."""
        tree = _adapter().dump_python(self, mode="json")
        for optional in ("robustness", "verdicts", "hard_together", "text_prior"):
            if tree[optional] is None:
                del tree[optional]
        return json.dumps(tree, indent=1, ensure_ascii=False) + "\n"


def summarise(
    records: Iterable[AnswerRecord],
    blind: Mapping[str, BlindLetters],
    excluded: Sequence[Excluded],
    *,
    seed: int,
    questions_sha256: str = "",
    robustness: Mapping[str, Any] | None = None,
    prior: PriorAnswers | None = None,
) -> Summary:
    """Score a run in every way that a report shows.

    Parameters
    ----------
    records : iterable of AnswerRecord
        In the order of the run, which MMAD's own rule depends on; read once.
    blind : mapping
        Blind decider -> (image, question index) -> letter. ``hard`` needs the one called ``learned``.
    excluded : sequence of Excluded
        What the benchmark names and the run did not measure.
    seed : int
        Of the run; decides the resamples.
    questions_sha256 : str
        Digest of the file of questions.
    robustness : mapping, optional
        What optional tests found.
    prior : PriorAnswers, optional
        Evidence and text prior together, on the same questions.

    Raises
    ------
    EvaluationError
        There is no record, a question is answered twice, or the records are of several runs.
    """
    scored = score_records(records)
    asked, origin = counts(scored), scored.origin
    official, fixed, strict = published_accuracy(scored), mended_accuracy(scored), strict_accuracy(scored)
    tables = {"official": official, "official_fixed": fixed, "strict": strict}
    return Summary(
        **asdict(origin),
        **vars(_rounded(_beside_words(scored, blind, prior, seed))),
        seed=seed,
        assisted=_is_assisted(scored),
        questions_sha256=questions_sha256,
        official=_rounded(tabulate(scored, lambda cell: official[cell.dataset][cell.subtask])),
        official_fixed=_rounded(fixed),
        strict=_rounded(strict),
        balanced=_rounded(discrimination(scored)),
        averages=_rounded({name: averages(table, asked) for name, table in tables.items()}),
        counts=asked,
        coverage=_rounded(coverage(scored)),
        intervals=_rounded(_intervals(scored, seed)),
        per_object=_rounded(strict_by_object(scored)),
        chance=_rounded(chance(scored)),
        zero_shot=_zero_shot(scored),
        statuses=_statuses(scored),
        calibration=_rounded(calibrate(a.certainty for a in scored.answers if a.certainty), digits=4),
        abstention=_rounded(abstention_curves(scored), digits=4),
        marked=_rounded(_marked(scored)),
        latency_ms=_rounded(_latency(scored), digits=3),
        cost=_rounded(_cost(scored), digits=3),
        excluded=tuple(excluded),
        robustness=robustness,
        verdicts=_verdicts(scored),
    )


@dataclass(frozen=True)
class _BesideWords:
    """The figures of a `Summary`, under their names there, that compare the run with what words alone reach."""

    blind: Table[dict[str, float]]
    gain: Table[Gain]
    hard: Table[float]
    hard_counts: Table[int]
    hard_together: HardTogether | None
    text_prior: TextPriorRow | None


def _beside_words(
    scored: ScoredAnswers, blind: Mapping[str, BlindLetters], prior: PriorAnswers | None, seed: int
) -> _BesideWords:
    beside_run = {name: beside(scored, letters) for name, letters in blind.items()}
    learned = beside_run.get(LEARNED, beside(scored, {}))
    fair = rivals(beside_run, assisted=_is_assisted(scored))
    return _BesideWords(
        blind=blind_accuracy(scored, beside_run),
        gain=gain(scored, fair, seed=seed),
        hard=hard_accuracy(scored, learned),
        hard_counts=hard_counts(scored, learned),
        hard_together=hard_together(scored, learned, seed=seed),
        text_prior=None if prior is None else measure_text_prior(scored, prior, learned, fair, seed=seed),
    )


def _is_assisted(scored: ScoredAnswers) -> bool:
    return any(answer.assisted for answer in scored.answers)


def write_summary(folder: Path, summary: Summary) -> Path:
    """Write ``summary.json`` into the folder of a run; a kill leaves the old file or the new one.

    Raises
    ------
    EvaluationError
        The folder cannot be written.
    """
    path = folder / SUMMARY
    write_whole(path, summary.to_json())
    return path


@cache
def _adapter() -> TypeAdapter[Summary]:
    from pydantic import TypeAdapter

    return TypeAdapter(Summary)


def _zero_shot(scored: ScoredAnswers) -> tuple[str, ...]:
    objects = {answer.object for answer in scored.answers}
    return tuple(sorted(objects - {answer.object for answer in scored.answers if answer.shots}))


def _intervals(scored: ScoredAnswers, seed: int) -> Table[tuple[float, float]]:
    def measure(cell: Cell) -> tuple[float, float]:
        found = mean_interval(scored.right[cell.rows], scored.images[cell.rows], seed=seed)
        return found.low, found.high

    return tabulate(scored, measure)


def _statuses(scored: ScoredAnswers) -> dict[str, int]:
    held = Counter(answer.status for answer in scored.answers)
    return {status.value: held[status] for status in AnswerStatus if held[status]}


def _verdicts(scored: ScoredAnswers) -> Verdicts | None:
    held = Counter(answer.weighed for answer in scored.answers if answer.weighed)
    return Verdicts(held.total(), held[Weighed.COMPARISON], held[Weighed.MODEL]) if held else None


def _marked(scored: ScoredAnswers) -> dict[str, Marked]:
    held = Counter(mark for answer in scored.answers for mark in answer.marks)
    return {mark: Marked(held[mark], strict_accuracy(scored, without_mark=mark)) for mark in sorted(held)}


def _latency(scored: ScoredAnswers) -> Latency:
    taken = [answer.latency_ms for answer in scored.answers if answer.status is not AnswerStatus.FAILED]
    if not taken:
        return Latency(None, None, None)
    p50, p95 = np.percentile(taken, [50, 95])
    return Latency(float(p50), float(p95), float(np.mean(taken)))


def _cost(scored: ScoredAnswers) -> dict[str, float]:
    seconds = {"seconds": sum(answer.latency_ms for answer in scored.answers) / 1000}
    read = [answer.prompt_tokens for answer in scored.answers if answer.prompt_tokens is not None]
    written = [answer.new_tokens for answer in scored.answers if answer.new_tokens is not None]
    return seconds | ({"prompt_tokens": sum(read), "new_tokens": sum(written)} if read else {})


def _rounded(value: T, *, digits: int = 2) -> T:
    """The same value with every number in it rounded, however deep."""
    rounded: T = _round_tree(value, digits)
    return rounded


def _round_tree(value: Any, digits: int) -> Any:
    if isinstance(value, float):
        return round(value, digits)
    if isinstance(value, Mapping):
        return {key: _round_tree(held, digits) for key, held in value.items()}
    if isinstance(value, tuple):
        return tuple(_round_tree(held, digits) for held in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _round_tree(getattr(value, each.name), digits) for each in fields(value)})
    return value
