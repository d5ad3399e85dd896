"""The examples of docs/scoring.md give what the page prints, and the page names every key of the summary."""

from __future__ import annotations

import doctest
from dataclasses import fields
from pathlib import Path

import pytest

from echo_iad.evaluation.scores.summary import Summary

PAGE = Path(__file__).parents[3] / "docs" / "scoring.md"
IDENTITY = {"version", "profile", "profile_sha256", "seed", "model", "assisted", "questions_sha256"}
ELSEWHERE = IDENTITY | {"counts", "hard_counts", "excluded", "robustness"}


def test_the_examples_run():
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.failed == 0
    assert found.attempted >= 10


@pytest.mark.parametrize("key", [field.name for field in fields(Summary) if field.name not in ELSEWHERE])
def test_every_figure_is_explained(key):
    text = PAGE.read_text(encoding="utf-8")
    assert any(f"`{key}{after}" in text for after in ("`", ".")) or f"## {key.title()}" in text
