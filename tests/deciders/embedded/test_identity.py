"""Questions about the object itself, answered from its name, what is known of it, and its picture."""

import numpy as np
import pytest

from echo_iad.deciders.embedded.decider import EmbeddedDecider
from echo_iad.domain.evidence import Exhibits
from echo_iad.domain.parts import Picture
from echo_iad.domain.questions import Question, QuestionType


@pytest.fixture
def picture():
    """A green disc on white."""
    y, x = np.mgrid[0:160, 0:160] - 80.0
    pixels = np.full((160, 160, 3), 245, np.uint8)
    pixels[x**2 + y**2 < 50**2] = (30, 140, 40)
    return Picture(pixels, 160, 160, "drawn", "0" * 64)


@pytest.fixture
def decide(encoder, make, picture):
    def ask(text, *options, margin=None, knowledge=()):
        comparison = None if margin is None else make.comparison(margin)
        evidence = make.evidence(comparison, knowledge, exhibits=Exhibits(picture))
        question = Question(text, dict(zip("ABCDE", options, strict=False)))
        return EmbeddedDecider(encoder).decide(question, QuestionType.OTHER, evidence).text

    return ask


def test_colours_are_looked_at(decide):
    assert decide("What colour is the part?", "Red", "Blue", "Green", "Yellow") == "Green"
    assert decide("What colour is the background?", "Green", "Black", "White") == "White"


def test_the_shape_is_looked_at(decide):
    assert decide("What is the shape of the part?", "Square", "Circular", "Long and thin") == "Circular"


def test_a_purpose_is_no_damage(decide):
    assert decide("What is the part for?", "It is broken", "Holding a rope") == "Holding a rope"


@pytest.mark.parametrize(("margin", "said"), [(0.5, "Damaged"), (-0.5, "Intact")])
def test_its_condition_follows_the_verdict(decide, margin, said):
    assert decide("What is the condition of the part?", "Intact", "Damaged", margin=margin) == said


def test_what_is_known_still_answers(decide, make):
    known = make.evidence().object_knowledge
    options = ("A rope", "A shelf", "A lamp")
    assert decide("What does the bracket hold?", *options, knowledge=known) == "A shelf"
