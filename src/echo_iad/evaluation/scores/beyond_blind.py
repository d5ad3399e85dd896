"""What answers add to what can be had without a picture: blind accuracy, the gain over it, and the hard questions.

The gain is over whichever blind decider does best in a cell, with no more help than the run had: a learned one that had
few objects to learn from may be worse than always taking the longest option. A question is *hard* when the learned one
gets it wrong. Questions that a blind decider was not asked say nothing about it and are left out of its figures; where
it was asked and found no answer, it is wrong. Knows no blind decider, only their letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.accuracy import Table, percent, tabulate
from echo_iad.evaluation.scores.intervals import mean_interval, paired_difference
from echo_iad.evaluation.scores.scored_answers import Cell, Flags, Rows, ScoredAnswers

Value = TypeVar("Value")

LEARNED = "learned"
"""The blind decider that tells which questions are hard."""

KNOWLEDGE = "knowledge"
"""The blind decider that reads the object's knowledge; no rival of a run that was not given any."""

BlindLetters = Mapping[tuple[str, int], str | None]
"""Image and question index -> the letter that a blind decider chose."""


DEFECT_SUBTASKS = (Subtask.CLASSIFICATION, Subtask.LOCALIZATION, Subtask.DESCRIPTION, Subtask.ANALYSIS)
"""Subtasks that ask what, where and how a defect is; their hard questions are also counted together."""


@dataclass(frozen=True)
class Gain:
    """Strict accuracy minus that of a blind decider on the same questions, in percentage points, with 95 % interval."""

    over: str
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class HardTogether:
    """Strict accuracy on the hard questions of `DEFECT_SUBTASKS` in all data sets, in percent, with 95 % interval."""

    accuracy: float
    low: float
    high: float
    questions: int
    chance: float
    """By guessing among the options that the learned blind decider did not take, which are known to be wrong there."""


@dataclass(frozen=True, eq=False)
class BlindAnswers:
    """One blind decider's answers beside those of a run; (n,) each, in the order of the run."""

    asked: Flags
    right: Flags

    def rows(self, cell: Cell) -> Rows:
        """Those places of a cell where the decider was asked."""
        return cell.rows[self.asked[cell.rows]]


def beside(scored: ScoredAnswers, letters: BlindLetters) -> BlindAnswers:
    """Lay a blind decider's letters beside the answers of a run."""
    asked = [answer.key in letters for answer in scored.answers]
    right = [letters.get(answer.key) == answer.correct for answer in scored.answers]
    return BlindAnswers(np.array(asked, dtype=np.bool_), np.array(right, dtype=np.bool_))


def blind_accuracy(scored: ScoredAnswers, deciders: Mapping[str, BlindAnswers]) -> Table[dict[str, float]]:
    """Percent right of each blind decider, for each cell that any of them was asked about."""

    def measure(cell: Cell) -> dict[str, float] | None:
        shares = {name: percent(blind.right[blind.rows(cell)]) for name, blind in deciders.items()}
        return {name: share for name, share in shares.items() if share is not None} or None

    return tabulate(scored, measure)


def rivals(deciders: Mapping[str, Value], *, assisted: bool) -> dict[str, Value]:
    """The blind deciders that had no more help than the run.

    Examples
    --------
    >>> rivals({"longest": 41.0, "knowledge": 74.4}, assisted=False)
    {'longest': 41.0}
    """
    return {name: value for name, value in deciders.items() if assisted or name != KNOWLEDGE}


def gain(scored: ScoredAnswers, deciders: Mapping[str, BlindAnswers], *, seed: int) -> Table[Gain]:
    """How much more often the run is right than the best blind decider of each cell, by paired bootstrap over images.

    Parameters
    ----------
    scored : ScoredAnswers
    deciders : mapping of str to BlindAnswers
        Of the same run; of equals the first one counts.
    seed : int
    """

    def measure(cell: Cell) -> Gain | None:
        asked = [name for name, blind in deciders.items() if len(blind.rows(cell))]
        if not asked:
            return None
        best = max(asked, key=lambda name: deciders[name].right[deciders[name].rows(cell)].mean())
        rows = deciders[best].rows(cell)
        found = paired_difference(scored.right[rows], deciders[best].right[rows], scored.images[rows], seed=seed)
        return Gain(best, found.difference, found.low, found.high)

    return tabulate(scored, measure)


def hard_accuracy(scored: ScoredAnswers, blind: BlindAnswers) -> Table[float]:
    """Strict accuracy on the questions that a blind decider gets wrong."""
    return tabulate(scored, lambda cell: percent(scored.right[_hard(blind, cell)]))


def hard_counts(scored: ScoredAnswers, blind: BlindAnswers) -> Table[int]:
    """Number of questions that a blind decider gets wrong; a cell without any is absent."""
    return tabulate(scored, lambda cell: len(_hard(blind, cell)) or None)


def hard_together(scored: ScoredAnswers, blind: BlindAnswers, *, seed: int) -> HardTogether | None:
    """Strict accuracy on the hard questions of all subtasks about a defect; None where there is none.

    Parameters
    ----------
    scored : ScoredAnswers
    blind : BlindAnswers
        The decider that tells which questions are hard.
    seed : int
        Decides the resamples of the interval, which draws whole images.
    """
    found = [_hard(blind, cell) for cell in scored.cells if cell.subtask in DEFECT_SUBTASKS]
    rows = np.concatenate(found) if found else np.array([], np.int64)
    if not len(rows):
        return None
    right = scored.right[rows]
    within = mean_interval(right, scored.images[rows], seed=seed)
    chance = np.mean([1 / max(scored.answers[row].choices - 1, 1) for row in rows])
    return HardTogether(100 * float(right.mean()), within.low, within.high, len(rows), 100 * float(chance))


def _hard(blind: BlindAnswers, cell: Cell) -> Rows:
    rows = blind.rows(cell)
    return rows[~blind.right[rows]]
