import math

import pytest

from echo_iad.deciders.embedded.scoring import ScoredOption, Term, best, probabilities, with_deniers


def options(**totals):
    return tuple(ScoredOption(label, label, (Term("x", total),)) for label, total in totals.items())


def test_probabilities_follow_the_totals():
    chances = probabilities(options(A=1.0, B=0.0, C=-1.0), 1.0)
    assert sum(chances.values()) == pytest.approx(1.0)
    assert chances["A"] > chances["B"] > chances["C"]
    assert chances["A"] / chances["B"] == pytest.approx(math.e)


def test_a_higher_temperature_is_less_sure():
    assert probabilities(options(A=1.0, B=0.0), 5.0)["A"] < probabilities(options(A=1.0, B=0.0), 1.0)["A"]


@pytest.mark.parametrize("total", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_is_refused(total):
    with pytest.raises(ValueError, match="'B'"):
        probabilities(options(A=1.0, B=total), 1.0)


def test_extreme_totals_do_not_overflow():
    assert probabilities(options(A=1e6, B=-1e6), 1.0) == {"A": 1.0, "B": 0.0}


def test_of_equals_the_text_decides_whatever_their_order():
    first, second = ScoredOption("A", "blue", (Term("x", 1.0),)), ScoredOption("B", "red", (Term("x", 1.0 - 1e-13),))
    assert best([first, second]).text == best([second, first]).text


@pytest.mark.parametrize(("p_anomalous", "winner"), [(0.9, "A"), (0.6, "A"), (0.4, "none"), (0.01, "none")])
@pytest.mark.parametrize("shift", [-20.0, 0.0, 20.0])
def test_the_side_follows_the_verdict_whatever_the_terms_say(p_anomalous, winner, shift):
    scored = with_deniers(options(A=shift, B=shift - 1.0, none=0.0), ["none"], p_anomalous)
    assert best(scored).label == winner


def test_without_a_denier_nothing_changes():
    scored = options(A=1.0, B=0.0)
    assert with_deniers(scored, [], 0.1) == scored
    assert with_deniers(scored, ["A", "B"], 0.1) == scored
