"""The report's section about the row "evidence + text prior", beside the evidence alone and the words alone.

Knows summaries; writes no file.
"""

from __future__ import annotations

from echo_iad.errors import MissingExtraError
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.pages.content import Cell, Column, Drawing, Row, Section, Table
from echo_iad.evaluation.pages.plots import ReliabilityPoint, reliability
from echo_iad.evaluation.pages.tables import at, best_blind, gained, percent, plain
from echo_iad.evaluation.scores.beyond_blind import HardTogether
from echo_iad.evaluation.scores.summary import Summary
from echo_iad.evaluation.scores.text_prior import NAME, TextPriorRow

HEADING = NAME[0].upper() + NAME[1:]
EXPLAINED = (
    "What a benchmark's wording gives away, and what was seen, added up: a head that learned from other objects' "
    "questions what right options sound like and how they agree with the questions around them, and this run's "
    "evidence, weighed by what it was worth on the run's other objects. Each object is answered for by what was "
    "learned on the others. No inspection uses this: a user's question has no such habits. Words alone is the same row "
    "without the evidence, so what the evidence adds stands beside it."
)


def prior_section(summary: Summary) -> Section | None:
    """The section; None where nothing was learned from the words."""
    found = summary.text_prior
    if found is None:
        return None
    tables = tuple(_cells_table(summary, found, dataset) for dataset in summary.counts)
    drawings, why = _calibration_plot(found)
    calibrated = found.calibration
    said = [EXPLAINED, *found.remarks]
    if found.hard_together is not None:
        said.append(f"Hard questions about defects, by this row: {together(found.hard_together)}.")
    if calibrated.ece is not None and calibrated.brier is not None:
        said.append(f"Expected calibration error {calibrated.ece:.3f}, Brier score {calibrated.brier:.3f}.")
    return Section(
        "text-prior", HEADING, text=(*said, *why), drawings=drawings, tables=(*tables, _objects_table(found))
    )


def together(found: HardTogether) -> str:
    """The hard questions of all subtasks about a defect, in words.

    Examples
    --------
    >>> together(HardTogether(50.82, 41.88, 59.65, 122, 33.3))
    '50.8 % right of 122 (41.9 to 59.6; blind 0, guessing among the rest 33.3)'
    """
    return (
        f"{percent(found.accuracy)} % right of {found.questions} ({percent(found.low)} to {percent(found.high)}; blind "
        f"0, guessing among the rest {percent(found.chance)})"
    )


def _cells_table(summary: Summary, found: TextPriorRow, dataset: str) -> Table:
    columns = (
        Column("Evidence", "Right, %"),
        Column("Best blind", "Right, %"),
        Column("Words alone", "Right, %"),
        Column(HEADING, "Right, %"),
        Column("Over blind", "Gain, points"),
        Column("Over words", "Gain, points"),
        Column("Evidence", "Hard, %"),
        Column(HEADING, "Hard, %"),
    )
    rows = tuple(_cells_row(summary, found, dataset, subtask) for subtask in summary.counts[dataset])
    return Table(f"{dataset}: {NAME}", "Subtask", columns, rows)


def _cells_row(summary: Summary, found: TextPriorRow, dataset: str, subtask: Subtask) -> Row:
    ends = at(found.intervals, dataset, subtask)
    within = f"{percent(ends[0])} to {percent(ends[1])}" if ends else ""
    return Row(
        plain(subtask),
        (
            Cell(percent(at(summary.strict, dataset, subtask))),
            Cell(percent(best_blind(summary, dataset, subtask))),
            Cell(percent(at(found.words, dataset, subtask))),
            Cell(percent(at(found.strict, dataset, subtask)), within),
            gained(at(found.gain, dataset, subtask)),
            gained(at(found.beyond_words, dataset, subtask)),
            Cell(percent(at(summary.hard, dataset, subtask))),
            Cell(percent(at(found.hard, dataset, subtask))),
        ),
    )


def _objects_table(found: TextPriorRow) -> Table:
    subtasks = [s for s in Subtask if any(s in cells for cells in found.per_object.values())]
    rows = tuple(
        Row(name, tuple(Cell(percent(cells.get(subtask))) for subtask in subtasks))
        for name, cells in found.per_object.items()
    )
    return Table(f"Each object, {NAME}, %", "Object", tuple(Column(plain(s)) for s in subtasks), rows)


def _calibration_plot(found: TextPriorRow) -> tuple[tuple[Drawing, ...], tuple[str, ...]]:
    points = [ReliabilityPoint(each.mean_probability, each.accuracy, each.count) for each in found.calibration.bins]
    try:
        return (reliability("calibration-text-prior", f"{HEADING}: right, by stated probability", points),), ()
    except MissingExtraError as fault:
        return (), (str(fault),)
