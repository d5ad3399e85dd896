"""A place to a soft mask on the reduced grid, and how well an anomaly's mass lies in it. Knows no words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from echo_iad.deciders.embedded.frames import Frame, Grid
from echo_iad.deciders.embedded.places import Place, Stretch
from echo_iad.deciders.embedded.spots import Kind, Spot

_SOFT = 0.05
"""Width of a mask's soft border, in parts of the frame: people do not measure."""
_STRAY = 0.03
"""Share of an anomaly's mass that may lie anywhere, whatever place is said."""


def place_mask(place: Place, picture: Frame, part: Frame) -> Grid:
    """Draw a place.

    Returns
    -------
    (h, w) float64
        A density: 0 or more, sum 1. What is said of no frame in particular is drawn half in the picture's and half
        in the part's.
    """
    spots = [spot for stretch in place.stretches for spot in stretch.spots]
    if place.of_picture:
        return _drawn(place, picture, part)
    if spots and all(spot.kind in _OF_THE_PART for spot in spots):
        return _drawn(place, part, part)
    return np.asarray((_drawn(place, picture, part) + _drawn(place, part, part)) / 2.0)


def _drawn(place: Place, frame: Frame, part: Frame) -> Grid:
    return np.asarray(np.mean([_density(_stretch(stretch, frame), part) for stretch in place.stretches], axis=0))


def _stretch(stretch: Stretch, frame: Frame) -> Grid:
    mask = np.ones_like(frame.inside)
    for spot in stretch.spots:
        mask = mask * (0.02 + _spot(spot, frame))
    if stretch.between is not None:
        first, last = (_spot(spot, frame) for spot in stretch.between)
        mask = mask * _between(first, last, ends_included=stretch.ends_included)
    return mask


def fit(density: Grid, mass: Grid) -> float:
    """Mean log-density of the anomaly's mass, relative to a place that says nothing.

    Higher = better; 0 = as good as no place at all. The tightest place that holds the mass wins; mass outside costs.

    Parameters
    ----------
    density, mass : (h, w) float64
        Both 0 or more, sum 1.
    """
    relative = (1.0 - _STRAY) * density * density.size + _STRAY
    return float((mass * np.log(relative)).sum())


def _density(mask: Grid, part: Frame) -> Grid:
    """``mask`` on the part (a fifth remains outside: defects may stick out or be missing pieces), sum 1."""
    weighted = np.clip(mask, 0.0, None) * (0.2 + 0.8 * part.inside) + 1e-9
    return np.asarray(weighted / weighted.sum())


def _below(values: Grid, limit: float, soft: float = _SOFT) -> Grid:
    """Near 1 where ``values`` are below ``limit``, near 0 above."""
    return np.asarray(1.0 / (1.0 + np.exp(np.clip((values - limit) / soft, -50.0, 50.0))))


def _third(values: Grid, direction: int | None, *, limit: float) -> Grid:
    """Weigh the share of an axis that a direction means; the middle third for 0, all of it for None."""
    if direction is None:
        return np.ones_like(values)
    if direction == 0:
        return _below(np.abs(values - 0.5), 0.18)
    return _below(values if direction < 0 else 1.0 - values, limit)


def _towards(spot: Spot, frame: Frame, limit: float) -> Grid:
    mask = _third(frame.x, spot.across, limit=limit) * _third(frame.y, spot.down, limit=limit)
    return mask if spot.angle is None else mask * _sector(spot.angle, frame)


def _sector(angle: float, frame: Frame) -> Grid:
    dx, dy = frame.x - 0.5, frame.y - 0.5
    away = np.hypot(dx, dy)
    turned = np.degrees(np.arctan2(dx, -dy)) - angle
    turn = np.abs((turned + 180.0) % 360.0 - 180.0)
    return _below(turn, 30.0, 6.0) * _below(-away, -0.18)


def _grid(spot: Spot, frame: Frame) -> Grid:
    if spot.offset:
        x, y = 0.5 + 0.14 * (spot.across or 0), 0.5 + 0.14 * (spot.down or 0)
        return _below(np.maximum(np.abs(frame.x - x), np.abs(frame.y - y)), 0.16)
    if spot.angle is not None:
        return _sector(spot.angle, frame)
    one_way = (spot.across is None) != (spot.down is None)
    mask = _towards(spot, frame, 0.38 if one_way else 0.45)
    if one_way:  # "top" is any of the top, most of all its middle
        other = frame.y if spot.down is None else frame.x
        mask = mask * (0.4 + 0.6 * _below(np.abs(other - 0.5), 0.25))
    return mask


def _corner(spot: Spot, frame: Frame) -> Grid:
    x = np.minimum(frame.x, 1.0 - frame.x) if not spot.across else (frame.x if spot.across < 0 else 1.0 - frame.x)
    y = np.minimum(frame.y, 1.0 - frame.y) if not spot.down else (frame.y if spot.down < 0 else 1.0 - frame.y)
    limit = 0.4 if spot.across and spot.down else 0.3
    return _below(x, limit, 0.07) * _below(y, limit, 0.07)


def _edge(spot: Spot, frame: Frame) -> Grid:
    ring = _below(frame.depth, 0.3)
    if spot.angle is not None:
        return ring * _sector(spot.angle, frame)
    if spot.across is None and spot.down is None:
        return ring
    side = _towards(spot, frame, 0.3)
    return side * (0.3 + 0.7 * ring)


def _end(spot: Spot, frame: Frame) -> Grid:
    if not frame.has_ends:
        return _edge(spot, frame)
    ends = _below(np.minimum(frame.along, 1.0 - frame.along), 0.2)
    return ends * _towards(spot, frame, 0.5)


def _along(first: float, last: float) -> Callable[[Spot, Frame], Grid]:
    """Draw a stretch of the long axis, from the wider end on."""

    def draw(spot: Spot, frame: Frame) -> Grid:
        stretch = _below(first - frame.head_along, 0.0) * _below(frame.head_along, last)
        return stretch * _towards(spot, frame, 0.5)

    return draw


def _round_or(
    draw: Callable[[Spot, Frame], Grid], instead: Callable[[Spot, Frame], Grid]
) -> Callable[[Spot, Frame], Grid]:
    """``draw`` for a part with a long axis, ``instead`` for a round one."""
    return lambda spot, frame: draw(spot, frame) if frame.has_ends else instead(spot, frame)


def _inside(spot: Spot, frame: Frame) -> Grid:
    return _below(-frame.depth, -0.4) * _towards(spot, frame, 0.45)


def _outside(spot: Spot, frame: Frame) -> Grid:
    return (1.0 - frame.inside) * _towards(spot, frame, 0.45) * 5.0  # undoes the part's weight in `_density`


_DRAWINGS: Mapping[Kind, Callable[[Spot, Frame], Grid]] = {
    Kind.GRID: _grid,
    Kind.SIDE: lambda spot, frame: (
        _edge(spot, frame) if spot.across is None and spot.down is None else _towards(spot, frame, 0.4)
    ),
    Kind.HALF: lambda spot, frame: _towards(spot, frame, 0.5),
    Kind.THIRD: lambda spot, frame: _towards(spot, frame, 1 / 3),
    Kind.CORNER: _corner,
    Kind.EDGE: _edge,
    Kind.END: _end,
    Kind.HEAD: _round_or(_along(-0.1, 0.22), lambda spot, frame: _towards(spot, frame, 0.45)),
    Kind.NECK: _round_or(_along(0.12, 0.36), _edge),
    Kind.SHAFT: _round_or(_along(0.2, 0.85), lambda spot, frame: _towards(spot, frame, 0.45)),
    Kind.THREAD: _round_or(_along(0.35, 1.0), lambda spot, frame: _towards(spot, frame, 0.45)),
    Kind.TIP: _round_or(_along(0.85, 1.1), _edge),
    Kind.INSIDE: _inside,
    Kind.WHOLE: lambda spot, frame: _towards(spot, frame, 0.45),
    Kind.SURFACE: lambda spot, frame: _towards(spot, frame, 0.45),
    Kind.NAMED: lambda _, frame: np.ones_like(frame.inside),
    Kind.OUTSIDE: _outside,
    Kind.OFF_CENTER: lambda _, frame: _below(np.abs(np.hypot(frame.x - 0.5, frame.y - 0.5) - 0.25), 0.1),
}
_OF_THE_PART = frozenset(
    {Kind.EDGE, Kind.END, Kind.HEAD, Kind.NECK, Kind.SHAFT, Kind.THREAD, Kind.TIP, Kind.INSIDE, Kind.OUTSIDE}
)


def _spot(spot: Spot, frame: Frame) -> Grid:
    return _DRAWINGS[spot.kind](spot, frame)


def _between(first: Grid, last: Grid, *, ends_included: bool) -> Grid:
    """Draw what lies between two masks: a band along the line of their centres.

    Masks around one another (the centre and the rim) have one centre: then, what is near both.
    """
    from scipy.ndimage import gaussian_filter

    start, end = _center(first), _center(last)
    size = max(first.shape)
    reach = float(np.hypot(*(end - start)))
    if reach < 0.15 * size:
        near = [gaussian_filter(mask / max(float(mask.max()), 1e-9), size / 8.0) for mask in (first, last)]
        return np.asarray(near[0] * near[1] / max(float((near[0] * near[1]).max()), 1e-9))
    rows, columns = np.indices(first.shape)
    away = np.stack([rows - start[0], columns - start[1]]) / reach
    direction = (end - start) / reach
    along = np.tensordot(direction, away, axes=1)
    beside = np.abs(direction[0] * away[1] - direction[1] * away[0]) * reach / size
    middle = _below(np.abs(along - 0.5), 0.55 if ends_included else 0.3)
    return np.asarray(middle * _below(beside, 0.12))


def _center(mask: Grid) -> NDArray[np.float64]:
    rows, columns = np.indices(mask.shape)
    total = max(float(mask.sum()), 1e-9)
    return np.array([(rows * mask).sum() / total, (columns * mask).sum() / total])
