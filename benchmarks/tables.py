"""The tables of docs/benchmarks.md from the figures of edge.json. Measures nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

START, END = "<!-- edge -->", "<!-- end of edge -->"


def write_docs(report: Mapping[str, Any], page: Path) -> None:
    """Put the tables between the markers of the page."""
    before, rest = page.read_text(encoding="utf-8").split(f"{START}\n")
    after = rest.split(END)[1]
    page.write_text(f"{before}{START}\n{tables(report)}\n\n{END}{after}", encoding="utf-8")


def tables(report: Mapping[str, Any]) -> str:
    """Every table, in Markdown."""
    parts = [f"Measured on {report['machine']['cores']} cores ({report['machine']['architecture']})."]
    if "data" in report:
        data = report["data"]
        parts += ["### Real parts", _detection(data), "### MMAD", *_questions(data["mmad"])]
    parts += ["### Sample parts", _detection(report["samples"]), *_questions(report["samples"]["questions"])]
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


def _questions(ways: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [_question_table(name, rows) for name, rows in ways.items()]


def _question_table(name: str, rows: Mapping[str, Any]) -> str:
    kinds = list(rows["all"])
    head = f"| object | {' | '.join(kinds)} |\n|---|{'---:|' * len(kinds)}"
    lines = [
        f"| {'**mean**' if object == 'all' else object} | {' | '.join(_answered(row.get(kind)) for kind in kinds)} |"
        for object, row in rows.items()
    ]
    return "\n".join(
        [f"**{name[0].upper()}{name[1:]}**: right answers in percent (right / questions).", "", head, *lines]
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


def _answered(cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return "–"
    counts = f" ({cell['right']} / {cell['questions']})" if "right" in cell else ""
    return f"{100 * cell['share']:.1f}{counts}"


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
