"""Writes the figures that README.md quotes, from benchmarks/edge.json and mmad.json. Measures nothing.

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
MMAD = FIGURES.with_name("mmad.json")
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
    measured, asked = (json.loads(path.read_text(encoding="utf-8")) for path in (FIGURES, MMAD))
    return before + START + quoted(measured, asked) + END + after


def quoted(measured: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """What the README says, in Markdown."""
    if "data" not in measured or "mmad" not in asked:
        sys.exit(f"{FIGURES} or {MMAD} was measured without the real parts, so there is nothing to quote.")
    speed, data = measured["speed"], measured["data"]
    megabytes = speed["peak_megabytes_of_100_inspections"]
    return (
        "Measured by `python benchmarks/edge.py` and `python benchmarks/mmad.py`, with the objects named. Nothing is\n"
        "learned from test parts, but the design was chosen while looking at these objects, so these are development\n"
        "figures, not held-out ones. All figures, with their uncertainty and sources, are in\n"
        "[benchmarks](docs/benchmarks.md).\n\n"
        f"{_parts(data)}\n\n{_questions(asked['mmad']['ways'])}\n\n"
        f"One inspection of a {speed['picture']} takes {speed['inspect_ms']:.0f} ms on {measured['machine']['cores']} "
        f"CPU cores with the memory warm\nand the object named ({speed['unnamed_inspect_ms']:.0f} ms where it must be "
        f"recognised), and a hundred of them at most {megabytes} MB of memory.\n\n"
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
    evidence = ways["evidence"]
    rows = {
        "evidence only": evidence["strict"],
        "evidence + text prior, benchmarks only": evidence["text_prior"]["strict"],
        "assisted by MMAD's knowledge": ways["assisted"]["strict"],
        "the same + text prior, benchmarks only": ways["assisted"]["text_prior"]["strict"],
        "longest option, blind": {kind: evidence["blind"][kind]["longest"] for kind in KINDS},
        "learned from other products' questions, blind": {kind: evidence["blind"][kind]["learned"] for kind in KINDS},
    }
    asked = sum(evidence["counts"][kind] for kind in KINDS)
    head = f"MMAD, {asked} questions about {len(evidence['per_object'])} products, right answers"
    lines = [f"| {head} | {' | '.join(KINDS)} |", f"|---|{'---:|' * len(KINDS)}"]
    lines += [f"| {name} | {' | '.join(f'{row[kind]:.0f}%' for kind in KINDS)} |" for name, row in rows.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
