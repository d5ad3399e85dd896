"""The table about answering less, from the figures of mmad.json. Measures nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmad_words import percent, words

Figures = Mapping[str, Any]
COVERAGES = ("100", "90", "80", "70", "50", "30", "10")


def abstention_tables(ways: Mapping[str, Figures], names: Mapping[str, str]) -> list[str]:
    """One table for each way of asking; none where its answers have no probabilities."""
    return [_table(names[way], ways[way]["abstention"]) for way in names if ways[way].get("abstention")]


def _table(name: str, curves: Figures) -> str:
    shares = " | ".join(f"{share} %" for share in COVERAGES)
    head = f"| subtask | {shares} | mean over all | at best |\n|---|{'---:|' * (len(COVERAGES) + 2)}"
    told = (
        f"**{name}, answering less**: right among the surest, in percent, by the share of the questions that is "
        "answered; the mean over all shares, and what it would be were every right answer surer than every wrong one."
    )
    return "\n".join([told, "", head, *(_row(subtask, curve) for subtask, curve in curves.items())])


def _row(subtask: str, curve: Figures) -> str:
    cells = [*(curve["accuracy_at"].get(share) for share in COVERAGES), curve["area"], curve["best_area"]]
    return f"| {'**all**' if subtask == 'all' else words(subtask)} | {' | '.join(map(percent, cells))} |"
