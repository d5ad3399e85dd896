"""Measured beside published: one table as values, as lines for a terminal, and a report of several of them.

The rows and columns are the caller's: a paper's table, or a figure's bars. Knows no recipe and no summary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from echo_iad.evaluation.pages.content import Cell, Column, Drawing, Fact, Flag, Page, Row, Section, Table
from echo_iad.evaluation.pages.tables import NONE, by_mmads_rule, percent, signed
from echo_iad.evaluation.pages.writing import write_page

if TYPE_CHECKING:
    from rich.table import Table as RichTable

DIGITS = 2
"""Decimals of published figures, and so of those beside them."""


@dataclass(frozen=True)
class Beside:
    """One cell of an experiment."""

    measured: float | None
    """Percent; None where it was not measured."""
    published: float | None = None
    """Percent; None where the paper's text gives no value."""
    coverage: float = 100.0
    """Share of the questions behind the measured figure that were answered with an option, in percent."""
    strict: float | None = None
    """Percent right where every question without an answer is wrong; None where it is not known."""
    questions: int = 0
    """How many are behind the measured figure; 0 where it is not known."""

    @property
    def shown(self) -> float | None:
        """The measured figure; None also where nothing was answered, whatever the rule makes of that."""
        return self.measured if self.coverage > 0 else None

    @property
    def delta(self) -> float | None:
        """Measured minus published, in percentage points; None unless both are shown."""
        return None if self.shown is None or self.published is None else self.shown - self.published


Rows = Mapping[str, Mapping[Column, Beside]]
"""Label of a row -> column -> cell. A row need not have every column."""


@dataclass(frozen=True)
class Experiment:
    """One of a paper's tables or figures, measured again."""

    name: str
    """Short and unique on the page, e.g. ``table1``."""
    title: str
    rows: Rows
    text: tuple[str, ...] = ()
    """Sentences above the table: where it stands in the paper, what the paper states of it."""
    drawings: tuple[Drawing, ...] = ()
    notes: tuple[str, ...] = ()

    def measured_rows(self) -> Rows:
        """The rows without those that are the paper's alone."""
        return {
            label: row for label, row in self.rows.items() if any(cell.measured is not None for cell in row.values())
        }


def comparison_table(caption: str, rows: Rows, head: str = "") -> Table:
    """Lay measured figures out with the published one and the difference below each.

    Parameters
    ----------
    caption : str
    rows : mapping
        Columns come in the order in which the rows first name them.
    head : str
        Above the labels of the rows.

    Examples
    --------
    >>> table = comparison_table("Table", {"bare": {Column("mean"): Beside(70.0, 74.73)}})
    >>> table.rows[0].cells[0].text, table.rows[0].cells[0].note
    ('70.00', 'paper 74.73, −4.73')
    """
    columns = _columns(rows)
    lines = tuple(Row(label, tuple(_cell(cells.get(column)) for column in columns)) for label, cells in rows.items())
    return Table(caption, head, columns, lines)


def comparison_lines(caption: str, rows: Rows) -> RichTable:
    """The same for a terminal, a line for each cell, so that wide tables need no wide terminal."""
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    table = RichTable(title=caption, title_justify="left", box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("", overflow="fold")
    table.add_column("Cell", no_wrap=True)
    lacking = any(cell.coverage < 100 and cell.strict is not None for row in rows.values() for cell in row.values())
    for heading in ("Measured", *(["Strict"] if lacking else []), "Published", "Delta"):
        table.add_column(heading, justify="right", no_wrap=True)
    for label, cells in rows.items():
        for place, (column, cell) in enumerate(cells.items()):
            named = f"{column.group} {column.name}" if column.group else column.name
            delta = NONE if cell.delta is None else signed(cell.delta, DIGITS)
            measured = _measured(cell)
            style = "yellow" if measured.flag is Flag.LACKING else ""
            table.add_row(
                Text("" if place else label),
                Text(named),
                Text(measured.text, style=style),
                *([Text(percent(cell.strict, DIGITS))] if lacking else []),
                Text(percent(cell.published, DIGITS)),
                Text(delta),
            )
        table.add_section()
    return table


def write_comparison(
    folder: Path, experiments: Sequence[Experiment], *, title: str, lead: Sequence[str] = (), facts: Sequence[Fact] = ()
) -> None:
    """Write ``report.html``, ``report.md`` and ``plots`` about experiments of a paper.

    Parameters
    ----------
    folder : Path
    experiments : sequence of Experiment
        At least one.
    title : str
    lead : sequence of str
        What holds for all of them, e.g. how much of the benchmark was measured.
    facts : sequence of Fact
        What ran, and when.

    Raises
    ------
    EvaluationError
        The folder cannot be written.
    """
    sections = tuple(
        Section(
            experiment.name,
            experiment.title,
            text=experiment.text,
            drawings=experiment.drawings,
            tables=_tables(experiment.rows),
            after=experiment.notes,
        )
        for experiment in experiments
    )
    write_page(folder, Page(title, tuple(lead), tuple(facts), sections))


def _tables(rows: Rows) -> tuple[Table, ...]:
    """A table for each group of columns: a data set's cells, or what is not of one data set."""
    found = []
    for group in dict.fromkeys(column.group for column in _columns(rows)):
        own = {label: {c: cell for c, cell in cells.items() if c.group == group} for label, cells in rows.items()}
        caption = f"{group}: measured, %, beside published" if group else "Measured, %, beside published"
        found.append(comparison_table(caption, own))
    return tuple(found)


def _columns(rows: Rows) -> tuple[Column, ...]:
    return tuple(dict.fromkeys(column for cells in rows.values() for column in cells))


def _measured(cell: Beside) -> Cell:
    return by_mmads_rule(cell.measured, cell.coverage, DIGITS)


def _cell(cell: Beside | None) -> Cell:
    if cell is None:
        return Cell(NONE)
    if cell.measured is None and cell.published is not None:
        return Cell(percent(cell.published, DIGITS), "paper")
    measured = _measured(cell)
    delta = "" if cell.delta is None else f", {signed(cell.delta, DIGITS)}"
    notes = (
        measured.note,
        f"strict {percent(cell.strict, DIGITS)}" if cell.coverage < 100 and cell.strict is not None else "",
        "" if cell.published is None else f"paper {percent(cell.published, DIGITS)}{delta}",
    )
    return Cell(measured.text, ",\n".join(note for note in notes if note), measured.flag)
