"""What the tolerance does with 1 to 500 normals: writes tolerance.json beside this file and the table in the docs.

Scores are drawn, so the truth is known. One station enrols n normals once and then sees good parts for ever: its own
false-alarm rate is exact, the share of good parts above its threshold. Many stations show how that rate scatters.

Run from anywhere: ``python benchmarks/tolerance.py``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from echo_iad.comparison.tolerance import PRIOR_SPREAD, judge

ROOT = Path(__file__).resolve().parents[1]
RATE = 0.05
STATIONS = 2000
CENTRE = 3.0
"""Median score of good parts; only ratios count."""
DEFECT = 3.0
"""How far a defect lifts the logarithm of the score, in usual spreads."""
COUNTS = (1, 2, 3, 5, 10, 18, 19, 30, 50, 99, 200, 500)
START, END = "<!-- table -->", "<!-- end of table -->"


@dataclass(frozen=True)
class Row:
    """Stations with so many normals; rates are shares of good parts that are called anomalous."""

    normals: int
    certified: bool
    least_p: float
    """The smallest p-value that a part can get; 0 = the fit sets no limit."""
    mean_rate: float
    """Over all stations."""
    low_rate: float
    """One station in twenty has a lower rate."""
    high_rate: float
    """One station in twenty has a higher rate."""
    wide_rate: float
    """Mean rate when good parts scatter twice as much as usual."""
    skewed_rate: float
    """Mean rate when some good parts score far higher than most (the logarithm of the score is gamma with shape 2)."""
    found: float
    """Share of defects found that lift the score by three usual spreads."""


def measure(count: int) -> Row:
    """Let many stations enrol ``count`` normals."""
    rng = np.random.default_rng(count)
    usual = stats.lognorm(PRIOR_SPREAD, scale=CENTRE)
    wide = stats.lognorm(2 * PRIOR_SPREAD, scale=CENTRE)
    skewed = stats.gamma(2.0, scale=PRIOR_SPREAD / np.sqrt(2))
    limits = thresholds(lambda shape: usual.rvs(shape, random_state=rng), count)
    rates = usual.sf(limits)
    extreme = judge(1e6, usual.rvs(count, random_state=rng).astype(np.float32), false_alarm_rate=RATE)
    return Row(
        normals=count,
        certified=extreme.certified,
        least_p=round(extreme.p_value, 4) if extreme.certified else 0.0,
        mean_rate=_rounded(rates.mean()),
        low_rate=_rounded(np.quantile(rates, 0.05)),
        high_rate=_rounded(np.quantile(rates, 0.95)),
        wide_rate=_rounded(wide.sf(thresholds(lambda shape: wide.rvs(shape, random_state=rng), count)).mean()),
        skewed_rate=_rounded(
            skewed.sf(np.log(thresholds(lambda shape: np.exp(skewed.rvs(shape, random_state=rng)), count))).mean()
        ),
        found=_rounded(usual.sf(limits / np.exp(DEFECT * PRIOR_SPREAD)).mean()),
    )


def thresholds(draw: Callable[[tuple[int, int]], NDArray[np.float64]], count: int) -> NDArray[np.float64]:
    """Threshold of each station."""
    scores = draw((STATIONS, count)).astype(np.float32)
    return np.array([judge(CENTRE, normals, false_alarm_rate=RATE).threshold for normals in scores])


def table(rows: list[Row]) -> str:
    """All rows in Markdown."""
    head = (
        "| normals | certified | least p | false alarms, mean | 5 % to 95 % of stations "
        "| good parts scatter twice as much | skewed scores | defects found |\n|---:|---|---:|---:|---:|---:|---:|---:|"
    )
    lines = [
        f"| {row.normals} | {'yes' if row.certified else 'no'} | {row.least_p or '–'} | {row.mean_rate:.1%} "
        f"| {row.low_rate:.1%} to {row.high_rate:.1%} | {row.wide_rate:.1%} | {row.skewed_rate:.1%} | {row.found:.0%} |"
        for row in rows
    ]
    return "\n".join([head, *lines])


def _rounded(value: float) -> float:
    return round(float(value), 4)


def main() -> int:
    """Measure and write."""
    rows = [measure(count) for count in COUNTS]
    report = {"rate": RATE, "stations": STATIONS, "rows": [asdict(row) for row in rows]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    page = ROOT / "docs" / "tolerance.md"
    before, rest = page.read_text(encoding="utf-8").split(f"{START}\n")
    page.write_text(f"{before}{START}\n{table(rows)}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
