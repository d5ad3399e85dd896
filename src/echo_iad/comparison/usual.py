"""Which distances to the bank are usual: at each place of a part, and near each patch of the bank.

Some places of a good part vary more than others, which tells a part that lies always alike; some kinds of patches vary
more than others wherever they lie, which tells a texture or a part at any angle. A distance is read against both. Both
are learned from distances that the normals have when they are left out. Knows no bank and no verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import FloatArray

_PLACE_PRIOR = 5.0  # normals' worth of evidence that the average over all places counts for at one place
_PATCH_PRIOR = 2.0  # patches' worth of evidence that the average over all counts for near one patch of the bank
_SMOOTHING = 0.1  # width of the smoothing of the usual distances at places, as a share of the grid
_LEAST_SPREAD = 0.02  # in units of distance; keeps copies of one picture from making everything an anomaly


@dataclass(frozen=True, eq=False)
class Nearest:
    """Each patch of a picture beside the patch of the bank that is nearest to it.

    Attributes
    ----------
    distance : (..., h, w) float32
        Euclidean distance of unit vectors, 0 to 2; higher = more unlike the normals.
    patch : (..., h, w) int64
        Position in the bank.
    """

    distance: FloatArray
    patch: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Usual:
    """Usual distances to the bank, for one view; in units of distance.

    Attributes
    ----------
    place_mean, place_spread : (h, w) float32
        At each place.
    patch_mean, patch_spread : (m,) float32
        Of patches that have this one of the bank nearest.
    """

    place_mean: FloatArray
    place_spread: FloatArray
    patch_mean: FloatArray
    patch_spread: FloatArray

    def above(self, found: Nearest) -> FloatArray:
        """How many spreads each distance lies above the usual, the mean of both readings; ``(h, w)`` float32."""
        by_place = (found.distance - self.place_mean) / self.place_spread
        by_patch = (found.distance - self.patch_mean[found.patch]) / self.patch_spread[found.patch]
        return ((by_place + by_patch) / 2).astype(np.float32, copy=False)


def learn_usual(found: Nearest, patches: int) -> tuple[Usual, FloatArray]:
    """Learn from the normals, and read each of them against what is usual of the others.

    Parameters
    ----------
    found : Nearest
        ``(n, h, w)``: distances of each normal when it is left out, and its nearest patches in the bank of all.
    patches : int
        How many the bank of all holds.

    Returns
    -------
    Usual
        Of all normals.
    (n, h, w) float32
        Spreads above the usual of the other normals, of both readings the mean; with one normal, above its own.
    """
    place, by_place = _by_place(found.distance)
    patch, by_patch = _by_patch(found, patches)
    return Usual(*place, *patch), ((by_place + by_patch) / 2).astype(np.float32, copy=False)


def _by_place(distance: FloatArray) -> tuple[tuple[FloatArray, FloatArray], FloatArray]:
    from scipy.ndimage import gaussian_filter

    count, rows, columns = distance.shape
    width = (0, _SMOOTHING * rows, _SMOOTHING * columns)
    moments = [gaussian_filter(moment, width, mode="nearest") for moment in (distance, np.square(distance))]
    averages = _averages(distance)
    sums = np.stack([moment.sum(axis=0, dtype=np.float64) for moment in moments])
    everyone = _shrunk(sums, averages.mean(axis=1), count, _PLACE_PRIOR)
    if count == 1:
        return everyone, (distance - everyone[0]) / everyone[1]
    standardised = np.empty_like(distance)
    for number in range(count):
        others = sums - np.stack([moment[number] for moment in moments])
        mean, spread = _shrunk(others, _without(averages, number), count - 1, _PLACE_PRIOR)
        standardised[number] = (distance[number] - mean) / spread
    return everyone, standardised


def _by_patch(found: Nearest, patches: int) -> tuple[tuple[FloatArray, FloatArray], FloatArray]:
    count = len(found.distance)
    tallies = [_tally(*pair, patches) for pair in zip(found.distance, found.patch, strict=True)]
    total = np.sum(tallies, axis=0)
    averages = _averages(found.distance)
    everyone = _shrunk(total[1:], averages.mean(axis=1), total[0], _PATCH_PRIOR)
    standardised = np.empty_like(found.distance)
    for number, (distance, patch) in enumerate(zip(found.distance, found.patch, strict=True)):
        mean, spread = everyone
        if count > 1:
            others = total - tallies[number]
            mean, spread = _shrunk(others[1:], _without(averages, number), others[0], _PATCH_PRIOR)
        standardised[number] = (distance - mean[patch]) / spread[patch]
    return everyone, standardised


def _tally(distance: FloatArray, patch: NDArray[np.int64], patches: int) -> NDArray[np.float64]:
    """(3, m): how many patches have this one of the bank nearest, the sum of their distances and of the squares."""
    places, values = patch.ravel(), distance.ravel().astype(np.float64)
    return np.stack([np.bincount(places, weights=values**power, minlength=patches) for power in range(3)])


def _averages(distance: FloatArray) -> NDArray[np.float64]:
    """(2, n): mean distance and mean squared distance of each normal."""
    wide = distance.astype(np.float64)
    return np.stack([wide.mean(axis=(1, 2)), np.square(wide).mean(axis=(1, 2))])


def _without(averages: NDArray[np.float64], number: int) -> NDArray[np.float64]:
    """(2,): means over all normals but one."""
    others: NDArray[np.float64] = (averages.sum(axis=1) - averages[:, number]) / (averages.shape[1] - 1)
    return others


def _shrunk(
    sums: NDArray[np.float64], averages: NDArray[np.float64], count: float | NDArray[np.float64], prior: float
) -> tuple[FloatArray, FloatArray]:
    """Mean and spread from sums of distances and of their squares, drawn towards the averages where few count."""
    mean, square = ((each + prior * average) / (count + prior) for each, average in zip(sums, averages, strict=True))
    spread = np.sqrt(np.maximum(square - np.square(mean), _LEAST_SPREAD**2))
    return mean.astype(np.float32), spread.astype(np.float32)
