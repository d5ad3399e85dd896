"""Bytes of a picture file -> upright RGB. Knows five kinds of file; knows no path and no disk.

A kind is told by the first bytes, never by the suffix, and only its own decoder sees the file. Size is read from the
header and checked before anything is decoded.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image
from PIL import WebPImagePlugin as _  # noqa: F401 - the import registers the decoder
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.TiffImagePlugin import TiffImageFile

from echo_iad.domain.parts import ByteArray
from echo_iad.errors import ImageError
from echo_iad.images.colours import ColourError, to_rgb

_KINDS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)
_FOREIGN_KINDS = ((b"GIF8", "GIF"), (b"%PDF", "PDF"), (b"<svg", "SVG"), (b"<?xml", "SVG or XML"), (b"8BPS", "PSD"))
_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC", b"avif": "AVIF"}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PROBE = bytes(range(1, 255))
_JPEG_GREY = 128
_QUIET = threading.Lock()


@dataclass(frozen=True, eq=False)
class Upright:
    """Decoded pixels, and the size that the upright picture has in full."""

    pixels: ByteArray
    """(h, w, 3) uint8; smaller than ``height, width`` after a reduced decoding."""
    width: int
    height: int


def decode(data: bytes, name: str, *, max_pixels: int, at_least: int | None = None) -> Upright:
    """Decode one file.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What messages call it.
    max_pixels : int
        A header that promises more is refused.
    at_least : int, optional
        A JPEG may be decoded at a half, quarter or eighth, as long as its shorter side keeps this many pixels.

    Raises
    ------
    ImageError
        No picture, of another kind, truncated, damaged, too large, or without pixels.
    """
    kind = _kind(data, name)
    try:
        with _no_warnings():
            image = Image.open(io.BytesIO(data), formats=(kind,))
        check_size(image, name, max_pixels)
        return _upright(data, image, at_least)
    except ColourError as fault:
        msg = f"The picture {name} {fault}"
        raise ImageError(msg) from fault
    except ImageError:
        raise
    except Image.DecompressionBombError as fault:
        msg = f"The picture {name} is too large: its header promises more than {max_pixels / 1e6:g} megapixels."
        raise ImageError(msg) from fault
    except Exception as fault:
        msg = f"The picture {name} is truncated or damaged ({kind}: {fault}). Copy or export it again."
        raise ImageError(msg) from fault


def check_size(image: Image.Image, name: str, max_pixels: int) -> None:
    """Refuse an image whose header promises no pixel or too many.

    Raises
    ------
    ImageError
    """
    width, height = image.size
    if width < 1 or height < 1:
        msg = f"The picture {name} has no pixels ({width} x {height}). Export it again."
        raise ImageError(msg)
    if width * height > max_pixels:
        msg = (
            f"The picture {name} is too large: {width} x {height} is {width * height / 1e6:.0f} megapixels, allowed "
            f"are {max_pixels / 1e6:g}. Reduce it, or raise the limit with ECHO_IAD_MAX_MEGAPIXELS."
        )
        raise ImageError(msg)


def upright(image: Image.Image) -> tuple[Image.Image, bool]:
    """Turn a loaded image as its EXIF orientation asks; and whether width and height changed places."""
    with _no_warnings():
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    if orientation not in _UPRIGHT:
        return image, False
    return image.transpose(_UPRIGHT[orientation]), orientation >= 5


def _upright(data: bytes, image: ImageFile, at_least: int | None) -> Upright:
    width, height = image.size
    deep = any(";16" in str(tile.args) for tile in image.tile)
    if isinstance(image, TiffImageFile):
        with _no_warnings():
            image.load()  # turns itself upright, and its size says so already
        pixels = to_rgb(image, white_is_zero=image.tag_v2.get(ExifTags.Base.PhotometricInterpretation) == 0)
        swapped = False
    else:
        if isinstance(image, JpegImageFile):
            _load_jpeg(data, image, at_least)
        image.load()
        turned, swapped = upright(image)
        pixels = to_rgb(turned)
    if deep and image.mode in {"RGB", "RGBA"} and pixels.max() <= 15:
        msg = "has 16 bits for each colour and uses at most 12 of them, which would come out black. Save it with 8."
        raise ColourError(msg)
    return Upright(pixels, *((height, width) if swapped else (width, height)))


def _kind(data: bytes, name: str) -> str:
    if not data:
        msg = f"The picture {name} is empty (0 bytes). Copy or export it again."
        raise ImageError(msg)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    for start, kind in _KINDS:
        if data.startswith(start):
            return kind
    foreign = next((kind for start, kind in _FOREIGN_KINDS if data[:64].lstrip().startswith(start)), None)
    foreign = foreign or (_BRANDS.get(data[8:12]) if data[4:8] == b"ftyp" else None)
    what = f"is a {foreign} file" if foreign else "is no picture, or its beginning is damaged"
    msg = f"The file {name} {what}. Echo opens JPEG, PNG, BMP, TIFF and WebP; convert it to one of these."
    raise ImageError(msg)


def _load_jpeg(data: bytes, image: JpegImageFile, at_least: int | None) -> None:
    """Decode, perhaps at reduced size, and refuse data that end early.

    The decoder fills a missing end with grey and says nothing. So the data have to be closed by an end marker; and
    when the last block is flat grey, some bytes more in front of that marker must not change the picture, which they
    do when the data were cut and the marker put on afterwards.
    """
    reduced = None if at_least is None else (at_least, at_least)
    image.draft(None, reduced)
    image.load()
    scan = _first_scan(data)
    if data.rfind(b"\xff\xd9") < scan:
        msg = "no end marker after the picture's data"
        raise ValueError(msg)
    last = image.getpixel((image.width - 1, image.height - 1))
    if set(last if isinstance(last, tuple) else (last,)) != {_JPEG_GREY}:
        return
    end = data.find(b"\xff\xd9", scan)
    probe = Image.open(io.BytesIO(data[:end] + _PROBE + data[end:]), formats=("JPEG",))
    probe.draft(None, reduced)
    if not np.array_equal(np.asarray(probe), np.asarray(image)):
        msg = "the data end before the picture does"
        raise ValueError(msg)


def _first_scan(data: bytes) -> int:
    """Offset of the first scan: segments before it (thumbnails among them) are skipped by their length."""
    at = 2
    while data[at : at + 2] != b"\xff\xda":
        if at + 4 > len(data):
            msg = "no picture data"
            raise ValueError(msg)
        is_fill = data[at] != 0xFF or data[at + 1] in {0xFF, 0x00, 0x01, *range(0xD0, 0xD9)}
        at += 1 if is_fill else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return at


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Keep Pillow's warnings to ourselves; filters are global, so one thread at a time."""
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
