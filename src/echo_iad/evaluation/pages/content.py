"""What a page about an evaluation holds, as values: sections of sentences, tables, drawings and shown answers.

The HTML page and the Markdown text are two renderings of the same values, so they cannot disagree. Knows no summary, no
paper, no HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Flag(StrEnum):
    """Why a cell deserves a second look."""

    NONE = ""
    LACKING = "lacking"
    """Not every question behind the figure was answered."""
    BELOW = "below"
    """Worse than an answer without a look at the picture."""
    ABOVE = "above"
    """Surely better than that."""


@dataclass(frozen=True)
class Cell:
    """One figure of a table."""

    text: str
    note: str = ""
    """Small print below the figure: an interval, a count; a line feed starts a new line where there is room."""
    flag: Flag = Flag.NONE


@dataclass(frozen=True)
class Column:
    """Head of a column."""

    name: str
    group: str = ""
    """Columns that follow each other with the same one get a common head."""
    words: bool = False
    """Whether it holds words, set to the left; figures are set to the right."""


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    label: str
    cells: tuple[Cell, ...]
    own: bool = False
    """Whether it is this run's, among others."""


@dataclass(frozen=True)
class Table:
    """Figures in rows and columns."""

    caption: str
    head: str
    """Above the labels of the rows."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        uneven = [row.label for row in self.rows if len(row.cells) != len(self.columns)]
        if uneven:
            msg = f"Each row of {self.caption!r} needs {len(self.columns)} cells. Others: {', '.join(uneven)}."
            raise ValueError(msg)

    def groups(self) -> tuple[tuple[str, int], ...]:
        """Common heads and how many columns each spans; empty when no column has one."""
        spans: list[tuple[str, int]] = []
        for column in self.columns:
            if spans and spans[-1][0] == column.group:
                spans[-1] = (column.group, spans[-1][1] + 1)
            else:
                spans.append((column.group, 1))
        return tuple(spans) if any(group for group, _ in spans) else ()


@dataclass(frozen=True)
class Drawing:
    """A plot in both forms."""

    name: str
    """Of its files, without suffix."""
    alt: str
    """What it shows, for those who cannot see it."""
    svg: str
    """One ``<svg>`` element that may stand in a page: no style sheet, no script, no request."""
    png: bytes


@dataclass(frozen=True)
class ShownOption:
    """An option of a question that was answered wrongly."""

    letter: str
    text: str
    probability: str
    """As it is printed; empty when there is none."""
    chosen: bool
    right: bool


@dataclass(frozen=True)
class ShownAnswer:
    """A wrong answer with its picture."""

    subtask: str
    object: str
    image: str
    """The picture's key in the benchmark."""
    question_index: int
    question: str
    options: tuple[ShownOption, ...]
    sureness: str
    """How sure the answer was, in words."""
    reason: str
    picture: str
    """``data:`` URL of a JPEG; empty when there is no picture to show."""
    width: int
    height: int
    gone: str
    """Why there is no picture; empty when there is one."""


@dataclass(frozen=True)
class Listing:
    """Things of one kind: how many, and the first of them by name."""

    why: str
    count: int
    first: tuple[str, ...]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.first)


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, in this order."""

    id: str
    heading: str
    text: tuple[str, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    tables: tuple[Table, ...] = ()
    answers: tuple[ShownAnswer, ...] = ()
    listings: tuple[Listing, ...] = ()
    after: tuple[str, ...] = ()
    """Small print at its end."""


@dataclass(frozen=True)
class Fact:
    """Something that the head of the page states."""

    name: str
    value: str


@dataclass(frozen=True)
class Page:
    """Everything that is written."""

    title: str
    lead: tuple[str, ...]
    """Sentences below the title."""
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]

    @property
    def drawings(self) -> Sequence[Drawing]:
        """All plots, in their order."""
        return [drawing for section in self.sections for drawing in section.drawings]
