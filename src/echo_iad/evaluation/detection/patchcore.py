"""A plain PatchCore (Roth et al., Towards Total Recall in Industrial Anomaly Detection, CVPR 2022) as a baseline.

Of the paper: all levels joined on the finest grid after a 3 x 3 mean (section 3.1), a greedy coreset in a random
projection (3.2), the distance to the nearest patch, the highest of them weighed by how usual its neighbour is (3.3,
equations 6 and 7), and a map smoothed by a Gaussian. Not of the paper: a threshold, which it does not have. Its normals
get their scores in folds, as Echo's do, and the same rule sets the threshold. Knows no memory, no encoder and no label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from echo_iad.comparison.bank import choose_coreset
from echo_iad.domain.parts import BoolArray, FloatArray

_Positions: TypeAlias = NDArray[np.int64]

CORESET_SHARE = 0.1
"""Share of the normals' patches that is kept; the paper measures 25, 10 and 1 %."""
MOST_PATCHES = 5_000
"""Patches kept at most: where a tenth would be more, it is a tenth of patches drawn at random."""
MAP_SIDE = 160
"""Rows and columns of the map, which spans the whole picture."""
_SMOOTHING = 4 / 224
"""Width of the Gaussian, as a share of the map: the paper's 4 pixels of 224."""
_NEIGHBOURHOOD = 3
_NEIGHBOURS = 9  # of the nearest patch, itself among them
_FOLDS = 5
_APART = 0.15  # of the grid; with one normal, its own patches nearer than this are left out
_LEAST_SCORE = 1e-6  # of a part that is among the normals; the tolerance takes scores above 0
_MOST_EXPONENT = 100.0  # beyond, a weight is 1
_ROWS = 400  # patches of a query that are looked up together: a part of the matrix of distances stays in the cache


@dataclass(frozen=True, eq=False)
class PatchGrid:
    """All levels of one picture, joined.

    Attributes
    ----------
    patches : (h * w, c) float32
        Row by row; channels of the finest level first.
    shape : (int, int)
        Rows and columns of the finest level.
    """

    patches: FloatArray
    shape: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Bank:
    """Patches of the normals that are kept.

    Attributes
    ----------
    patches : (m, c) float32
    place : (m, 2) float32
        Where each was in its picture, 0 to 1.
    """

    patches: FloatArray
    place: FloatArray


@dataclass(frozen=True, eq=False)
class Found:
    """What PatchCore says of one part.

    Attributes
    ----------
    score : float
        A distance of features; higher = more unlike the normals.
    values : (MAP_SIDE, MAP_SIDE) float32
        The map, distances too.
    """

    score: float
    values: FloatArray


@dataclass(frozen=True, eq=False)
class PatchCore:
    """What was learned of one object's normals; made by `fit_patchcore`.

    Attributes
    ----------
    bank : Bank
    scores : (n,) float32
        What each normal scores when its fold is left out.
    """

    bank: Bank
    scores: FloatArray

    def look(self, part: PatchGrid) -> Found:
        """Score one part, of the same encoder as the normals."""
        nearest, distances = _nearest(part.patches, self.bank)
        score = _weighed(part.patches, nearest, distances, self.bank)
        return Found(score, _smoothed(distances.reshape(part.shape)))


def fit_patchcore(normals: Sequence[PatchGrid], *, seed: int) -> PatchCore:
    """Learn from normals.

    Parameters
    ----------
    normals : sequence of PatchGrid
        At least one, all of the same shape. Looked at one at a time, twice.
    seed : int
        Draws the patches among which the coreset is chosen, the projection and the first patch.
    """
    pool, source = _draw_pool(normals, seed)
    room = max(1, round(CORESET_SHARE * len(source)))
    chosen = choose_coreset(pool.patches, room, np.random.default_rng(seed))
    folds = min(_FOLDS, len(normals))
    without = [_without(pool, chosen, source % folds == fold, seed) for fold in range(folds)]
    scores = []
    for number, normal in enumerate(normals):
        bank = without[number % folds]
        nearest, distances = _nearest(normal.patches, bank, hidden=_near(bank, normal.shape) if folds == 1 else None)
        scores.append(_weighed(normal.patches, nearest, distances, bank))
    return PatchCore(_taken(pool, chosen), np.array(scores, dtype=np.float32))


def joined_patches(levels: Sequence[FloatArray]) -> PatchGrid:
    """All levels of one picture on the finest grid, each averaged over 3 x 3 patches before.

    Parameters
    ----------
    levels : sequence of (h, w, c) float32
        Finest first, as in `ImageEncoding.levels`; at least one.
    """
    from scipy.ndimage import uniform_filter

    rows, columns, _ = levels[0].shape
    around = (_NEIGHBOURHOOD, _NEIGHBOURHOOD, 1)
    smoothed = [uniform_filter(level.astype(np.float32, copy=False), around) for level in levels]
    joined = np.concatenate([_enlarged(level, rows, columns) for level in smoothed], axis=2)
    patches = np.ascontiguousarray(joined.reshape(rows * columns, -1), dtype=np.float32)
    return PatchGrid(patches, (rows, columns))


def _enlarged(level: FloatArray, rows: int, columns: int) -> FloatArray:
    """The level on a finer grid, bilinear."""
    along = _interpolation(level.shape[0], rows), _interpolation(level.shape[1], columns)
    enlarged: FloatArray = np.einsum("rh,hwc,kw->rkc", along[0], level, along[1], optimize=True)
    return enlarged


def _interpolation(coarse: int, fine: int) -> FloatArray:
    """Weights of each coarse cell in each fine one, ``(fine, coarse)``; cells are as wide as their share."""
    at = np.clip((np.arange(fine) + 0.5) * coarse / fine - 0.5, 0, coarse - 1)
    weights: FloatArray = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(coarse)[None, :])).astype(np.float32)
    return weights


def _draw_pool(normals: Sequence[PatchGrid], seed: int) -> tuple[Bank, _Positions]:
    """Patches to choose from, and the position of the normal that each came from."""
    rows, columns = normals[0].shape
    cells, most = rows * columns, round(MOST_PATCHES / CORESET_SHARE)
    drawn = np.sort(np.random.default_rng(seed).permutation(len(normals) * cells)[:most])
    source, cell = np.divmod(drawn, cells)
    patches = [normal.patches[cell[source == number]] for number, normal in enumerate(normals)]
    place = (np.stack(np.divmod(cell, columns), axis=1) + 0.5) / (rows, columns)
    return Bank(np.concatenate(patches), place.astype(np.float32)), source


def _taken(pool: Bank, chosen: _Positions) -> Bank:
    return Bank(pool.patches[chosen], pool.place[chosen])


def _without(pool: Bank, chosen: _Positions, dropped: BoolArray, seed: int) -> Bank:
    """The bank that other normals give: what remains of the coreset, filled up to its share of the others."""
    among = np.flatnonzero(~dropped)
    if not len(among):
        return _taken(pool, chosen)
    room = max(1, round(CORESET_SHARE * len(among)))
    start = np.flatnonzero(np.isin(among, chosen))[:room]
    return _taken(pool, among[choose_coreset(pool.patches[among], room, np.random.default_rng(seed), start=start)])


def _near(bank: Bank, grid: tuple[int, int]) -> BoolArray:
    """(h * w, m) bool: which patches of the bank are too near to a place, in the same picture, to judge it."""
    cells = (np.stack(np.divmod(np.arange(grid[0] * grid[1]), grid[1]), axis=1) + 0.5) / grid
    apart = np.abs(cells[:, None, :] - bank.place[None, :, :]).max(axis=2)
    near: BoolArray = apart < _APART
    return near


def _nearest(patches: FloatArray, bank: Bank, *, hidden: BoolArray | None = None) -> tuple[_Positions, FloatArray]:
    """For each patch, the position of the nearest one in the bank, and its Euclidean distance."""
    squares = np.einsum("mc,mc->m", bank.patches, bank.patches)
    nearest = np.empty(len(patches), dtype=np.int64)
    for start in range(0, len(patches), _ROWS):
        some = slice(start, start + _ROWS)
        distance = squares[None, :] - 2 * (patches[some] @ bank.patches.T)
        if hidden is not None:
            distance[hidden[some]] = np.inf
        nearest[some] = distance.argmin(axis=1)
    distances: FloatArray = np.linalg.norm(patches - bank.patches[nearest], axis=1).astype(np.float32)
    return nearest, distances


def _weighed(patches: FloatArray, nearest: _Positions, distances: FloatArray, bank: Bank) -> float:
    """The highest distance, weighed down where the neighbour's neighbours are near to the patch too (equation 7)."""
    worst = int(distances.argmax())
    around = np.linalg.norm(bank.patches - bank.patches[nearest[worst]], axis=1)
    count = min(_NEIGHBOURS, len(around))
    if count < 2:
        return max(float(distances[worst]), _LEAST_SCORE)
    neighbours = np.argpartition(around, count - 1)[:count]
    apart = np.linalg.norm(bank.patches[neighbours] - patches[worst], axis=1).astype(np.float64)
    farther = np.exp(np.minimum(apart - distances[worst], _MOST_EXPONENT))
    return max(float((1 - 1 / farther.sum()) * distances[worst]), _LEAST_SCORE)


def _smoothed(distances: FloatArray) -> FloatArray:
    from scipy.ndimage import gaussian_filter

    large = _enlarged(distances[:, :, None], MAP_SIDE, MAP_SIDE)[:, :, 0]
    smooth: FloatArray = gaussian_filter(large, _SMOOTHING * MAP_SIDE, mode="nearest").astype(np.float32)
    return smooth
