"""Whether probabilities mean what they say: reliability bins, expected calibration error and Brier score.

Bins and error after Naeini, Cooper and Hauskrecht (2015); the score of all options together after Brier (1950). Knows
no subtask and no data set.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from echo_iad.evaluation.answers.records import AnswerRecord

BINS = 10


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure one answer was of itself, and how it came out."""

    probability: float
    """Of the chosen option, 0 to 1."""
    right: bool
    squared_error: float
    """Sum over the options of (probability - outcome)²: 0 = sure and right, 2 = sure and wrong."""
    lead: float
    """By how much the chosen option's probability exceeds the next one's: what ``abstain_below`` is compared with."""


@dataclass(frozen=True)
class Bin:
    """Answers whose probability lies between two bounds; the lower belongs to the bin, and 1 to the last."""

    low: float
    high: float
    mean_probability: float
    """0 to 1."""
    accuracy: float
    """Share of right answers, 0 to 1."""
    count: int


@dataclass(frozen=True)
class Calibration:
    """How far the probabilities of a run can be taken at their word."""

    bins: tuple[Bin, ...]
    """Of ten equally wide bins those that hold an answer."""
    ece: float | None
    """Expected calibration error: mean gap between probability and accuracy, 0 = none; None without probabilities."""
    brier: float | None
    """Mean squared error of the options' probabilities, 0 to 2, lower = better; None without probabilities."""


def certainty(record: AnswerRecord) -> Certainty | None:
    """Take from a record how sure it was; None where it has no option or no probability of it."""
    if record.answer is None or record.answer not in record.probabilities:
        return None
    chances = {letter: record.probabilities.get(letter, 0.0) for letter in (*record.options, record.answer)}
    return certainty_of(chances, chosen=record.answer, correct=record.correct)


def certainty_of(chances: Mapping[str, float], *, chosen: str, correct: str) -> Certainty:
    """How sure the choice of one option is, and how it comes out.

    Parameters
    ----------
    chances : mapping of str to float
        Each option's letter to its probability.
    chosen, correct : str
        Letters.
    """
    error = sum((chance - (letter == correct)) ** 2 for letter, chance in chances.items())
    next_best = max((chance for letter, chance in chances.items() if letter != chosen), default=0.0)
    return Certainty(chances[chosen], chosen == correct, error, chances[chosen] - next_best)


def calibrate(certainties: Iterable[Certainty]) -> Calibration:
    """Compare probabilities with outcomes.

    Parameters
    ----------
    certainties : iterable of Certainty
        In any order: sums are exact, so the order leaves no trace.

    Examples
    --------
    >>> calibrate([Certainty(0.75, True, 0.1, 0.5), Certainty(0.75, False, 1.1, 0.5)]).ece
    0.25
    """
    known = sorted(certainties, key=_bin_of)
    if not known:
        return Calibration((), None, None)
    bins = tuple(_filled(number, list(held)) for number, held in groupby(known, key=_bin_of))
    gaps = (each.count * abs(each.mean_probability - each.accuracy) for each in bins)
    return Calibration(bins, math.fsum(gaps) / len(known), math.fsum(each.squared_error for each in known) / len(known))


def _bin_of(known: Certainty) -> int:
    return min(int(known.probability * BINS), BINS - 1)


def _filled(number: int, held: list[Certainty]) -> Bin:
    count = len(held)
    mean = math.fsum(each.probability for each in held) / count
    return Bin(number / BINS, (number + 1) / BINS, mean, sum(each.right for each in held) / count, count)
