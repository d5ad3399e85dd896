import pytest

from echo_iad.domain.questions import Question
from echo_iad.prompts.formats import AnswerFormat, Verdicts, put

CHOICE = Question("Which defect?", {"A": "dent", "B": "stain", "C": "hole"})
VERDICT = Question("Any defect?", {"A": "Yes", "B": "No"})


@pytest.mark.parametrize("turn", range(5))
def test_each_label_shows_the_text_of_the_option_that_it_means(turn):
    form = put(CHOICE, AnswerFormat.MULTIPLE_CHOICE, turn=turn)
    assert {shown: CHOICE.options[own] for shown, own in form.means.items()} == form.options
    assert sorted(form.means.values()) == list(form.options) == ["A", "B", "C"]


def test_over_all_turns_every_option_stands_once_at_every_place():
    forms = [put(CHOICE, AnswerFormat.MULTIPLE_CHOICE, turn=turn) for turn in range(3)]
    assert {(shown, own) for form in forms for shown, own in form.means.items()} == {
        (shown, own) for shown in "ABC" for own in "ABC"
    }


@pytest.mark.parametrize("turn", [0, 1])
def test_false_means_defective_wherever_it_stands(turn):
    form = put(VERDICT, AnswerFormat.TRUE_FALSE, Verdicts(good="B", defective="A"), turn=turn)
    assert {text: form.means[label] for label, text in form.options.items()} == {"True": "B", "False": "A"}


def test_what_has_no_verdicts_is_no_statement():
    assert put(CHOICE, AnswerFormat.TRUE_FALSE).format is AnswerFormat.MULTIPLE_CHOICE


@pytest.mark.parametrize("wanted", AnswerFormat)
def test_a_question_without_options_is_open_in_every_format(wanted):
    form = put(Question("What is it?"), wanted)
    assert (form.format, dict(form.options)) == (AnswerFormat.OPEN, {})
