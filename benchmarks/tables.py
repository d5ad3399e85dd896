"""The tables of docs/benchmarks.md from the figures of edge.json, and how a page's tables are put in it.

Measures nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


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
    parts += ["### Time and memory", _speed(report)]
    return "\n\n".join(parts)


def _detection(measured: Mapping[str, Any]) -> str:
    head = (
        "| object | normals | good / defective | image AUROC | average precision | pixel AUROC | false alarms at 5 % | "
        "certified | missed | mean p of good | recognised |\n|---|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|"
    )
    rows = [_detection_row(row) for row in measured["objects"]]
    mean = measured["mean"]
    pixels = _number(mean.get("pixel_auroc"))
    rows.append(
        f"| **mean** | | | {mean['image_auroc']:.3f} | {mean['average_precision']:.3f} | {pixels} "
        f"| {mean['false_alarm_rate']:.1%} | | {mean['miss_rate']:.1%} | | |"
    )
    return "\n".join([head, *rows])


def _detection_row(row: Mapping[str, Any]) -> str:
    pixel = "–" if row["pixel_auroc"] is None else f"{row['pixel_auroc']:.3f} ({row['masks']} masks)"
    return (
        f"| {row['object']} | {row['normals']} | {row['good']} / {row['defective']} | {row['image_auroc']:.3f} "
        f"| {row['average_precision']:.3f} | {pixel} | {_share(row['false_alarms'])} "
        f"| {'yes' if row['certified'] else 'no'} | {_share(row['misses'])} | {_number(row['mean_p_of_good'], 2)} "
        f"| {row['recognised']['share']:.1%} |"
    )


def _speed(report: Mapping[str, Any]) -> str:
    speed = report["speed"]
    size = speed["base_install_megabytes"]
    lines = [
        ("one inspection, memory warm, median", f"{speed['inspect_ms']:.1f} ms"),
        ("the same, 95 % are faster than", f"{speed['inspect_p95_ms']:.1f} ms"),
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
