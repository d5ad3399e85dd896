import pytest

from echo_iad.deciders.embedded.fact_words import color_fit, looked_at, trait_fit
from echo_iad.deciders.embedded.part_facts import Look, PartFacts

PART = Look({"dark blue": 0.7, "white": 0.1, "red": 0.02}, {"round": 0.8, "long": -0.7, "rough": -0.9, "dark": 0.5})
WALL = Look({"light grey": 1.0}, {"patterned": -0.8})
FACTS = PartFacts(PART, WALL)


@pytest.mark.parametrize(
    ("text", "sign"),
    [("Dark blue", 1), ("Blue and white", 1), ("Green", -1), ("Red and green", -1), ("It is heavy", 0)],
)
def test_colours(text, sign):
    assert (color_fit(text, PART) > 0) - (color_fit(text, PART) < 0) == sign


def test_a_small_share_counts_less():
    assert color_fit("Blue", PART) > color_fit("White", PART) > color_fit("Red", PART)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Circular", 1),
        ("A square shape", -1),
        ("long and thin", -1),
        ("smooth", 1),
        ("coarse", -1),
        ("not round", -1),
        ("not square, but round", 1),
        ("made of wood", 0),
    ],
)
def test_shape_and_surface(text, sign):
    assert (trait_fit(text, PART) > 0) - (trait_fit(text, PART) < 0) == sign


@pytest.mark.parametrize("question", ["What colour is the background?", "What is it placed on?"])
def test_the_background_is_asked_about(question):
    assert looked_at(question, "Grey", FACTS) is WALL
    assert looked_at(question, "Grey", PartFacts(PART, None)) is None


def test_an_option_may_tell_of_the_background():
    assert looked_at("Where is it?", "On a grey background", FACTS) is WALL
    assert looked_at("Where is it?", "On a shelf", FACTS) is PART


def test_a_piece_has_not_the_shape_of_the_whole():
    for question in ("What does the tool's tip look like?", "How is the tip of the tool shaped?"):
        look = looked_at(question, "Round", FACTS)
        assert trait_fit("Round", look) == 0
        assert trait_fit("Rough", look) < 0
    assert trait_fit("Round", looked_at("What is the tool's shape?", "Round", FACTS)) > 0
    assert trait_fit("Round", looked_at("What is the overall shape of the tool?", "Round", FACTS)) > 0
