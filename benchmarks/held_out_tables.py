"""The tables of docs/tolerance.md from the figures of held_out.json. Measures nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

CURVES = {
    "belief": "r¹⁰ / (1 + r¹⁰), fitted on nothing",
    "shipped": "Echo's",
    "other_objects": "the same form, fitted on painted defects of the other objects",
}


def tables(report: Mapping[str, Any]) -> str:
    """Every table, in Markdown."""
    kept = sum(row["within"] for row in report["rows"])
    said = f"The rate that was asked for lies within the interval in {kept} of {len(report['rows'])} rows."
    return "\n\n".join([_summary(report["rows"]), _rows(report["rows"]), said, _curves(report["reliability"])])


def _summary(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = ["| normals | objects | false alarms at 5 %, mean | missed, mean |", "|---|---:|---:|---:|"]
    for name in dict.fromkeys(_count(row) for row in rows):
        alike = [row for row in rows if _count(row) == name]
        alarms, misses = (fmean(row[figure] for row in alike) for figure in ("false_alarms", "misses"))
        lines.append(f"| {name} | {len(alike)} | {alarms:.1%} | {misses:.0%} |")
    return "\n".join(lines)


def _rows(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        "| normals | object | draws | held out | false alarms (95 %) | of normals not drawn | of good test parts "
        "| mean p of these two | missed |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        name = f"all {row['normals']}" if row["of_all"] else str(row["normals"])
        mark = "" if row["within"] else " **outside**"
        lines.append(
            f"| {name} | {row['object']} | {row['draws']} | {row['held_out']} "
            f"| {row['false_alarms']:.1%} ({row['low']:.0%} to {row['high']:.0%}){mark} "
            f"| {_share(row['not_enrolled'])} | {row['good']:.1%} "
            f"| {_number(row['mean_p_not_enrolled'])}, {_number(row['mean_p_good'])} | {row['misses']:.0%} |"
        )
    return "\n".join(lines)


def _curves(report: Mapping[str, Any]) -> str:
    lines = ["| probability of a defect | calibration error | Brier score |", "|---|---:|---:|"]
    lines += [f"| {said} | {report[name]['ece']:.3f} | {report[name]['brier']:.3f} |" for name, said in CURVES.items()]
    lines += ["", "| Echo's: told | true | share of parts |", "|---:|---:|---:|"]
    lines += [f"| {one['told']:.0%} | {one['true']:.0%} | {one['share']:.0%} |" for one in report["shipped"]["bins"]]
    return "\n".join(lines)


def _count(row: Mapping[str, Any]) -> str:
    return "all" if row["of_all"] else str(row["normals"])


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
