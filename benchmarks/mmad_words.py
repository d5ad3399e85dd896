"""Names and figures of MMAD's subtasks as the tables of the docs write them."""

from __future__ import annotations


def words(subtask: str) -> str:
    """A subtask's name."""
    return subtask.replace("_", " ")


def percent(value: float | None) -> str:
    """A share; a dash where there is none."""
    return "–" if value is None else f"{value:.1f}"
