"""The report's section about answering less: accuracy against coverage as ``abstain_below`` rises.

Knows summaries; writes no file.
"""

from __future__ import annotations

from echo_iad.errors import MissingExtraError
from echo_iad.evaluation.pages.content import Cell, Column, Drawing, Row, Section, Table
from echo_iad.evaluation.pages.plots import Course, coverage_curves
from echo_iad.evaluation.pages.tables import percent, plain
from echo_iad.evaluation.scores.abstention import ALL, AbstentionCurve
from echo_iad.evaluation.scores.summary import Summary

COVERAGES = (90, 80, 70, 60, 50, 25)
"""Percent of the questions, as the columns of the table have them."""
_LEAST = 0.05
"""Share of the questions below which accuracy is that of a few answers, and is not drawn."""
EXPLAINED = (
    "What it buys to withhold the unsurest answers. An answer's lead is the probability of its option minus that of "
    "the next one; what leads by less than abstain_below is answered with “not sure”. Answers that are equally sure "
    "are given or withheld together."
)
AFTER = (
    "Below each figure: the abstain_below that withholds the others. Mean: accuracy averaged over all coverages; it is "
    "above the accuracy of all answers when the surer ones are right more often. At best: the same mean, were every "
    "right answer surer than every wrong one. A lead that was chosen on these questions is too hopeful for others."
)


def abstention_section(summary: Summary) -> Section | None:
    """The section; None where no answer has a probability."""
    curves = {name: curve for name, curve in summary.abstention.items() if curve.points}
    if not curves:
        return None
    drawings, why = _plot(curves)
    return Section("abstention", "Answering less", (EXPLAINED, *why), drawings, (_table(curves),), after=(AFTER,))


def _name(subtask: str) -> str:
    return "all together" if subtask == ALL else plain(subtask)


def _plot(curves: dict[str, AbstentionCurve]) -> tuple[tuple[Drawing, ...], tuple[str, ...]]:
    courses = [_course(name, curve) for name, curve in curves.items()]
    try:
        return (coverage_curves("abstention", "Right, by share of the questions answered", courses),), ()
    except MissingExtraError as fault:
        return (), (str(fault),)


def _course(name: str, curve: AbstentionCurve) -> Course:
    shown = [point for point in curve.points if point.coverage >= _LEAST] or list(curve.points[:1])
    return Course(
        _name(name), [point.coverage for point in shown], [point.accuracy for point in shown], is_whole=name == ALL
    )


def _table(curves: dict[str, AbstentionCurve]) -> Table:
    surest = "Right of the surest, %"
    columns = (
        Column("Questions"),
        Column("all answers", surest),
        *(Column(f"{share} %", surest) for share in COVERAGES),
        Column("Mean", "Over all coverages, %"),
        Column("At best", "Over all coverages, %"),
    )
    rows = tuple(Row(_name(name), _cells(curve), own=name == ALL) for name, curve in curves.items())
    return Table("Accuracy of the surest answers", "Subtask", columns, rows)


def _cells(curve: AbstentionCurve) -> tuple[Cell, ...]:
    means = (curve.area, curve.best_area)
    return (
        Cell(str(curve.questions)),
        Cell(_percent(curve.accuracy)),
        *(_at(curve, share / 100) for share in COVERAGES),
        *(Cell(_percent(mean)) for mean in means),
    )


def _at(curve: AbstentionCurve, coverage: float) -> Cell:
    point = curve.at(coverage)
    return (
        Cell(percent(None)) if point is None else Cell(_percent(point.accuracy), f"{max(point.abstain_below, 0):.2f}")
    )


def _percent(share: float | None) -> str:
    return percent(None if share is None else 100 * share)
