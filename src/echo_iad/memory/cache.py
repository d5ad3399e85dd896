"""Arrays beside a memory that can be made again from it. Knows no meaning of the arrays and no database.

A cache file is a line with its checksum, a line of JSON (stamp, arrays' names, dtypes, shapes, places), and the
arrays' bytes. It is written under a temporary name, brought to the disk and renamed, so that a reader finds the
old file, the new file or none. docs/memory-format.md specifies it.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

CACHE_SUFFIX = ".cache"
TEMPORARY_SUFFIX = ".tmp"
_MAGIC = b"echo-cache 1 "
_FIRST_LINE = len(_MAGIC) + 8 + 1
"""The magic words, CRC-32 of all that follows in 8 hexadecimal digits, a line feed."""
_ALIGNMENT = 64
_ALLOWED = frozenset({"|u1", "|b1", "<i4", "<i8", "<u4", "<u8", "<f2", "<f4", "<f8"})
_ABANDONED_SECONDS = 3600.0


def write_cache(path: Path, stamp: str, arrays: Mapping[str, NDArray[Any]]) -> bool:
    """Keep arrays in one file, all or none of them.

    Parameters
    ----------
    path : Path
        From `Memory.cache_file`.
    stamp : str
        What they were made from, e.g. `Memory.state` and the settings.
    arrays : mapping of str to array
        Of numbers; stored little-endian in C order.

    Returns
    -------
    bool
        False when the place may not be written or is full: a cache is a saving, never a need.
    """
    contents = {name: _portable(array) for name, array in arrays.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _drop_abandoned(path)
        with NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=TEMPORARY_SUFFIX, delete=False) as file:
            try:
                file.write(_head(stamp, contents))
                for array in contents.values():
                    file.write(array.data)
                    file.write(b"\0" * (-array.nbytes % _ALIGNMENT))
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError:
        return False
    return True


def read_cache(path: Path, stamp: str) -> dict[str, NDArray[Any]] | None:
    """Read the arrays of a cache; read-only views of the file's bytes.

    Returns
    -------
    dict of str to array, or None
        None when there is none, it has another stamp, or it is damaged.
    """
    try:
        data = path.read_bytes()
        head, start = _read_head(data)
        if head["stamp"] != stamp or _checksum_differs(data):
            return None
        return _arrays(head, data, start)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def cache_fault(path: Path) -> str:
    """Say what is wrong with a cache file, whatever its stamp; empty when it can be read."""
    try:
        data = path.read_bytes()
        head, start = _read_head(data)
        readable = not _checksum_differs(data) and _arrays(head, data, start) is not None
    except (OSError, ValueError, KeyError, TypeError):
        readable = False
    return "" if readable else f"The cache {path.name} is damaged; it will be made again, or delete it."


def _portable(array: NDArray[Any]) -> NDArray[Any]:
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    if little.dtype.str not in _ALLOWED:
        msg = f"A cache holds arrays of {', '.join(sorted(_ALLOWED))}. Got {array.dtype}."
        raise ValueError(msg)
    return little.reshape(array.shape)


def _head(stamp: str, contents: Mapping[str, NDArray[Any]]) -> bytes:
    places, offset = [], 0
    for name, array in contents.items():
        places.append([name, array.dtype.str, list(array.shape), offset])
        offset += array.nbytes + -array.nbytes % _ALIGNMENT
    line = json.dumps({"stamp": stamp, "bytes": offset, "arrays": places}).encode()
    line += b" " * (-(_FIRST_LINE + len(line) + 1) % _ALIGNMENT) + b"\n"
    crc = zlib.crc32(line)
    for array in contents.values():
        crc = zlib.crc32(b"\0" * (-array.nbytes % _ALIGNMENT), zlib.crc32(array.data, crc))
    return _MAGIC + f"{crc:08x}\n".encode() + line


def _read_head(data: bytes) -> tuple[dict[str, Any], int]:
    end = data.find(b"\n", _FIRST_LINE)
    if not data.startswith(_MAGIC) or end < 0:
        msg = "no cache of Echo"
        raise ValueError(msg)
    head = json.loads(data[_FIRST_LINE:end])
    if len(data) - end - 1 != head["bytes"]:
        msg = "cut off"
        raise ValueError(msg)
    return head, end + 1


def _checksum_differs(data: bytes) -> bool:
    return data[len(_MAGIC) : _FIRST_LINE] != f"{zlib.crc32(memoryview(data)[_FIRST_LINE:]):08x}\n".encode()


def _arrays(head: dict[str, Any], data: bytes, start: int) -> dict[str, NDArray[Any]]:
    arrays = {}
    for name, dtype, shape, offset in head["arrays"]:
        if dtype not in _ALLOWED:
            msg = f"dtype {dtype}"
            raise ValueError(msg)
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(data, dtype, count, start + offset).reshape(shape)
    return arrays


def _drop_abandoned(path: Path) -> None:
    """Delete what writers left that were killed long ago."""
    for left in path.parent.glob(f"*{TEMPORARY_SUFFIX}"):
        if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
            left.unlink(missing_ok=True)
