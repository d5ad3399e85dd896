from dataclasses import replace

import pytest

from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS, Subtask
from echo_iad.evaluation.pages.content import Column
from echo_iad.evaluation.paper.recipe_tables import MEAN, Place, Result, describe_experiment, published_figure
from echo_iad.evaluation.paper.recipes import RECIPES
from echo_iad.evaluation.scores.summary import summarise

MUTE = {"comparator": 10.0, "model": 0.0}
"""Weights with which a model's word does not count."""


def answers(pattern, dataset="DS-MVTec", subtasks=PAPER_SUBTASKS):
    """For each subtask a question for each letter of the pattern; A is right, - unparsed. Half the parts are good."""
    return [
        AnswerRecord(
            image=f"{dataset}/cap/image/{'good' if number % 2 else 'dent'}/{number}.png",
            question_index=place,
            dataset=dataset,
            object="cap",
            subtask=subtask,
            question="?",
            options={"A": "Yes.", "B": "No."},
            correct="A",
            defective=number % 2 == 0,
            answer=None if letter == "-" else letter,
            status=AnswerStatus.UNPARSED if letter == "-" else AnswerStatus.ANSWERED,
            version="1",
        )
        for place, subtask in enumerate(subtasks)
        for number, letter in enumerate(pattern)
    ]


def result(label, records, contestant="Qwen2-VL-7B-Instruct"):
    blind = {"learned": {record.key: "A" if record.question_index else "B" for record in records}}
    return Result(contestant, label, summarise(records, blind, [], seed=0))


def figures(experiment, label):
    return {column.name: cell for column, cell in experiment.rows[label].items()}


def test_measured_stands_beside_published_with_the_difference():
    found = describe_experiment(RECIPES["table1"], [result("bare model", answers("AAAB"))])
    cell = found.rows["bare model"][Column("classification", "DS-MVTec")]
    assert (cell.measured, cell.published) == (75, 68.46)
    assert cell.delta == pytest.approx(75 - 68.46)
    mean = found.rows["bare model"][MEAN]
    assert mean.measured == 75
    assert mean.published == pytest.approx((82.26 + 68.46 + 76.11 + 82.19 + 92.28) / 5)


def test_table_1_ends_with_the_paper_s_own_rows():
    found = describe_experiment(RECIPES["table1"], [result("bare model", answers("AABB"))])
    paper = found.rows["paper: Qwen2-VL-7B + Echo"][Column("analysis", "DS-MVTec")]
    assert (paper.measured, paper.published) == (None, 93.20)
    assert next(label for label in found.rows if label.startswith("paper: ")) == "paper: Random Chance"


def test_other_tables_have_the_mean_over_the_data_sets():
    both = [*answers("AAAA"), *answers("AABB", dataset="VisA")]
    found = figures(describe_experiment(RECIPES["table3"], [result("baseline", both)]), "baseline")
    assert found["classification"].measured == 75
    assert found["classification"].published == 67.61


def test_a_blind_row_ends_every_table():
    found = figures(describe_experiment(RECIPES["table3"], [result("baseline", answers("AABB"))]), "blind: learned")
    assert found["discrimination"].measured == 0
    assert found["analysis"].measured == 100


def test_unparsed_answers_flag_the_cell_and_the_mean():
    found = figures(describe_experiment(RECIPES["table3"], [result("baseline", answers("AA--"))]), "baseline")
    assert found["description"].coverage == 50
    assert found["mean"].coverage == 50
    assert found["description"].measured == 100  # by MMAD's rule
    assert (found["description"].strict, found["mean"].strict) == (50, 50)


def silenced(record):
    """Words that name no option, from which MMAD's rule takes the right one all the same."""
    return replace(record, answer=None, status=AnswerStatus.UNPARSED, written="yes perhaps.")


def test_a_guess_of_mmads_rule_is_told_in_words_and_drawn_nowhere():
    told = [record if record.subtask is Subtask.DISCRIMINATION else silenced(record) for record in answers("AABB")]
    found = describe_experiment(RECIPES["table3"], [result("baseline", told)])
    cells = figures(found, "baseline")
    assert (cells["analysis"].measured, cells["analysis"].shown, cells["analysis"].strict) == (100, None, 0)
    assert "baseline: classification 100.00, localization 100.00" in " ".join(found.notes)
    assert "analysis: baseline ⚠ 0 %" in found.drawings[0].alt
    assert "discrimination: baseline 50.0" in found.drawings[0].alt


def test_the_share_of_a_mean_weighs_cells_by_their_questions():
    asked = [*answers("AAAAAA", subtasks=[Subtask.DISCRIMINATION]), *answers("--", subtasks=[Subtask.CLASSIFICATION])]
    unique = [replace(record, question_index=place) for place, record in enumerate(asked)]
    mean = figures(describe_experiment(RECIPES["table3"], [result("baseline", unique)]), "baseline")["mean"]
    assert (mean.coverage, mean.questions) == (75, 8)


def test_rows_with_the_same_verdicts_are_named_together():
    weighed = [replace(record, p_model=0.9, evidence={"fusion": MUTE}) for record in answers("AABB")]
    results = [result(label, weighed) for label in ("QA", "multiple-choice")]
    notes = describe_experiment(RECIPES["figure5"], [result("bare model", answers("AABB")), *results]).notes
    said = "QA and multiple-choice: verdict by the comparison in 20 of 20 (the model's word did not count)."
    assert [note for note in notes if "verdict" in note] == [f"Discrimination, {said}"]


def test_a_difference_is_over_what_both_rows_answered():
    silent = [silenced(r) if r.subtask is Subtask.ANALYSIS else r for r in answers("AABB")]
    found = describe_experiment(RECIPES["table4"], [result("0-shot", silent), result("1-shot*", answers("AAAB"))])
    assert "1-shot* over 0-shot: +3.23 published, +25.00 measured" in " ".join(found.text)


def test_what_the_paper_states_of_table_4_is_said_beside_what_was_measured():
    results = [result("0-shot", answers("AABB")), result("1-shot", answers("AABB")), result("1-shot*", answers("AAAB"))]
    found = describe_experiment(RECIPES["table4"], results)
    said = " ".join(found.text)
    assert "Qwen2-VL-7B, mean of the subtasks, 1-shot* over 0-shot: +3.23 published, +25.00 measured" in said
    assert "Qwen2-VL-2B, discrimination, 1-shot over 0-shot: +0.67 published." in said
    assert all(cell.published is None for row in found.rows.values() for cell in row.values())


def test_figures_are_drawn_from_what_was_measured():
    results = [result(row.label, answers("AAAB")) for row in RECIPES["figure6"].rows]
    found = describe_experiment(RECIPES["figure6"], results)
    assert found.drawings[0].name == "figure6"
    assert "The paper states: One reference helps most" in " ".join(found.text)


def test_two_contestants_are_named_in_their_rows():
    results = [result("bare model", answers("AABB"), name) for name in ("one", "two")]
    rows = describe_experiment(RECIPES["figure5"], results).rows
    assert {"one, bare model", "two, bare model"} <= set(rows)


@pytest.mark.parametrize(
    ("recipe", "contestant", "label", "subtask", "dataset", "figure"),
    [
        ("table1", "transformers:Qwen/Qwen2-VL-2B-Instruct", "bare model", Subtask.ANALYSIS, "VisA", 68.53),
        ("table1", "transformers:Qwen/Qwen2-VL-2B-Instruct", "with Echo", Subtask.ANALYSIS, "VisA", None),
        ("table1", "embedded", "with Echo", Subtask.DISCRIMINATION, "VisA", 76.79),
        ("table1", "embedded", "with Echo", Subtask.DISCRIMINATION, "GoodsAD", None),
        ("table2", "qwen2-vl-2b", "domain knowledge", Subtask.DESCRIPTION, None, 70.70),
        ("table2", "embedded", "bare model", Subtask.DESCRIPTION, None, None),
        ("table3", "embedded", "without all", Subtask.ANALYSIS, None, 85.05),
        ("table3", "qwen2-vl-2b", "without all", Subtask.ANALYSIS, None, None),
        ("table3", "embedded", "without visual comparator", Subtask.ANALYSIS, None, None),
    ],
)
def test_published_figures_are_found_or_none(recipe, contestant, label, subtask, dataset, figure):
    assert published_figure(RECIPES[recipe], contestant, label, Place(subtask, dataset)) == figure


def test_one_s_own_parts_do_not_stand_beside_the_paper():
    found = describe_experiment(RECIPES["table3"], [result("baseline", answers("AABB", dataset="own"))])
    assert {cell.published for row in found.rows.values() for cell in row.values()} == {None}
    first = describe_experiment(RECIPES["table1"], [result("bare model", answers("AABB", dataset="own"))])
    assert not any(label.startswith("paper:") for label in first.rows)


def test_other_data_sets_stay_out_of_the_mean_beside_the_paper():
    both = [*answers("AAAA"), *answers("BBBB", dataset="GoodsAD")]
    found = figures(describe_experiment(RECIPES["table3"], [result("baseline", both)]), "baseline")
    assert (found["analysis"].measured, found["analysis"].published) == (100, 86.16)


def test_a_halved_discrimination_is_said():
    one_sided = [record for record in answers("AABB") if record.defective]
    said = " ".join(describe_experiment(RECIPES["table3"], [result("baseline", one_sided)]).notes)
    assert "counts the other side as 0" in said
    both = describe_experiment(RECIPES["table3"], [result("baseline", answers("AABB"))])
    assert "counts the other side" not in " ".join(both.notes)


def test_rows_of_the_paper_alone_are_not_measured():
    found = describe_experiment(RECIPES["table1"], [result("bare model", answers("AABB"))])
    assert set(found.measured_rows()) == {"bare model", "blind: learned"}


def test_a_row_that_was_not_asked_about_a_column_leaves_it_out():
    two = [replace(record, version="1") for record in answers("AABB", subtasks=PAPER_SUBTASKS[:2])]
    results = [result("bare model", answers("AABB")), result("QA", two)]
    found = describe_experiment(RECIPES["table3"], results)
    assert "localization" not in figures(found, "QA")
    assert "localization" in figures(found, "bare model")
