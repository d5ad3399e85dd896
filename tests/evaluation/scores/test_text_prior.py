from __future__ import annotations

import pytest
from tests.evaluation.scores.test_beyond_blind import blind, scored

from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.beyond_blind import LEARNED, beside, hard_together
from echo_iad.evaluation.scores.scored_answers import ScoredAnswers
from echo_iad.evaluation.scores.text_prior import WORDS, PriorAnswers, believing, measure_text_prior

ANALYSIS = Subtask.ANALYSIS


def beliefs(letters, sure=0.8):
    """What is believed of the questions of `scored`, whose right letter is always A."""
    return {
        (f"shop/cap/dent/{place // 2}.png", place % 2): {
            "A": sure if letter == "A" else 1 - sure,
            "B": 1 - sure if letter == "A" else sure,
        }
        for place, letter in enumerate(letters)
    }


def measured(run, both, words, *, learned="ABAB", objects=2):
    answers = PriorAnswers(beliefs(both), beliefs(words), {"cap": {ANALYSIS: 1.2}}, objects, 40)
    hard = beside(run, blind(learned))
    return measure_text_prior(run, answers, hard, {LEARNED: hard}, seed=0)


class TestRow:
    def test_its_figures_are_of_its_own_answers_and_the_run_keeps_its(self):
        run = scored("BBBB")
        row = measured(run, "AAAB", "ABAB")
        assert (row.strict, row.words) == ({"shop": {ANALYSIS: 75}}, {"shop": {ANALYSIS: 50}})
        assert row.per_object == {"cap": {ANALYSIS: 75}}
        assert row.hard == {"shop": {ANALYSIS: 50}}  # the second and the fourth
        assert not run.right.any()

    def test_what_looking_adds_is_the_gain_over_the_words(self):
        row = measured(scored("BBBB"), "AAAB", "BBAB")
        assert row.beyond_words["shop"][ANALYSIS].over == WORDS
        assert row.beyond_words["shop"][ANALYSIS].difference == 50
        assert row.gain["shop"][ANALYSIS].difference == 25

    def test_its_probabilities_are_calibrated_apart(self):
        row = measured(scored("BBBB"), "AAAB", "ABAB")
        assert row.calibration.ece == pytest.approx(0.05)
        assert [(each.count, each.accuracy) for each in row.calibration.bins] == [(4, 0.75)]

    def test_one_object_is_said_to_be_alone(self):
        assert "One object only" in measured(scored("AA"), "AA", "AA", objects=1).remarks[0]
        assert measured(scored("AA"), "AA", "AA", objects=2).remarks == ()

    def test_a_question_that_the_run_left_open_is_answered(self):
        assert believing(scored([None]), beliefs("A")).covered.all()


class TestHardTogether:
    def test_hard_questions_of_all_subtasks_about_a_defect_are_one_figure(self):
        first, second = scored("AB"), scored("BA", subtask=Subtask.DESCRIPTION)
        other = scored("AA", subtask=Subtask.OBJECT_ANALYSIS)
        run = ScoredAnswers((*first.answers, *second.answers[:1], *other.answers), first.origin)
        found = hard_together(run, beside(run, blind("BB")), seed=0)
        assert found.questions == 3  # those of the object do not count
        assert found.accuracy == pytest.approx(100 / 3)
        assert found.low <= found.accuracy <= found.high
        assert found.chance == 100  # of two options one is known to be wrong

    def test_without_a_hard_question_there_is_no_figure(self):
        run = scored("AAAA")
        assert hard_together(run, beside(run, blind("AAAA")), seed=0) is None
        assert hard_together(run, beside(run, {}), seed=0) is None
