"""Values that go into and come out of a memory. Knows no database and no encoder."""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import FloatArray, ImageEncoding

_JPEG_START = b"\xff\xd8"
_SHA256 = re.compile(r"[0-9a-f]{64}")
UNIT_TOLERANCE = 1e-3
"""How far a vector's length may be from 1: room for encoders that compute in half precision."""


@dataclass(frozen=True, eq=False)
class NewNormal:
    """An image of a good part, ready to be stored."""

    object: str
    """The product."""
    path: str
    """Where the file is."""
    sha256: str
    """Hex digest of the file's bytes; the same digest is stored once for an object."""
    width: int
    """Pixels of the upright picture."""
    height: int
    """Pixels of the upright picture."""
    bytes: int
    """Size of the file."""
    preview: builtins.bytes
    """Small JPEG of the upright picture."""
    encoding: ImageEncoding
    """What the image encoder made of it."""
    enrolled_by: str
    """Login name of who enrols it."""
    framed: ImageEncoding | None = None
    """The same of the part cut out, where its object is framed; its levels are kept in place of the whole picture's."""

    def __post_init__(self) -> None:
        check_object_name(self.object)
        if not _SHA256.fullmatch(self.sha256):
            msg = f"NewNormal.sha256 must be 64 hex digits in lower case. Got {self.sha256!r}."
            raise ValueError(msg)
        if self.width < 1 or self.height < 1 or self.bytes < 0:
            got = f"{self.width} x {self.height} pixels, {self.bytes} bytes"
            msg = f"NewNormal needs a size of at least 1 x 1 pixels and 0 bytes. Got {got}."
            raise ValueError(msg)
        if not self.preview.startswith(_JPEG_START):
            msg = f"NewNormal.preview must be a JPEG. Got {len(self.preview)} bytes that start {self.preview[:4]!r}."
            raise ValueError(msg)
        _check_encoding(self.encoding, "NewNormal.encoding")
        if self.framed is not None:
            _check_encoding(self.framed, "NewNormal.framed")

    @property
    def compared(self) -> ImageEncoding:
        """The encoding whose levels are compared."""
        return self.encoding if self.framed is None else self.framed


@dataclass(frozen=True)
class ObjectSummary:
    """One enrolled object, as ``memory info`` lists it."""

    name: str
    normals: int
    """How many normals are enrolled."""
    megabytes: float
    """What its vectors, patch features and previews take, 10^6 bytes."""
    state: str
    """Stamp that changes with every change to its normals."""


@dataclass(frozen=True, eq=False)
class VectorTable:
    """The embeddings of a memory or of one object, in the order of their ids.

    Attributes
    ----------
    ids : (n,) int64
        Numbers of the normals, increasing.
    vectors : (n, d) float32, unit length
    codes : (n,) int32
        ``names[codes[row]]`` is the row's object.
    names : tuple of str
        Objects, sorted.
    """

    ids: NDArray[np.int64]
    vectors: FloatArray
    codes: NDArray[np.int32]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or not len(self.ids) == len(self.vectors) == len(self.codes):
            shapes = f"{self.ids.shape}, {self.vectors.shape}, {self.codes.shape}"
            msg = f"VectorTable needs ids (n,), vectors (n, d) and codes (n,). Got {shapes}."
            raise ValueError(msg)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class StoredPassage:
    """A piece of domain knowledge, as it is stored."""

    object: str
    """The product; empty = general, for every product."""
    topic: str
    """What it is about: a defect's name, ``good``, or empty."""
    text: str
    source: str
    """File and place it came from."""
    review: str = "imported"
    """State of its review."""

    def __post_init__(self) -> None:
        if not self.text.strip():
            msg = f"StoredPassage.text must not be empty. Got {self.text!r} from {self.source!r}."
            raise ValueError(msg)


def check_object_name(name: str) -> None:
    """Refuse a name that could not be typed or listed.

    Raises
    ------
    ValueError
        It is empty, has spaces around it, is longer than 200 characters, or holds a control character.
    """
    if not name or name != name.strip() or len(name) > 200 or not name.isprintable():
        msg = (
            "An object's name must have 1 to 200 printable characters without spaces around them. "
            f"Got {name[:50]!r}; give another with --object NAME."
        )
        raise ValueError(msg)


def _check_encoding(encoding: ImageEncoding, whose: str) -> None:
    check_unit_vector(encoding.vector, f"{whose}.vector")
    for position, level in enumerate(encoding.levels):
        if level.ndim != 3 or not np.isfinite(level).all():
            got = f"shape {level.shape}" if level.ndim != 3 else "numbers that are not finite"
            msg = f"{whose}.levels[{position}] must be (h, w, c) and finite. Got {got}."
            raise ValueError(msg)


def check_unit_vector(vector: FloatArray, whose: str) -> None:
    """Refuse a vector that is not finite, of one axis and of length 1 (within `UNIT_TOLERANCE`).

    Raises
    ------
    ValueError
        With what was got.
    """
    if vector.ndim != 1 or vector.size == 0:
        msg = f"{whose} must be (d,). Got shape {vector.shape}."
        raise ValueError(msg)
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if not abs(length - 1.0) <= UNIT_TOLERANCE:
        msg = f"{whose} must be finite and of length 1. Got length {length:.6g}."
        raise ValueError(msg)
