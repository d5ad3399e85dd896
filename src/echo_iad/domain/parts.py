"""Pictures of parts and what an encoder makes of them. Knows no file format and no model.

Array axes are named in memory order. ``h, w`` are rows and columns, ``c`` channels, ``d`` numbers of a vector.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float32]
ByteArray: TypeAlias = NDArray[np.uint8]
BoolArray: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Picture:
    """An upright RGB picture, perhaps decoded at reduced size.

    Attributes
    ----------
    pixels : (h, w, 3) uint8
        Upright RGB. ``h, w`` may be smaller than ``height, width`` when a reduced decoding was asked for.
    width, height : int
        Size of the upright picture at full size, in pixels; every box in a record is in these pixels.
    path : str
        Where it came from, or a description when it came from bytes or an array.
    sha256 : str
        Hex digest of the file's bytes (of the pixels when there was no file).
    """

    pixels: ByteArray
    width: int
    height: int
    path: str
    sha256: str

    def __post_init__(self) -> None:
        if self.pixels.dtype != np.uint8 or self.pixels.ndim != 3 or self.pixels.shape[2] != 3:
            msg = f"Picture.pixels must be (h, w, 3) uint8. Got {self.pixels.shape} {self.pixels.dtype}."
            raise ValueError(msg)
        if self.pixels.size == 0:
            msg = f"Picture.pixels must not be empty. Got {self.pixels.shape}."
            raise ValueError(msg)


@dataclass(frozen=True)
class EncoderId:
    """Which encoder made a vector: memories refuse vectors of another one.

    Attributes
    ----------
    name : str
        Name in the encoder catalogue, e.g. ``edge``.
    weights_sha256 : str
        Hex digest of the weights.
    dimension : int
        Length ``d`` of the vectors.
    preparation : str
        How a picture is prepared (size, crop, scaling), or how a text is cut; two encoders that prepare
        differently are different encoders.
    space : str
        Vectors of two encoders can be compared only when their spaces are equal (CLIP's two towers share one).
    """

    name: str
    weights_sha256: str
    dimension: int
    preparation: str
    space: str


@dataclass(frozen=True)
class Framing:
    """How pictures of one object are cut before they are encoded.

    Attributes
    ----------
    rows, columns : int
        Of the cut picture, in pixels.
    turned : bool
        Whether the part is turned to its long axis.
    scale : float
        Of a pixel of the cut picture, in spreads of the part (the root of the mean squared distance of its places from
        their centre of gravity).
    middle : tuple of 2 float
        From the part's centre of gravity to the middle of the cut picture, in spreads: along the part's axis, or to
        the right, and across it, or down.
    """

    rows: int
    columns: int
    turned: bool
    scale: float
    middle: tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """A rectangle, perhaps turned, that was cut out of one picture; all in pixels of that picture, x before y.

    Attributes
    ----------
    framing : Framing
        What it was made for.
    centre : tuple of 2 float
    right, down : tuple of 2 float
        From the centre to the middle of the right and of the lower side.
    size : tuple of 2 int
        Width and height of the picture; of the same picture in another size the frame lies at the same share.
    is_found : bool
        Whether it follows the part's outline; else none was found and it spans the whole picture.
    part : (h, w) bool, optional
        The places of a small picture of the same aspect that belong to the part, by which it was found.
    """

    framing: Framing
    centre: tuple[float, float]
    right: tuple[float, float]
    down: tuple[float, float]
    size: tuple[int, int]
    is_found: bool = True
    part: BoolArray | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, eq=False)
class ImageEncoding:
    """What an image encoder makes of one picture.

    Attributes
    ----------
    vector : (d,) float32, unit length
        The pooled embedding.
    levels : tuple of (h, w, c) float32
        Patch features, finest grid first; empty when the encoder has none. Not normalised.
    frame : Frame, optional
        What the encoder was shown of the picture; None = the whole.
    """

    vector: FloatArray
    levels: tuple[FloatArray, ...] = ()
    frame: Frame | None = None


@dataclass(frozen=True)
class Normal:
    """An enrolled image of a good part, as the memory lists it."""

    id: int
    """Number in the memory; never used again after a removal."""
    object: str
    """The product."""
    path: str
    """Where the file was when it was enrolled."""
    sha256: str
    """Hex digest of the file's bytes."""
    width: int
    """Pixels of the upright picture."""
    height: int
    """Pixels of the upright picture."""
    enrolled_at: str
    """ISO 8601, UTC."""
    enrolled_by: str
    """Login name of who enrolled it."""
