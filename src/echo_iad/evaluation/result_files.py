"""Files of results: folders that are proved to be writable before work, and files that are whole or not there.

Knows no content.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from echo_iad.errors import EvaluationError

_LEAST_FREE_BYTES = 64 * 2**20
_PROBE_BYTES = 4096


def prepare_folder(folder: Path, *, expected_bytes: int = 0) -> None:
    """Make a folder for results, and prove that it can be written, before work starts.

    Raises
    ------
    EvaluationError
        It is no folder, may not be written, or its disk has no room for so much.
    """
    with told_of(folder):
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"\0" * _PROBE_BYTES)
        probe.unlink()
        free = shutil.disk_usage(folder).free
    needed = _LEAST_FREE_BYTES + expected_bytes
    if free < needed:
        msg = f"{folder} has {free // 2**20} MB free, and the run needs {needed // 2**20} MB. Name another --out."
        raise EvaluationError(msg)


def write_whole(path: Path, data: str | bytes | Iterable[bytes]) -> None:
    """Write a file under another name first, so that a kill leaves the old file or the new one.

    Parameters
    ----------
    path : Path
        In a folder that is there.
    data : str, bytes or iterable of bytes
        Text is written as UTF-8; a file's name in it need not be text.

    Raises
    ------
    EvaluationError
        The folder cannot be written, or the disk is full.
    """
    if isinstance(data, str):
        data = data.encode("utf-8", errors="backslashreplace")
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with told_of(path.parent):
        try:
            with fresh.open("wb") as stream:
                stream.writelines([data] if isinstance(data, bytes) else data)
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)


@contextmanager
def told_of(folder: Path) -> Iterator[None]:
    """Turn what goes wrong with files in a folder into an error that names the folder and the cure."""
    try:
        yield
    except OSError as fault:
        why = "the disk is full" if fault.errno == errno.ENOSPC else fault.strerror or str(fault)
        msg = f"Results cannot be written to {folder}: {why}. Name a folder that can be written with --out."
        raise EvaluationError(msg) from fault
