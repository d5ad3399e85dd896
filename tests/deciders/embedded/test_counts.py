import pytest

from echo_iad.deciders.embedded.counts import asks_number, count_options, number_in
from echo_iad.deciders.embedded.scoring import ScoredOption, Term, best


@pytest.mark.parametrize(
    ("text", "number"), [("Three.", 3), ("2 holes", 2), ("None", 0), ("a single one", 1), ("red", None)]
)
def test_numbers(text, number):
    assert number_in(text) == number


def test_the_nearest_number_wins():
    options = [ScoredOption(text, text, (Term("x", 0.0),)) for text in ("One", "Two", "Four", "None")]
    assert best(count_options(options, 2)).label == "Two"
    assert best(count_options(options, 0)).label == "None"
    assert best(count_options(options, 8)).label == "Four"


def test_options_without_numbers_stay():
    options = (ScoredOption("A", "red", (Term("x", 1.0),)),)
    assert count_options(options, 2) == options


def test_what_asks_for_a_number():
    assert asks_number("How many flaws are there?")
    assert not asks_number("How does it look?")
