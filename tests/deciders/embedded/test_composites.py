import pytest

from echo_iad.deciders.embedded.composites import members, with_composites
from echo_iad.deciders.embedded.scoring import ScoredOption, Term, best


def scored(**rows):
    return [ScoredOption(label, text, (Term("x", total),)) for label, (text, total) in rows.items()]


@pytest.mark.parametrize(
    ("last", "joined"),
    [
        ("All of the above", ("A", "B", "C")),
        ("All the above.", ("A", "B", "C")),
        ("Each of these options", ("A", "B", "C")),
        ("Both A and C", ("A", "C")),
        ("A and B", ("A", "B")),
        ("Options B & C.", ("B", "C")),
        ("All of the rim", ()),
        ("Red and blue", ()),
        ("None of the above", ()),
    ],
)
def test_what_an_option_joins(last, joined):
    assert members(last, {"A": "It leaks", "B": "It rusts", "C": "It breaks", "D": last}) == joined


def test_all_wins_when_all_are_as_likely():
    rows = scored(A=("It leaks", 1.0), B=("It rusts", 0.9), C=("It breaks", 1.1), D=("All of the above", 0.0))
    assert best(with_composites(rows)).label == "D"


def test_all_loses_when_one_is_contradicted():
    rows = scored(A=("It leaks", 1.0), B=("It rusts", -1.0), C=("It breaks", 1.1), D=("All of the above", 5.0))
    assert best(with_composites(rows)).label == "C"


def test_both_needs_both():
    rows = scored(A=("It leaks", 1.0), B=("It shines", -1.0), C=("It breaks", 1.1), D=("Both A and C", 0.0))
    assert best(with_composites(rows)).label == "D"
    rows = scored(A=("It leaks", -1.0), B=("It shines", 0.2), C=("It breaks", 1.1), D=("Both A and C", 0.0))
    assert best(with_composites(rows)).label == "C"


def test_none_wins_when_everything_is_contradicted():
    rows = scored(A=("It shines", -1.0), B=("It improves", -2.0), C=("None of the above", 0.0))
    assert best(with_composites(rows)).label == "C"
    rows = scored(A=("It leaks", 0.5), B=("It improves", -2.0), C=("None of the above", 9.0))
    assert best(with_composites(rows)).label == "A"


def test_what_can_be_told_is_told():
    rows = scored(A=("It leaks", 0.5), B=("It improves", -2.0), C=("It cannot be determined", 9.0))
    assert best(with_composites(rows)).label == "A"


def test_options_that_speak_for_themselves_stay():
    rows = scored(A=("It leaks", 0.5), B=("An unknown residue", 2.0))
    assert with_composites(rows) == tuple(rows)
    assert with_composites(scored(A=("All of the above", 1.0), B=("None of the above", 0.0)))
