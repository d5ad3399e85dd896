"""Figures from scores and answers: areas under curves, and shares with their intervals. Knows no picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echo_iad.domain.parts import BoolArray, FloatArray


@dataclass(frozen=True)
class Share:
    """A share of cases with its 95 % interval (Clopper and Pearson 1934)."""

    hits: int
    cases: int
    share: float
    low: float
    high: float


def share(hits: int, cases: int) -> Share | None:
    """Measure a share; None without cases.

    Examples
    --------
    >>> share(1, 20)
    Share(hits=1, cases=20, share=0.05, low=0.0013, high=0.2487)
    """
    from scipy.stats import binomtest

    if not cases:
        return None
    interval = binomtest(hits, cases).proportion_ci()
    return Share(hits, cases, round(hits / cases, 4), round(float(interval.low), 4), round(float(interval.high), 4))


def image_areas(scores: Sequence[float], defective: Sequence[bool]) -> tuple[float, float]:
    """Area under the ROC curve and average precision; defective is positive."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    return round(float(roc_auc_score(defective, scores)), 4), round(
        float(average_precision_score(defective, scores)), 4
    )


class PixelCounts:
    """Values of pixels, counted in narrow bins, so that the ROC area over many pictures needs little memory.

    Examples
    --------
    >>> counts = PixelCounts()
    >>> counts.add(np.array([1.0, 2.0, 3.0], np.float32), np.array([False, False, True]))
    >>> counts.add(np.array([2.0], np.float32), np.array([True]))
    >>> counts.roc_area()
    0.875
    """

    _LOW, _HIGH, _BINS = -20.0, 180.0, 2**18

    def __init__(self) -> None:
        self._counts = np.zeros((2, self._BINS), dtype=np.int64)

    def add(self, values: FloatArray, defective: BoolArray) -> None:
        """Count the pixels of one picture; values outside -20 to 180 count as at the end.

        Parameters
        ----------
        values : (h, w) float32
        defective : (h, w) bool
        """
        scaled = (values - self._LOW) * (self._BINS / (self._HIGH - self._LOW))
        bins = np.clip(scaled, 0, self._BINS - 1).astype(np.int64)
        for row, chosen in enumerate((bins[~defective], bins[defective])):
            self._counts[row] += np.bincount(chosen, minlength=self._BINS)

    def roc_area(self) -> float | None:
        """Share of pairs in which the defective pixel is higher, ties half; None without both kinds."""
        good, bad = self._counts
        if not good.sum() or not bad.sum():
            return None
        below = np.cumsum(good) - good
        won = float((bad * (below + 0.5 * good)).sum())
        return round(won / (float(good.sum()) * float(bad.sum())), 4)
