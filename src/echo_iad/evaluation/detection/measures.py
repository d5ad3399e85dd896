"""Figures from scores, verdicts and maps: areas under curves, and shares with their intervals. Knows no picture.

The per-region overlap is that of Bergmann et al. 2021 (The MVTec Anomaly Detection Dataset, IJCV 129, section 6.1):
overlap with each connected component of the ground truth, averaged over all components, against the false-positive
rate of all normal pixels, integrated up to a limit and divided by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import BoolArray, FloatArray
from echo_iad.errors import MissingExtraError

OVERLAP_LIMIT = 0.3
"""False-positive rate up to which the per-region overlap is integrated (Bergmann et al. 2021)."""
_MANTISSA_BITS = 11
_LEAST_EXPONENT, _OCTAVES = -40, 64
"""Magnitudes from 2^-40 to 2^24 are told apart: far beyond any score on either side."""
_HALF = _OCTAVES << _MANTISSA_BITS
_EIGHT_NEIGHBOURS = np.ones((3, 3), dtype=np.int8)


@dataclass(frozen=True)
class Share:
    """A share of cases with its 95 % interval (Clopper and Pearson 1934)."""

    hits: int
    cases: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class ImageAreas:
    """How well scores of whole parts tell good from defective, 0 to 1; None without parts of both kinds."""

    auroc: float | None
    average_precision: float | None


@dataclass(frozen=True)
class PixelAreas:
    """How well maps tell where defects are, 0 to 1; None where it cannot be known."""

    auroc: float | None
    """Share of pairs in which the defective pixel is higher than the normal one, ties half."""
    aupro: float | None
    """Area under the per-region overlap up to `OVERLAP_LIMIT`, divided by the limit."""
    regions: int
    """Connected components of the ground truth, with 8 neighbours."""
    error: float
    """The areas of all values with every digit differ from these by at most so much."""


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


def image_areas(scores: Sequence[float], defective: Sequence[bool]) -> ImageAreas:
    """Area under the ROC curve and average precision; defective is positive.

    Parameters
    ----------
    scores : sequence of float
        Higher = more unlike the normals.
    defective : sequence of bool

    Raises
    ------
    MissingExtraError
        scikit-learn is not installed.

    Examples
    --------
    >>> image_areas([0.2, 0.4, 0.9], [False, False, True])
    ImageAreas(auroc=1.0, average_precision=1.0)
    >>> image_areas([0.2, 0.4], [False, False])
    ImageAreas(auroc=None, average_precision=None)
    """
    metrics = metrics_library()
    if len(set(defective)) < 2:
        return ImageAreas(None, None)
    return ImageAreas(
        auroc=round(float(metrics.roc_auc_score(defective, scores)), 4),
        average_precision=round(float(metrics.average_precision_score(defective, scores)), 4),
    )


def metrics_library() -> ModuleType:
    """scikit-learn's measures.

    Raises
    ------
    MissingExtraError
        It is not installed.
    """
    try:
        import sklearn.metrics
    except ImportError as fault:
        feature = "Measuring detection"
        raise MissingExtraError(feature, "eval") from fault
    else:
        library: ModuleType = sklearn.metrics
        return library


@dataclass(frozen=True, eq=False)
class TrueRegions:
    """Where one picture is defective, in the form that pixels are counted with; made by `true_regions`.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns of the picture.
    inside : (p,) int64
        Positions of its defective pixels, row by row.
    weights : (p,) float64
        One over the size of the region that each is in.
    count : int
        How many regions there are.
    """

    shape: tuple[int, int]
    inside: NDArray[np.int64]
    weights: NDArray[np.float64]
    count: int


def true_regions(defective: BoolArray) -> TrueRegions:
    """Connected components, with 8 neighbours, of a ground truth ``(h, w) bool``."""
    from scipy.ndimage import label

    labels, count = label(defective, structure=_EIGHT_NEIGHBOURS)
    inside = np.flatnonzero(defective)
    numbers = labels.ravel()[inside]
    sizes = np.bincount(numbers, minlength=count + 1)[numbers]
    rows, columns = defective.shape
    return TrueRegions((rows, columns), inside, 1.0 / sizes, int(count))


class PixelCounts:
    """Values of pixels, counted in narrow bins, so that areas over any number of maps need 6 MB.

    Bins are as wide as the numbers are large: values with the same sign and the same 12 leading binary digits count
    as equal, whatever the scale of the score. How much that can change an area is counted too.

    Examples
    --------
    >>> counts = PixelCounts()
    >>> counts.add(np.array([[1.0, 2.0, 3.0]], np.float32), true_regions(np.array([[False, False, True]])))
    >>> counts.add(np.array([[2.0]], np.float32), true_regions(np.array([[True]])))
    >>> counts.areas().auroc
    0.875
    """

    def __init__(self) -> None:
        self._normal = np.zeros(2 * _HALF, dtype=np.int64)
        self._defective = np.zeros(2 * _HALF, dtype=np.int64)
        self._overlap = np.zeros(2 * _HALF, dtype=np.float64)
        self._regions = 0

    def add(self, values: FloatArray, truth: TrueRegions | None = None) -> None:
        """Count the pixels of one picture.

        Parameters
        ----------
        values : (h, w) float32
            Finite; higher = more unlike the normals.
        truth : TrueRegions, optional
            The ground truth; None = no pixel is defective.

        Raises
        ------
        ValueError
            The shapes differ, or a value is not finite.
        """
        if values.ndim != 2 or (truth is not None and truth.shape != values.shape):
            got = f"{values.shape} and {'none' if truth is None else truth.shape}"
            msg = f"Values and ground truth must be (h, w) of the same picture. Got {got}."
            raise ValueError(msg)
        bins = _bins(values).ravel()
        self._normal += np.bincount(bins, minlength=2 * _HALF)
        if truth is None or not truth.count:
            return
        inside = bins[truth.inside]
        defective = np.bincount(inside, minlength=2 * _HALF)
        self._normal -= defective
        self._defective += defective
        self._overlap += np.bincount(inside, weights=truth.weights, minlength=2 * _HALF)
        self._regions += truth.count

    def areas(self, *, limit: float = OVERLAP_LIMIT) -> PixelAreas:
        """Measure what was counted so far.

        Parameters
        ----------
        limit : float
            False-positive rate up to which the overlap is integrated, above 0 and at most 1.
        """
        if not self._regions or not self._normal.any():
            return PixelAreas(None, None, self._regions, 0.0)
        used = np.flatnonzero(self._normal + self._defective)[::-1]
        alarms, hits, overlaps = (_rising(counts[used]) for counts in (self._normal, self._defective, self._overlap))
        return PixelAreas(
            auroc=round(_area(alarms, hits, 1.0), 4),
            aupro=round(_area(alarms, overlaps, limit) / limit, 4),
            regions=self._regions,
            error=max(_boxes(alarms, hits, 1.0), _boxes(alarms, overlaps, limit) / limit),
        )


def _bins(values: FloatArray) -> NDArray[np.int32]:
    """The bin of each value, in the order of the values."""
    if not np.isfinite(values).all():
        msg = "A map must hold finite values. Got others."
        raise ValueError(msg)
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.int32)
    bins: NDArray[np.int32] = bits & 0x7FFFFFFF
    bins >>= 23 - _MANTISSA_BITS
    bins -= (127 + _LEAST_EXPONENT) << _MANTISSA_BITS
    np.clip(bins, 0, _HALF - 1, out=bins)
    bins ^= bits >> 31  # below zero: -1 - code, so that the order is that of the values
    bins += _HALF
    bins += bins == _HALF - 1  # -0.0 is 0.0
    return bins


def _rising(counts: NDArray[np.generic]) -> NDArray[np.float64]:
    """Share of all at or above each value, from 0 to 1; the values fall."""
    sums = np.cumsum(counts, dtype=np.float64)
    return np.concatenate([[0.0], sums / sums[-1]])


def _area(across: NDArray[np.float64], up: NDArray[np.float64], limit: float) -> float:
    """Area below a rising curve of straight lines, from 0 to the limit."""
    across, up = _cut(across, up, limit)
    return float(np.trapezoid(up, across))


def _boxes(across: NDArray[np.float64], up: NDArray[np.float64], limit: float) -> float:
    """Area of the boxes around the curve's lines; the curve of all values with every digit runs inside them too."""
    return float((np.diff(np.minimum(across, limit)) * np.diff(up)).sum())


def _cut(
    across: NDArray[np.float64], up: NDArray[np.float64], limit: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    end = int(np.searchsorted(across, limit, side="right"))
    if end == len(across):
        return across, up
    height = np.interp(limit, across[end - 1 : end + 1], up[end - 1 : end + 1])
    return np.append(across[:end], limit), np.append(up[:end], height)
