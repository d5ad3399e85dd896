"""A place to a soft mask on the reduced grid: spots that narrow, lie within or beside one another. Knows no words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echo_iad.deciders.embedded.frames import Frame, Grid
from echo_iad.deciders.embedded.place_drawings import below, draw, draw_direction
from echo_iad.deciders.embedded.place_words import PARTS, Kind
from echo_iad.deciders.embedded.places import Place, Stretch
from echo_iad.deciders.embedded.spots import Spot

_BESIDE = 0.1
"""How far what is near a piece lies from it, in parts of the grid."""
_OF_THE_PART = PARTS | {Kind.EDGE, Kind.INNER_EDGE, Kind.END, Kind.OUTSIDE, Kind.FRINGE, Kind.IMPRINT}


def place_mask(place: Place, picture: Frame, part: Frame) -> Grid:
    """Draw a place.

    Returns
    -------
    (h, w) float64
        A density: 0 or more, sum 1. What may be meant in more than one way (of the picture, of all that lies in it, of
        each of several parts) is the mean of the ways.
    """
    ways = [[_stretch(each, frame, part) for each in place.stretches] for frame in _ways(place, picture, part)]
    if place.of_one and part.pieces:
        ways.append([_of_each(each, part.pieces) for each in place.stretches])
    return np.asarray(np.mean([_density(mask, part) for drawn in ways for mask in drawn], axis=0))


def _ways(place: Place, picture: Frame, part: Frame) -> list[Frame]:
    if place.of_picture:
        return [picture]
    spots = [spot for stretch in place.stretches for spot in stretch.spots]
    of_part = bool(spots) and all(spot.kind in _OF_THE_PART or spot.within is not None for spot in spots)
    return [part] if of_part or part is picture else [picture, part]


def _of_each(stretch: Stretch, pieces: tuple[Frame, ...]) -> Grid:
    """Draw a stretch on each of several parts in the picture."""
    return np.asarray(np.sum([_stretch(stretch, piece, piece) * piece.solid for piece in pieces], axis=0))


def _stretch(stretch: Stretch, frame: Frame, part: Frame) -> Grid:
    """What all spots of a stretch have in common; pieces of the part first, and the others within them."""
    mask, within = np.ones_like(frame.inside), frame
    for spot in sorted(stretch.spots, key=lambda spot: spot.kind not in PARTS or spot.near):
        mask = mask * (0.02 + _spot(spot, within, part))
        if spot.kind in PARTS and not spot.near:
            within = _piece(mask, frame, part)
    if stretch.between is not None:
        first, last = (_spot(spot, frame, part) for spot in stretch.between)
        mask = mask * _between(first, last, ends_included=stretch.ends_included)
    return mask


def _spot(spot: Spot, frame: Frame, part: Frame) -> Grid:
    """Draw one spot: within another, beside a piece of the part, or on it."""
    if spot.within is not None:
        outer = _spot(spot.within, frame, part)
        return outer * draw(spot, _piece(outer, frame, part))
    if spot.kind not in PARTS:
        return draw(spot, frame)
    piece = draw(spot, part)
    if spot.near:
        return _near(piece * part.inside)
    if not (spot.is_directed and part.has_ends):
        return piece
    return piece * draw_direction(spot, _piece(piece, frame, part))


def _piece(mask: Grid, frame: Frame, part: Frame) -> Frame:
    """The frame of what a mask shows of the part."""
    surely = (mask > 0.5 * mask.max()).astype(np.float64)
    on_part = surely * part.solid
    return frame.held(on_part if on_part.any() else surely)


def _near(piece: Grid) -> Grid:
    """What lies beside a piece; the piece itself counts half."""
    from scipy.ndimage import gaussian_filter

    around = gaussian_filter(piece, _BESIDE * max(piece.shape))
    return np.asarray(np.clip(around / max(0.3 * float(around.max()), 1e-9), 0.0, 1.0) * (1.0 - 0.5 * piece))


def _density(mask: Grid, part: Frame) -> Grid:
    """``mask`` on the part (a fifth remains outside: defects may stick out or be missing pieces), sum 1."""
    weighted = np.clip(mask, 0.0, None) * (0.2 + 0.8 * part.inside) + 1e-9
    return np.asarray(weighted / weighted.sum())


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
    middle = below(np.abs(along - 0.5), 0.55 if ends_included else 0.3)
    return np.asarray(middle * below(beside, 0.12))


def _center(mask: Grid) -> NDArray[np.float64]:
    rows, columns = np.indices(mask.shape)
    total = max(float(mask.sum()), 1e-9)
    return np.array([(rows * mask).sum() / total, (columns * mask).sum() / total])
