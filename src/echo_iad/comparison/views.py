"""Pieces of pictures at any size: of a picture as it is, or of one laid so that its part lies as in another picture.

Only the piece that is asked for is made. Knows no region and no map.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from PIL import Image

from echo_iad.domain.parts import ByteArray, Frame
from echo_iad.images.framing import laid_like

Box: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 as shares of a picture's width and height."""


class View(Protocol):
    """A picture of which pieces can be asked for."""

    def piece(self, box: Box, columns: int, rows: int) -> ByteArray:
        """(rows, columns, 3) uint8: what lies inside the box."""
        ...


@dataclass(frozen=True, eq=False)
class WholeView:
    """A picture as it is; ``pixels`` are (h, w, 3) uint8, or (h, w) uint8."""

    pixels: ByteArray

    @property
    def aspect(self) -> float:
        """Width over height."""
        return float(self.pixels.shape[1] / self.pixels.shape[0])

    def piece(self, box: Box, columns: int, rows: int) -> ByteArray:
        """See `View`."""
        height, width = self.pixels.shape[:2]
        x0, y0, x1, y1 = box[0] * width, box[1] * height, box[2] * width, box[3] * height
        left, top = max(0, math.floor(x0)), max(0, math.floor(y0))  # cut first: a whole picture is slow to hand over
        window = Image.fromarray(self.pixels[top : math.ceil(y1), left : math.ceil(x1)])
        place = (x0 - left, y0 - top, min(x1 - left, window.width), min(y1 - top, window.height))
        return np.asarray(window.resize((columns, rows), Image.Resampling.BILINEAR, box=place, reducing_gap=2.0))


@dataclass(frozen=True, eq=False)
class LaidView:
    """A picture laid so that its part lies as the part in another picture.

    Attributes
    ----------
    pixels : (h, w, 3) uint8
    frame : Frame
        Of the part in it.
    other : Frame
        Of the part in the other picture, whose places the boxes name.
    """

    pixels: ByteArray
    frame: Frame
    other: Frame

    def piece(self, box: Box, columns: int, rows: int) -> ByteArray:
        """See `View`."""
        return laid_like(self.pixels, self.frame, self.other, width=columns, height=rows, box=box)
