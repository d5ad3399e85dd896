from __future__ import annotations

import io

import pytest
from rich.console import Console

from echo_iad.evaluation.pages.comparison_table import (
    Beside,
    Experiment,
    comparison_lines,
    comparison_table,
    write_comparison,
)
from echo_iad.evaluation.pages.content import Column, Fact, Flag
from echo_iad.evaluation.pages.plots import Series, bar_groups

ROWS = {
    "bare model": {Column("discrimination", "VisA"): Beside(70.0, 73.0), Column("mean"): Beside(None, 74.73)},
    "with <Echo>": {
        Column("discrimination", "VisA"): Beside(76.79, 76.79, coverage=96.0),
        Column("mean"): Beside(80.0),
    },
    "short": {Column("mean"): Beside(None)},
}


def test_a_delta_needs_both_figures():
    assert Beside(70.0, 73.0).delta == -3.0
    assert Beside(None, 73.0).delta is None
    assert Beside(70.0).delta is None


def test_where_nothing_was_answered_there_is_no_figure_and_no_delta():
    silent = Beside(28.57, 68.46, coverage=0.0, strict=0.0, questions=7)
    assert (silent.shown, silent.delta) == (None, None)
    cell = comparison_table("Caption", {"bare": {Column("mean"): silent}}).rows[0].cells[0]
    assert (cell.text, cell.flag) == ("–", Flag.LACKING)
    assert cell.note.split(",\n") == ["none answered", "28.57 guessed", "strict 0.00", "paper 68.46"]


def test_the_strict_figure_stands_beside_what_lacks_answers():
    lacking = {"bare": {Column("mean"): Beside(33.22, coverage=27.07, strict=10.5), Column("analysis"): Beside(None)}}
    cell = comparison_table("Caption", lacking).rows[0].cells[0]
    assert (cell.text, cell.note) == ("33.22 ⚠ 27 %", "strict 10.50")
    console = Console(width=80, file=io.StringIO(), color_system=None)
    with console.capture() as captured:
        console.print(comparison_lines("Table 1", lacking))
    words = [line.split() for line in captured.get().splitlines()]
    assert ["Cell", "Measured", "Strict", "Published", "Delta"] in words
    assert ["bare", "mean", "33.22", "⚠", "27", "%", "10.50", "–", "–"] in words


def test_measured_stands_above_published_and_delta():
    table = comparison_table("Caption", ROWS)
    assert [(column.group, column.name) for column in table.columns] == [("VisA", "discrimination"), ("", "mean")]
    assert [[(cell.text, cell.note) for cell in row.cells] for row in table.rows] == [
        [("70.00", "paper 73.00, −3.00"), ("74.73", "paper")],
        [("76.79 ⚠ 96 %", "paper 76.79, 0.00"), ("80.00", "")],
        [("–", ""), ("–", "")],
    ]
    assert table.rows[1].cells[0].flag is Flag.LACKING


def test_a_terminal_gets_a_line_for_each_cell():
    console = Console(width=80, file=io.StringIO(), color_system=None)
    with console.capture() as captured:
        console.print(comparison_lines("Table 1", ROWS))
    words = [line.split() for line in captured.get().splitlines()]
    assert ["bare", "model", "VisA", "discrimination", "70.00", "73.00", "−3.00"] in words
    assert ["mean", "–", "74.73", "–"] in words
    assert ["with", "<Echo>", "VisA", "discrimination", "76.79", "⚠", "96", "%", "76.79", "0.00"] in words


@pytest.fixture
def folder(tmp_path):
    drawing = bar_groups("figure5", "Figure 5", ["a"], [Series("measured", [50.0])])
    experiments = [
        Experiment("table1", "Each model, with and without", ROWS, ("Table 1, section 4.2.",)),
        Experiment("figure5", "Open questions", ROWS, drawings=(drawing,), notes=("Its values are not published.",)),
    ]
    write_comparison(tmp_path / "out", experiments, title="The paper again", facts=[Fact("Seed", "0")])
    return tmp_path / "out"


def test_the_page_and_the_text_say_the_same(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    text = (folder / "report.md").read_text(encoding="utf-8")
    for said in ("76.79 ⚠ 96 %", "paper 73.00, −3.00", "Its values are not published.", "Each model, with and without"):
        assert said in page
        assert said in text
    assert "with &lt;Echo&gt;" in page
    assert "with \\<Echo\\>" in text
    assert "(plots/figure5.svg)" in text
    assert "**VisA: measured, %, beside published**" in text
    assert sorted(path.name for path in (folder / "plots").iterdir()) == ["figure5.png", "figure5.svg"]
