"""The tables of docs/benchmarks.md from the figures of mmad.json. Measures nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmad_abstention import abstention_tables
from mmad_prior_tables import prior_tables
from mmad_words import percent, words

Figures = Mapping[str, Any]
BLIND = ("first", "longest", "knowledge", "learned")
WAYS = {"evidence": "Evidence only", "assisted": "Assisted by MMAD's knowledge"}


def tables(report: Figures) -> str:
    """Every table, in Markdown."""
    machine = report["machine"]
    parts = [
        f"Measured on {machine['cores']} cores ({machine['architecture']}). The load average, which counts the running "
        f"processes, was {machine['load_at_start']} before and {machine['load_at_end']} at the end. Other programs "
        "beside the benchmark lengthen its times."
    ]
    parts += ["### The harness: time and memory", _costs(report)]
    if "mmad" in report:
        found = report["mmad"]
        parts += ["### The harness: MMAD", *(_answers(name, found["ways"][way]) for way, name in WAYS.items())]
        parts += abstention_tables(found["ways"], WAYS)
        parts += prior_tables(found)
        parts.append(_objects(found["ways"]))
        if "other_system" in found:
            parts += [_beside(found["other_system"]), _reading(found["reading"])]
        parts.append(_blind(found["blind_fit"]["accuracy"]))
    parts += ["### The harness: questions made about the sample parts", _made(report["samples"])]
    return "\n\n".join(parts)


# --- what it takes ---------------------------------------------------------------------------------------------------


def _costs(report: Figures) -> str:
    head = "| what | wall time | processor time | asked | peak memory |\n|---|---:|---:|---:|---:|"
    lines = _mmad_costs(report["mmad"]) if "mmad" in report else []
    return "\n".join([head, *lines, *_many_costs(report["many"])])


def _mmad_costs(found: Figures) -> list[str]:
    asked, few, many, alone = (found[name] for name in ("asking", "asking_few", "asking_many", "one_by_one"))
    latency = found["latency_ms"]
    return [
        _cost(f"`evaluate mmad`, {asked['questions']} questions, memory cold", found["cold"], "60 s"),
        _cost("the same, memory warm", found["warm"]),
        _cost(f"the same, first {few['questions']} questions alone", found["short"]),
        _cost("asking alone, all questions, memory warm", asked),
        f"| the same, a question | {asked['milliseconds_a_question']:.1f} ms | "
        f"{1000 * asked['cpu_seconds'] / asked['questions']:.1f} ms | 15 ms | |",
        f"| recorded for one question: median, 95 % are faster than | {latency['p50']:.1f} ms, {latency['p95']:.1f} ms "
        "| | | |",
        _cost(f"asking {few['questions']} questions", few),
        _cost(f"asking {many['questions']:,} questions (each four times)", many),
        _cost("asking in MMAD's own way, each question for itself", alone),
        f"| MMAD's own way / Echo's | {found['ratio']:.1f} | {found['cpu_ratio']:.1f} | | |",
    ]


def _many_costs(many: Figures) -> list[str]:
    records = f"{many['records']:,} records"
    return [
        _cost(f"resuming, with {records} of {many['bytes_a_record']:,} bytes", many["resuming"], "2 s"),
        _cost(f"reading and scoring {records}", many["scoring"], "5 s"),
        _cost("the same with bootstrap intervals and four blind deciders", many["summarising"], "20 s"),
    ]


def _cost(what: str, spent: Figures, asked: str = "") -> str:
    asked = f"at most {asked}" if asked else ""
    return (
        f"| {what} | {spent['seconds']:.1f} s | {spent['cpu_seconds']:.1f} s | {asked} | {spent['peak_megabytes']} MB |"
    )


# --- what it reaches -------------------------------------------------------------------------------------------------


def _answers(name: str, way: Figures) -> str:
    head = (
        f"| subtask | questions | right | 95 % | answered | {' | '.join(f'blind: {one}' for one in BLIND)} "
        f"| gain over the best of them | right on hard ones |\n|---|{'---:|' * (len(BLIND) + 6)}"
    )
    return "\n".join([f"**{name}**, in percent.", "", head, *(_answers_row(one, way) for one in way["strict"])])


def _answers_row(subtask: str, way: Figures) -> str:
    low, high = way["intervals"][subtask]
    blind = way["blind"][subtask]
    gain = way["gain"].get(subtask)
    over = "–" if gain is None else f"{gain['difference']:+.1f} ({gain['low']:+.1f} to {gain['high']:+.1f})"
    hard = f"{way['hard'][subtask]:.1f} of {way['hard_counts'][subtask]}" if subtask in way["hard"] else "–"
    blindly = " | ".join(percent(blind.get(one)) for one in BLIND)
    return (
        f"| {words(subtask)} | {way['counts'][subtask]} | {way['strict'][subtask]:.1f} | {low:.0f} to {high:.0f} "
        f"| {way['coverage'][subtask]:.1f} | {blindly} | {over} | {hard} |"
    )


def _objects(ways: Figures) -> str:
    subtasks = list(ways["evidence"]["strict"])
    head = f"| object | answers | {' | '.join(map(words, subtasks))} |\n|---|---|{'---:|' * len(subtasks)}"
    lines = [
        f"| {object} | {name.lower().split()[0]} | "
        + " | ".join(percent(ways[way]["per_object"][object].get(subtask)) for subtask in subtasks)
        + " |"
        for object in ways["evidence"]["per_object"]
        for way, name in WAYS.items()
    ]
    return "\n".join(["**Each object**: right answers in percent.", "", head, *lines])


def _beside(systems: Figures) -> str:
    head = "| subtask | questions | Echo | other system | difference | McNemar's p |\n|---|---:|---:|---:|---:|---:|"
    parts = []
    for way, name in WAYS.items():
        rows = [*systems[way]["groups"], systems[way]["overall"]]
        lines = [_beside_row(row) for row in rows]
        parts.append("\n".join([f"**{name}, beside Qwen2.5-VL-7B with a knowledge graph**, paired.", "", head, *lines]))
    return "\n\n".join(parts)


def _beside_row(row: Figures) -> str:
    chance = "< 0.001" if row["p_value"] < 0.001 else f"{row['p_value']:.3f}"
    return (
        f"| {words(row['subtask']) if row['subtask'] else '**all**'} | {row['questions']} | {row['accuracy_a']:.1f} "
        f"| {row['accuracy_b']:.1f} | {row['difference']:+.1f} ({row['low']:+.1f} to {row['high']:+.1f}) | {chance} |"
    )


def _reading(found: Figures) -> str:
    return (
        f"Of that system's {found['rows']:,} raw outputs, {found['with_letter']:,} have a letter as its authors read "
        f"them; Echo reads the same letter in {found['agreed']:,} ({found['percent']:.2f} %)."
    )


def _blind(accuracy: Figures) -> str:
    head = "| subtask | questions | chance | first | longest | learned |\n|---|---:|---:|---:|---:|---:|"
    lines = [
        f"| {words(subtask)} | {found['questions']:,} | "
        + " | ".join(percent(found[name]) for name in ("chance", "first", "longest", "learned"))
        + " |"
        for subtask, found in accuracy.items()
    ]
    told = "**Blind on all of MMAD's questions at hand**, each object by what was learned on the others, in percent."
    return "\n".join([told, "", head, *lines])


def _made(found: Figures) -> str:
    head = (
        "| subtask | questions | chance | evidence only | with the notes | blind: "
        f"{' | blind: '.join(BLIND)} |\n|---|{'---:|' * (len(BLIND) + 4)}"
    )
    evidence, assisted = found["ways"]["evidence"], found["ways"]["assisted"]
    lines = [
        f"| {words(subtask)} | {evidence['counts'][subtask]} | {percent(found['chance'][subtask])} | {right:.1f} "
        f"| {assisted['strict'][subtask]:.1f} | "
        + " | ".join(percent(evidence["blind"][subtask].get(one)) for one in BLIND)
        + " |"
        for subtask, right in evidence["strict"].items()
    ]
    return "\n".join(["Right answers in percent.", "", head, *lines])
