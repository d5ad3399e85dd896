"""One spot to a soft mask: how each kind of region is drawn in a frame. Knows no grammar and no map."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from echo_iad.deciders.embedded.frames import Frame, Grid
from echo_iad.deciders.embedded.place_words import Kind
from echo_iad.deciders.embedded.spots import Spot

_SOFT = 0.05
"""Width of a mask's soft border, in parts of the frame: people do not measure."""


def draw(spot: Spot, frame: Frame) -> Grid:
    """Draw a spot, 0 or more in each cell of the frame's grid; near 1 where it surely is."""
    return _DRAWINGS[spot.kind](spot, frame)


def draw_direction(spot: Spot, frame: Frame) -> Grid:
    """Draw only the direction that a spot names, in the middle or at a side of the frame."""
    return _towards(spot, frame, 0.45)


def below(values: Grid, limit: float, soft: float = _SOFT) -> Grid:
    """Near 1 where ``values`` are below ``limit``, near 0 above."""
    return np.asarray(1.0 / (1.0 + np.exp(np.clip((values - limit) / soft, -50.0, 50.0))))


def _third(values: Grid, direction: int | None, *, limit: float) -> Grid:
    """Weigh the share of an axis that a direction means; the middle third for 0, all of it for None."""
    if direction is None:
        return np.ones_like(values)
    if direction == 0:
        return below(np.abs(values - 0.5), 0.18)
    return below(values if direction < 0 else 1.0 - values, limit)


def _towards(spot: Spot, frame: Frame, limit: float) -> Grid:
    mask = _third(frame.x, spot.across, limit=limit) * _third(frame.y, spot.down, limit=limit)
    return mask if spot.angle is None else mask * _sector(spot.angle, frame)


def _sector(angle: float, frame: Frame) -> Grid:
    dx, dy = frame.x - 0.5, frame.y - 0.5
    away = np.hypot(dx, dy)
    turned = np.degrees(np.arctan2(dx, -dy)) - angle
    turn = np.abs((turned + 180.0) % 360.0 - 180.0)
    return below(turn, 30.0, 6.0) * below(-away, -0.18)


def _grid(spot: Spot, frame: Frame) -> Grid:
    if spot.offset:
        x, y = 0.5 + 0.14 * (spot.across or 0), 0.5 + 0.14 * (spot.down or 0)
        return below(np.maximum(np.abs(frame.x - x), np.abs(frame.y - y)), 0.16)
    if spot.angle is not None:
        return _sector(spot.angle, frame)
    one_way = (spot.across is None) != (spot.down is None)
    mask = _towards(spot, frame, 0.38 if one_way else 0.45)
    if one_way:  # "top" is any of the top, most of all its middle
        other = frame.y if spot.down is None else frame.x
        mask = mask * (0.4 + 0.6 * below(np.abs(other - 0.5), 0.25))
    return mask


def _corner(spot: Spot, frame: Frame) -> Grid:
    x = np.minimum(frame.x, 1.0 - frame.x) if not spot.across else (frame.x if spot.across < 0 else 1.0 - frame.x)
    y = np.minimum(frame.y, 1.0 - frame.y) if not spot.down else (frame.y if spot.down < 0 else 1.0 - frame.y)
    limit = 0.4 if spot.across and spot.down else 0.3
    return below(x, limit, 0.07) * below(y, limit, 0.07)


def _edge(spot: Spot, frame: Frame) -> Grid:
    ring = below(frame.depth, 0.3)
    if spot.angle is not None:
        return ring * _sector(spot.angle, frame)
    if not spot.is_directed:
        return ring
    side = _towards(spot, frame, 0.3)
    return side * (0.3 + 0.7 * ring)


def _inner_edge(spot: Spot, frame: Frame) -> Grid:
    ring = below(np.abs(frame.depth - 0.3), 0.25)
    return ring * (_sector(spot.angle, frame) if spot.angle is not None else _towards(spot, frame, 0.4))


def _end(spot: Spot, frame: Frame) -> Grid:
    if not frame.has_ends:
        return _edge(spot, frame)
    ends = below(np.minimum(frame.along, 1.0 - frame.along), 0.2)
    return ends * _towards(spot, frame, 0.5)


def _stretch_of(frame: Frame, first: float, last: float) -> Grid:
    """Draw a stretch of the long axis, from the wider end on."""
    return below(first - frame.head_along, 0.0) * below(frame.head_along, last)


def _long_or(
    stretch: Callable[[Frame], tuple[float, float]], instead: Callable[[Spot, Frame], Grid]
) -> Callable[[Spot, Frame], Grid]:
    """A stretch of a part with a long axis; ``instead`` for a round one."""
    return lambda spot, frame: _stretch_of(frame, *stretch(frame)) if frame.has_ends else instead(spot, frame)


def _likely(mask: Callable[[Frame], Grid]) -> Callable[[Spot, Frame], Grid]:
    """A place that is only likely: elsewhere counts a third."""
    return lambda spot, frame: (0.35 + 0.65 * mask(frame)) * _towards(spot, frame, 0.45)


def _outside(spot: Spot, frame: Frame) -> Grid:
    return (1.0 - frame.inside) * _towards(spot, frame, 0.45) * 5.0  # undoes the part's weight in a density


_DRAWINGS: Mapping[Kind, Callable[[Spot, Frame], Grid]] = {
    Kind.GRID: _grid,
    Kind.SIDE: lambda spot, frame: _towards(spot, frame, 0.4) if spot.is_directed else _edge(spot, frame),
    Kind.HALF: lambda spot, frame: _towards(spot, frame, 0.5),
    Kind.THIRD: lambda spot, frame: _towards(spot, frame, 1 / 3),
    Kind.CORNER: _corner,
    Kind.EDGE: _edge,
    Kind.INNER_EDGE: _inner_edge,
    Kind.END: _end,
    Kind.HEAD: _long_or(lambda frame: (-0.1, frame.head_end), draw_direction),
    Kind.NECK: _long_or(lambda frame: (frame.head_end - 0.03, frame.head_end + 0.2), _edge),
    Kind.SHAFT: _long_or(lambda frame: (frame.head_end, 0.88), draw_direction),
    Kind.THREAD: _long_or(lambda frame: (frame.head_end + 0.15, 1.0), draw_direction),
    Kind.TIP: _long_or(lambda _: (0.86, 1.1), _edge),
    Kind.INSIDE: lambda spot, frame: below(-frame.depth, -0.4) * _towards(spot, frame, 0.45),
    Kind.FRINGE: _likely(lambda frame: below(frame.depth, 0.4)),
    Kind.IMPRINT: _likely(lambda frame: below(-frame.depth, -0.3)),
    Kind.WHOLE: draw_direction,
    Kind.SURFACE: draw_direction,
    Kind.HIDDEN: draw_direction,
    Kind.NAMED: lambda _, frame: np.ones_like(frame.inside),
    Kind.OUTSIDE: _outside,
    Kind.OFF_CENTER: lambda _, frame: below(np.abs(np.hypot(frame.x - 0.5, frame.y - 0.5) - 0.25), 0.1),
}
