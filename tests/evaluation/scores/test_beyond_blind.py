from __future__ import annotations

import pytest

from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.beyond_blind import (
    Gain,
    beside,
    blind_accuracy,
    gain,
    hard_accuracy,
    hard_counts,
    rivals,
)
from echo_iad.evaluation.scores.scored_answers import score_records

ANALYSIS, LOCALIZATION = Subtask.ANALYSIS, Subtask.LOCALIZATION


def scored(letters, *, subtask=ANALYSIS):
    """A run whose right letter is always A, two questions a picture."""
    return score_records(
        AnswerRecord(
            image=f"shop/cap/dent/{place // 2}.png",
            question_index=place % 2,
            dataset="shop",
            object="cap",
            subtask=subtask,
            question="What follows?",
            options={"A": "A leak.", "B": "Nothing."},
            correct="A",
            defective=True,
            answer=letter,
            status=AnswerStatus.ANSWERED,
        )
        for place, letter in enumerate(letters)
    )


def blind(letters):
    """A blind decider's letters for the same questions; ``-`` for no answer, a space for a question never asked."""
    return {
        (f"shop/cap/dent/{place // 2}.png", place % 2): None if letter == "-" else letter
        for place, letter in enumerate(letters)
        if letter != " "
    }


def test_each_decider_is_judged_on_what_it_was_asked():
    run = scored("AAAA")
    deciders = {
        "first": beside(run, blind("AABB")),
        "longest": beside(run, blind("A-B ")),
        "knowledge": beside(run, {}),
    }
    assert blind_accuracy(run, deciders) == {"shop": {ANALYSIS: {"first": 50, "longest": pytest.approx(100 / 3)}}}


def test_a_cell_that_no_decider_was_asked_about_is_absent():
    run = scored("AAAA")
    assert blind_accuracy(run, {}) == blind_accuracy(run, {"first": beside(run, {})}) == {}
    assert gain(run, {"learned": beside(run, {})}, seed=0) == {}
    assert hard_accuracy(run, beside(run, {})) == hard_counts(run, beside(run, {})) == {}


def test_the_gain_is_paired_with_what_was_asked():
    run = scored("AABBAA")
    # on the first four: 2 right against 0; the last picture was not asked about
    found = gain(run, {"learned": beside(run, blind("BBB-  "))}, seed=0)["shop"][ANALYSIS]
    assert (found.over, found.difference) == ("learned", 50)
    assert (found.low, found.high) == (0, 100)  # one picture gained both, one neither


def test_a_gain_everywhere_leaves_no_doubt():
    run = scored("AAAA")
    assert gain(run, {"first": beside(run, blind("BBBB"))}, seed=0) == {
        "shop": {ANALYSIS: Gain("first", difference=100, low=100, high=100)}
    }


def test_the_gain_is_over_the_best_blind_decider_of_the_cell():
    run = scored("AAAB")
    deciders = {"longest": beside(run, blind("AABB")), "learned": beside(run, blind("ABBB"))}
    found = gain(run, deciders, seed=0)["shop"][ANALYSIS]
    assert (found.over, found.difference) == ("longest", 25)


def test_a_run_without_knowledge_is_not_measured_by_one_that_read_it():
    assert rivals({"knowledge": 1, "first": 2}, assisted=False) == {"first": 2}
    assert rivals({"knowledge": 1, "first": 2}, assisted=True) == {"knowledge": 1, "first": 2}


def test_hard_questions_are_those_the_decider_gets_wrong():
    run = scored("ABAB")
    learned = beside(run, blind("ABB-"))
    assert hard_counts(run, learned) == {"shop": {ANALYSIS: 3}}
    assert hard_accuracy(run, learned) == {"shop": {ANALYSIS: pytest.approx(100 / 3)}}


def test_where_nothing_is_hard_there_is_no_cell():
    run = scored("AB", subtask=LOCALIZATION)
    learned = beside(run, blind("AA"))
    assert hard_accuracy(run, learned) == hard_counts(run, learned) == {}
    assert gain(run, {"learned": learned}, seed=0)["shop"][LOCALIZATION].difference == -50
