"""The patches of the normals that a query is compared with: a coreset within a memory budget.

Greedy farthest-point choice in a random projection (PatchCore, Roth et al. 2022, section 3.2). A random choice of
the same size was measured and is much worse (docs/ablations.md). Knows no scores and no tolerance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echo_iad.comparison.features import PatchFeatures
from echo_iad.comparison.usual import Nearest
from echo_iad.domain.parts import BoolArray, FloatArray

POOL = 20_000
"""Patches, drawn at random from all normals, among which the coreset is chosen."""
_PROJECTED = 32
_CANDIDATES = 64  # looked at together when the coreset grows; changes the time, not the choice
_CHOSEN = -1.0  # in place of a squared distance


@dataclass(frozen=True, eq=False)
class PatchBank:
    """Patches of normals in one view, and which normal and place each came from.

    Attributes
    ----------
    patches : (m, c) float32, unit length
    source : (m,) int32
        Position of the patch's normal in the list that the bank was built from.
    place : (m, 2) int32
        Row and column of the patch.
    """

    patches: FloatArray
    source: NDArray[np.int32]
    place: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Banks:
    """A bank for each view of `PatchFeatures`."""

    context: PatchBank
    detail: PatchBank


def draw_pool(normals: Sequence[PatchFeatures], *, seed: int) -> Banks:
    """Draw the patches, at most `POOL`, among which banks are chosen; the same places in both views.

    Parameters
    ----------
    normals : sequence of PatchFeatures
        All on the same grid; at least one. Each is looked at once, since there may be too many to hold.
    seed : int
    """
    rows, columns = normals[0].grid
    drawn = np.sort(np.random.default_rng(seed).permutation(len(normals) * rows * columns)[:POOL])
    source, cell = np.divmod(drawn, rows * columns)
    place = np.stack(np.divmod(cell, columns), axis=1).astype(np.int32)
    starts = np.searchsorted(source, np.arange(len(normals) + 1))
    context, detail = [], []
    for number, normal in enumerate(normals):
        mine = cell[starts[number] : starts[number + 1]]
        context.append(normal.context.reshape(-1, normal.context.shape[2])[mine])
        detail.append(normal.detail.reshape(-1, normal.detail.shape[2])[mine])
    origin = source.astype(np.int32)
    return Banks(PatchBank(np.concatenate(context), origin, place), PatchBank(np.concatenate(detail), origin, place))


@dataclass(frozen=True, eq=False)
class Choice:
    """Which patches of a pool are kept: positions in it, ``(m,)`` int64 for each view, as many in both."""

    context: NDArray[np.int64]
    detail: NDArray[np.int64]


def choose_patches(
    pool: Banks, *, megabytes: float, seed: int, without: tuple[Choice, BoolArray] | None = None
) -> Choice:
    """Choose the patches to keep.

    A choice for each view was better than one for both (docs/ablations.md).

    Parameters
    ----------
    pool : Banks
        From `draw_pool`.
    megabytes : float
        Budget of the kept patches of both views.
    seed : int
        The same pool and seed give the same choice.
    without : tuple of Choice and (p,) bool, optional
        A choice, and the patches of the pool to do without: what remains of the choice stays, and what is missing is
        chosen anew among the other patches. At least one must remain.
    """
    rng = np.random.default_rng(seed)
    views = (pool.context, pool.detail)
    room = max(1, int(megabytes * 2**20 / sum(view.patches.shape[1] * view.patches.itemsize for view in views)))
    chosen = []
    for name, view in zip(("context", "detail"), views, strict=True):
        if without is None:
            chosen.append(choose_coreset(view.patches, room, rng))
            continue
        choice, dropped = without
        among = np.flatnonzero(~dropped)
        start = np.flatnonzero(np.isin(among, getattr(choice, name)))
        chosen.append(among[choose_coreset(view.patches[among], room, rng, start=start)])
    return Choice(*chosen)


def take(pool: Banks, choice: Choice) -> Banks:
    """The chosen patches of a pool."""
    return Banks(
        *(
            PatchBank(view.patches[chosen], view.source[chosen], view.place[chosen])
            for view, chosen in ((pool.context, choice.context), (pool.detail, choice.detail))
        )
    )


def choose_coreset(
    patches: FloatArray, room: int, rng: np.random.Generator, *, start: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Positions of ``room`` patches that leave no patch far from the chosen ones.

    Parameters
    ----------
    patches : (n, c) float32
    room : int
        How many to choose; all when ``n`` is not larger.
    rng : Generator
        Draws the projection and the first patch.
    start : (s,) int64, optional
        Positions that are chosen already; the first patch is drawn without.

    Returns
    -------
    (min(n, room),) int64
        In the order of choice.
    """
    count = len(patches)
    if count <= room:
        return np.arange(count)
    projection = rng.standard_normal((patches.shape[1], _PROJECTED)).astype(np.float32) / np.sqrt(_PROJECTED)
    points = patches @ projection.astype(np.float32)
    squares = np.einsum("nd,nd->n", points, points)
    chosen = [int(rng.integers(count))] if start is None or not len(start) else start.tolist()
    nearest = np.full(count, np.inf, dtype=np.float32)
    for first in range(0, len(chosen), _CANDIDATES):  # all at once would take hundreds of megabytes
        group = chosen[first : first + _CANDIDATES]
        np.minimum(nearest, _squared(points, squares, group).min(axis=1), out=nearest)
    nearest[chosen] = _CHOSEN
    while len(chosen) < room:
        group = _farthest(points, squares, nearest)[: room - len(chosen)]
        np.minimum(nearest, _squared(points, squares, group).min(axis=1), out=nearest)
        nearest[group] = _CHOSEN
        chosen += group
    return np.array(chosen, dtype=np.int64)


def _farthest(points: FloatArray, squares: FloatArray, nearest: FloatArray) -> list[int]:
    """The points that the greedy choice takes next, at least one, found in one pass over all.

    Distances to the chosen only shrink, so a candidate that is still at least as far as any other point was before
    is the farthest (lazy greedy, Minoux 1978).
    """
    size = min(_CANDIDATES, len(nearest) - 1)
    order = np.argpartition(nearest, -size - 1)[-size - 1 :]
    order = order[np.argsort(-nearest[order], kind="stable")]
    candidates, others = order[:-1], nearest[order[-1]]
    left = nearest[candidates]
    between = _squared(points[candidates], squares[candidates], range(size))
    taken: list[int] = []
    best = 0
    while not taken or left[best] >= max(others, 0.0):
        taken.append(int(candidates[best]))
        np.minimum(left, between[best], out=left)
        left[best] = _CHOSEN
        best = int(left.argmax())
    return taken


def _squared(points: FloatArray, squares: FloatArray, group: Sequence[int]) -> FloatArray:
    """Squared distances of all points to those of a group, ``(n, g)``."""
    wanted = list(group)
    found: FloatArray = squares[:, None] - 2 * (points @ points[wanted].T) + squares[wanted][None, :]
    return np.maximum(found, 0.0)


def nearest(grid: FloatArray, bank: PatchBank, *, hidden: BoolArray | None = None) -> Nearest:
    """The nearest patch in the bank to every patch of a query, and its distance.

    Parameters
    ----------
    grid : (h, w, c) float32, unit length
        One view of the query.
    bank : PatchBank
        Of the same view.
    hidden : (m,) or (h * w, m) bool, optional
        Patches of the bank that may not be used.
    """
    rows, columns, channels = grid.shape
    likeness = grid.reshape(-1, channels) @ bank.patches.T
    if hidden is not None:
        np.copyto(likeness, -1.0, where=hidden)
    patch = likeness.argmax(axis=1)
    closest = np.take_along_axis(likeness, patch[:, None], axis=1)[:, 0]
    distance = np.sqrt(np.maximum(2.0 - 2.0 * closest, 0.0)).astype(np.float32)
    return Nearest(distance.reshape(rows, columns), patch.reshape(rows, columns))
