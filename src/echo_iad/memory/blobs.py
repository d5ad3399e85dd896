"""Arrays as BLOBs: little-endian bytes with dtype, shape and CRC-32 beside them. Knows no table."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from math import prod

import numpy as np

from echo_iad.domain.parts import FloatArray
from echo_iad.errors import MemoryDamagedError

_ALLOWED = ("<f2", "<f4")


@dataclass(frozen=True)
class Blob:
    """An array as it is stored; the fields are the columns of every table that holds arrays."""

    dtype: str
    """NumPy's name, ``<f2`` or ``<f4``."""
    shape: str
    """Axes in memory order, joined by commas: ``40,40,112``."""
    crc32: int
    """CRC-32 (as in zlib) of the bytes."""
    data: bytes
    """C order, little-endian."""

    def array(self) -> FloatArray:
        """Give the array, as float32 of its shape; a view of the bytes where it can be.

        Raises
        ------
        MemoryDamagedError
            The dtype is unknown, the bytes do not fill the shape, or they differ from their checksum.
        """
        fault = self.form_fault() or self.checksum_fault()
        if fault:
            msg = f"A stored array is damaged: {fault}. Look with: echo-iad memory verify"
            raise MemoryDamagedError(msg)
        return np.frombuffer(self.data, self.dtype).reshape(self._axes()).astype(np.float32, copy=False)

    def form_fault(self) -> str:
        """Say what is wrong with dtype, shape or size; empty when they agree."""
        if self.dtype not in _ALLOWED:
            return f"its dtype is {self.dtype!r}, not one of {', '.join(_ALLOWED)}"
        try:
            wanted = prod(self._axes()) * np.dtype(self.dtype).itemsize
        except ValueError:
            return f"its shape is {self.shape!r}"
        return "" if wanted == len(self.data) else f"it has {len(self.data)} bytes where its shape needs {wanted}"

    def checksum_fault(self) -> str:
        """Say that the bytes are not those that were stored; empty when they are."""
        return "" if zlib.crc32(self.data) == self.crc32 else "its bytes differ from their checksum"

    def fault(self) -> str:
        """Say what is wrong, contents included; empty when sound."""
        fault = self.form_fault() or self.checksum_fault()
        if fault:
            return fault
        return "" if np.isfinite(self.array()).all() else "it holds numbers that are not finite"

    def _axes(self) -> tuple[int, ...]:
        return tuple(int(axis) for axis in self.shape.split(","))


def to_blob(array: FloatArray, dtype: str) -> Blob:
    """Store ``array`` as ``dtype``, ``<f4`` or ``<f2``; float16 clips at its largest number instead of overflowing.

    Examples
    --------
    >>> to_blob(np.ones((2, 3), np.float32), "<f2").shape
    '2,3'
    """
    if dtype == "<f2":
        limit = float(np.finfo(np.float16).max)
        array = np.clip(array, -limit, limit)
    data = np.ascontiguousarray(array, dtype=dtype).tobytes()
    return Blob(dtype, ",".join(str(axis) for axis in array.shape), zlib.crc32(data), data)
