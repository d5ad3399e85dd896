from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from echo_iad.evaluation.scores.intervals import mcnemar, mean_interval, paired_difference

ANSWERS = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 6)), min_size=1, max_size=60)


def columns(answers):
    return tuple(np.array(column) for column in zip(*answers, strict=True))


def by_drawing_pictures(values, images, *, resamples, seed):
    """The bootstrap as its definition says it, one picture after the other."""
    rng = np.random.default_rng(seed)
    names = np.unique(images)
    means = []
    for _ in range(resamples):
        drawn = [values[images == names[place]] for place in rng.integers(0, len(names), len(names))]
        means.append(100 * np.concatenate(drawn).mean())
    return np.quantile(means, [0.025, 0.975])


class TestMeanInterval:
    @given(ANSWERS, st.integers(0, 2**32 - 1), st.sampled_from([1, 50]))
    def test_it_holds_the_mean_and_stays_within_percent(self, answers, seed, resamples):
        right, _, images = columns(answers)
        interval = mean_interval(right, images, seed=seed, resamples=resamples)
        assert 0 <= interval.low <= 100 * right.mean() * (1 + 1e-12) + 1e-12
        assert 100 * right.mean() * (1 - 1e-12) - 1e-12 <= interval.high <= 100

    @given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.booleans())
    def test_equal_answers_leave_no_doubt(self, images, right):
        interval = mean_interval([right] * len(images), images, seed=1, resamples=50)
        assert interval.low == interval.high == 100 * right

    @given(ANSWERS, st.randoms(use_true_random=False))
    def test_the_order_of_the_questions_does_not_matter(self, answers, chance):
        mixed = list(answers)
        chance.shuffle(mixed)
        intervals = [mean_interval(c[0], c[2], seed=3, resamples=50) for c in (columns(answers), columns(mixed))]
        assert intervals[0] == intervals[1]

    @pytest.mark.parametrize("rate", [0.5, 0.9])
    def test_one_question_a_picture_is_a_binomial(self, rate):
        count = 400
        right = np.arange(count) < rate * count
        interval = mean_interval(right, np.arange(count), seed=0, resamples=20_000)
        low, high = binom.ppf([0.025, 0.975], count, rate) / count * 100
        assert interval.low == pytest.approx(low, abs=0.26)
        assert interval.high == pytest.approx(high, abs=0.26)

    def test_it_agrees_with_drawing_pictures_one_by_one(self):
        rng = np.random.default_rng(7)
        images = np.repeat(np.arange(60), rng.integers(1, 7, 60))
        right = rng.random(len(images)) < rng.uniform(0.2, 1, 60)[images]
        interval = mean_interval(right, images, seed=0, resamples=8000)
        low, high = by_drawing_pictures(right, images, resamples=8000, seed=1)
        assert interval.low == pytest.approx(low, abs=0.6)
        assert interval.high == pytest.approx(high, abs=0.6)

    def test_pictures_whose_answers_stand_and_fall_together_say_less(self):
        right = np.repeat(np.arange(600) % 3 > 0, 5)
        whole = mean_interval(right, np.repeat(np.arange(600), 5), seed=0)
        single = mean_interval(right, np.arange(3000), seed=0)
        assert whole.high - whole.low == pytest.approx(np.sqrt(5) * (single.high - single.low), rel=0.1)

    def test_nineteen_of_twenty_intervals_hold_the_truth(self):
        rng = np.random.default_rng(0)
        held = 0
        for seed in range(400):
            difficulty = rng.beta(2, 1, 120)  # of each picture; on average 2 of 3 answers are right
            right = rng.random((120, 4)) < difficulty[:, None]
            interval = mean_interval(right.ravel(), np.repeat(np.arange(120), 4), seed=seed, resamples=500)
            held += interval.low <= 100 * 2 / 3 <= interval.high
        assert binom.ppf(0.0005, 400, 0.94) <= held <= binom.ppf(0.9995, 400, 0.96)

    def test_the_seed_decides(self):
        right, images = np.arange(90) % 4 > 0, np.arange(90) // 3
        one, same, other = (mean_interval(right, images, seed=seed, resamples=99) for seed in (1, 1, 2))
        assert one == same != other

    @pytest.mark.parametrize(("values", "images"), [([], []), ([True], ["a", "b"]), ([[True]], ["a"])])
    def test_what_is_no_row_of_questions_is_refused(self, values, images):
        with pytest.raises(ValueError, match="question"):
            mean_interval(values, images, seed=0)


class TestPairedDifference:
    def test_by_hand(self):
        # the first is right on 3 of 4, the second on 1 of 4
        found = paired_difference([1, 1, 1, 0], [1, 0, 0, 0], ["a", "a", "b", "b"], seed=0)
        assert (found.difference, found.questions, found.images) == (50.0, 4, 2)
        assert (found.low, found.high) == (50.0, 50.0)  # each picture says the same

    @given(ANSWERS)
    def test_the_other_way_round_is_the_negative(self, answers):
        one, other, images = columns(answers)
        there = paired_difference(one, other, images, seed=0, resamples=60)
        back = paired_difference(other, one, images, seed=0, resamples=60)
        assert there.difference == -back.difference == pytest.approx(100 * (one.mean() - other.mean()))
        assert there.low <= there.difference <= there.high

    @given(ANSWERS)
    def test_nothing_differs_from_itself(self, answers):
        right, _, images = columns(answers)
        found = paired_difference(right, right, images, seed=0, resamples=60)
        assert (found.difference, found.low, found.high) == (0, 0, 0)

    def test_pairing_narrows_the_interval(self):
        rng = np.random.default_rng(5)
        images = np.arange(500)
        second = rng.random(500) < 0.7
        first = second | (rng.random(500) < 0.1)  # the same answers, some mended
        found = paired_difference(first, second, images, seed=0)
        alone = mean_interval(first, images, seed=0)
        assert found.low > 0
        assert found.high - found.low < alone.high - alone.low

    def test_other_questions_are_refused(self):
        with pytest.raises(ValueError, match="same questions"):
            paired_difference([1, 0], [1, 0], ["a"], seed=0)
        with pytest.raises(ValueError, match=r"same questions.*2 and 3"):
            paired_difference([1, 0], [1, 0, 1], ["a", "b"], seed=0)


class TestMcNemar:
    def test_by_hand(self):
        # 6 questions that only the first gets, 1 that only the second gets: 2 * (1 + 7) / 2 ** 7
        first = [1] * 6 + [0] + [1, 0]
        second = [0] * 6 + [1] + [1, 0]
        found = mcnemar(first, second)
        assert (found.only_a, found.only_b) == (6, 1)
        assert found.p_value == pytest.approx(0.125)

    @given(ANSWERS)
    def test_the_sides_are_alike(self, answers):
        first, second, _ = columns(answers)
        there, back = mcnemar(first, second), mcnemar(second, first)
        assert (there.only_a, there.only_b) == (back.only_b, back.only_a)
        assert there.p_value == pytest.approx(back.p_value)

    def test_equal_success_proves_nothing(self):
        assert mcnemar([1, 0, 1], [1, 0, 1]).p_value == 1
        assert mcnemar([1, 0], [0, 1]).p_value == 1

    def test_other_questions_are_refused(self):
        with pytest.raises(ValueError, match="same questions"):
            mcnemar([1, 0], [1])
