"""How sure an accuracy or a difference is: 95 % intervals by bootstrap over images, and McNemar's test.

The questions of one picture share its difficulty, so whole pictures are drawn with replacement, never single questions
(Efron and Tibshirani 1993, chapter 8). Pictures with the same counts are interchangeable: a resample draws how many of
each kind it holds from one multinomial distribution. That is the same as drawing pictures, and its cost does not grow
with their number. Knows numbers alone: no record, no subtask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 2000
LEVEL = 0.95
"""Share of such intervals that should hold the true value."""


@dataclass(frozen=True)
class Interval:
    """Where the true value is believed to lie, in percent."""

    low: float
    high: float


@dataclass(frozen=True)
class PairedDifference:
    """How much more often one set of answers is right than another on the same questions."""

    difference: float
    """Accuracy of the first minus that of the second, in percentage points."""
    low: float
    high: float
    questions: int
    images: int


@dataclass(frozen=True)
class McNemar:
    """Whether the questions that only one of two is right on are split as a fair coin would split them."""

    only_a: int
    """Questions that the first alone answers rightly."""
    only_b: int
    p_value: float
    """Two-sided and exact; 1 where the two are never of different success."""


def mean_interval(values: ArrayLike, images: ArrayLike, *, seed: int, resamples: int = RESAMPLES) -> Interval:
    """Interval of a mean over questions, by bootstrap over images.

    Parameters
    ----------
    values : (n,) bool or int
        One for each question: whether it was right, or a difference of two such; at least one question.
    images : (n,) str or int
        The picture that each question belongs to.
    seed : int
        The same seed gives the same interval, in whatever order the questions come.
    resamples : int
        How often as many pictures as there are get drawn.

    Returns
    -------
    Interval
        Percentiles of the resampled means, widened where needed to hold the mean itself; in percent. A point where
        all values are equal or all questions belong to one picture: the bootstrap cannot see beyond its sample.

    Examples
    --------
    >>> mean_interval([True] * 6, ["a", "a", "b", "b", "c", "c"], seed=0)
    Interval(low=100.0, high=100.0)
    """
    kinds = _kinds(_column(values, "values"), _column(images, "images"))
    drawn = np.random.default_rng(seed).multinomial(kinds.images, kinds.shares, size=resamples)
    means = (drawn @ kinds.sums) / (drawn @ kinds.sizes)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(100 * min(float(low), kinds.mean), 100 * max(float(high), kinds.mean))


def paired_difference(
    right_a: ArrayLike, right_b: ArrayLike, images: ArrayLike, *, seed: int, resamples: int = RESAMPLES
) -> PairedDifference:
    """Compare two sets of answers to the same questions.

    Parameters
    ----------
    right_a, right_b : (n,) bool
        Whether each answered a question rightly; the same questions in the same order, at least one.
    images : (n,) str or int
        The picture that each question belongs to.
    seed, resamples : int
        As for `mean_interval`.

    Raises
    ------
    ValueError
        The three differ in length, or are empty.

    Examples
    --------
    >>> paired_difference([1, 1, 1, 0], [1, 0, 0, 0], ["a", "a", "b", "b"], seed=0).difference
    50.0
    """
    first, second = _rightness(right_a), _rightness(right_b)
    _check_lengths(first, second)
    gained = first.astype(np.int64) - second
    names = _column(images, "images")
    interval = mean_interval(gained, names, seed=seed, resamples=resamples)
    return PairedDifference(
        100 * float(gained.mean()), interval.low, interval.high, questions=len(gained), images=len(np.unique(names))
    )


def mcnemar(right_a: ArrayLike, right_b: ArrayLike) -> McNemar:
    """Test whether two sets of answers to the same questions are equally often right (McNemar 1947), exactly.

    The test takes each question for itself. Where a picture has many questions, prefer the interval of
    `paired_difference`.

    Parameters
    ----------
    right_a, right_b : (n,) bool
        Whether each answered a question rightly; the same questions in the same order.

    Examples
    --------
    >>> mcnemar([1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0])
    McNemar(only_a=5, only_b=0, p_value=0.0625)
    """
    from scipy.stats import binomtest

    first, second = _rightness(right_a), _rightness(right_b)
    _check_lengths(first, second)
    only_a, only_b = int(np.sum(first & ~second)), int(np.sum(second & ~first))
    apart = only_a + only_b
    p_value = float(binomtest(only_a, apart).pvalue) if apart else 1.0
    return McNemar(only_a, only_b, p_value)


@dataclass(frozen=True, eq=False)
class _Kinds:
    """Pictures grouped by what they add to a mean: those of one kind have the same sum and number of questions."""

    shares: NDArray[np.float64]
    """(k,) which share of the pictures is of each kind."""
    sums: NDArray[np.int64]
    sizes: NDArray[np.int64]
    images: int
    mean: float


def _kinds(values: NDArray[Any], images: NDArray[Any]) -> _Kinds:
    _check_lengths(values, images)
    _, places = np.unique(images, return_inverse=True)
    sizes = np.bincount(places)
    sums = np.bincount(places, weights=values).astype(np.int64)
    kinds, counts = np.unique(np.stack([sums, sizes]), axis=1, return_counts=True)
    return _Kinds(counts / len(sizes), kinds[0], kinds[1], len(sizes), float(sums.sum() / sizes.sum()))


def _rightness(values: ArrayLike) -> NDArray[np.bool_]:
    return _column(values, "answers").astype(np.bool_)


def _column(values: ArrayLike, what: str) -> NDArray[Any]:
    column = np.asarray(values)
    if column.ndim != 1 or not len(column):
        msg = f"The {what} must be one row with at least one question. Got the shape {column.shape}."
        raise ValueError(msg)
    return column


def _check_lengths(first: NDArray[Any], second: NDArray[Any]) -> None:
    if len(first) != len(second):
        msg = f"The same questions are needed on both sides. Got {len(first)} and {len(second)}."
        raise ValueError(msg)
