"""Variants keep what they promise to keep, change what they promise to change, and the table counts by hand."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.errors import UnknownNameError
from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.answers.robustness import (
    Variant,
    VariantName,
    robustness_summary,
    robustness_table,
    variants,
)
from echo_iad.evaluation.benchmark.mmad import read_mmad
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.planning.question_types import classify_question

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)


def question_of(texts, right, *, subtask=Subtask.CLASSIFICATION, text="Which type of fault is this?", defective=True):
    options = dict(zip("ABCDEFGH", texts, strict=False))
    return BenchmarkQuestion(
        image="VisA/cap/test/bad/000.JPG",
        question_index=1,
        path=Path("000.JPG"),
        dataset="VisA",
        object="cap",
        subtask=subtask,
        text=text,
        options=options,
        correct="ABCDEFGH"[right],
        defective=defective,
    )


@st.composite
def questions(draw):
    texts = draw(st.lists(TEXTS, min_size=2, max_size=6))
    return question_of(
        texts,
        draw(st.integers(0, len(texts) - 1)),
        subtask=draw(st.sampled_from(Subtask)),
        text=draw(TEXTS),
        defective=draw(st.booleans()),
    )


def variant_of(question, name, seed=0) -> Variant:
    (made,) = variants(question, [name], seed=seed)
    return made


# --- variants --------------------------------------------------------------------------------------------------------


@given(questions(), st.integers(0, 99))
def test_shuffling_keeps_the_texts_and_the_right_one(question, seed):
    made = variant_of(question, "shuffled", seed)
    assert made.text == question.text
    assert list(made.options) == list(question.options)
    assert Counter(made.options.values()) == Counter(question.options.values())
    assert made.options[made.correct] == question.options[question.correct]


@given(questions(), st.integers(0, 99))
def test_no_variant_is_the_question_itself(question, seed):
    for made in variants(question, seed=seed):
        if made.name is VariantName.SHUFFLED and len(set(question.options.values())) == 1:
            assert made.options == question.options
        else:
            assert (made.text, made.options) != (question.text, question.options)


@given(questions(), st.integers(0, 99))
def test_leading_and_paraphrased_leave_the_options_alone(question, seed):
    for made in variants(question, ["leading", "paraphrased"], seed=seed):
        assert dict(made.options) == dict(question.options)
        assert made.correct == question.correct


@given(questions(), st.integers(0, 99))
def test_an_unanswerable_question_has_options_and_none_is_right(question, seed):
    made = variant_of(question, "unanswerable", seed)
    assert made.correct is None
    assert len(made.options) >= 2
    if made.text == question.text:
        assert question.options[question.correct] not in made.options.values()
        assert list(made.options) == list(question.options)[: len(made.options)]
    assert made.ask(question).correct == ""


@given(questions(), st.integers(0, 99))
def test_a_seed_gives_the_same_variants_in_any_company(question, seed):
    together = variants(question, seed=seed)
    assert together == variants(question, seed=seed)
    assert together == tuple(variant_of(question, name, seed) for name in VariantName)


def test_another_process_makes_the_same_variants():
    question = question_of(["Crack.", "Stain.", "Dent.", "Hole."], 2)
    code = (
        "from pathlib import Path; from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion as Q;"
        "from echo_iad.evaluation.answers.robustness import variants;"
        f"q = Q({question.image!r}, 1, Path('0'), 'VisA', 'cap', 'classification', {question.text!r},"
        f" {dict(question.options)!r}, 'C', True); print([(v.text, dict(v.options)) for v in variants(q, seed=5)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str([(made.text, dict(made.options)) for made in variants(question, seed=5)])


def test_seeds_differ():
    question = question_of(["Crack.", "Stain.", "Dent.", "Hole."], 2)
    for name in VariantName:
        assert len({str(variant_of(question, name, seed)) for seed in range(20)}) > 2


@pytest.mark.parametrize(("defective", "said"), [(True, "faultless|good|nothing"), (False, "faulty|damage")])
def test_a_leading_verdict_is_the_wrong_one(defective, said):
    question = question_of(
        ["Yes.", "No."],
        0 if defective else 1,
        subtask=Subtask.DISCRIMINATION,
        text="Is it broken?",
        defective=defective,
    )
    for seed in range(10):
        made = variant_of(question, "leading", seed)
        assert re.search(said, made.text)
        assert made.text.endswith("Is it broken?")


def test_a_leading_remark_names_a_wrong_option():
    question = question_of(["{Crack}", "Stain", "Dent."], 1)
    for seed in range(10):
        text = variant_of(question, "leading", seed).text
        assert ("{Crack}." in text) is not ("Dent." in text)
        assert "Stain" not in text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Is there a defect in the object?", {"a flaw in the item", "a fault in the item", "a flaw in the part"}),
        ("Is this an anomaly?", {"a defect", "a flaw"}),
        ("Whose default colour is this?", {"Whose default colour is this?"}),
    ],
)
def test_paraphrasing_changes_words_and_fits_their_articles(text, wanted):
    made = [variant_of(question_of(["Yes.", "No."], 0, text=text), "paraphrased", seed).text for seed in range(20)]
    assert any(form in one for form in wanted for one in made)
    assert not any(" an defect" in one or " an flaw" in one or " a image" in one for one in made)


def test_the_reworded_question_behind_the_remark_asks_for_the_same(drawn_mmad):
    for question in read_mmad(drawn_mmad).questions:
        for seed in range(3):
            _, reworded = variant_of(question, "paraphrased", seed).text.split(". ", 1)
            before = classify_question(question.text, question.options)
            assert classify_question(reworded, question.options) == before, reworded


def test_unknown_variants_are_named():
    with pytest.raises(UnknownNameError, match="Unknown variant 'shufled'. Did you mean 'shuffled'"):
        variants(question_of(["Yes.", "No."], 0), ["shufled"], seed=0)


def test_a_variant_is_asked_under_the_questions_key(drawn_mmad):
    question = read_mmad(drawn_mmad).questions[0]
    for made in variants(question, seed=0):
        asked = made.ask(question)
        assert (asked.key, asked.path, asked.subtask) == (question.key, question.path, question.subtask)
        assert (asked.text, asked.options, asked.correct) == (made.text, made.options, made.correct or "")


# --- the table -------------------------------------------------------------------------------------------------------


def record(index, answer, *, options="ab", correct="A", status=AnswerStatus.ANSWERED, subtask=Subtask.ANALYSIS):
    texts = dict(zip("AB", options, strict=True))
    return AnswerRecord(
        image="0.jpg",
        question_index=index,
        dataset="VisA",
        object="cap",
        subtask=subtask,
        question="?",
        options=texts,
        correct=correct,
        defective=True,
        answer=answer,
        status=status,
    )


def declined(index, status=AnswerStatus.ABSTAINED, **rest):
    return record(index, None, status=status, **rest)


def test_shares_are_counted_by_text_and_not_by_letter():
    before = [record(0, "A"), record(1, "A"), record(2, "B"), record(3, "A")]
    swapped = {"options": "ba", "correct": "B"}
    after = [record(0, "B", **swapped), record(1, "A", **swapped), record(2, "A", **swapped), declined(3, **swapped)]
    (row,) = robustness_table(before, {VariantName.SHUFFLED: after})
    assert (row.variant, row.subtask, row.questions) == (VariantName.SHUFFLED, Subtask.ANALYSIS, 4)
    assert (row.accuracy_before, row.accuracy) == (75.0, 25.0)
    assert row.stays_right == 33.33
    assert row.flips == 50.0
    assert row.abstains == 25.0


def test_without_a_right_option_only_declining_counts():
    before = [record(index, "A") for index in range(4)]
    after = [
        record(0, "A", correct=""),
        declined(1, correct=""),
        declined(2, AnswerStatus.REFUSED, correct=""),
        declined(3, AnswerStatus.UNPARSED, correct=""),
    ]
    (row,) = robustness_table(before, {VariantName.UNANSWERABLE: after})
    assert (row.accuracy, row.stays_right, row.flips, row.abstains) == (None, None, None, 50.0)
    assert row.accuracy_before == 100.0


def test_failed_answers_and_unpaired_ones_are_left_out():
    failed = AnswerStatus.FAILED
    before = [record(0, "A"), declined(1, failed), record(2, "B")]
    after = [record(0, "A"), record(1, "A"), declined(2, failed), record(3, "A")]
    (row,) = robustness_table(before, {VariantName.LEADING: after})
    assert (row.questions, row.accuracy, row.flips) == (1, 100.0, 0.0)


def test_nothing_right_before_leaves_no_share_that_stays():
    (row,) = robustness_table([record(0, "B")], {VariantName.LEADING: [record(0, "A")]})
    assert (row.stays_right, row.accuracy, row.flips) == (None, 100.0, 100.0)


def test_rows_stand_by_variant_and_subtask():
    before = [record(0, "A"), record(1, "A", subtask=Subtask.DISCRIMINATION)]
    rows = robustness_table(before, {VariantName.LEADING: before[:1], VariantName.SHUFFLED: before})
    assert [(row.variant, row.subtask) for row in rows] == [
        (VariantName.SHUFFLED, Subtask.DISCRIMINATION),
        (VariantName.SHUFFLED, Subtask.ANALYSIS),
        (VariantName.LEADING, Subtask.ANALYSIS),
    ]
    assert robustness_summary(rows)["leading"] == {
        "analysis": {
            "questions": 1,
            "accuracy_before": 100.0,
            "accuracy": 100.0,
            "stays_right": 100.0,
            "flips": 0.0,
            "abstains": 0.0,
        }
    }


def test_no_answers_make_no_rows():
    assert robustness_table([], {}) == ()
    assert robustness_table([], {VariantName.LEADING: [record(0, "A")]}) == ()
