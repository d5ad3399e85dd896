"""What was aimed at on the real parts, and what was reached: writes a table of docs/benchmarks.md. Measures nothing.

Reads edge.json, shots.json, mmad.json and held_out.json beside this file; they must hold the real parts.

Run from anywhere, after the others: ``python benchmarks/aims.py``.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tables import put_tables

ROOT = Path(__file__).resolve().parents[1]
_HARD = 40
_LOCALIZATION = 82
_SPEED_MS, _RATIO = 20, 1.6

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Aim:
    """One line of the table."""

    what: str
    wanted: str
    reached: str
    is_met: bool


def main() -> int:
    """Read and write."""
    read = {name: _figures(name) for name in ("edge", "shots", "mmad", "held_out")}
    if not all("data" in read[name] for name in ("edge", "shots")) or "mmad" not in read["mmad"]:
        print("The figures were measured without the real parts, so the table stays as it is.")
        return 0
    put_tables(ROOT / "docs" / "benchmarks.md", "aims", table(read))
    return 0


def _figures(name: str) -> Figures:
    held: Figures = json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))
    return held


def table(read: Mapping[str, Figures]) -> str:
    """Every aim, in Markdown."""
    aims = [
        *_detection(read["edge"], read["shots"]),
        *_answers(read["mmad"]["mmad"]["ways"]),
        *_tolerance(read["held_out"]),
    ]
    lines = ["| what | at least | reached | |", "|---|---|---|---|"]
    lines += [
        f"| {aim.what} | {aim.wanted} | {aim.reached} | {'met' if aim.is_met else '**not met**'} |" for aim in aims
    ]
    return "\n".join(lines)


def _detection(edge: Figures, shots: Figures) -> Iterator[Aim]:
    rows = {row["object"]: row for row in edge["data"]["objects"]}
    for names, least in (
        (("bottle", "hazelnut", "leather"), 0.995),
        (("screw",), 0.92),
        (("magnetic_tile", "pipe_staple"), 0.95),
    ):
        for name in names:
            yield _at_least(f"image AUROC, {name}", rows[name]["image_auroc"], least)
    few = shots["data"]["shots_mean"]["4"]["image_auroc"]
    yield _at_least("image AUROC, 4 good parts, mean of the six", few["mean"], 0.9)
    yield _at_least("pixel AUROC, mean", edge["data"]["mean"]["pixel_auroc"], 0.96)
    yield _at_least("AUPRO, mean", edge["data"]["mean"]["aupro"], 0.9)
    for name, least in (("bottle", 0.98), ("leather", 0.95), ("screw", 0.85)):
        yield _at_least(f"balanced accuracy at 5 %, {name}", rows[name]["balanced_accuracy"], least)
    speed = edge["speed"]
    yield Aim(
        f"one inspection, {speed['picture']}, warm, object named, median",
        f"at most {_SPEED_MS} ms",
        f"{speed['inspect_ms']:.1f} ms",
        speed["inspect_ms"] <= _SPEED_MS,
    )
    yield Aim(
        "the same over decoding and the bare encoder",
        f"at most {_RATIO}",
        f"{speed['ratio']:.2f}",
        speed["ratio"] <= _RATIO,
    )


def _answers(ways: Mapping[str, Figures]) -> Iterator[Aim]:
    evidence, assisted = ways["evidence"], ways["assisted"]
    places = statistics.mean(each["localization"] for each in evidence["per_object"].values())
    yield _percent("localization, evidence, mean of three objects", places, _LOCALIZATION)
    for kind, least in (("classification", 60), ("description", 55), ("analysis", 55)):
        yield _percent(f"{kind}, evidence", evidence["strict"][kind], least, assisted["strict"][kind])
    for kind, least in (("classification", 85), ("description", 84), ("analysis", 88)):
        values = (way["text_prior"]["strict"][kind] for way in (evidence, assisted))
        own, told = values
        yield _percent(f"{kind}, evidence + text prior", own, least, told)
    together = evidence["hard_together"]
    yield Aim(
        "hard questions of four subtasks, evidence (blind 0, chance 33)",
        str(_HARD),
        f"{together['accuracy']:.1f} ({together['low']:.0f} to {together['high']:.0f})",
        together["accuracy"] >= _HARD,
    )


def _tolerance(held_out: Figures) -> Iterator[Aim]:
    rows = held_out["rows"]
    within = sum(row["within"] for row in rows)
    yield Aim(
        "false alarms at 5 % within their own interval, objects x numbers of good parts",
        f"{len(rows)} of {len(rows)}",
        f"{within} of {len(rows)}",
        within == len(rows),
    )


def _at_least(what: str, value: float, least: float) -> Aim:
    return Aim(what, f"{least:g}", f"{value:.3f}", value >= least)


def _percent(what: str, value: float, least: float, assisted: float | None = None) -> Aim:
    told = "" if assisted is None else f"; assisted {assisted:.1f}"
    return Aim(what, f"{least:g} %", f"{value:.1f} %{told}", value >= least)


if __name__ == "__main__":
    sys.exit(main())
