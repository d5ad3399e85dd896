"""How few good parts are enough: writes shots.json beside this file and its tables in docs/benchmarks.md.

Measures the sample parts and, where it is there, the folder of real parts, as ``echo-iad evaluate folder --shots
1,2,4,8,16 --seeds 5 --baseline`` does. Deterministic but for times and memory.

Run from anywhere: ``python benchmarks/shots.py [--data FOLDER] [--out FILE.json]``. With another ``--out`` the docs
stay as they are.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from echo_iad.evaluation.detection.evaluation import evaluate_folder
from echo_iad.evaluation.detection.files import ResultFolder
from echo_iad.evaluation.detection.folders import read_parts_folder
from echo_iad.evaluation.detection.run import Way
from echo_iad.evaluation.detection.shots import ShotPlan
from echo_iad.samples import sample_parts
from echo_iad.settings import load_profile
from edge import machine
from layouts import show_as_mvtec
from tables import KINDS, put_tables

ROOT = Path(__file__).resolve().parents[1]
OUT = Path(__file__).resolve().with_suffix(".json")
COUNTS = (1, 2, 4, 8, 16)
DRAWS = 5
_SHOWN = {
    "image_auroc": "Image AUROC",
    "aupro": "AUPRO",
    "pixel_auroc": "Pixel AUROC",
    "balanced_accuracy": "Balanced accuracy at 5 %",
    "false_alarm_rate": "False alarms at 5 %",
    "miss_rate": "Missed at 5 %",
}
_IN_PERCENT = {"balanced_accuracy", "false_alarm_rate", "miss_rate"}
_EACH_OBJECT = {"image_auroc", "aupro", "balanced_accuracy"}
"""Measures with a row for each object; the others show the means alone."""


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with as_mvtec.py")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    report: dict[str, Any] = {"command": "python benchmarks/shots.py", "machine": machine(), "draws": DRAWS}
    report["samples"] = measured(sample_parts())
    if (asked.data / "as_mvtec.py").is_file():
        with tempfile.TemporaryDirectory() as folder:
            show_as_mvtec(asked.data, Path(folder))
            report["data"] = measured(Path(folder))
    else:
        print(f"No real parts in {asked.data}: the sample parts alone are measured. Name them with --data FOLDER.")
    asked.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if asked.out == OUT:
        put_tables(ROOT / "docs" / "benchmarks.md", "shots", tables(report))
    return 0


def measured(root: Path) -> dict[str, Any]:
    """All figures of a folder of parts; no file is named, since the folder may be gone tomorrow."""
    profile = load_profile("edge")
    way = Way(profile, profile.tolerance.false_alarm_rate, ShotPlan(COUNTS, DRAWS), baseline=True)
    with ResultFolder(None) as files:
        values = evaluate_folder(read_parts_folder(root), way, files, progress=_say).to_values()
    for row in values["detection"].values():
        row["failed"] = len(row["failed"])
    return values


def _say(done: int, total: int, name: str) -> None:
    if done % 50 == 0:
        print(f"{name}: {done} of {total}", flush=True)


def tables(report: Mapping[str, Any]) -> str:
    """Every table, in Markdown."""
    parts = []
    for kind, title in KINDS.items():
        if kind in report:
            parts += [f"### {title}", *(_table(report[kind], measure) for measure in _SHOWN)]
    return "\n\n".join(parts)


def _table(values: Mapping[str, Any], measure: str) -> str:
    beside = values["baseline"]
    counts = [str(count) for count in COUNTS if str(count) in values["shots_mean"]]
    objects = [f"{count} ({values['shots_mean'][count]['objects']})" for count in counts]
    lines = [
        f"| {_SHOWN[measure]}: good parts (objects) | {' | '.join(objects)} | all |",
        f"|---|{'---:|' * (len(counts) + 1)}",
    ]

    def add(name: str, shots: Mapping[str, Any], everyone: float | None) -> None:
        cells = [_spread(shots.get(count, {}).get(measure), measure) for count in counts]
        lines.append(f"| {' | '.join([name, *cells, _figure(everyone, measure)])} |")

    if measure in _EACH_OBJECT:
        for name, row in values["detection"].items():
            add(name, values["shots"].get(name, {}), row[measure])
    add("**mean, Echo**", values["shots_mean"], values["mean"][measure])
    add("**mean, PatchCore**", beside["shots_mean"], beside["mean"][measure])
    return "\n".join(lines)


def _spread(found: Mapping[str, float] | None, measure: str) -> str:
    if found is None:
        return "–"
    if measure in _IN_PERCENT:
        return f"{100 * found['mean']:.1f} ± {100 * found['std']:.1f} %"
    return f"{found['mean']:.3f} ± {found['std']:.3f}"


def _figure(value: float | None, measure: str) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.1f} %" if measure in _IN_PERCENT else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main())
