"""What one object's normals look like: bank, usual distances at each place, and the scores of the normals.

The distance of a patch to the bank is read against the distances that the normals have *at the same place* when each
is left out: some places of a good part vary more than others. Where parts lie at any angle the usual distances are
alike everywhere, so the same rule serves aligned parts, loose parts and textures. Knows no memory and no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echo_iad.comparison.bank import Banks, Choice, PatchBank, choose_patches, distances, draw_pool, take
from echo_iad.comparison.features import PatchFeatures
from echo_iad.domain.parts import BoolArray, FloatArray

FORMAT = "normality 5"
"""Stamps the cache; a change of anything that `fit_normality` computes changes it."""
LEAST_SCORE = 0.1
"""In spreads; keeps every score and threshold above 0."""
_VIEWS = ("context", "detail")
_TOP_SHARE = 0.005  # the score is the mean of this share of the map's highest values
_EXTENT_SHARE = 0.01  # share of the normals' own patches that may lie above the extent of a region
_PRIOR_WEIGHT = 5.0  # normals' worth of evidence that the average over all places counts for at one place
_SMOOTHING = 0.1  # width of the smoothing of the usual distances, as a share of the grid
_LEAST_SPREAD = 0.02  # in units of distance; keeps copies of one picture from making everything an anomaly
_FOLDS = 5  # the normals are left out in so many groups
_APART = 3  # with one normal: its own patches closer than this many cells are left out


@dataclass(frozen=True, eq=False)
class Usual:
    """Usual distance to the bank at each place, for one view.

    Attributes
    ----------
    mean, spread : (h, w) float32
        In units of distance.
    """

    mean: FloatArray
    spread: FloatArray


@dataclass(frozen=True, eq=False)
class Normality:
    """Everything that a query of one object is compared with.

    Attributes
    ----------
    banks : Banks
    context, detail : Usual
        The usual distances in both views.
    scores : (n,) float32
        What each normal scores when it is left out; higher = more unlike the others.
    extent : float
        Value of the map down to which a region reaches around its core.
    """

    banks: Banks
    context: Usual
    detail: Usual
    scores: FloatArray
    extent: float

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Plain arrays for a cache file."""
        arrays: dict[str, NDArray[np.generic]] = {
            "usual": np.stack([self.context.mean, self.context.spread, self.detail.mean, self.detail.spread]),
            "scores": self.scores,
            "extent": np.array([self.extent], dtype=np.float32),
        }
        for view in _VIEWS:
            bank = getattr(self.banks, view)
            arrays |= {f"{view}_patches": bank.patches, f"{view}_source": bank.source, f"{view}_place": bank.place}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Normality:
        """Inverse of `to_arrays`."""
        usual = arrays["usual"].astype(np.float32, copy=False)
        banks = [
            PatchBank(
                patches=arrays[f"{view}_patches"].astype(np.float32, copy=False),
                source=arrays[f"{view}_source"].astype(np.int32, copy=False),
                place=arrays[f"{view}_place"].astype(np.int32, copy=False),
            )
            for view in _VIEWS
        ]
        return cls(
            banks=Banks(*banks),
            context=Usual(usual[0], usual[1]),
            detail=Usual(usual[2], usual[3]),
            scores=arrays["scores"].astype(np.float32, copy=False),
            extent=float(arrays["extent"].astype(np.float32)[0]),
        )


def fit_normality(normals: Sequence[PatchFeatures], *, megabytes: float, seed: int) -> Normality:
    """Learn what the normals look like; nothing else is learned from.

    Parameters
    ----------
    normals : sequence of PatchFeatures
        At least one, all on the same grid; looked at one at a time, so that it may load them as it goes.
    megabytes : float
        Budget of the bank.
    seed : int

    Raises
    ------
    ValueError
        There is no normal.
    """
    if not normals:
        msg = "At least one normal is needed. Got none."
        raise ValueError(msg)
    pool = draw_pool(normals, seed=seed)
    choice = choose_patches(pool, megabytes=megabytes, seed=seed)
    without = _without_each_fold(pool, choice, len(normals), megabytes=megabytes, seed=seed)
    found = _left_out(normals, without)
    usual, maps = {}, []
    for view in _VIEWS:
        usual[view], standardised = _usual(found[view])
        maps.append(standardised)
    values = np.mean(maps, axis=0)
    return Normality(
        banks=take(pool, choice),
        context=usual["context"],
        detail=usual["detail"],
        scores=np.array([score_map(one) for one in values], dtype=np.float32),
        extent=float(np.quantile(values, 1 - _EXTENT_SHARE)),
    )


def compare_patches(query: PatchFeatures, normality: Normality) -> FloatArray:
    """How unlike the normals each patch is.

    Returns
    -------
    (h, w) float32
        Spreads above the usual distance at that place, the mean of both views; higher = more unlike.
    """
    with ThreadPoolExecutor(1) as other:  # a core for each view: numpy lets go of the interpreter in a product
        detail = other.submit(_above_usual, query.detail, normality.banks.detail, normality.detail)
        context = _above_usual(query.context, normality.banks.context, normality.context)
        mean: FloatArray = np.mean([context, detail.result()], axis=0)
    return mean


def _above_usual(view: FloatArray, bank: PatchBank, usual: Usual) -> FloatArray:
    above: FloatArray = (distances(view, bank) - usual.mean) / usual.spread
    return above


def score_map(values: FloatArray) -> float:
    """One number for a map: the mean of its highest 0.5 %, at least one value; higher = more unlike the normals.

    Never below `LEAST_SCORE`: how much more alike than usual a part is tells nothing.
    """
    count = max(1, round(_TOP_SHARE * values.size))
    return max(float(np.partition(values.ravel(), -count)[-count:].mean()), LEAST_SCORE)


def _without_each_fold(pool: Banks, choice: Choice, count: int, *, megabytes: float, seed: int) -> list[Banks]:
    """Banks chosen without each group of normals: normal ``i`` is in group ``i`` modulo the number of groups.

    Only hiding a group's patches would leave holes that a query does not meet, since a coreset keeps what is rare
    once; so they are filled again (docs/ablations.md).
    """
    folds = min(_FOLDS, count)
    if folds == 1:
        return [take(pool, choice)]
    group = pool.context.source % folds
    return [
        take(pool, choose_patches(pool, megabytes=megabytes, seed=seed, without=(choice, group == fold)))
        for fold in range(folds)
    ]


def _left_out(normals: Sequence[PatchFeatures], without: Sequence[Banks]) -> dict[str, FloatArray]:
    """Distances of each normal to the banks without its group, ``(n, h, w)`` for each view."""
    found: dict[str, list[FloatArray]] = {view: [] for view in _VIEWS}
    for number, normal in enumerate(normals):
        for view in _VIEWS:
            bank = getattr(without[number % len(without)], view)
            hidden = _near(bank, normal.grid) if len(without) == 1 else None
            found[view].append(distances(getattr(normal, view), bank, hidden=hidden))
    return {view: np.stack(maps) for view, maps in found.items()}


def _near(bank: PatchBank, grid: tuple[int, int]) -> BoolArray:
    """(h * w, m) bool: with one normal, its patches close to each place, which would excuse that place."""
    rows, columns = grid
    cells = np.stack(np.divmod(np.arange(rows * columns), columns), axis=1)
    apart: BoolArray = np.abs(cells[:, None, :] - bank.place[None, :, :]).max(axis=2) < _APART
    return apart


def _usual(found: FloatArray) -> tuple[Usual, FloatArray]:
    """Usual distances from those of the left-out normals, and each normal's map against the others' usual.

    Parameters
    ----------
    found : (n, h, w) float32
    """
    from scipy.ndimage import gaussian_filter

    count, rows, columns = found.shape
    width = (0, _SMOOTHING * rows, _SMOOTHING * columns)
    first, second = (gaussian_filter(moment, width, mode="nearest") for moment in (found, np.square(found)))
    sums = first.sum(axis=0), second.sum(axis=0)
    averages = found.mean(axis=(1, 2)), np.square(found).mean(axis=(1, 2))
    totals = averages[0].sum(), averages[1].sum()
    everyone = _shrunk(sums[0], sums[1], totals[0] / count, totals[1] / count, count)
    if count == 1:
        return everyone, (found - everyone.mean) / everyone.spread
    standardised = np.empty_like(found)
    for number in range(count):
        others = _shrunk(
            sums[0] - first[number],
            sums[1] - second[number],
            (totals[0] - averages[0][number]) / (count - 1),
            (totals[1] - averages[1][number]) / (count - 1),
            count - 1,
        )
        standardised[number] = (found[number] - others.mean) / others.spread
    return everyone, standardised


def _shrunk(first: FloatArray, second: FloatArray, average: float, square: float, count: int) -> Usual:
    """Mean and spread at each place, drawn towards those over all places when normals are few."""
    weight = count + _PRIOR_WEIGHT
    mean = (first + _PRIOR_WEIGHT * average) / weight
    variance = (second + _PRIOR_WEIGHT * square) / weight - np.square(mean)
    spread = np.sqrt(np.maximum(variance, _LEAST_SPREAD**2))
    return Usual(mean.astype(np.float32), spread.astype(np.float32))
