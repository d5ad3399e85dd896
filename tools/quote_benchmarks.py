"""Writes the figures that README.md quotes, from benchmarks/edge.json. Measures nothing.

Run: ``python tools/quote_benchmarks.py``, after `make bench`. A test compares the page with what this would write.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "README.md"
FIGURES = ROOT / "benchmarks" / "edge.json"
START, END = "<!-- figures -->\n", "<!-- end of figures -->\n"
KINDS = ("discrimination", "classification", "localization", "description", "analysis")


def main() -> None:
    """Write the page anew between its marks."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def page(written: str) -> str:
    """Text of the page with the figures of today."""
    before, start, rest = written.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        sys.exit(f"{PAGE} has lost one of the lines {START!r} and {END!r}")
    return before + START + quoted(json.loads(FIGURES.read_text(encoding="utf-8"))) + END + after


def quoted(measured: Mapping[str, Any]) -> str:
    """What the README says, in Markdown."""
    if "data" not in measured:
        sys.exit(f"{FIGURES} was measured without the real parts, so there is nothing to quote.")
    speed, data = measured["speed"], measured["data"]
    megabytes = speed["peak_megabytes_of_100_inspections"]
    return (
        "Measured by `python benchmarks/edge.py`, with the objects named. Nothing is learned from test parts, but\n"
        "the design was chosen while looking at these objects, so these are development figures, not held-out ones.\n"
        "All figures, with their uncertainty and sources, are in [benchmarks](docs/benchmarks.md).\n\n"
        f"{_parts(data)}\n\n{_questions(data['mmad'])}\n\n"
        f"One inspection of a {speed['picture']} takes {speed['inspect_ms']:.0f} ms on {measured['machine']['cores']} "
        f"CPU cores with the memory warm, and a hundred\nof them at most {megabytes} MB of memory.\n\n"
    )


def _parts(data: Mapping[str, Any]) -> str:
    lines = [
        "| real parts | good photos enrolled | image AUROC | false alarms, 5 % allowed | missed |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row['object']} | {row['normals']} | {row['image_auroc']:.3f} "
        f"| {_counted(row['false_alarms'])} | {_counted(row['misses'])} |"
        for row in data["objects"]
    ]
    return "\n".join(lines)


def _counted(share: Mapping[str, Any]) -> str:
    return f"{share['share']:.0%} ({share['hits']} of {share['cases']})"


def _questions(ways: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [f"| MMAD, right answers, mean of three objects | {' | '.join(KINDS)} |", f"|---|{'---:|' * len(KINDS)}"]
    for name, rows in ways.items():
        cells = [f"{rows['all'][kind]['share']:.0%}" for kind in KINDS]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
