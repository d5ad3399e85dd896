"""Regions of an anomaly map, and where they are in words. Knows no picture and no normals.

A region is a connected component above the map's extent that holds a place above its threshold (hysteresis, Canny
1986): the threshold says that something is there, the extent how far it reaches. Round a strong defect the map is
high far beyond the defect, since an encoder's patches see their surroundings; so a region ends at a share of its own
peak (docs/ablations.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
    from scipy.ndimage import find_objects, label

    values = anomaly_map.values
    core = min(anomaly_map.threshold, float(values.max()))
    floor = min(anomaly_map.extent, core)
    labels, _ = label(values >= _reach(values, floor))
    found = []
    for number, place in enumerate(find_objects(labels), start=1):
        inside = labels == number
        score = float(values[place][inside[place]].max())
        if score >= core:
            found.append((score, inside))
    found.sort(key=lambda item: -item[0])
    highest = found[0][0] - floor if found else 0.0
    kept = [item for item in found if item[0] - floor >= _LEAST_SHARE * highest][:MOST_REGIONS]
    return tuple(Patch(_region(score, inside, anomaly_map, (width, height)), inside) for score, inside in kept)


def _reach(values: FloatArray, floor: float) -> FloatArray:
    """Value down to which a region reaches, at each place: the floor, or the share of the peak if that is more."""
    from scipy.ndimage import label, maximum

    labels, count = label(values >= floor)
    peaks = np.concatenate([[floor], np.atleast_1d(maximum(values, labels, np.arange(1, count + 1)))])
    reach: FloatArray = np.maximum(floor, np.minimum(peaks, _PEAK_SHARE * peaks)).astype(np.float32)[labels]
    return reach


def _region(score: float, inside: BoolArray, anomaly_map: AnomalyMap, size: tuple[int, int]) -> Region:
    rows, columns = inside.shape
    width, height = size
    ys, xs = np.nonzero(inside)
    box = (
        math.floor(xs.min() * width / columns),
        math.floor(ys.min() * height / rows),
        math.ceil((xs.max() + 1) * width / columns),
        math.ceil((ys.max() + 1) * height / rows),
    )
    weights = np.maximum(anomaly_map.values[inside] - anomaly_map.extent, 1e-6)
    x, y = (float(np.average((axis + 0.5) / length, weights=weights)) for axis, length in ((xs, columns), (ys, rows)))
    area = float(inside.mean())
    return Region(
        box=box,
        area_fraction=area,
        position="all over" if area > _EVERYWHERE else position_words(x, y),
        score=score,
        elongation=_elongation(xs * width / columns, ys * height / rows),
        part_position="" if anomaly_map.foreground is None else _on_part(x, y, anomaly_map.foreground),
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


def _on_part(x: float, y: float, foreground: FloatArray) -> str:
    """Where on the part: at its edge or inside, and towards which end or side."""
    from scipy.ndimage import distance_transform_edt

    part = foreground > 0.5
    rows, columns = part.shape
    row, column = min(rows - 1, int(y * rows)), min(columns - 1, int(x * columns))
    if not part.any():
        return ""
    depth = distance_transform_edt(np.pad(part, 1))[1:-1, 1:-1]
    if not part[row, column]:
        # a piece that is missing at the edge leaves its region outside the outline
        outside, nearest = distance_transform_edt(~part, return_indices=True)
        if outside[row, column] > _BESIDE * max(rows, columns):
            return BESIDE
        row, column = nearest[:, row, column]
    ys, xs = np.nonzero(part)
    where = position_words(
        (column + 0.5 - xs.min()) / (xs.max() + 1 - xs.min()), (row + 0.5 - ys.min()) / (ys.max() + 1 - ys.min())
    )
    if depth[row, column] < _OUTLINE_DEPTH * depth.max() and where != "centre":
        return f"at the {where} edge of the part"
    return "in the middle of the part" if where == "centre" else f"on the {where} of the part"
