from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.evaluation.blind.blind_questions import WordEncoder, question

from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.choice import Choices, fit_weights, starts_of
from echo_iad.evaluation.blind.head import fit_head
from echo_iad.evaluation.blind.second_pass import CENTRE, SecondPass, centre_of, width_of
from echo_iad.evaluation.blind.surroundings import PLACES, Surroundings

ENCODER = WordEncoder()
TYPE, LOOKS = Subtask.CLASSIFICATION, Subtask.DESCRIPTION


def about_one_picture(object, number, said, seen, place):
    """A question about the type, without any habit, and one about the looks whose right option shares its word."""
    types = [f"{word} mark" for word in said]
    looks = [f"a {word} long clear sight" if word == seen else "dull" for word in said]
    own = question(object, number, types, said.index(seen), subtask=TYPE)
    return [own, replace(question(object, number, looks, place, subtask=LOOKS), question_index=1)]


def asked_about(objects, count, seed=0):
    rng = np.random.default_rng(seed)
    found = []
    for name in objects:
        for number in range(count):
            said = ["".join(rng.choice(list("bdgklmnprst"), 5)) for _ in range(4)]
            place = int(rng.integers(4))
            found += about_one_picture(name, number, said, said[place], place)
    return found


def test_the_option_that_agrees_with_another_question_of_the_picture_stands_out():
    held = asked_about(["cap"], 1)
    around = Surroundings(held, ENCODER)
    right = np.array([float(letter == one.correct) for one in held for letter in one.options])
    numbers = around.numbers(np.where(right > 0, 0.7, -0.7 / 3))
    assert numbers.shape == (8, PLACES)
    by_looks = numbers[:4, 2]  # type, asked what the looks say
    assert by_looks.argmax() == right[:4].argmax()
    np.testing.assert_allclose(numbers[:4].sum(axis=0), 0, atol=1e-6)


def test_a_question_does_not_hear_itself():
    held = asked_about(["cap"], 1)[:1]
    assert not Surroundings(held, ENCODER).numbers(np.array([0.75, -0.25, -0.25, -0.25])).any()


def test_agreement_is_learned_on_other_objects():
    questions = asked_about(("bolt", "cap", "gear", "valve"), 40)
    second = fit_head(questions, ENCODER, seed=0).second
    assert set(second.folds) == {"bolt", "cap", "gear", "valve"}
    for weights in (second.whole, *second.folds.values()):
        assert weights[TYPE][1 + 2] > 0.2  # type hears looks


def test_with_two_objects_the_stated_weights_stay_where_nothing_can_be_learned():
    second = fit_head(asked_about(("bolt", "cap"), 5), ENCODER, seed=0).second
    np.testing.assert_array_equal(second.weights_for("bolt", TYPE), centre_of(TYPE))
    np.testing.assert_array_equal(centre_of(Subtask.DISCRIMINATION), [CENTRE])
    assert width_of(TYPE) == 1 + PLACES


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"classification takes 7 finite weights. Got \(2,\)"):
        SecondPass({}, {TYPE: np.zeros(2)})


class TestWeights:
    def test_much_data_outweighs_the_pull_and_little_does_not(self):
        rng = np.random.default_rng(0)
        numbers = rng.normal(size=(4000, 2))
        starts = starts_of([4] * 1000)
        drawn = Choices(numbers, starts).chances(np.array([2.0, 0.0]))
        right = np.concatenate([rng.multinomial(1, row) for row in drawn.reshape(-1, 4)]).astype(float)
        found = fit_weights(Choices(numbers, starts), right, centre=np.zeros(2), pull=1e-3)
        np.testing.assert_allclose(found, [2, 0], atol=0.25)
        held = fit_weights(Choices(numbers, starts), right, centre=np.ones(2), pull=100.0)
        np.testing.assert_allclose(held, [1, 1], atol=0.05)

    def test_chances_of_questions_of_any_size_sum_to_one(self):
        choices = Choices(np.arange(9.0)[:, None], starts_of([2, 4, 3]))
        np.testing.assert_allclose(np.add.reduceat(choices.chances(np.array([3.0])), choices.starts), 1)
