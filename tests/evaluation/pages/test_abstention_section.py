from __future__ import annotations

from dataclasses import replace

from echo_iad.evaluation.pages.abstention_section import COVERAGES, abstention_section
from echo_iad.evaluation.pages.sections import sections
from echo_iad.evaluation.pages.writing import table_to_markdown
from echo_iad.evaluation.scores.abstention import ALL, abstention_curve

CURVE = abstention_curve([0.9, 0.6, 0.6, 0.1], [True, True, False, False], questions=5)


def test_the_report_has_it_after_the_calibration_and_not_without_probabilities(summary):
    names = [section.id for section in sections(summary, [])]
    assert names.index("abstention") == names.index("calibration") + 1
    silent = replace(summary, abstention={ALL: abstention_curve([], [], questions=3)})
    assert "abstention" not in [section.id for section in sections(silent, [])]


def test_each_figure_stands_over_the_lead_that_reaches_it(summary):
    (table,) = abstention_section(replace(summary, abstention={"localization": CURVE, ALL: CURVE})).tables
    assert [row.label for row in table.rows] == ["localization", "all together"]
    assert [row.own for row in table.rows] == [False, True]
    cells = dict(zip([column.name for column in table.columns], table.rows[0].cells, strict=True))
    assert (cells["Questions"].text, cells["all answers"].text) == ("5", "50.0")
    assert (cells["90 %"].text, cells["90 %"].note) == ("–", "")  # one of five has no answer
    assert (cells["60 %"].text, cells["60 %"].note) == ("66.7", "0.60")
    assert cells["25 %"].text == "66.7"
    assert (cells["Mean"].text, cells["At best"].text) == ("70.8", "79.2")
    assert "66.7 (0.60)" in table_to_markdown(table)


def test_every_subtask_has_a_line_and_all_together_one(summary):
    section = abstention_section(summary)
    (drawing,) = section.drawings
    assert {row.label for row in section.tables[0].rows} >= {"discrimination", "analysis", "all together"}
    assert all(f"{row.label}: right " in drawing.alt for row in section.tables[0].rows)
    assert len(section.tables[0].columns) == len(COVERAGES) + 4


def test_accuracy_of_next_to_no_answers_is_not_drawn(summary):
    curve = abstention_curve(list(range(100)), [False] * 99 + [True])
    (drawing,) = abstention_section(replace(summary, abstention={ALL: curve})).drawings
    assert "20 % of the surest 5 %" in drawing.alt
