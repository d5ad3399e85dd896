"""The tables of an evaluation report: a summary's figures, each beside what it must be read with.

An average over questions that were not all answered says so in its own cell; a figure below a blind decider's is
flagged. Knows summaries and the paper's Table 1; no HTML, no record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from echo_iad.evaluation.answers.records import AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS, Subtask
from echo_iad.evaluation.pages.content import Cell, Column, Flag, Row, Table
from echo_iad.evaluation.published import PUBLISHED_DATASETS, TABLE1, published_dataset
from echo_iad.evaluation.scores.beyond_blind import LEARNED, Gain, rivals
from echo_iad.evaluation.scores.summary import Cells, Summary

Value = TypeVar("Value")

NONE = "–"
ALL = "all"
PAPER_CELLS = len(PAPER_SUBTASKS) * len(PUBLISHED_DATASETS)
RULES = {"official": "MMAD's rule", "official_fixed": "MMAD's rule, mended", "strict": "strict"}
"""Key of the summary -> what the report calls it."""

_STATUS_WORDS = {
    AnswerStatus.ANSWERED: "names an option",
    AnswerStatus.ABSTAINED: "left open: the best option led by too little",
    AnswerStatus.UNPARSED: "the model's words name no option",
    AnswerStatus.REFUSED: "the model declined",
    AnswerStatus.FAILED: "nothing came back",
}


def plain(name: str) -> str:
    """Write a name of the code as words."""
    return name.replace("_", " ")


def percent(value: float | None, digits: int = 1) -> str:
    """Write percent without its sign; a dash for none.

    Examples
    --------
    >>> percent(78.249), percent(None), percent(100.0)
    ('78.2', '–', '100.0')
    """
    return NONE if value is None else f"{value:.{digits}f}"


def signed(value: float, digits: int = 1) -> str:
    """Write a difference with its sign.

    Examples
    --------
    >>> signed(3.21), signed(-0.7), signed(0.01)
    ('+3.2', '−0.7', '0.0')
    """
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return f"+{text}" if value > 0 else f"−{text}"


def covered(value: float | None, coverage: float, digits: int = 1) -> Cell:
    """An accuracy or an average, flagged when fewer than all questions behind it have an answer.

    Examples
    --------
    >>> covered(78.21, 96.0).text, covered(78.21, 100.0).text
    ('78.2 ⚠ 96 %', '78.2')
    """
    if value is None or coverage >= 100:
        return Cell(percent(value, digits))
    return Cell(f"{percent(value, digits)} {lacking_mark(coverage)}", flag=Flag.LACKING)


def by_mmads_rule(value: float | None, coverage: float, digits: int = 1) -> Cell:
    """A figure by MMAD's rule: none where nothing was answered, whatever the rule makes of words that name no option.

    Examples
    --------
    >>> by_mmads_rule(50.0, 0.0).text, by_mmads_rule(78.21, 96.0).text
    ('–', '78.2 ⚠ 96 %')
    """
    if value is None or coverage > 0:
        return covered(value, coverage, digits)
    guessed = f",\n{percent(value, digits)} guessed" if value else ""
    return Cell(NONE, f"none answered{guessed}", Flag.LACKING)


def lacking_mark(coverage: float | None) -> str:
    """The share of questions that were answered, as a figure's flag has it; empty where that is all of them.

    Examples
    --------
    >>> lacking_mark(27.1), lacking_mark(99.99), lacking_mark(100.0)
    ('⚠ 27 %', '⚠ >99 %', '')
    """
    if coverage is None or coverage >= 100:
        return ""
    return f"⚠ {f'{coverage:.0f}' if round(coverage) < 100 else '>99'} %"


def gained(found: Gain | None) -> Cell:
    """A gain with its interval, flagged where it is surely above zero, or below.

    Examples
    --------
    >>> gained(Gain("longest", 3.21, 1.0, 5.0)).text
    '+3.2'
    """
    if found is None:
        return Cell(NONE)
    flag = Flag.ABOVE if found.low > 0 else Flag.BELOW if found.difference < 0 else Flag.NONE
    return Cell(signed(found.difference), f"{signed(found.low)} to {signed(found.high)},\nover {found.over}", flag)


def guessed_cells(summary: Summary) -> dict[tuple[str, Subtask], float]:
    """Figures that MMAD's rule has of cells in which nothing was answered: data set and subtask -> percent."""
    return {
        (dataset, subtask): figure
        for dataset, row in summary.official.items()
        for subtask, figure in row.items()
        if figure and at(summary.coverage, dataset, subtask) == 0
    }


def cell_tables(summary: Summary) -> tuple[Table, ...]:
    """One table for each data set: every way to score, beside the blind deciders."""
    deciders = _deciders(summary)
    columns = (
        Column("Questions"),
        Column("Strict", "Right, %"),
        *(Column(decider.capitalize(), "Blind, %") for decider in deciders),
        Column("Over the best", "Gain, points"),
        Column("Strict", "Hard, %"),
        Column("MMAD's rule", "For comparison, %"),
        Column("Mended", "For comparison, %"),
        Column("Answered, %"),
    )
    return tuple(
        Table(
            dataset,
            "Subtask",
            columns,
            tuple(_cell_row(summary, dataset, subtask, deciders) for subtask in _asked(summary, dataset)),
        )
        for dataset in summary.counts
    )


def best_blind(summary: Summary, dataset: str, subtask: Subtask) -> float | None:
    """What the best blind decider with no more help than the run gets; None where there is none."""
    blind = rivals(at(summary.blind, dataset, subtask) or {}, assisted=summary.assisted)
    return max(blind.values(), default=None)


def below_blind(summary: Summary, dataset: str, subtask: Subtask) -> str | None:
    """The best blind decider, where it is right more often than this run; None where the run is not below any."""
    blind = rivals(at(summary.blind, dataset, subtask) or {}, assisted=summary.assisted)
    best = max(blind, key=lambda decider: blind[decider], default=None)
    return best if best is not None and blind[best] > summary.strict[dataset][subtask] else None


def balance_table(summary: Summary) -> Table:
    """Discrimination with good and defective parts weighed alike."""
    columns = (Column("Balanced accuracy"), Column("Overkill"), Column("Miss"), Column("Good"), Column("Defective"))
    rows = [
        Row(
            dataset,
            (
                Cell(percent(found.accuracy)),
                Cell(percent(found.overkill)),
                Cell(percent(found.miss)),
                Cell(str(found.good)),
                Cell(str(found.defective)),
            ),
        )
        for dataset, found in summary.balanced.items()
    ]
    return Table("Discrimination, good and defective parts weighed alike, %", "Data set", columns, tuple(rows))


def average_table(summary: Summary) -> Table:
    """Averages by each rule, with the coverage behind them."""
    datasets = tuple(summary.counts)
    columns = (
        *(Column(dataset, "MMAD's averages") for dataset in datasets),
        Column("All", "MMAD's averages"),
        Column("Ten cells", "The paper's average"),
    )
    rows = []
    for rule, name in RULES.items():
        found = summary.averages[rule]
        said = _FIGURES[rule]
        cells = [said(found.mmad.get(dataset), mean_coverage(summary, [dataset])) for dataset in datasets]
        cells.append(said(found.mmad.get(ALL), mean_coverage(summary, datasets)))
        rows.append(Row(name, (*cells, _paper_average(summary, rule))))
    return Table("Each rule's averages, %", "Rule", columns, tuple(rows))


def mean_coverage(summary: Summary, datasets: Iterable[str], subtasks: Sequence[Subtask] = tuple(Subtask)) -> float:
    """Share of questions with an answer over some cells, in percent."""
    asked = answered = 0.0
    for dataset in datasets:
        for subtask in subtasks:
            count = at(summary.counts, dataset, subtask) or 0
            asked += count
            answered += count * (at(summary.coverage, dataset, subtask) or 0.0)
    return answered / asked if asked else 100.0


def published_tables(summary: Summary) -> tuple[Table, ...]:
    """The run above the paper's Table 1, a table for each data set that is the paper's too."""
    ours = [(dataset, name) for dataset in summary.counts if (name := published_dataset(dataset))]
    return tuple(_published_table(summary, dataset, name) for dataset, name in ours)


def _published_table(summary: Summary, dataset: str, name: str) -> Table:
    columns = (*(Column(subtask, name) for subtask in PAPER_SUBTASKS), Column("Average", "Ten cells"))
    rows = [_blind_row(summary, dataset)] if summary.blind else []
    for rule, said in RULES.items():
        cells = [_measured(summary, rule, dataset, subtask) for subtask in PAPER_SUBTASKS]
        rows.append(Row(f"this run, {said}", (*cells, _paper_average(summary, rule)), own=True))
    for model in TABLE1:
        figures = [Cell(percent(model.cells[name][subtask])) for subtask in PAPER_SUBTASKS]
        rows.append(Row(model.name, (*figures, Cell(percent(model.average)))))
    return Table(f"{dataset} beside the paper's {name}, Table 1, %", "Model", columns, tuple(rows))


def object_table(summary: Summary) -> Table:
    """Strict accuracy of each object."""
    subtasks = [s for s in Subtask if any(s in cells for cells in summary.per_object.values())]
    rows = [
        Row(name, tuple(Cell(percent(cells.get(subtask))) for subtask in subtasks))
        for name, cells in summary.per_object.items()
    ]
    return Table("Strict accuracy of each object, %", "Object", tuple(Column(plain(s)) for s in subtasks), tuple(rows))


def status_table(summary: Summary) -> Table:
    """How the answers ended."""
    total = sum(summary.statuses.values())
    rows = [
        Row(status, (Cell(str(count)), Cell(percent(100 * count / total)), Cell(_STATUS_WORDS[AnswerStatus(status)])))
        for status, count in summary.statuses.items()
    ]
    return Table(
        "How the answers ended", "Status", (Column("Questions"), Column("%"), Column("Means", words=True)), tuple(rows)
    )


def marks_tables(summary: Summary) -> tuple[Table, ...]:
    """Strict accuracy without the questions that something is known against; empty when there are none."""
    return tuple(_marks_table(summary, dataset) for dataset in summary.counts) if summary.marked else ()


def _marks_table(summary: Summary, dataset: str) -> Table:
    subtasks = _asked(summary, dataset)
    rows = [Row("nothing", tuple(Cell(percent(at(summary.strict, dataset, s))) for s in subtasks), own=True)]
    for mark, found in summary.marked.items():
        without = tuple(Cell(percent(at(found.strict_without, dataset, subtask))) for subtask in subtasks)
        rows.append(Row(f"{mark} ({found.questions} questions)", without))
    columns = tuple(Column(plain(subtask)) for subtask in subtasks)
    return Table(f"{dataset}: strict accuracy without marked pictures, %", "Left out", columns, tuple(rows))


def at(cells: Mapping[str, Mapping[Subtask, Value]], dataset: str, subtask: Subtask) -> Value | None:
    """Value of one cell; None when it is absent."""
    return cells.get(dataset, {}).get(subtask)


def _asked(summary: Summary, dataset: str) -> list[Subtask]:
    return [subtask for subtask in Subtask if at(summary.counts, dataset, subtask)]


def _deciders(summary: Summary) -> list[str]:
    """The blind deciders that answered, those that matter most first."""
    known = {decider for row in summary.blind.values() for cell in row.values() for decider in cell}
    return sorted(known, key=lambda decider: (decider != LEARNED, decider != "longest", decider))


def _cell_row(summary: Summary, dataset: str, subtask: Subtask, deciders: Sequence[str]) -> Row:
    coverage = at(summary.coverage, dataset, subtask) or 0.0
    blind = at(summary.blind, dataset, subtask) or {}
    return Row(
        plain(subtask),
        (
            Cell(str(summary.counts[dataset][subtask])),
            _strict(summary, dataset, subtask),
            *(Cell(percent(blind.get(decider))) for decider in deciders),
            gained(at(summary.gain, dataset, subtask)),
            _hard(summary, dataset, subtask),
            by_mmads_rule(at(summary.official, dataset, subtask), coverage),
            covered(at(summary.official_fixed, dataset, subtask), coverage),
            Cell(percent(coverage), flag=Flag.LACKING if coverage < 100 else Flag.NONE),
        ),
    )


def _strict(summary: Summary, dataset: str, subtask: Subtask) -> Cell:
    ends = at(summary.intervals, dataset, subtask)
    note = f"{percent(ends[0])} to {percent(ends[1])}" if ends else ""
    text = percent(summary.strict[dataset][subtask])
    best = below_blind(summary, dataset, subtask)
    if best is not None:
        return Cell(f"{text} ▼", f"{note},\nbelow {best}".removeprefix(",\n"), Flag.BELOW)
    return Cell(text, note)


def _hard(summary: Summary, dataset: str, subtask: Subtask) -> Cell:
    count = at(summary.hard_counts, dataset, subtask) or 0
    return Cell(percent(at(summary.hard, dataset, subtask)), f"of {count}" if count else "")


def _paper_average(summary: Summary, rule: str) -> Cell:
    found = summary.averages[rule]
    if found.paper is None:
        return Cell(NONE, f"{found.paper_cells} of {PAPER_CELLS} cells")
    datasets = [dataset for dataset in summary.counts if published_dataset(dataset)]
    return _FIGURES[rule](found.paper, mean_coverage(summary, datasets, PAPER_SUBTASKS))


def _measured(summary: Summary, rule: str, dataset: str, subtask: Subtask) -> Cell:
    table: Cells[float] = getattr(summary, rule)
    coverage = at(summary.coverage, dataset, subtask)
    return _FIGURES[rule](at(table, dataset, subtask), 100.0 if coverage is None else coverage)


_FIGURES = {"official": by_mmads_rule, "official_fixed": covered, "strict": covered}
"""Key of the summary -> how its figures are written."""


def _blind_row(summary: Summary, dataset: str) -> Row:
    cells = [(at(summary.blind, dataset, subtask) or {}).get(LEARNED) for subtask in PAPER_SUBTASKS]
    average = Cell(percent(_blind_average(summary)))
    return Row("no picture: learned blind decider", (*(Cell(percent(cell)) for cell in cells), average), own=True)


def _blind_average(summary: Summary) -> float | None:
    """Mean of the paper's ten cells, answered by the learned blind decider; None unless all are there."""
    datasets = [dataset for dataset in summary.counts if published_dataset(dataset)]
    blind = [at(summary.blind, dataset, subtask) or {} for dataset in datasets for subtask in PAPER_SUBTASKS]
    known = [cell[LEARNED] for cell in blind if LEARNED in cell]
    return sum(known) / PAPER_CELLS if len(known) == PAPER_CELLS else None
