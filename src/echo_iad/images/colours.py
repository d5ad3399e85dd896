"""Every way of storing colours -> RGB of 8 bits. Knows Pillow's modes; knows no file and no orientation.

What the rules are, and why:

- 16-bit grey is scaled by its full range and never clipped. When no sample exceeds 4095 it is taken as 12-bit, as
  many cameras store it: read by the full range it would be black (15 of 255 at most).
- Floating point is scaled by the smallest of 1, 255 and 65535 that holds every sample.
- What is transparent is laid on neutral grey (128), which is neither bright nor dark for the comparison.
- CMYK is converted without a colour profile; embedded profiles are not applied.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from echo_iad.domain.parts import ByteArray

NEUTRAL = 128
"""Grey level behind what is transparent."""

_TWELVE_BITS, _SIXTEEN_BITS = 4095, 65535
_DEEP_MODES = ("I", "F")


class ColourError(ValueError):
    """Samples that have no certain meaning as a picture; the message is a clause that follows its name."""


def to_rgb(image: Image.Image, *, white_is_zero: bool = False) -> ByteArray:
    """Convert a loaded image of any mode.

    Parameters
    ----------
    image : PIL.Image.Image
    white_is_zero : bool
        Whether deep grey samples are stored with white as 0 (TIFF's MinIsWhite).

    Returns
    -------
    (h, w, 3) uint8
        RGB, C order, read-only or not.

    Raises
    ------
    ColourError
        The samples are negative, not finite, beyond 16 bits, or of a colour space without a conversion.
    """
    if image.mode.split(";")[0] in _DEEP_MODES:
        grey = _eight_bits(np.asarray(image))
        return as_three(255 - grey if white_is_zero else grey)
    if image.has_transparency_data:
        return on_neutral(np.asarray(image.convert("RGBA")))
    try:
        return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    except ValueError as fault:
        msg = f"is stored in the colour mode {image.mode}, which has no certain RGB. Save it as RGB."
        raise ColourError(msg) from fault


def as_three(grey: ByteArray) -> ByteArray:
    """Repeat (h, w) grey into (h, w, 3)."""
    return np.repeat(grey[:, :, None], 3, axis=2)


def on_neutral(rgba: ByteArray) -> ByteArray:
    """Lay (h, w, 4) RGBA on neutral grey: (h, w, 3)."""
    alpha = rgba[:, :, 3:].astype(np.uint16)
    mixed = rgba[:, :, :3] * alpha + NEUTRAL * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


def from_sixteen_bits(samples: NDArray[Any]) -> ByteArray:
    """Scale whole numbers of 0 to 65535, of any shape, by their full range (12 or 16 bits)."""
    full = _TWELVE_BITS if samples.max() <= _TWELVE_BITS else _SIXTEEN_BITS
    return ((samples.astype(np.uint32) * 255 + full // 2) // full).astype(np.uint8)


def from_unit_range(samples: NDArray[Any]) -> ByteArray:
    """Scale floating-point samples of 0 to 1, of any shape."""
    return np.rint(samples * 255.0).astype(np.uint8)


def _eight_bits(samples: NDArray[Any]) -> ByteArray:
    lowest, highest = float(samples.min()), float(samples.max())
    if not 0 <= lowest <= highest <= _SIXTEEN_BITS:  # NaN fails here too
        msg = (
            f"holds grey values from {lowest:g} to {highest:g}; allowed are 0 to 65535. "
            "Scale them and save it with 8 or 16 bits."
        )
        raise ColourError(msg)
    if samples.dtype.kind != "f":
        return from_sixteen_bits(samples)
    full = next(limit for limit in (1, 255, _SIXTEEN_BITS) if highest <= limit)
    return from_unit_range(samples / full)
