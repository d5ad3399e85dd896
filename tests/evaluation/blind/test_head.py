from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.evaluation.blind.blind_questions import WordEncoder, drawn, longest_is_right, marked, question, without_habit

from echo_iad.errors import EvaluationError
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.head import fit_head, group_of

ENCODER = WordEncoder()
OTHERS = ("cap", "valve", "gear")


def share(head, questions):
    return np.mean([a == one.correct for a, one in zip(head.choose(questions, ENCODER), questions, strict=True)])


class TestLeavingOut:
    def test_an_objects_own_habit_does_not_help_on_it(self):
        own, rest = drawn(["bolt"], 200, marked("zorb")), drawn(OTHERS, 100, without_habit, seed=1)
        head = fit_head([*own, *rest], ENCODER, seed=0)
        assert head.choose(own, ENCODER) == fit_head(rest, ENCODER, seed=0).choose(own, ENCODER)
        assert share(head, own) < 0.5
        assert share(replace(head, folds={}), own) > 0.7  # what was learned on all objects does know it

    def test_a_habit_that_is_wrong_on_it_hurts(self):
        rest = drawn(OTHERS, 100, marked("zorb"), seed=1)
        own = [question("bolt", n, ["zorb", *[f"w{n}{k}" for k in range(3)]], 1) for n in range(40)]
        head = fit_head([*rest, *own], ENCODER, seed=0)
        assert share(head, own) == 0

    def test_its_own_answers_change_nothing_about_it(self):
        own, rest = drawn(["bolt"], 50, marked("zorb")), drawn(OTHERS, 50, without_habit, seed=1)
        turned = [replace(one, correct="ABCD"[("ABCD".index(one.correct) + 1) % 4]) for one in own]
        one, other = (fit_head([*held, *rest], ENCODER, seed=0) for held in (own, turned))
        np.testing.assert_array_equal(one.folds["bolt"][Subtask.DESCRIPTION], other.folds["bolt"][Subtask.DESCRIPTION])
        assert one.choose(own, ENCODER) == other.choose(own, ENCODER)
        assert np.any(one.folds["cap"][Subtask.DESCRIPTION] != other.folds["cap"][Subtask.DESCRIPTION])

    def test_a_name_is_one_object_in_all_data_sets(self):
        here = drawn(["Drawn/Steel_Bolt"], 100, marked("zorb"))
        there = drawn(["Other/steel bolt"], 100, marked("zorb"), seed=3, dataset="Other")
        rest = drawn(OTHERS, 60, without_habit, seed=1)
        head = fit_head([*here, *there, *rest], ENCODER, seed=0)
        assert set(head.folds) == {group_of("steel_bolt"), *OTHERS}
        assert head.choose(here, ENCODER) == fit_head(rest, ENCODER, seed=0).choose(here, ENCODER)

    def test_a_fold_is_what_a_head_without_the_object_has(self):
        own, rest = drawn(["bolt"], 30, marked("zorb")), drawn(OTHERS, 30, longest_is_right, seed=1)
        fold = fit_head([*own, *rest], ENCODER, seed=0).folds["bolt"][Subtask.DESCRIPTION]
        np.testing.assert_array_equal(fold, fit_head(rest, ENCODER, seed=0).whole[Subtask.DESCRIPTION])


def test_a_subtask_of_one_object_alone_is_not_answered_for_it():
    lone = drawn(["bolt"], 5, longest_is_right, subtask=Subtask.ANALYSIS)
    head = fit_head([*lone, *drawn(OTHERS, 20, longest_is_right, seed=1)], ENCODER, seed=0)
    assert head.choose(lone, ENCODER) == [None] * 5
    new = drawn(["nut"], 2, longest_is_right, subtask=Subtask.ANALYSIS)
    assert None not in head.choose(new, ENCODER)


def test_the_same_questions_and_seed_give_the_same_weights_and_another_seed_others():
    questions = drawn(OTHERS, 20, without_habit)
    one, same, other = (fit_head(questions, ENCODER, seed=seed).whole[Subtask.DESCRIPTION] for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert np.any(one != other)


def test_options_of_any_number_stand_beside_each_other():
    pair = [
        question("bolt", n, ["no", "a much longer yes than no"], 1, subtask=Subtask.DISCRIMINATION) for n in range(5)
    ]
    many = drawn(OTHERS, 10, longest_is_right, subtask=Subtask.DISCRIMINATION)
    assert fit_head([*many, *pair], ENCODER, seed=0).choose(pair, ENCODER) == ["B"] * 5


def test_one_object_is_nothing_to_learn_from():
    with pytest.raises(EvaluationError, match=r"at least 2 objects; these are about 1\. Give more"):
        fit_head(drawn(["bolt"], 5, without_habit), ENCODER, seed=0)
