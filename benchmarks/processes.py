"""What a child process takes: wall time, processor time, peak memory. Knows nothing of what it runs.

Start children while this process is small: a child's peak memory is at least its parent's at the start.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ECHO_IAD = str(Path(sys.executable).with_name("echo-iad"))
"""The command of this environment."""


@dataclass(frozen=True)
class Spent:
    """A process that ended well."""

    seconds: float
    """From its start to its end."""
    cpu_seconds: float
    """Of all its threads, in and outside the kernel."""
    peak_megabytes: int
    """Most memory that it held."""
    said: str
    """Its standard output."""

    def figures(self) -> dict[str, float]:
        """All but what it said."""
        return {"seconds": self.seconds, "cpu_seconds": self.cpu_seconds, "peak_megabytes": self.peak_megabytes}


def spend(command: Sequence[str | Path]) -> Spent:
    """Run a command to its end.

    Raises
    ------
    SystemExit
        It failed; its own message stands on standard error.
    """
    words = [str(word) for word in command]
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        child = subprocess.Popen(words, stdout=out)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            message = f"{' '.join(words[:4])} ended with {child.returncode}."
            raise SystemExit(message)
        out.seek(0)
        said = out.read().decode()
    return Spent(
        seconds=round(seconds, 3),
        cpu_seconds=round(used.ru_utime + used.ru_stime, 3),
        peak_megabytes=round(used.ru_maxrss * 1024 / 1e6),
        said=said,
    )
