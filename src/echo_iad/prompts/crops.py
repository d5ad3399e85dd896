"""Regions of a comparison enlarged, each beside the same place of the first reference. Pixels and boxes only.

Heat maps pasted into a picture help a multimodal model little; the place itself, seen larger, and the same place of a
good part help more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo_iad.domain.evidence import Region
from echo_iad.domain.messages import PicturePart
from echo_iad.domain.parts import ByteArray, Picture
from echo_iad.images.preparing import crop, resize

LEAST_SIDE = 224
"""Pixels that a crop's shorter side is enlarged to, as far as the largest side allows."""
_MARGIN = 0.5
"""Of the region's longer side, added on each of its sides."""
_LEAST_SHARE = 0.125
"""Of the picture's longer side: no crop is narrower, so that the model sees where it is."""
_MOST_SHARE = 0.5
"""Of the picture: a crop that holds more would show nothing that the picture does not."""


@dataclass(frozen=True)
class Place:
    """A part of a picture as shares of its sides, 0 to 1, whatever its size."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Share of the picture."""
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True, eq=False)
class Closeup:
    """One region enlarged."""

    number: int
    """1 = the strongest region."""
    of_query: PicturePart
    of_reference: PicturePart | None
    """The same place of the first reference; None without a reference."""


def closeups(
    query: Picture, reference: PicturePart | None, regions: Sequence[Region], max_side: int
) -> tuple[Closeup, ...]:
    """Enlarge regions.

    Parameters
    ----------
    query : Picture
        The boxes of the regions are in its full size.
    reference : PicturePart or None
        As large as it can be had; its place is the same share of its sides.
    regions : sequence of Region
        Strongest first. One that would fill half of the picture or more is left out.
    max_side : int
        No crop is larger, in pixels.
    """
    found = []
    for number, region in enumerate(regions, start=1):
        place = around(region.box, query.width, query.height)
        if place.area > _MOST_SHARE:
            continue
        own = PicturePart(_enlarged(query.pixels, place, max_side), f"crop {number}", query.path, query.sha256)
        other = None
        if reference is not None:
            pixels = _enlarged(reference.pixels, place, max_side)
            other = PicturePart(pixels, f"crop {number} of {reference.label}", reference.path, reference.sha256)
        found.append(Closeup(number, own, other))
    return tuple(found)


def around(box: tuple[int, int, int, int], width: int, height: int) -> Place:
    """Where to crop for a box: with a margin, as square as the picture allows, and moved inside the picture.

    Parameters
    ----------
    box : tuple of int
        x0, y0, x1, y1 in pixels; x1 and y1 lie outside.
    width, height : int
        Of the picture, in pixels.

    Examples
    --------
    >>> around((40, 40, 60, 60), 100, 100)
    Place(left=0.3, top=0.3, right=0.7, bottom=0.7)
    >>> around((0, 90, 10, 100), 100, 100)
    Place(left=0.0, top=0.8, right=0.2, bottom=1.0)
    """
    x0, y0, x1, y1 = box
    side = max((1 + 2 * _MARGIN) * max(x1 - x0, y1 - y0), _LEAST_SHARE * max(width, height))
    left, right = _span((x0 + x1) / 2, side, width)
    top, bottom = _span((y0 + y1) / 2, side, height)
    return Place(left, top, right, bottom)


def _span(middle: float, length: float, whole: int) -> tuple[float, float]:
    """Both ends of a length round a middle, moved inside the whole; as shares of it."""
    length = min(length, whole)
    start = min(max(middle - length / 2, 0.0), whole - length)
    return start / whole, (start + length) / whole


def _enlarged(pixels: ByteArray, place: Place, max_side: int) -> ByteArray:
    """The place, its shorter side enlarged to `LEAST_SIDE` where it is shorter, within the largest side."""
    height, width = pixels.shape[:2]
    x0, y0 = min(round(place.left * width), width - 1), min(round(place.top * height), height - 1)
    x1, y1 = max(round(place.right * width), x0 + 1), max(round(place.bottom * height), y0 + 1)
    columns, rows = (place.right - place.left) * width, (place.bottom - place.top) * height
    scale = min(max(1.0, LEAST_SIDE / min(rows, columns)), max_side / max(rows, columns))
    return resize(crop(pixels, (x0, y0, x1, y1)), max(1, round(columns * scale)), max(1, round(rows * scale)))
