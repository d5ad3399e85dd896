from __future__ import annotations

from dataclasses import replace

from tests.evaluation.pages.conftest import blind_letters, make_records

from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.pages.prior_section import prior_section
from echo_iad.evaluation.pages.sections import sections
from echo_iad.evaluation.scores.summary import summarise
from echo_iad.evaluation.scores.text_prior import NAME, PriorAnswers


def with_prior():
    """The made-up run, and a row that is right wherever the run is not failed by its last letter."""
    records = list(make_records())
    both = {record.key: {letter: 1.0 * (letter == record.correct) for letter in record.options} for record in records}
    words = {record.key: {letter: 1.0 * (letter == "A") for letter in record.options} for record in records}
    names = {record.object for record in records}
    prior = PriorAnswers(both, words, {name: {Subtask.ANALYSIS: 1.0} for name in names}, len(names), 100)
    return summarise(records, blind_letters(records), [], seed=0, prior=prior)


def test_the_row_stands_beside_the_evidence_the_blind_and_the_words():
    found = prior_section(with_prior())
    columns = [column.name for column in found.tables[0].columns]
    assert columns[:4] == ["Evidence", "Best blind", "Words alone", NAME.capitalize()]
    assert all(row.cells[3].text == "100.0" for table in found.tables[:-1] for row in table.rows)
    assert {row.label for row in found.tables[-1].rows} == {"printed_cap", "woven_fabric", "circuit_board"}
    assert "No inspection uses this" in found.text[0]


def test_the_report_has_it_after_the_cells_and_not_without_it():
    summary = with_prior()
    names = [section.id for section in sections(summary, [])]
    assert names.index("text-prior") == names.index("cells") + 1
    assert "text-prior" not in [section.id for section in sections(replace(summary, text_prior=None), [])]


def test_the_hard_questions_together_are_told_first():
    said = sections(with_prior(), [])[0].text
    assert any(line.startswith("Hard questions about defects, all subtasks together: ") for line in said)
