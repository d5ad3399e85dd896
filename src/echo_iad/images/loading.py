"""The one door for pictures: file, bytes, array or Pillow image -> `Picture`. Nothing learned, no object known."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from echo_iad.domain.parts import ByteArray, Picture
from echo_iad.errors import ImageError, ProfileError
from echo_iad.images import colours
from echo_iad.images.decoding import check_size, decode, upright
from echo_iad.settings import environment

PictureSource: TypeAlias = str | Path | bytes | NDArray[Any] | Image.Image

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
"""How the names of pictures end, in any case."""

ENOUGH_SIDE = 448
"""Pixels of the shorter side at which decoding may stop: more than any encoder, comparison or preview needs."""
_DEFAULT_MEGAPIXELS = 100
_MOST_MEGAPIXELS = 178
"""Pillow's own limit stands there."""
_LARGEST_PIXEL = 16
"""Bytes: no kind of file needs more for one pixel, so a larger file is not even read."""
_SPARE_BYTES = 64 * 2**20
"""For headers, thumbnails and profiles."""


def load_picture(source: PictureSource, *, at_least: int | None = None) -> Picture:
    """Open a picture of any supported kind as upright RGB.

    Parameters
    ----------
    source : str, Path, bytes, array or PIL.Image.Image
        A file (JPEG, PNG, BMP, TIFF, WebP; the first page or frame), its bytes, or an array: ``(h, w)`` or
        ``(h, w, 3|4)``, uint8, uint16 or float from 0 to 1. How colours are converted: `echo_iad.images.colours`.
    at_least : int, optional
        A JPEG may be decoded at reduced size, which is faster, as long as its shorter side keeps at least this many
        pixels. ``Picture.width`` and ``height`` stay those of the full picture.

    Returns
    -------
    Picture

    Raises
    ------
    ImageError
        Missing, unreadable, empty, truncated, of another kind, too large, or without pixels; the message names it.
    ProfileError
        ``ECHO_IAD_MAX_MEGAPIXELS`` is no number from 1 to 178.

    Examples
    --------
    >>> picture = load_picture(np.zeros((20, 30), np.uint8))
    >>> picture.width, picture.height, picture.pixels.shape
    (30, 20, (20, 30, 3))
    """
    if at_least is not None and at_least < 1:
        msg = f"at_least must be 1 or more. Got {at_least}."
        raise ValueError(msg)
    if isinstance(source, np.ndarray):
        return _picture_without_file(_from_array(source), "an array")
    if isinstance(source, Image.Image):
        return _picture_without_file(_from_image(source), "a Pillow image")
    max_pixels = _max_pixels()
    if isinstance(source, bytes | bytearray | memoryview):
        data, name = bytes(source), f"of {len(source)} bytes"
    else:
        data, name = _read(Path(source), max_pixels), str(source)
    decoded = decode(data, name, max_pixels=max_pixels, at_least=at_least)
    digest = hashlib.sha256(data).hexdigest()
    return Picture(decoded.pixels, decoded.width, decoded.height, name, digest)


def find_pictures(folder: str | Path) -> list[Path]:
    """List the pictures in a folder and the folders below, by suffix, in natural order: 2 before 10.

    Hidden files and folders are left out; links are followed, each folder once.

    Raises
    ------
    ImageError
        The folder is missing, no folder, or cannot be read.
    """
    root = Path(folder)
    if not root.is_dir():
        what = "is no folder" if root.exists() else "does not exist"
        msg = f"The folder {folder} {what}. Name a folder of pictures."
        raise ImageError(msg)
    found: list[Path] = []
    entered: set[tuple[int, int]] = set()
    for place, folders, files in os.walk(root, followlinks=True, onerror=_refuse_folder):
        status = Path(place).stat()
        if (status.st_dev, status.st_ino) in entered:
            folders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=_natural)
        found += [Path(place, name) for name in files if _is_picture_name(name)]
    return sorted(found, key=lambda path: [_natural(part) for part in path.relative_to(root).parts])


def _max_pixels() -> int:
    asked = environment("MAX_MEGAPIXELS") or str(_DEFAULT_MEGAPIXELS)
    try:
        megapixels = float(asked)
    except ValueError:
        megapixels = 0.0
    if not 1 <= megapixels <= _MOST_MEGAPIXELS:
        msg = f"ECHO_IAD_MAX_MEGAPIXELS must be a number from 1 to {_MOST_MEGAPIXELS}. Got {asked!r}."
        raise ProfileError(msg)
    return int(megapixels * 1_000_000)


def _read(path: Path, max_pixels: int) -> bytes:
    try:
        if path.is_dir():
            msg = f"The picture {path} is a folder. Name the pictures in it, for example {path}/*.jpg."
            raise ImageError(msg)
        size = path.stat().st_size
        if not path.is_file():
            msg = f"The picture {path} is no regular file. Name a file."
            raise ImageError(msg)
        if size > max_pixels * _LARGEST_PIXEL + _SPARE_BYTES:
            msg = (
                f"The picture {path} is too large: {size / 1e6:.0f} MB cannot hold a picture of at most "
                f"{max_pixels / 1e6:g} megapixels. Reduce it, or raise the limit with ECHO_IAD_MAX_MEGAPIXELS."
            )
            raise ImageError(msg)
        return path.read_bytes()
    except FileNotFoundError as fault:
        msg = f"The picture {path} does not exist. Check the path."
        raise ImageError(msg) from fault
    except PermissionError as fault:
        msg = f"The picture {path} may not be read. Check its permissions."
        raise ImageError(msg) from fault
    except (OSError, ValueError) as fault:  # ValueError: a name that no file can have
        msg = f"The picture {path} cannot be read: {fault}."
        raise ImageError(msg) from fault


def _from_image(image: Image.Image) -> ByteArray:
    name = "given as a Pillow image"
    check_size(image, name, _max_pixels())
    try:
        turned, _ = upright(image)
        return np.array(colours.to_rgb(turned))
    except (colours.ColourError, OSError, SyntaxError) as fault:
        msg = f"The picture {name} cannot be used: it {fault}"
        raise ImageError(msg) from fault


def _from_array(array: NDArray[Any]) -> ByteArray:
    if array.ndim not in {2, 3} or (array.ndim == 3 and array.shape[2] not in {3, 4}) or not array.size:
        msg = (
            f"An array must be (h, w), (h, w, 3) or (h, w, 4), with at least one pixel. Got {array.shape}. "
            "Move channels to the last axis with numpy.moveaxis(array, 0, -1)."
        )
        raise ImageError(msg)
    samples = _eight_bits(array)
    if samples.ndim == 2:
        return colours.as_three(samples)
    return colours.on_neutral(samples) if samples.shape[2] == 4 else samples


def _eight_bits(array: NDArray[Any]) -> ByteArray:
    if array.dtype == np.uint8:
        return array.copy(order="C")
    if array.dtype == np.uint16:
        return colours.from_sixteen_bits(array)
    if array.dtype.kind == "f" and 0 <= array.min() <= array.max() <= 1:  # NaN fails here too
        return colours.from_unit_range(array)
    span = f" from {array.min():g} to {array.max():g}" if array.dtype.kind == "f" else ""
    msg = f"An array must hold uint8, uint16, or floats from 0 to 1. Got {array.dtype}{span}."
    raise ImageError(msg)


def _picture_without_file(pixels: ByteArray, path: str) -> Picture:
    height, width = pixels.shape[:2]
    digest = hashlib.sha256(f"{height}x{width}:".encode())
    digest.update(pixels.data)
    return Picture(pixels, width, height, path, digest.hexdigest())


def _is_picture_name(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES


def _natural(name: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts if part] + [(2, 0, name)]


def _refuse_folder(fault: OSError) -> None:
    msg = f"The folder {fault.filename} cannot be read: {fault.strerror}. Check its permissions."
    raise ImageError(msg) from fault
