"""Pictures resized, cropped, encoded, and seen as CIELAB. Pixels only; no file and no model is known."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from echo_iad.domain.parts import ByteArray, FloatArray
from echo_iad.errors import ImageError

_LEVELS = np.arange(256) / 255
_LINEAR = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4).astype(np.float32)
"""(256,): the light that each level of sRGB stands for, 0 to 1."""

_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.119192, 0.9503041]]
)
_TO_XYZ = (_XYZ / _XYZ.sum(axis=1, keepdims=True)).T.astype(np.float32)
"""Linear sRGB to XYZ as shares of white (D65), so that greys have a* = b* = 0."""

_TO_LAB = np.array([[0, 500, 0], [116, -500, 200], [0, 0, -200]], np.float32)
_KNEE = np.float32((6 / 29) ** 3)


def resize(pixels: ByteArray, width: int, height: int) -> ByteArray:
    """Resize without aliasing: every source pixel counts when it gets smaller.

    Parameters
    ----------
    pixels : (h, w, 3) uint8
    width, height : int
        New size in pixels.

    Returns
    -------
    (height, width, 3) uint8
    """
    if pixels.shape[:2] == (height, width):
        return pixels
    image = Image.fromarray(np.ascontiguousarray(pixels))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=1.0))


def shrink(pixels: ByteArray, longest: int) -> ByteArray:
    """Resize so that the longer side has at most ``longest`` pixels; a smaller picture stays as it is."""
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return pixels
    return resize(pixels, max(1, round(width * scale)), max(1, round(height * scale)))


def crop(pixels: ByteArray, box: tuple[int, int, int, int]) -> ByteArray:
    """Cut ``x0, y0, x1, y1`` out (x1 and y1 lie outside); what hangs over the edge is left away.

    Returns
    -------
    (h, w, 3) uint8
        A view of ``pixels``.

    Raises
    ------
    ValueError
        The box holds no pixel of the picture.

    Examples
    --------
    >>> crop(np.zeros((10, 20, 3), np.uint8), (15, -2, 25, 4)).shape
    (4, 5, 3)
    """
    x0, y0, x1, y1 = box
    cut = pixels[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
    if not cut.size:
        height, width = pixels.shape[:2]
        msg = f"The box {box} holds no pixel of a picture of {width} x {height}."
        raise ValueError(msg)
    return cut


def encode_jpeg(pixels: ByteArray, quality: int = 90) -> bytes:
    """Encode (h, w, 3) uint8 as JPEG; the same pixels give the same bytes."""
    return _encode(pixels, "JPEG", quality=quality)


def encode_png(pixels: ByteArray) -> bytes:
    """Encode (h, w, 3) uint8 as PNG, without loss."""
    return _encode(pixels, "PNG")


def decode_jpeg(data: bytes) -> ByteArray:
    """Decode what `encode_jpeg` made: (h, w, 3) uint8.

    Raises
    ------
    ImageError
        The bytes are damaged.
    """
    try:
        return np.asarray(Image.open(io.BytesIO(data), formats=("JPEG",)).convert("RGB"))
    except (OSError, SyntaxError, ValueError) as fault:
        msg = f"A stored picture of {len(data)} bytes is damaged: {fault}. Check with: echo-iad memory verify"
        raise ImageError(msg) from fault


def to_lab(pixels: ByteArray) -> FloatArray:
    """Convert sRGB to CIELAB (D65), in which equal distances look about equally different.

    Parameters
    ----------
    pixels : (h, w, 3) uint8

    Returns
    -------
    (h, w, 3) float32
        L* from 0 (black) to 100 (white), a* (green to red), b* (blue to yellow).

    Examples
    --------
    >>> to_lab(np.full((1, 1, 3), 255, np.uint8)).round(1).tolist()
    [[[100.0, 0.0, 0.0]]]
    """
    xyz = np.take(_LINEAR, pixels.reshape(-1, 3)) @ _TO_XYZ
    curved = np.where(xyz > _KNEE, np.cbrt(xyz), xyz / (3 * _KNEE ** np.float32(2 / 3)) + np.float32(4 / 29))
    lab: FloatArray = curved @ _TO_LAB
    lab[:, 0] -= 16
    return lab.reshape(pixels.shape)


def _encode(pixels: ByteArray, kind: str, **choices: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, kind, **choices)
    return buffer.getvalue()
