import pytest

from echo_iad.domain.questions import Question
from echo_iad.prompts.rotation import rotate

CHOICE = Question("Which?", {"A": "dent", "B": "stain", "C": "hole"})


@pytest.mark.parametrize("places", range(4))
def test_each_label_means_the_option_whose_text_it_shows(places):
    rotation = rotate(CHOICE, places)
    assert list(rotation.question.options) == list("ABC")
    assert rotation.question.text == "Which?"
    assert {label: CHOICE.options[own] for label, own in rotation.means.items()} == rotation.question.options


def test_every_option_stands_at_every_label_once():
    shown = [rotate(CHOICE, places).question.options for places in range(3)]
    assert shown[0] == CHOICE.options
    for label in "ABC":
        assert {options[label] for options in shown} == {"dent", "stain", "hole"}


def test_an_open_question_stays_as_it_is():
    question = Question("What is wrong?")
    assert rotate(question, 2).question is question
