"""Where things are on a picture and on the part: coordinates, depth below the outline, the long axis.

Pure geometry on a reduced grid; knows no words and no defects.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.evidence import AnomalyMap
from echo_iad.domain.parts import FloatArray

Grid = NDArray[np.float64]

SIDE = 72
"""Longest side of the reduced grid; places in words are coarser than a 72nd of a picture."""
_LONG = 1.35
"""A part whose long axis is at least this many times its short one has ends."""
_SLICES = 24
"""Across the long axis, to measure widths along it."""
_STEP = 1.25
"""A head is at least this many times as wide as the shaft, else no step is seen."""
_USUAL_HEAD = 0.2
_OF_A_SIZE = 0.3
"""Pieces that lie apart are several parts when each has at least this share of the largest one's area."""


def reduced(values: FloatArray, *, side: int = SIDE) -> Grid:
    """Block means, with at most ``side`` cells along each axis.

    Of a large picture not every pixel is read, but at least three along a cell: maps and outlines are smooth.

    Parameters
    ----------
    values : (h, w) float
        Any size.

    Returns
    -------
    (h', w') float64
        One step for both axes, so that the aspect stays; the last cells may be smaller.
    """
    stride = max(1, max(values.shape) // (3 * side))
    sums = np.asarray(values[stride // 2 :: stride, stride // 2 :: stride], np.float64)
    step = max(1, -(-max(sums.shape) // side))
    for axis in (0, 1):
        starts = np.arange(0, sums.shape[axis], step)
        counts = np.diff(np.append(starts, sums.shape[axis]))
        sums = np.add.reduceat(sums, starts, axis=axis)
        sums = sums / (counts[:, None] if axis == 0 else counts[None, :])
    return sums


@dataclass(frozen=True, eq=False)
class Frame:
    """A frame of reference: the picture, or the part inside it.

    Attributes
    ----------
    inside : (h, w) float64
        0 to 1: how surely a cell belongs to what the frame is about; all ones for the picture.
    cell : float
        Width of a cell over its height.
    """

    inside: Grid
    cell: float = 1.0

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1 in cells; x1 and y1 lie outside."""
        columns = np.flatnonzero(self.solid.any(axis=0))
        rows = np.flatnonzero(self.solid.any(axis=1))
        return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1

    @cached_property
    def solid(self) -> NDArray[np.bool_]:
        """(h, w) bool: the part, or everything when no cell surely belongs to it."""
        solid = self.inside > 0.5
        return solid if solid.any() else np.ones_like(solid)

    @cached_property
    def x(self) -> Grid:
        """(h, w), 0 at the left end of the box and 1 at its right end."""
        x0, _, x1, _ = self.box
        return np.broadcast_to((np.arange(self.inside.shape[1]) + 0.5 - x0) / (x1 - x0), self.inside.shape)

    @cached_property
    def y(self) -> Grid:
        """(h, w), 0 at the top of the box and 1 at its bottom."""
        _, y0, _, y1 = self.box
        return np.broadcast_to(((np.arange(self.inside.shape[0]) + 0.5 - y0) / (y1 - y0))[:, None], self.inside.shape)

    @cached_property
    def depth(self) -> Grid:
        """(h, w), 0 at the outline and outside, 1 at the cell that is farthest from it."""
        from scipy.ndimage import binary_fill_holes, distance_transform_edt

        filled = binary_fill_holes(self.solid)
        distance = distance_transform_edt(np.pad(filled, 1), sampling=(1.0, self.cell))[1:-1, 1:-1]
        return np.asarray(distance / distance.max(), np.float64)

    @cached_property
    def axis(self) -> tuple[float, float, float]:
        """Unit vector (x, y) of the long axis, pointing right or down, and length over width (1 = as long as wide)."""
        rows, columns = np.nonzero(self.solid)
        if len(rows) < 2:
            return 1.0, 0.0, 1.0
        covariance = np.cov(np.stack([self.cell * columns, rows])) + 1e-9 * np.eye(2)
        spread, vectors = np.linalg.eigh(covariance)
        dx, dy = vectors[:, 1]
        if (dx, dy) < (0.0, 0.0) or (abs(dx) < abs(dy) and dy < 0):
            dx, dy = -dx, -dy
        return float(dx), float(dy), float(np.sqrt(spread[1] / spread[0]))

    @property
    def has_ends(self) -> bool:
        """Whether the part is clearly longer than wide."""
        return self.axis[2] >= _LONG

    @cached_property
    def along(self) -> Grid:
        """(h, w), 0 at one end of the long axis and 1 at the other."""
        dx, dy, _ = self.axis
        height, width = self.inside.shape
        return _spanned(dx * self.cell * np.arange(width)[None, :] + dy * np.arange(height)[:, None], self.solid)

    @cached_property
    def head_along(self) -> Grid:
        """(h, w), like `along`, with 0 at the wider of the two ends."""
        counts, _ = np.histogram(self.along[self.solid], bins=10, range=(0.0, 1.0))
        return self.along if counts[:2].sum() >= counts[-2:].sum() else 1.0 - self.along

    @cached_property
    def head_end(self) -> float:
        """Where along `head_along` the wide end narrows to the rest: 0.08 to 0.45; 0.2 where no step is seen."""
        widths, edges = np.histogram(self.head_along[self.solid], bins=_SLICES, range=(0.0, 1.0))
        shaft = float(np.median(widths[_SLICES // 3 : -_SLICES // 6]))
        front = widths[: _SLICES // 2]
        widest = int(front.argmax())
        if front[widest] < _STEP * shaft:
            return _USUAL_HEAD
        narrow = np.flatnonzero(front[widest:] < (front[widest] + shaft) / 2.0)
        return float(np.clip(edges[widest + narrow[0]], 0.08, 0.45)) if len(narrow) else _USUAL_HEAD

    def held(self, inside: Grid) -> Frame:
        """Make the frame of a piece, 0 to 1 in each cell, with the same directions."""
        return Frame(inside, self.cell)

    @cached_property
    def pieces(self) -> tuple[Frame, ...]:
        """The pieces that lie apart, if there are several of a size: several parts in one picture; else none."""
        from scipy.ndimage import label

        numbers, count = label(self.solid)
        areas = np.bincount(numbers.ravel(), minlength=count + 1)[1:]
        large = [number for number in range(1, count + 1) if areas[number - 1] >= _OF_A_SIZE * areas.max()]
        return tuple(self.held((numbers == number).astype(np.float64)) for number in large) if len(large) > 1 else ()


def _spanned(position: Grid, solid: NDArray[np.bool_]) -> Grid:
    first, last = position[solid].min(), position[solid].max()
    return np.asarray((position - first) / max(last - first, 1e-9), np.float64)


def frames(anomaly_map: AnomalyMap) -> tuple[Frame, Frame]:
    """Make the picture's frame and the part's; the same when the part fills the picture."""
    shape = reduced(anomaly_map.values).shape
    cell = anomaly_map.aspect * shape[0] / shape[1] if anomaly_map.aspect is not None else 1.0
    picture = Frame(np.ones(shape, np.float64), cell)
    if anomaly_map.foreground is None:
        return picture, picture
    inside = reduced(anomaly_map.foreground)
    if inside.shape != shape:
        msg = f"AnomalyMap.foreground must have the shape of its values. Got {anomaly_map.foreground.shape}."
        raise ValueError(msg)
    filled = (inside > 0.5).mean()
    return picture, picture if filled > 0.97 or filled == 0.0 else Frame(inside, cell)
