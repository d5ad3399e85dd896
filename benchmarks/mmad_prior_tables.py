"""The tables about the row "evidence + text prior", from the figures of mmad.json. Measures nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmad_words import percent, words

Figures = Mapping[str, Any]
WAYS = {"evidence": "Evidence only", "assisted": "Assisted by MMAD's knowledge"}


def prior_tables(found: Figures) -> list[str]:
    """Every table about the row; none where no run has it."""
    parts = []
    for way, name in WAYS.items():
        held = found["ways"][way]
        if held.get("text_prior"):
            parts += [_cells(name, held), _objects(name, held["text_prior"]), _together(name, held)]
    systems = found.get("other_system_prior", {})
    parts += [_beside(name, systems[way]) for way, name in WAYS.items() if way in systems]
    return parts


def _cells(name: str, way: Figures) -> str:
    head = (
        "| subtask | evidence | words alone | evidence + text prior | 95 % | over the best blind | over words alone "
        f"| hard: evidence | hard: with the prior |\n|---|{'---:|' * 8}"
    )
    lines = [_cells_row(subtask, way) for subtask in way["strict"]]
    return "\n".join([f"**{name}, with the text prior**, in percent.", "", head, *lines])


def _cells_row(subtask: str, way: Figures) -> str:
    row = way["text_prior"]
    low, high = row["intervals"][subtask]
    return (
        f"| {words(subtask)} | {way['strict'][subtask]:.1f} | {row['words'][subtask]:.1f} "
        f"| {row['strict'][subtask]:.1f} | {low:.0f} to {high:.0f} | {_gain(row['gain'].get(subtask))} "
        f"| {_gain(row['beyond_words'].get(subtask))} | {percent(way['hard'].get(subtask))} "
        f"| {percent(row['hard'].get(subtask))} |"
    )


def _gain(gain: Figures | None) -> str:
    return "–" if gain is None else f"{gain['difference']:+.1f} ({gain['low']:+.1f} to {gain['high']:+.1f})"


def _objects(name: str, row: Figures) -> str:
    subtasks = list(row["strict"])
    head = f"| object | {' | '.join(map(words, subtasks))} |\n|---|{'---:|' * len(subtasks)}"
    lines = [
        f"| {object} | {' | '.join(percent(cells.get(subtask)) for subtask in subtasks)} |"
        for object, cells in row["per_object"].items()
    ]
    return "\n".join([f"**{name}, with the text prior, each object**, in percent.", "", head, *lines])


def _together(name: str, way: Figures) -> str:
    rows = {"evidence": way["hard_together"], "evidence + text prior": way["text_prior"]["hard_together"]}
    said = [
        f"{which} {one['accuracy']:.1f} % of {one['questions']} ({one['low']:.1f} to {one['high']:.1f})"
        for which, one in rows.items()
        if one is not None
    ]
    chance = next((f"; guessing among the rest {one['chance']:.1f} %" for one in rows.values() if one), "")
    calibrated = way["text_prior"]["calibration"]
    return (
        f"{name}, hard questions of classification, localization, description and analysis together: "
        f"{', '.join(said)}{chance}. Probabilities with the text prior: expected calibration error "
        f"{calibrated['ece']:.3f}, Brier score {calibrated['brier']:.3f}."
    )


def _beside(name: str, found: Figures) -> str:
    head = "| subtask | questions | with the prior | other system | difference |\n|---|---:|---:|---:|---:|"
    lines = [
        f"| {words(row['subtask']) if row['subtask'] else '**all**'} | {row['questions']} | {row['accuracy_a']:.1f} "
        f"| {row['accuracy_b']:.1f} | {_gain(row)} |"
        for row in (*found["groups"], found["overall"])
    ]
    told = f"**{name}, with the text prior, beside Qwen2.5-VL-7B with a knowledge graph**, paired."
    return "\n".join([told, "", head, *lines])
