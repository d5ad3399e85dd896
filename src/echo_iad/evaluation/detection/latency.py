"""What a run took: milliseconds of an inspection, and the most memory of the process."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Latency:
    """Milliseconds of one part, from the file to the verdict."""

    p50: float
    p95: float


def latency_of(spent: Iterable[float]) -> Latency | None:
    """Median and 95th percentile of milliseconds; None without any."""
    values = list(spent)
    if not values:
        return None
    p50, p95 = np.quantile(values, [0.5, 0.95]).tolist()
    return Latency(round(p50, 3), round(p95, 3))


def peak_megabytes() -> int | None:
    """Most memory that this process ever held, with everything that it loaded; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / 1e6) if sys.platform == "darwin" else round(peak * 1024 / 1e6)
