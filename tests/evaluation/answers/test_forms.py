from pathlib import Path

import pytest

from echo_iad.domain.decisions import Decision, Scoring, Status
from echo_iad.domain.questions import QuestionType
from echo_iad.evaluation.answers.asking import AnswerForm
from echo_iad.evaluation.answers.forms import STATEMENT, YesAndNo, put, yes_and_no
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.planning.question_types import classify_question


def asked(options, subtask=Subtask.DISCRIMINATION):
    """A question about a drawn part."""
    text = "Is there any defect?" if subtask is Subtask.DISCRIMINATION else "Where is it?"
    return BenchmarkQuestion("D/cap/a.png", 0, Path("a.png"), "D", "cap", subtask, text, options, "A", defective=True)


YES_FIRST, NO_FIRST = {"A": "Yes.", "B": "No."}, {"A": "No.", "B": "Yes."}
PLACES = {"A": "Top left.", "B": "Centre.", "C": "Bottom."}


def test_multiple_choice_is_asked_as_it_is():
    wording = put(asked(PLACES, Subtask.LOCALIZATION), AnswerForm.MULTIPLE_CHOICE)
    decision = Decision(Status.ANSWERED, option="C")
    assert dict(wording.question.options) == PLACES
    assert wording.read(decision) is decision


@pytest.mark.parametrize(("options", "true", "false"), [(YES_FIRST, "B", "A"), (NO_FIRST, "A", "B")])
def test_a_true_denial_is_a_no(options, true, false):
    wording = put(asked(options), AnswerForm.TRUE_FALSE)
    assert wording.question.text == STATEMENT
    assert classify_question(wording.question) is QuestionType.DISCRIMINATION
    truth = Decision(Status.ANSWERED, option="A", probabilities={"A": 0.8, "B": 0.2})
    read = wording.read(truth)
    assert (read.option, read.probabilities) == (true, {true: 0.8, false: 0.2})
    assert wording.read(Decision(Status.ANSWERED, option="B")).option == false


def test_other_questions_have_no_statement():
    wording = put(asked(PLACES, Subtask.LOCALIZATION), AnswerForm.TRUE_FALSE)
    assert dict(wording.question.options) == PLACES


def test_an_open_question_has_no_options_and_its_words_are_read():
    wording = put(asked(PLACES, Subtask.LOCALIZATION), AnswerForm.OPEN)
    assert not wording.question.options
    read = wording.read(Decision(Status.ANSWERED, text="Centre.", scoring=Scoring.TEXT))
    assert (read.status, read.option, read.probabilities) == (Status.ANSWERED, "B", {})


def test_open_words_that_name_no_option_are_no_answer():
    wording = put(asked(PLACES, Subtask.LOCALIZATION), AnswerForm.OPEN)
    read = wording.read(Decision(Status.ANSWERED, text="Somewhere on the part.", model="m"))
    assert (read.status, read.option, read.raw_text, read.model) == (Status.FAILED, None, "Somewhere on the part.", "m")


@pytest.mark.parametrize(("p_anomalous", "letter"), [(0.9, "A"), (0.1, "B"), (0.5, "A")])
def test_a_measured_verdict_says_yes_or_no(p_anomalous, letter):
    wording = put(asked(YES_FIRST), AnswerForm.OPEN)
    measured = Decision(Status.ANSWERED, text="Nothing beyond the tolerance.", p_anomalous=p_anomalous)
    assert wording.read(measured).option == letter


def test_a_model_s_own_words_count_and_no_number_beside_them():
    wording = put(asked(YES_FIRST), AnswerForm.OPEN)
    mumbled = Decision(Status.ANSWERED, text="Hard to say.", raw_text="Hard to say.", p_anomalous=0.9)
    assert wording.read(mumbled).status is Status.FAILED


@pytest.mark.parametrize("status", [Status.ABSTAINED, Status.FAILED])
@pytest.mark.parametrize("form", list(AnswerForm))
def test_no_answer_stays_none(status, form):
    decision = Decision(status, reason="Why.")
    read = put(asked(NO_FIRST), form).read(decision)
    assert (read.status, read.option, read.reason) == (status, None, "Why.")


def test_yes_and_no_are_told_by_their_text_alone():
    assert yes_and_no({"x": "no", "y": "YES!"}) == YesAndNo(yes="y", no="x")
    assert yes_and_no(PLACES) is None
    assert yes_and_no({"A": "Yes.", "B": "No.", "C": "Perhaps."}) is None
