"""The tables of docs/benchmarks.md from the figures of edge.json, and how a page's tables are put in it.

Measures nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

KINDS = {"data": "Real parts", "samples": "Sample parts"}
"""Of parts, by their key in a report."""


def write_docs(report: Mapping[str, Any], page: Path) -> None:
    """Put the tables of edge.json into the page."""
    put_tables(page, "edge", tables(report))


def put_tables(page: Path, name: str, text: str) -> None:
    """Put a benchmark's tables between its markers in a page."""
    page.write_text(with_tables(page.read_text(encoding="utf-8"), name, text), encoding="utf-8")


def with_tables(written: str, name: str, text: str) -> str:
    """The text of a page with other tables between the markers of a benchmark."""
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = written.split(start)
    return f"{before}{start}{text}\n\n{end}{rest.split(end)[1]}"


def tables(report: Mapping[str, Any]) -> str:
    """Every table, in Markdown."""
    parts = [f"Measured on {report['machine']['cores']} cores ({report['machine']['architecture']})."]
    if "data" in report:
        parts += ["### Real parts", _detection(report["data"])]
    parts += ["### Sample parts", _detection(report["samples"])]
    parts += ["### Beside a plain PatchCore", "Echo / PatchCore, each part looked at by both in turn."]
    parts += [f"**{title}**\n\n{_beside_patchcore(report[name])}" for name, title in KINDS.items() if name in report]
    parts += ["### Time and memory", _speed(report)]
    return "\n\n".join(parts)


def _detection(measured: Mapping[str, Any]) -> str:
    head = (
        "| object | normals | good / defective | image AUROC | average precision | pixel AUROC | AUPRO "
        "| balanced accuracy at 5 % | false alarms at 5 % | certified | missed | mean p of good | recognised |\n"
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|"
    )
    rows = [_detection_row(row) for row in measured["objects"]]
    mean = measured["mean"]
    rows.append(
        f"| **mean** | | | {mean['image_auroc']:.3f} | {mean['average_precision']:.3f} "
        f"| {_number(mean.get('pixel_auroc'))} | {_number(mean.get('aupro'))} | {mean['balanced_accuracy']:.1%} "
        f"| {mean['false_alarm_rate']:.1%} | | {mean['miss_rate']:.1%} | | |"
    )
    return "\n".join([head, *rows])


def _detection_row(row: Mapping[str, Any]) -> str:
    pixel = "–" if row["pixel_auroc"] is None else f"{row['pixel_auroc']:.3f} ({row['masks']} masks)"
    return (
        f"| {row['object']} | {row['normals']} | {row['good']} / {row['defective']} | {row['image_auroc']:.3f} "
        f"| {row['average_precision']:.3f} | {pixel} | {_number(row['aupro'])} | {row['balanced_accuracy']:.1%} "
        f"| {_share(row['false_alarms'])} | {'yes' if row['certified'] else 'no'} | {_share(row['misses'])} "
        f"| {_number(row['mean_p_of_good'], 2)} | {row['recognised']['share']:.1%} |"
    )


def _beside_patchcore(measured: Mapping[str, Any]) -> str:
    """Echo / PatchCore in every cell."""
    head = (
        "| object | image AUROC | pixel AUROC | AUPRO | balanced accuracy at 5 % | false alarms | missed | ms, median "
        "| ms, 95 % |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    )
    rows = [_pair(row["object"], _flat(row), _flat(row["patchcore"])) for row in measured["objects"]]
    return "\n".join([head, *rows, _pair("**mean**", measured["mean"], measured["mean_patchcore"])])


def _flat(reached: Mapping[str, Any]) -> dict[str, Any]:
    rates = {"false_alarm_rate": reached["false_alarms"]["share"], "miss_rate": reached["misses"]["share"]}
    spent = reached["latency_ms"] or {}
    return {**reached, **rates, "p50_ms": spent.get("p50"), "p95_ms": spent.get("p95")}


def _pair(name: str, echo: Mapping[str, Any], patchcore: Mapping[str, Any]) -> str:
    def both(figure: str, form: str) -> str:
        said = ("–" if each.get(figure) is None else format(each[figure], form) for each in (echo, patchcore))
        return " / ".join(said)

    areas = [both(figure, ".3f") for figure in ("image_auroc", "pixel_auroc", "aupro")]
    rates = [both(figure, ".1%") for figure in ("balanced_accuracy", "false_alarm_rate", "miss_rate")]
    times = [both(figure, ".1f") for figure in ("p50_ms", "p95_ms")]
    return f"| {' | '.join([name, *areas, *rates, *times])} |"


def _speed(report: Mapping[str, Any]) -> str:
    speed = report["speed"]
    size = speed["base_install_megabytes"]
    lines = [
        ("one inspection, object named, memory warm, median", f"{speed['inspect_ms']:.1f} ms"),
        ("the same, 95 % are faster than", f"{speed['inspect_p95_ms']:.1f} ms"),
        ("one inspection of a part that Echo recognises, median", f"{speed['unnamed_inspect_ms']:.1f} ms"),
        ("decoding the file alone (Pillow), median", f"{speed['decode_ms']:.1f} ms"),
        ("the encoder's run alone, median", f"{speed['encoder_ms']:.1f} ms"),
        ("inspection / (decoding + encoder)", f"{speed['ratio']:.2f}"),
        ("`echo-iad --help`, a whole process", f"{speed['help_seconds']:.2f} s"),
        ("a cold inspection, a whole process", f"{speed['cold_inspect_seconds']:.2f} s"),
        ("peak memory of 100 inspections", f"{speed['peak_megabytes_of_100_inspections']} MB"),
        ("base install", "not installed where this was measured" if size is None else f"{size} MB"),
    ]
    enrolled = report.get("data", {}).get("enrolled_per_second", {})
    lines += [(f"enrolling {object}", f"{rate} images a second") for object, rate in enrolled.items()]
    table = "\n".join(f"| {what} | {figure} |" for what, figure in lines)
    return f"A {speed['picture']}, {speed['runs']} runs.\n\n| what | figure |\n|---|---:|\n{table}"


def _share(share: Mapping[str, Any] | None) -> str:
    if share is None:
        return "–"
    return f"{share['share']:.1%} ({share['low']:.1%} to {share['high']:.1%})"


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
