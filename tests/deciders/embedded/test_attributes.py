import pytest

from echo_iad.deciders.embedded.attributes import agreement, color_agreement, expectation, gist, strongest

SCRATCHED = {"elongated": 0.9, "large": -0.6, "dark": -0.3, "recolored": -0.5, "rough": 0.4, "edge": -0.4}
STAINED = {"elongated": -0.5, "large": 0.5, "dark": 0.4, "recolored": 0.9, "rough": -0.4, "edge": -0.2}
HOLED = {"elongated": -0.8, "large": -0.7, "dark": 0.9, "recolored": -0.3, "rough": 0.1, "edge": -0.5}


@pytest.mark.parametrize(
    ("seen", "name"), [(SCRATCHED, "a scratch"), (STAINED, "a discoloured area"), (HOLED, "a small hole")]
)
def test_the_looks_choose_the_defect(seen, name):
    names = ["a scratch", "a discoloured area", "a small hole", "a broken edge"]
    assert max(names, key=lambda text: agreement(expectation(text), seen)) == name


def test_a_negated_word_expects_the_opposite():
    assert expectation("no change in colour")["recolored"] < 0
    assert agreement(expectation("no change in colour"), STAINED) < 0


def test_plural_defects_are_many():
    assert expectation("holes").get("many", 0.0) > 0
    assert "many" not in expectation("a hole")


def test_expectations_stay_in_bounds():
    assert max(expectation("long thin narrow line, a scratch").values()) == 1.0


def test_a_long_text_says_no_more_than_its_words():
    once = gist("a thin line")
    often = gist("a thin line. " * 20)
    assert often["elongated"] == pytest.approx(once["elongated"], abs=0.1)


def test_nothing_expected_or_nothing_seen_is_no_evidence():
    assert agreement(expectation("a nuisance"), SCRATCHED) == 0.0
    assert agreement(expectation("a scratch"), {}) == 0.0


@pytest.mark.parametrize(("text", "value"), [("a reddish spot", 1.0), ("a blue spot", -0.3), ("a spot", 0.0)])
def test_colours(text, value):
    assert color_agreement(text, ["dark red"]) == pytest.approx(value)


def test_no_colour_seen_is_no_evidence():
    assert color_agreement("a red spot", []) == 0.0


def test_the_attribute_that_speaks_most_for_a_word():
    assert strongest(expectation("a scratch"), SCRATCHED) == "elongated"
    assert strongest(expectation("a scratch"), STAINED) is None
