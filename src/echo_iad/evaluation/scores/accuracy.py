"""Scores of a run: strict accuracy, MMAD's rule without its faults, both sides of discrimination, coverage, averages.

``strict`` takes anything but the right option for wrong. ``official_fixed`` is what MMAD's rule sets out to be: answers
without an option leave the denominator, and discrimination is the mean of good and defective parts. MMAD's rule as it
is lies in `scores.official`. Knows no file and no interval; all shares are percent, 0 to 100.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import TypeVar

import numpy as np

from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS, Subtask
from echo_iad.evaluation.scores.official import official_accuracy
from echo_iad.evaluation.scores.scored_answers import Cell, Flags, Rows, ScoredAnswers

Value = TypeVar("Value")
Table = dict[str, dict[Subtask, Value]]
"""Data set -> subtask -> value; a cell without a value is absent."""

PAPER_DATASETS = (("DS-MVTec", "MVTec-AD"), ("VisA",))
"""Data sets of the paper's tables, each with the names it goes by."""
PAPER_CELLS = len(PAPER_DATASETS) * len(PAPER_SUBTASKS)


@dataclass(frozen=True)
class Balance:
    """Discrimination with good and defective parts weighed alike."""

    accuracy: float
    """Mean of the accuracies among good and among defective parts; that of one side where the other has no question."""
    overkill: float | None
    """Share of good parts that were not found good; None without good parts."""
    miss: float | None
    """Share of defective parts that were not found defective; None without defective parts."""
    good: int
    """Questions about good parts."""
    defective: int


@dataclass(frozen=True)
class Averages:
    """Two ways to one figure."""

    mmad: Mapping[str, float]
    """Each data set's mean over its subtasks, and ``all``: the mean of those."""
    paper: float | None
    """Mean of the paper's ten cells, five subtasks of two data sets; None unless all ten are there."""
    paper_cells: int
    """How many of the ten are there."""


def tabulate(scored: ScoredAnswers, measure: Callable[[Cell], Value | None]) -> Table[Value]:
    """Measure each cell, and leave those out for which there is nothing to say."""
    table: Table[Value] = {}
    for cell in scored.cells:
        value = measure(cell)
        if value is not None:
            table.setdefault(cell.dataset, {})[cell.subtask] = value
    return table


def strict_accuracy(scored: ScoredAnswers, *, without_mark: str | None = None) -> Table[float]:
    """Share of questions answered rightly: unparsed, refused, abstained and failed answers are wrong.

    Parameters
    ----------
    scored : ScoredAnswers
    without_mark : str, optional
        Leave out questions about pictures with this mark.
    """
    if without_mark is None:
        return tabulate(scored, lambda cell: percent(scored.right[cell.rows]))
    clean = np.array([without_mark not in answer.marks for answer in scored.answers])
    return tabulate(scored, lambda cell: percent(scored.right[cell.rows[clean[cell.rows]]]))


def mended_accuracy(scored: ScoredAnswers) -> Table[float]:
    """MMAD's rule without its faults: of the answers that chose an option, the share that chose the right one.

    Discrimination is the mean of both sides. A cell in which no option was chosen is absent.
    """

    def measure(cell: Cell) -> float | None:
        counted = cell.rows[scored.covered[cell.rows]]
        if cell.subtask is Subtask.DISCRIMINATION:
            found = balance(scored, counted)
            return found.accuracy if found else None
        return percent(scored.right[counted])

    return tabulate(scored, measure)


def published_accuracy(scored: ScoredAnswers) -> Table[float]:
    """MMAD's rule with its faults (`scores.official`), with a 0 for every cell that another data set has."""
    return official_accuracy(answer.official for answer in scored.answers)


def coverage(scored: ScoredAnswers) -> Table[float]:
    """Share of questions that were answered with an option."""
    return tabulate(scored, lambda cell: percent(scored.covered[cell.rows]))


def chance(scored: ScoredAnswers) -> Table[float]:
    """Share that is right by picking an option at random."""
    return tabulate(scored, lambda cell: 100 * fmean(1 / scored.answers[row].choices for row in cell.rows))


def counts(scored: ScoredAnswers) -> Table[int]:
    """Number of questions."""
    return tabulate(scored, lambda cell: len(cell.rows))


def discrimination(scored: ScoredAnswers) -> dict[str, Balance]:
    """Both sides of discrimination for each data set that asks for it; anything but a right answer is wrong."""
    found = {
        cell.dataset: balance(scored, cell.rows) for cell in scored.cells if cell.subtask is Subtask.DISCRIMINATION
    }
    return {dataset: sides for dataset, sides in found.items() if sides}


def balance(scored: ScoredAnswers, rows: Rows) -> Balance | None:
    """Weigh good and defective parts alike over some answers; None without any."""
    defective = scored.defective[rows]
    right_good, right_defective = scored.right[rows[~defective]], scored.right[rows[defective]]
    sides = [side for side in (percent(right_good), percent(right_defective)) if side is not None]
    if not sides:
        return None
    return Balance(fmean(sides), percent(~right_good), percent(~right_defective), len(right_good), len(right_defective))


def strict_by_object(scored: ScoredAnswers) -> dict[str, dict[Subtask, float]]:
    """Strict accuracy of each object; one whose name two data sets share is called ``dataset/object``."""
    rows: defaultdict[tuple[str, str], defaultdict[Subtask, list[int]]] = defaultdict(lambda: defaultdict(list))
    homes: defaultdict[str, set[str]] = defaultdict(set)
    for row, answer in enumerate(scored.answers):
        rows[answer.object, answer.dataset][answer.subtask].append(row)
        homes[answer.object].add(answer.dataset)
    return {
        name if len(homes[name]) == 1 else f"{dataset}/{name}": {
            subtask: 100 * float(scored.right[of[subtask]].mean()) for subtask in Subtask if subtask in of
        }
        for (name, dataset), of in sorted(rows.items())
    }


def averages(table: Table[float], asked: Table[int]) -> Averages:
    """Reduce a table to one figure in MMAD's way and in the paper's.

    Parameters
    ----------
    table : Table of float
        Percent. MMAD's way takes every cell that it holds.
    asked : Table of int
        Number of questions of each cell: the paper's way takes only cells that have any.
    """
    rows = {dataset: fmean(row.values()) for dataset, row in table.items()}
    cells = [
        table[dataset][subtask]
        for names in PAPER_DATASETS
        for dataset in [name for name in names if name in asked][:1]
        for subtask in PAPER_SUBTASKS
        if subtask in asked[dataset] and subtask in table.get(dataset, {})
    ]
    whole = len(cells) == PAPER_CELLS
    return Averages(rows | ({"all": fmean(rows.values())} if rows else {}), fmean(cells) if whole else None, len(cells))


def percent(flags: Flags) -> float | None:
    """Share of True in percent; None of nothing."""
    return 100 * float(flags.mean()) if len(flags) else None
