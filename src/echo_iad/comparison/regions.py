"""Regions of an anomaly map, and where they are in words. Knows no picture and no normals.

A region is a connected component above the map's extent that holds a place above its threshold (hysteresis, Canny
1986): the threshold says that something is there, the extent how far it reaches. Round a strong defect the map is
high far beyond the defect, since an encoder's patches see their surroundings; so a region ends at a share of its own
peak (docs/ablations.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.evidence import AnomalyMap, Region
from echo_iad.domain.parts import BoolArray, FloatArray

MOST_REGIONS = 8
BESIDE = "beside the part"
"""Where a region lies that is not on the part."""
_PEAK_SHARE = 0.6
_EVERYWHERE = 0.5  # a region that covers more of the picture is everywhere
_LEAST_SHARE = 0.25  # a further region is named when it has this share of the highest region's excess
_BESIDE = 0.04  # of the picture: farther than this from the outline is beside the part
_OUTLINE_DEPTH = 0.25  # of the part's greatest depth: nearer than this to the outline is at its edge


@dataclass(frozen=True, eq=False)
class Patch:
    """A region with the places that it covers.

    Attributes
    ----------
    region : Region
    inside : (h, w) bool
        On the grid of the map.
    """

    region: Region
    inside: BoolArray


def find_regions(anomaly_map: AnomalyMap, width: int, height: int) -> tuple[Patch, ...]:
    """Regions of a map, highest score first, at most `MOST_REGIONS`.

    Parameters
    ----------
    anomaly_map : AnomalyMap
    width, height : int
        Size of the upright image in pixels; boxes are in these.
    """
    values = anomaly_map.values
    core = min(anomaly_map.threshold, float(values.max()))
    floor = min(anomaly_map.extent, core)
    found = sorted(_above(values, floor, core), key=lambda one: -one.score)
    highest = found[0].score - floor if found else 0.0
    kept = [one for one in found if one.score - floor >= _LEAST_SHARE * highest][:MOST_REGIONS]
    if not kept:
        return ()
    outline = None if anomaly_map.foreground is None else _Outline(anomaly_map.foreground > 0.5)
    return tuple(Patch(_region(one, anomaly_map, (width, height), outline), one.on_grid(values.shape)) for one in kept)


@dataclass(frozen=True, eq=False)
class _Component:
    """Connected places of a map, and the highest value there."""

    score: float
    ys: NDArray[np.int64]
    xs: NDArray[np.int64]

    def on_grid(self, shape: tuple[int, ...]) -> BoolArray:
        inside = np.zeros(shape, bool)
        inside[self.ys, self.xs] = True
        return inside


def _above(values: FloatArray, floor: float, core: float) -> Iterator[_Component]:
    """What lies above the floor, and above a share of its own peak if that is more, and holds a core."""
    from scipy.ndimage import find_objects, label

    labels, _ = label(values >= floor)
    for number, place in enumerate(find_objects(labels), start=1):
        held, inside = values[place], labels[place] == number
        peak = float(held[inside].max())
        if peak < core:
            continue
        parts, count = label(inside & (held >= np.float32(max(floor, min(peak, _PEAK_SHARE * peak)))))
        for part in range(1, count + 1):
            ys, xs = np.nonzero(parts == part)
            score = float(held[ys, xs].max())
            if score >= core:
                yield _Component(score, ys + place[0].start, xs + place[1].start)


def _region(component: _Component, anomaly_map: AnomalyMap, size: tuple[int, int], outline: _Outline | None) -> Region:
    rows, columns = anomaly_map.values.shape
    width, height = size
    ys, xs = component.ys, component.xs
    box = (
        math.floor(xs.min() * width / columns),
        math.floor(ys.min() * height / rows),
        math.ceil((xs.max() + 1) * width / columns),
        math.ceil((ys.max() + 1) * height / rows),
    )
    weights = np.maximum(anomaly_map.values[ys, xs] - anomaly_map.extent, 1e-6)
    x, y = (float(np.average((axis + 0.5) / length, weights=weights)) for axis, length in ((xs, columns), (ys, rows)))
    area = len(xs) / (rows * columns)
    return Region(
        box=box,
        area_fraction=area,
        position="all over" if area > _EVERYWHERE else position_words(x, y),
        score=component.score,
        elongation=_elongation(xs * width / columns, ys * height / rows),
        part_position="" if outline is None else outline.place(x, y),
    )


def position_words(x: float, y: float) -> str:
    """Name one of nine fields.

    Parameters
    ----------
    x, y : float
        0 = left or top, 1 = right or bottom.

    Examples
    --------
    >>> position_words(0.1, 0.5), position_words(0.5, 0.5), position_words(0.9, 0.1)
    ('left', 'centre', 'upper right')
    """
    across = _third(x, ("left", "", "right"))
    down = _third(y, ("upper", "", "lower"))
    if not across:
        return {"upper": "top", "": "centre", "lower": "bottom"}[down]
    return f"{down} {across}".strip()


def _third(value: float, names: Sequence[str]) -> str:
    return names[min(2, max(0, int(value * 3)))]


def _elongation(xs: FloatArray, ys: FloatArray) -> float:
    if len(xs) < 2:
        return 1.0
    spread = np.linalg.eigvalsh(np.cov(np.stack([xs, ys])))
    pixel = 1 / 12 * float(max(np.ptp(xs), np.ptp(ys), 1.0) / max(np.sqrt(len(xs)), 1.0)) ** 2
    return float(np.sqrt((spread[1] + pixel) / (max(spread[0], 0.0) + pixel)))


class _Outline:
    """The part on the grid of a map, (rows, columns) bool."""

    def __init__(self, part: BoolArray) -> None:
        self._part = part
        self._ys, self._xs = np.nonzero(part)

    def place(self, x: float, y: float) -> str:
        """Where on the part: at its edge or inside, and towards which end or side."""
        rows, columns = self._part.shape
        row, column = min(rows - 1, int(y * rows)), min(columns - 1, int(x * columns))
        ys, xs = self._ys, self._xs
        if not len(ys):
            return ""
        if not self._part[row, column]:
            # a piece that is missing at the edge leaves its region outside the outline
            apart = np.square(ys - row) + np.square(xs - column)
            nearest = int(apart.argmin())
            if math.sqrt(apart[nearest]) > _BESIDE * max(rows, columns):
                return BESIDE
            row, column = int(ys[nearest]), int(xs[nearest])
        left, top = xs.min(), ys.min()
        where = position_words((column + 0.5 - left) / (xs.max() + 1 - left), (row + 0.5 - top) / (ys.max() + 1 - top))
        depth = self._depth
        if depth[row - top, column - left] < _OUTLINE_DEPTH * depth.max() and where != "centre":
            return f"at the {where} edge of the part"
        return "in the middle of the part" if where == "centre" else f"on the {where} of the part"

    @cached_property
    def _depth(self) -> NDArray[np.float64]:
        """How far each place in the part's box is from the nearest place that is not on the part."""
        from scipy.ndimage import distance_transform_edt

        ys, xs = self._ys, self._xs
        box = self._part[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
        depth: NDArray[np.float64] = distance_transform_edt(np.pad(box, 1))[1:-1, 1:-1]
        return depth
