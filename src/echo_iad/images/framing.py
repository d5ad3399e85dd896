"""Turning and cropping a part to itself, so that parts at any angle and place are compared alike. Pixels only.

A part on a plain background is seen larger and always from the same side when the picture is cut along its outline.
Whether that is done is decided once for an object, from its first normals (`choose_framing`): a single outline, clear
of the picture's border, in nearly all of them. A part that is clearly long is turned to its long axis as well, the
heavier end always on the same side. The scale is the same in both directions, so nothing is squeezed; place and scale
follow the part's centre of gravity and spread, which are known to a fraction of a pixel, as its sides are not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from echo_iad.domain.parts import BoolArray, ByteArray, FloatArray, Frame, Framing
from echo_iad.images.outline import find_part

LEAST_SHARE = 0.95
"""Of an object's normals that must show one clear outline."""
MARGIN = 0.12
"""Added to the part's length and width, half on each side."""
_TOUCHING = 0.05  # share of the picture's border that the part may cover
_LONG = 1.5  # length of the long axis to the short one, as spreads, from which on a part is turned
_LONG_SHARE = 0.05  # so many of the normals may be less long
_MOST_ASPECT = 4.0
_STEP = 32  # pixels: the coarsest step of an encoder's patches, twice


@dataclass(frozen=True)
class Pose:
    """How a part lies in its picture, in pixels of that picture; all but the sides to a fraction of a pixel.

    Attributes
    ----------
    x, y : float
        Its centre of gravity.
    angle : float
        Of its long axis, radians from the x axis towards y; it points away from the heavier end.
    elongation : float
        Spread along the long axis divided by the spread across it, at least 1.
    spread : float
        Root of the mean squared distance of its places from the centre of gravity.
    turned_sides, upright_sides : tuple of 4 float
        First and last side along and across the long axis, and first and last to the right and down; from the centre
        of gravity.
    """

    x: float
    y: float
    angle: float
    elongation: float
    spread: float
    turned_sides: tuple[float, float, float, float]
    upright_sides: tuple[float, float, float, float]


def find_pose(pixels: ByteArray) -> Pose | None:
    """How a single part lies on its plain background; None without one clear outline.

    Parameters
    ----------
    pixels : (h, w, 3) uint8
    """
    return _pose_of(find_part(pixels), pixels)


def _pose_of(part: BoolArray | None, pixels: ByteArray) -> Pose | None:
    if part is None or not _is_single(part):
        return None
    return _pose(part, pixels.shape[1] / part.shape[1], pixels.shape[0] / part.shape[0])


def choose_framing(poses: Sequence[Pose | None], *, side: int) -> Framing | None:
    """How an object's pictures are cut; None = they are taken whole.

    Parameters
    ----------
    poses : sequence of Pose or None
        Of its normals.
    side : int
        Pixels: the cut pictures have at most ``side * side`` of them.

    Examples
    --------
    >>> choose_framing([None, None], side=320) is None
    True
    """
    found = [pose for pose in poses if pose is not None]
    if not found or len(found) < LEAST_SHARE * len(poses):
        return None
    turned = bool(np.quantile([pose.elongation for pose in found], _LONG_SHARE) >= _LONG)
    sides = np.array([np.array(pose.turned_sides if turned else pose.upright_sides) / pose.spread for pose in found])
    first, last, upper, lower = np.median(sides, axis=0).tolist()
    length, breadth = (last - first) * (1 + MARGIN), (lower - upper) * (1 + MARGIN)
    rows, columns = _shape(min(max(length / breadth, 1 / _MOST_ASPECT), _MOST_ASPECT), side)
    scale = max(length / columns, breadth / rows)
    return Framing(rows, columns, turned=turned, scale=scale, middle=((first + last) / 2, (upper + lower) / 2))


def frame_part(pixels: ByteArray, framing: Framing) -> Frame:
    """Where an object's framing lies in one picture.

    Without a clear outline in it the frame spans the whole picture.

    Parameters
    ----------
    pixels : (h, w, 3) uint8
    framing : Framing
    """
    height, width = pixels.shape[:2]
    size = (width, height)
    part = find_part(pixels)
    pose = _pose_of(part, pixels)
    if pose is None:
        middle = (width / 2, height / 2)
        return Frame(framing, middle, (middle[0], 0.0), (0.0, middle[1]), size, is_found=False, part=part)
    angle = pose.angle if framing.turned else 0.0
    along, across = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
    centre = np.array([pose.x, pose.y]) + pose.spread * (framing.middle[0] * along + framing.middle[1] * across)
    right, down = (
        axis * pixels_along * framing.scale * pose.spread / 2
        for axis, pixels_along in ((along, framing.columns), (across, framing.rows))
    )
    return Frame(framing, _pair(centre), _pair(right), _pair(down), size, part=part)


def cut(pixels: ByteArray, frame: Frame) -> ByteArray:
    """The picture inside a frame; what lies outside the picture takes the colour of its border.

    Parameters
    ----------
    pixels : (h, w, 3) uint8
        Of the size that the frame was found in, or of another with the same aspect.

    Returns
    -------
    (rows, columns, 3) uint8
    """
    height, width = pixels.shape[:2]
    rows, columns = frame.framing.rows, frame.framing.columns
    to_picture = _to_picture(frame, (width, height))
    finest = min(np.hypot(*to_picture[:, 0]) / columns, np.hypot(*to_picture[:, 1]) / rows)
    shrinking = max(1, int(finest))
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if shrinking > 1:
        image = image.reduce(shrinking)
    steps = to_picture / np.array([columns, rows, 1.0]) / shrinking
    return _transformed(image, steps, (rows, columns), _border_colour(pixels))


def _transformed(
    image: Image.Image, steps: NDArray[np.floating], shape: tuple[int, int], colour: tuple[int, int, int]
) -> ByteArray:
    """A picture of this shape, whose places the steps, (2, 3), lead to those of an image; half by each of two threads.

    Pillow lets go of the interpreter while it works.
    """
    rows, columns = shape

    def half(first: int, last: int) -> ByteArray:
        moved = steps.copy()
        moved[:, 2] += first * steps[:, 1]
        places, bilinear = tuple(moved.ravel()), Image.Resampling.BILINEAR
        size = (columns, last - first)
        return np.asarray(image.transform(size, Image.Transform.AFFINE, places, resample=bilinear, fillcolor=colour))

    with ThreadPoolExecutor(1) as other:
        lower = other.submit(half, rows // 2, rows)
        return np.concatenate([half(0, rows // 2), lower.result()])


def put_back(values: FloatArray, frame: Frame, side: int) -> FloatArray:
    """Spread values inside a frame over the whole picture; around it they take their lowest value.

    Parameters
    ----------
    values : (h, w) float32
        Over the frame.
    frame : Frame
    side : int
        Rows and columns of the answer, which spans the whole picture.

    Returns
    -------
    (side, side) float32
    """
    rows, columns = values.shape
    steps = (np.diag([columns, rows, 1.0]) @ _from_picture(frame, (side, side)))[:2]
    steps[:, 2] += 1  # for the border that is added below
    lowest = float(values.min())
    padded = Image.fromarray(np.pad(values.astype(np.float32), 1, mode="edge"))
    spread = padded.transform(
        (side, side), Image.Transform.AFFINE, tuple(steps.ravel()), resample=Image.Resampling.BILINEAR, fillcolor=lowest
    )
    return np.asarray(spread, dtype=np.float32)


def take_in(values: FloatArray, frame: Frame, rows: int, columns: int) -> FloatArray:
    """What lies inside a frame, of values over the whole picture; the other way round of `put_back`.

    Parameters
    ----------
    values : (h, w) float32

    Returns
    -------
    (rows, columns) float32
        Zero where the frame reaches out of the picture.
    """
    steps = _to_picture(frame, (values.shape[1], values.shape[0])) / np.array([columns, rows, 1.0])
    whole = Image.fromarray(values.astype(np.float32))
    taken = whole.transform(
        (columns, rows), Image.Transform.AFFINE, tuple(steps.ravel()), resample=Image.Resampling.BILINEAR
    )
    return np.asarray(taken, dtype=np.float32)


def laid_like(
    pixels: ByteArray,
    frame: Frame,
    other: Frame,
    *,
    width: int,
    height: int,
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0),
) -> ByteArray:
    """One picture, with its part laid as it lies in another picture.

    Parameters
    ----------
    pixels : (h, w, 3) uint8
    frame : Frame
        Of the part in it.
    other : Frame
        Of the part in the other picture.
    width, height : int
        Of the answer, in pixels.
    box : tuple of 4 float
        What the answer shows: ``x0, y0, x1, y1`` as shares of the other picture.

    Returns
    -------
    (height, width, 3) uint8
    """
    x0, y0, x1, y1 = box
    from_answer = np.array([[(x1 - x0) / width, 0, x0], [0, (y1 - y0) / height, y0], [0, 0, 1.0]])
    steps = _to_picture(frame, (pixels.shape[1], pixels.shape[0])) @ _from_picture(other, (1, 1)) @ from_answer
    finest = float(np.hypot(*steps[:, :2]).min())
    shrinking = max(1, int(finest))
    doubled = 2 if finest > shrinking else 1  # else fine structure would come out coarser than it is
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if shrinking > 1:
        image = image.reduce(shrinking)
    steps = steps / np.array([doubled, doubled, 1.0]) / shrinking
    laid = image.transform(
        (doubled * width, doubled * height),
        Image.Transform.AFFINE,
        tuple(steps.ravel()),
        resample=Image.Resampling.BILINEAR,
        fillcolor=_border_colour(pixels),
    )
    return np.asarray(laid.reduce(doubled) if doubled > 1 else laid)


def _from_picture(frame: Frame, size: tuple[int, int]) -> FloatArray:
    """(3, 3): from pixels of a picture of this size to places in the frame, 0 to 1 across and down."""
    inverse: FloatArray = np.linalg.inv(np.vstack([_to_picture(frame, size), [0.0, 0.0, 1.0]]))
    return inverse


def _to_picture(frame: Frame, size: tuple[int, int]) -> FloatArray:
    """(2, 3): from places in the frame, 0 to 1 across and down, to pixels of a picture of this size."""
    scale = np.array([size[0] / frame.size[0], size[1] / frame.size[1]])
    centre, right, down = (np.array(one) * scale for one in (frame.centre, frame.right, frame.down))
    return np.stack([2 * right, 2 * down, centre - right - down], axis=1)


def _is_single(part: BoolArray) -> bool:
    from scipy.ndimage import label

    border = np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]])
    return bool(border.mean() <= _TOUCHING) and label(part)[1] == 1


def _pose(part: BoolArray, across_scale: float, down_scale: float) -> Pose:
    rows, columns = np.nonzero(part)
    xs, ys = (columns + 0.5) * across_scale, (rows + 0.5) * down_scale
    x, y = float(xs.mean()), float(ys.mean())
    aside, below = xs - x, ys - y
    between = aside @ below
    moments = np.array([[aside @ aside, between], [between, below @ below]]) / max(len(xs) - 1, 1)
    spreads, axes = np.linalg.eigh(moments + 1e-6 * np.eye(2))
    axis = axes[:, 1]
    along = aside * axis[0] + below * axis[1]
    if (along * along * along).sum() < 0:  # the thin end reaches farther from the centre of gravity
        axis, along = -axis, -along
    across = below * axis[0] - aside * axis[1]
    half = across_scale / 2
    return Pose(
        x=x,
        y=y,
        angle=math.atan2(axis[1], axis[0]),
        elongation=float(np.sqrt(spreads[1] / spreads[0])),
        spread=float(np.sqrt(spreads.sum())),
        turned_sides=_sides(along, across, half),
        upright_sides=_sides(aside, below, half),
    )


def _sides(along: NDArray[np.floating], across: NDArray[np.floating], half: float) -> tuple[float, float, float, float]:
    """First and last place along and across, to the outer side of their pixels."""
    first, last = float(along.min()) - half, float(along.max()) + half
    return first, last, float(across.min()) - half, float(across.max()) + half


def _pair(values: NDArray[np.floating]) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _shape(aspect: float, side: int) -> tuple[int, int]:
    """Rows and columns, in whole steps, of about this aspect (columns to rows) and no more pixels than a square has."""
    if aspect < 1:
        columns, rows = _shape(1 / aspect, side)
        return rows, columns
    rows = max(_STEP, round(side / math.sqrt(aspect) / _STEP) * _STEP)
    return rows, max(rows, side * side // rows // _STEP * _STEP)


def _border_colour(pixels: ByteArray) -> tuple[int, int, int]:
    edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    red, green, blue = np.median(edges, axis=0)
    return int(red), int(green), int(blue)
