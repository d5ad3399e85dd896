"""The tables of docs/learned-proof.md from the figures of learned.json. Measures nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_SHOWN = {"similar": "the most similar good part", "none": "no good part", "random": "a random good part"}


def tables(report: Mapping[str, Any]) -> str:
    """Every table, in Markdown."""
    parts = (_training(report["training"]), _ways(report), _kinds(report), _differences(report), _reworded(report))
    return "\n\n".join(parts)


def _training(trained: Mapping[str, Any]) -> str:
    last = trained["progress"][-1]
    return (
        f"{trained['weights'] / 1e6:.2f} million weights, trained in {trained['steps']} steps, which took "
        f"{last['cpu_seconds'] / 60:.1f} minutes of processor time (threads: {trained['threads']})."
    )


def _ways(report: Mapping[str, Any]) -> str:
    rows = []
    for way, words in _SHOWN.items():
        found, switch = report["ways"][way], " ".join(report["switches"][way])
        low, high = found["interval"]
        same = "–" if found["same_design"] is None else f"{found['same_design']:.0f} %"
        figures = (str(found["questions"]), f"{found['right']:.1f} %", f"{low:.0f}–{high:.0f} %", same)
        rows.append((words, f"`{switch}`" if switch else "–", *figures))
    return _table(("shown beside the part", "switch", "questions", "right", "95 %", "of the part's own design"), rows)


def _kinds(report: Mapping[str, Any]) -> str:
    kinds = list(report["ways"]["similar"]["by_kind"])
    rows = [
        (words, "", *(f"{report['ways'][way]['by_kind'][kind]:.0f} %" for kind in kinds))
        for way, words in _SHOWN.items()
    ]
    return _table(("right among", "", *(kind.replace("_", " ") for kind in kinds)), rows)


def _differences(report: Mapping[str, Any]) -> str:
    rows = []
    for pair, found in report["differences"].items():
        interval = f"{found['low']:+.1f} to {found['high']:+.1f}"
        p = "below 0.0001" if found["p_value"] < 1e-4 else f"{found['p_value']:.4f}"
        alone = (str(found["only_a"]), str(found["only_b"]))
        rows.append((_SHOWN[pair.partition(" - ")[2]], interval, f"{found['difference']:+.1f}", *alone, p))
    head = (
        "the most similar good part against",
        "95 %",
        "points",
        "right with it alone",
        "right without it alone",
        "p",
    )
    return _table(head, rows)


def _reworded(report: Mapping[str, Any]) -> str:
    rows = [(name, "", f"{row['accuracy']:.1f} %", f"{row['flips']:.1f} %") for name, row in report["reworded"].items()]
    return _table(("the question", "", "right", "answers that change"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Two columns of words, then columns of figures; a second column without words is left out."""
    shown = [place for place in range(len(head)) if place != 1 or any(row[1] for row in rows)]
    marks = ["---" if place < 2 else "---:" for place in shown]
    lines = [[line[place] for place in shown] for line in (head, *rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], marks, *lines[1:]))
