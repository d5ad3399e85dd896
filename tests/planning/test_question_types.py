"""The type of a question, in anybody's wording."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echo_iad.domain.questions import Question, QuestionType
from echo_iad.planning.question_types import classify_question

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WORDINGS = [
    (wording, QuestionType(kind))
    for kind, wordings in json.loads((HERE / "wordings.json").read_text(encoding="utf-8")).items()
    for wording in wordings
]
ENDINGS = ("", "?", ".", "!", "??", " ?", "...", " please", ", please?", " Please.", "\n")
PLACES = {"A": "Upper left", "B": "Lower right", "C": "Near the centre", "D": "Along the bottom edge"}
LOOKS = {"A": "A long dark line", "B": "A round bright spot", "C": "A rough texture", "D": "A wide smooth area"}


def share_right(cases):
    return sum(classify_question(text, options) is kind for text, options, kind in cases) / len(cases)


@pytest.mark.parametrize(
    ("name", "number"), [("free_form_questions", 60), ("free_form_widening", 80), ("free_form_held_out", 40)]
)
def test_free_form_questions_are_told_apart(free_form, name, number):
    cases = free_form(name)
    assert len(cases) == number
    assert {kind for _, _, kind in cases} == set(QuestionType)
    assert share_right(cases) >= 0.90


def test_the_table_of_wordings_is_told_apart():
    assert share_right([(wording, {}, kind) for wording, kind in WORDINGS]) >= 0.98


def test_mmad_questions_are_told_apart_for_each_type():
    benchmark = ROOT / "benchmarks" / "question_types.py"
    if not (ROOT.parent / "shared" / "data" / "mmad").is_dir():
        pytest.skip("MMAD's questions are not here: ../shared/data/mmad")
    done = subprocess.run([sys.executable, str(benchmark), "--print"], capture_output=True, text=True, check=True)
    measured = json.loads(done.stdout)["mmad"]
    assert measured["questions"] == 16_870
    assert set(measured["recall"]) == {str(kind) for kind in QuestionType}
    assert min(measured["recall"].values()) >= 0.97


@pytest.mark.parametrize("ending", ENDINGS)
def test_case_space_and_ending_do_not_change_the_type(ending):
    for wording, _ in WORDINGS:
        kind = classify_question(wording)
        bare = wording.rstrip("?.!")
        assert classify_question(bare + ending) is kind, wording
        assert classify_question(f"  {bare.upper()}{ending}") is kind, wording
        assert classify_question(bare.replace(" ", "  \t") + ending) is kind, wording


@settings(max_examples=300, deadline=None)
@given(st.text(), st.dictionaries(st.text(max_size=3), st.text(max_size=40), max_size=5))
def test_any_text_has_a_type(text, options):
    assert isinstance(classify_question(text, options), QuestionType)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(sorted({w for text, _ in WORDINGS for w in text.split()})), max_size=12))
def test_any_heap_of_question_words_has_a_type(words):
    assert isinstance(classify_question(" ".join(words)), QuestionType)


def test_a_very_long_text_is_read_from_its_beginning():
    assert classify_question("Where is the defect? " + "and so on " * 100_000) is QuestionType.LOCALIZATION


def test_what_a_first_sentence_states_is_context():
    assert classify_question("There is a defect in the object. How does it look?") is QuestionType.DESCRIPTION
    assert classify_question("There is no defect in the object. What are its parts?") is QuestionType.OTHER
    assert classify_question("The housing is cracked, where is it?") is QuestionType.LOCALIZATION
    assert classify_question("There is a defect in the object.") is QuestionType.DISCRIMINATION


def test_options_decide_only_when_the_words_leave_it_open():
    open_question = "There is a defect in the object. Which statement is correct?"
    assert classify_question(open_question, PLACES) is QuestionType.LOCALIZATION
    assert classify_question(open_question, LOOKS) is QuestionType.DESCRIPTION
    assert classify_question("What is the effect of the defect?", PLACES) is QuestionType.ANALYSIS
    assert classify_question("", {"A": "Yes.", "B": "No."}) is QuestionType.DISCRIMINATION


def test_a_question_brings_its_own_options():
    assert classify_question(Question("Choose one.", PLACES)) is QuestionType.LOCALIZATION
    assert classify_question(Question("Choose one.", PLACES), LOOKS) is QuestionType.DESCRIPTION


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("The query image contains no anomalies compared to the normal sample.", QuestionType.DISCRIMINATION),
        ("The scratch lies in the upper left corner.", QuestionType.LOCALIZATION),
        ("The stain is dark and round.", QuestionType.DESCRIPTION),
        ("The dent weakens the part.", QuestionType.ANALYSIS),
    ],
)
def test_statements_are_judged_by_what_they_state(statement, kind):
    for text in (statement, f"{statement} True or false?", f"True or False: {statement}"):
        assert classify_question(text, {"A": "True", "B": "False"}) is kind, text


def test_slips_of_spelling_are_read_as_meant():
    assert classify_question("wich typ of deffect") is QuestionType.CLASSIFICATION
    assert classify_question("descirbe the scrach") is QuestionType.DESCRIPTION
    assert classify_question("Where is the thread?") is QuestionType.OTHER


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Judge by what you see. Is there any defect?", QuestionType.DISCRIMINATION),
        ("Choose what fits best. Which type of defect is it?", QuestionType.CLASSIFICATION),
        ("Say what is most plausible. What is the effect of the defect?", QuestionType.ANALYSIS),
        ("Tell where you look. What does the defect look like?", QuestionType.DESCRIPTION),
    ],
)
def test_a_question_mark_shows_what_is_asked(text, kind):
    assert classify_question(text) is kind
