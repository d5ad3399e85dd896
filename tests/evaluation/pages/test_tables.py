from __future__ import annotations

from dataclasses import replace

import pytest

from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS, Subtask
from echo_iad.evaluation.pages.content import Cell, Flag
from echo_iad.evaluation.pages.tables import (
    average_table,
    balance_table,
    by_mmads_rule,
    cell_tables,
    covered,
    guessed_cells,
    marks_tables,
    mean_coverage,
    object_table,
    published_tables,
    status_table,
)
from echo_iad.evaluation.published import WITH_ECHO
from echo_iad.evaluation.scores.accuracy import Averages


def column(table, name, label):
    row = next(row for row in table.rows if row.label == label)
    return row.cells[[each.name for each in table.columns].index(name)]


@pytest.mark.parametrize(
    ("coverage", "text"), [(100.0, "78.2"), (96.0, "78.2 ⚠ 96 %"), (99.99, "78.2 ⚠ >99 %"), (0.0, "78.2 ⚠ 0 %")]
)
def test_a_figure_over_fewer_answers_than_questions_says_so(coverage, text):
    cell = covered(78.2, coverage)
    assert cell.text == text
    assert (cell.flag is Flag.LACKING) == (coverage < 100)


def test_mmads_rule_has_no_figure_where_nothing_was_answered():
    guessed, zero = by_mmads_rule(50.0, 0.0), by_mmads_rule(0.0, 0.0)
    assert (guessed.text, guessed.note, guessed.flag) == ("–", "none answered,\n50.0 guessed", Flag.LACKING)
    assert (zero.text, zero.note) == ("–", "none answered")
    assert by_mmads_rule(50.0, 1.0) == covered(50.0, 1.0)


def test_a_cell_without_an_answer_shows_what_mmads_rule_guesses_as_small_print_alone(summary):
    silent = {**summary.coverage, "VisA": {**summary.coverage["VisA"], Subtask.ANALYSIS: 0.0}}
    unheard = replace(summary, coverage=silent)
    guess = summary.official["VisA"][Subtask.ANALYSIS]
    assert guess > 0
    assert guessed_cells(unheard) == {("VisA", Subtask.ANALYSIS): guess}
    for table in (cell_tables(unheard)[1], published_tables(unheard)[1]):
        row = next(row for row in table.rows if row.label in {"analysis", "this run, MMAD's rule"})
        cell = next(cell for cell in row.cells if cell.text == "–" and cell.flag is Flag.LACKING)
        assert cell.note == f"none answered,\n{guess:.1f} guessed"


def test_what_is_not_there_is_a_dash_without_a_warning():
    assert covered(None, 50.0) == Cell("–")


def test_each_data_set_has_a_table_with_a_row_for_each_subtask(summary):
    found = cell_tables(summary)
    assert [table.caption for table in found] == ["DS-MVTec", "VisA"]
    assert all([row.label for row in table.rows] == list(PAPER_SUBTASKS) for table in found)


def test_a_cell_below_a_blind_decider_is_marked_and_no_other(summary):
    for table in cell_tables(summary):
        for row in table.rows:
            dataset, subtask = table.caption, Subtask(row.label)
            blind = summary.blind[dataset][subtask]
            best = max(blind, key=blind.get)
            below = summary.strict[dataset][subtask] < blind[best]
            cell = row.cells[1]
            assert (cell.flag is Flag.BELOW) == below
            assert ("▼" in cell.text and f"below {best}" in cell.note) == below
    assert any(row.cells[1].flag is Flag.BELOW for table in cell_tables(summary) for row in table.rows)


def test_every_blind_decider_that_answered_has_a_column(summary, summary_of):
    assert [c.name for c in cell_tables(summary)[0].columns if c.group == "Blind, %"] == [
        "Learned",
        "Longest",
        "First",
        "Knowledge",
    ]
    assert not [c for c in cell_tables(summary_of(blind=False))[0].columns if c.group == "Blind, %"]


def test_a_cell_below_the_longest_option_alone_is_marked_too(summary):
    blind = {"DS-MVTec": {Subtask.ANALYSIS: {"learned": 0.0, "longest": 99.0}}}
    table = cell_tables(replace(summary, blind=blind))[0]
    assert column(table, "Strict", "analysis").flag is Flag.BELOW


def test_a_gain_is_green_only_when_its_whole_interval_is_above_zero(summary):
    flags = {
        (table.caption, row.label): column(table, "Over the best", row.label).flag
        for table in cell_tables(summary)
        for row in table.rows
    }
    for (dataset, subtask), flag in flags.items():
        assert (flag is Flag.ABOVE) == (summary.gain[dataset][subtask].low > 0)
    assert Flag.ABOVE in flags.values()
    assert Flag.NONE in flags.values()


def test_every_average_over_unanswered_questions_is_flagged(summary, summary_of):
    lacking = [cell for row in average_table(summary).rows for cell in row.cells]
    assert all("⚠" in cell.text for cell in lacking)
    whole = [cell for row in average_table(summary_of(unanswered=False)).rows for cell in row.cells]
    assert not any("⚠" in cell.text for cell in whole)


def test_coverage_of_an_average_weighs_cells_by_their_questions(summary):
    counts = {"a": {Subtask.ANALYSIS: 90, Subtask.DESCRIPTION: 10}}
    coverage = {"a": {Subtask.ANALYSIS: 100.0, Subtask.DESCRIPTION: 50.0}}
    assert mean_coverage(replace(summary, counts=counts, coverage=coverage), ["a"]) == 95.0


def test_the_papers_average_says_how_many_cells_are_there(summary):
    few = {rule: Averages({"all": 50.0}, None, 7) for rule in summary.averages}
    for row in average_table(replace(summary, averages=few)).rows:
        assert row.cells[-1] == Cell("–", "7 of 10 cells")


def test_the_run_stands_above_the_papers_rows_with_its_blind_baseline_first(summary):
    first, second = published_tables(summary)
    assert [row.own for row in first.rows].count(True) == 4
    assert first.rows[0].label.startswith("no picture")
    assert column(first, "discrimination", WITH_ECHO).text == "89.7"
    assert column(second, "discrimination", WITH_ECHO).text == "76.8"
    assert column(first, "Average", WITH_ECHO).text == "77.3"


def test_a_data_set_that_the_paper_does_not_report_has_no_published_table(summary):
    assert published_tables(replace(summary, counts={"GoodsAD": {Subtask.ANALYSIS: 3}})) == ()


def test_overkill_and_miss_are_the_summarys(summary):
    row = balance_table(summary).rows[0]
    found = summary.balanced["DS-MVTec"]
    assert [cell.text for cell in row.cells[:3]] == [f"{v:.1f}" for v in (found.accuracy, found.overkill, found.miss)]


def test_every_object_has_a_row(summary):
    assert [row.label for row in object_table(summary).rows] == list(summary.per_object)


def test_statuses_count_every_question(summary):
    rows = status_table(summary).rows
    assert sum(int(row.cells[0].text) for row in rows) == sum(sum(cells.values()) for cells in summary.counts.values())
    assert all(row.cells[2].text for row in rows)


def test_marks_stand_below_the_figures_with_nothing_left_out(summary):
    for table in marks_tables(summary):
        assert [row.label for row in table.rows] == ["nothing", "training: drawn parts (14 questions)"]
    assert marks_tables(replace(summary, marked={})) == ()
