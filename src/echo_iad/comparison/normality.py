"""What one object's normals look like: bank, usual distances at each place, and the scores of the normals.

The distance of a patch to the bank is read against the distances that are usual of the normals when each is left out
(`comparison.usual`), so that one rule serves aligned parts, loose parts and textures. Knows no memory and no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echo_iad.comparison.bank import Banks, Choice, PatchBank, choose_patches, draw_pool, nearest, take
from echo_iad.comparison.features import PatchFeatures
from echo_iad.comparison.usual import Nearest, Usual, learn_usual
from echo_iad.domain.parts import BoolArray, FloatArray

FORMAT = "normality 6"
"""Stamps the cache; a change of anything that `fit_normality` computes changes it."""
LEAST_SCORE = 0.1
"""In spreads; keeps every score and threshold above 0."""
_VIEWS = ("context", "detail")
_BANK = ("patches", "source", "place")
_USUAL = ("place_mean", "place_spread", "patch_mean", "patch_spread")
_TOP_SHARE = 0.005  # the score is the mean of this share of the map's highest values
_EXTENT_SHARE = 0.01  # share of the normals' own patches that may lie above the extent of a region
_FOLDS = 5  # the normals are left out in so many groups
_APART = 3  # with one normal: its own patches closer than this many cells are left out


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
            "scores": self.scores,
            "extent": np.array([self.extent], dtype=np.float32),
        }
        for view in _VIEWS:
            bank, usual = getattr(self.banks, view), getattr(self, view)
            arrays |= {f"{view}_{name}": getattr(bank, name) for name in _BANK} | {
                f"{view}_{name}": getattr(usual, name) for name in _USUAL
            }
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Normality:
        """Inverse of `to_arrays`."""

        def floats(name: str) -> FloatArray:
            return arrays[name].astype(np.float32, copy=False)

        banks = [
            PatchBank(
                patches=floats(f"{view}_patches"),
                source=arrays[f"{view}_source"].astype(np.int32, copy=False),
                place=arrays[f"{view}_place"].astype(np.int32, copy=False),
            )
            for view in _VIEWS
        ]
        context, detail = (Usual(*(floats(f"{view}_{name}") for name in _USUAL)) for view in _VIEWS)
        return cls(Banks(*banks), context, detail, scores=floats("scores"), extent=float(floats("extent")[0]))


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
    banks = take(pool, choice)
    usual, maps = {}, []
    for view in _VIEWS:
        bank: PatchBank = getattr(banks, view)
        usual[view], above = learn_usual(_left_out(normals, view, bank, without), len(bank.patches))
        maps.append(above)
    values = np.mean(maps, axis=0)
    return Normality(
        banks=banks,
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
        Spreads above the usual distance, the mean of both views; higher = more unlike.
    """
    with ThreadPoolExecutor(1) as other:  # a core for each view: numpy lets go of the interpreter in a product
        detail = other.submit(_above_usual, query.detail, normality.banks.detail, normality.detail)
        context = _above_usual(query.context, normality.banks.context, normality.context)
        mean: FloatArray = np.mean([context, detail.result()], axis=0)
    return mean


def _above_usual(view: FloatArray, bank: PatchBank, usual: Usual) -> FloatArray:
    return usual.above(nearest(view, bank))


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


def _left_out(normals: Sequence[PatchFeatures], view: str, bank: PatchBank, without: Sequence[Banks]) -> Nearest:
    """Distances of each normal to the bank without its group, and its nearest patches in the bank of all."""
    distance, patch = [], []
    for number, normal in enumerate(normals):
        other: PatchBank = getattr(without[number % len(without)], view)
        hidden = _near(other, normal.grid) if len(without) == 1 else None
        distance.append(nearest(getattr(normal, view), other, hidden=hidden).distance)
        patch.append(nearest(getattr(normal, view), bank).patch)
    return Nearest(np.stack(distance), np.stack(patch))


def _near(bank: PatchBank, grid: tuple[int, int]) -> BoolArray:
    """(h * w, m) bool: with one normal, its patches close to each place, which would excuse that place."""
    rows, columns = grid
    cells = np.stack(np.divmod(np.arange(rows * columns), columns), axis=1)
    apart: BoolArray = np.abs(cells[:, None, :] - bank.place[None, :, :]).max(axis=2) < _APART
    return apart
