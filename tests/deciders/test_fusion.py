import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import roc_auc_score

from echo_iad.deciders.embedded.seen import see
from echo_iad.deciders.fusion import (
    ALONE,
    comparator_alone,
    fused_p_anomalous,
    learn_fusion,
    log_odds,
    separation,
    trust,
)
from echo_iad.domain.evidence import Fusion

FUSION = Fusion(5.0, 0.5, 1.0, 0.9, 0.8, 16)
ANY_NUMBER = st.floats(-30, 30)
PROBABILITY = st.floats(0, 1)


def drawn(parts, apart, spread=1.0, centre=0.0, seed=0):
    """Numbers of good parts and of the same parts with defects, ``apart`` spreads from each other on average."""
    chance = np.random.default_rng([seed, parts])
    good = centre - apart * spread / 2 + spread * chance.standard_normal(parts)
    return good, good.mean() + apart * spread + spread * chance.standard_normal(parts)


def learn(parts=16, comparator=3.0, model=3.0, lean=0.0, seed=0):
    return learn_fusion(*drawn(parts, comparator, 0.25, -0.1, 2 * seed), *drawn(parts, model, 1.5, lean, 2 * seed + 1))


def log_odds_of(fusion, compared, said):
    return fusion.comparator * compared + fusion.model * (said - fusion.neutral)


class TestLogOdds:
    @given(st.floats(1e-5, 1 - 1e-5))
    def test_is_undone_by_the_logistic_function(self, p):
        assert 1 / (1 + math.exp(-log_odds(p))) == pytest.approx(p)

    def test_saturated_probabilities_are_finite_and_opposite(self):
        assert log_odds(1.0) == -log_odds(0.0) > 13
        assert log_odds(1 - 1e-12) == log_odds(1.0)

    @pytest.mark.parametrize("p", [-0.01, 1.01, math.nan, math.inf])
    def test_what_is_no_probability_is_refused(self, p):
        with pytest.raises(ValueError, match="A probability lies between 0 and 1"):
            log_odds(p)


class TestSeparation:
    @given(hnp.arrays(np.float64, 7, elements=st.integers(0, 5)), hnp.arrays(np.float64, 7, elements=st.integers(0, 5)))
    def test_is_the_area_under_the_roc_curve(self, normal, defective):
        truth = np.repeat([0, 1], 7)
        assert separation(normal, defective) == pytest.approx(roc_auc_score(truth, np.concatenate([normal, defective])))

    def test_trust_needs_more_separation_of_fewer_parts(self):
        assert [trust(0.8, parts) > 0 for parts in (4, 8, 16)] == [False, True, True]
        assert 0 < trust(1.0, 4) < trust(1.0, 8) == 1.0

    def test_chance_passes_one_time_in_twenty(self):
        chance = np.random.default_rng(0)
        found = [separation(*chance.standard_normal((2, 16))) for _ in range(2000)]
        assert 0.03 < np.mean([trust(one, 16) > 0 for one in found]) < 0.07


class TestWhoCounts:
    def test_both_when_both_separate(self):
        fusion = learn()
        assert fusion.comparator > 0
        assert fusion.model > 0
        assert fusion.separation_comparator > 0.9
        assert fusion.separation_model > 0.9
        assert fusion.parts == 16

    def test_a_model_that_does_not_separate_has_no_weight(self):
        for seed in range(30):
            fusion = learn(model=0.0, seed=seed)
            if fusion.separation_model < 0.66:
                assert (fusion.comparator, fusion.model, fusion.neutral) == (ALONE, 0.0, 0.0)

    def test_a_model_that_always_says_the_same_has_no_weight(self):
        for said in (0.0, 13.0, -13.0, math.inf):
            fusion = learn_fusion(*drawn(12, 3.0), [said] * 12, [said] * 12)
            assert (fusion.model, fusion.separation_model) == (0.0, 0.5)

    def test_a_model_that_is_wrong_has_no_weight(self):
        good, bad = drawn(12, 3.0)
        assert learn_fusion(*drawn(12, 3.0), bad, good).model == 0.0

    def test_a_comparator_that_does_not_separate_leaves_the_model_s_word(self):
        scores = [-0.3, 0.1, -0.2, 0.0] * 4
        fusion = learn_fusion(scores, scores, *drawn(16, 3.0, 1.5, 2.0))
        assert fusion.comparator == 0.0
        assert fusion.model > 0
        assert fusion.neutral == pytest.approx(2.0, abs=0.7)

    def test_when_nobody_separates_the_comparison_decides(self):
        scores = [-0.3, 0.1, -0.2, 0.0] * 4
        fusion = learn_fusion(scores, scores, scores, scores)
        assert (fusion.comparator, fusion.model) == (ALONE, 0.0)

    def test_the_better_a_model_separates_the_more_it_weighs(self):
        by_model = [np.mean([learn(model=apart, seed=seed).model for seed in range(8)]) for apart in (0.5, 1.0, 2.0)]
        assert by_model == sorted(by_model)

    def test_fewer_parts_weigh_less(self):
        by_parts = [np.mean([learn(parts, model=2.0, seed=seed).model for seed in range(8)]) for parts in (4, 8, 16)]
        assert by_parts == sorted(by_parts)
        assert by_parts[0] < by_parts[2] / 2

    def test_a_model_that_separates_without_fail_is_not_believed_without_limit(self):
        fusion = learn_fusion(*drawn(8, 2.0, 0.2), [-math.inf] * 8, [math.inf] * 8)
        surest = fusion.model * (13.8 - fusion.neutral)
        assert 0.5 < surest < 6

    def test_a_model_weighs_no_less_because_the_comparison_finds_synthetic_defects_easily(self):
        said = drawn(16, 2.0, 1.0, seed=9)
        easy, hard = learn_fusion(*drawn(16, 8.0, 0.25), *said), learn_fusion(*drawn(16, 2.0, 0.25), *said)
        assert easy.model == hard.model > 0

    def test_a_comparison_that_separates_without_fail_keeps_the_weight_that_it_has_alone(self):
        fusion = learn_fusion(*drawn(16, 12.0, 0.1), *drawn(16, 4.0, 1.0))
        assert fusion.comparator == pytest.approx(ALONE, rel=0.2)


class TestNeutral:
    def test_a_model_that_leans_is_read_from_where_it_leans(self):
        upright, leaning = learn(lean=0.0), learn(lean=4.0)
        assert leaning.neutral - upright.neutral == pytest.approx(4.0, abs=0.01)
        assert leaning.model == pytest.approx(upright.model, rel=0.01)

    def test_lies_within_what_the_model_said(self):
        said = [-1.0] * 7 + [3.0]
        fusion = learn_fusion(*drawn(8, 3.0), said, [3.0] * 8)
        assert -1.0 <= fusion.neutral <= 3.0

    def test_a_word_that_is_never_a_false_alarm_says_more_than_the_other(self):
        """Text alone: it found 9 of 16 defects and accused no good part."""
        fusion = learn_fusion(*drawn(16, 1.0), [-13.8] * 16, [13.8] * 9 + [-13.8] * 7)
        yes, no = (abs(fusion.model * (said - fusion.neutral)) for said in (13.8, -13.8))
        assert yes > 1.5 * no > 0


class TestInvariance:
    @settings(deadline=None)
    @given(st.permutations(range(8)))
    def test_the_order_of_the_parts_does_not_matter(self, order):
        arrays = [*drawn(8, 2.0, 0.3, seed=3), *drawn(8, 2.0, 1.0, seed=4)]
        assert learn_fusion(*(array[order] for array in arrays)) == learn_fusion(*arrays)

    def test_another_tolerance_gives_the_same_weights(self):
        good, bad = drawn(12, 2.0, 0.3, seed=3)
        said = drawn(12, 2.0, 1.0, seed=4)
        strict, loose = learn_fusion(good, bad, *said), learn_fusion(good - 0.5, bad - 0.5, *said)
        assert loose.comparator == pytest.approx(strict.comparator, rel=1e-3)
        assert loose.model == pytest.approx(strict.model, rel=1e-3)

    @settings(deadline=None, max_examples=60)
    @given(hnp.arrays(np.float64, (4, 6), elements=ANY_NUMBER))
    def test_any_numbers_give_usable_weights(self, numbers):
        fusion = learn_fusion(*numbers)
        assert math.isfinite(fusion.comparator + fusion.model + fusion.neutral)
        assert min(fusion.comparator, fusion.model) >= 0
        assert fusion.comparator + fusion.model > 0


class TestRefused:
    def test_too_few_parts(self):
        with pytest.raises(ValueError, match="At least 4 parts are needed.*Got 3 and 3"):
            learn_fusion(*np.zeros((4, 3)))

    def test_parts_without_their_defective_twins(self):
        with pytest.raises(ValueError, match="Got 5 and 4"):
            learn_fusion([0.0] * 5, [0.0] * 4, [0.0] * 5, [0.0] * 5)

    def test_other_parts_for_the_model(self):
        with pytest.raises(ValueError, match="the same parts. Got 5 and 4"):
            learn_fusion([0.0] * 5, [0.0] * 5, [0.0] * 4, [0.0] * 4)

    @pytest.mark.parametrize("place", range(4))
    def test_nan(self, place):
        numbers = np.zeros((4, 5))
        numbers[place, 2] = math.nan
        with pytest.raises(ValueError, match="Every part needs finite numbers"):
            learn_fusion(*numbers)


class TestFusedProbability:
    @given(st.floats(-0.9, 5), st.floats(-0.9, 5), PROBABILITY)
    def test_rises_with_the_score(self, comparison_of, one, other, p):
        low, high = (fused_p_anomalous(comparison_of(margin), p, FUSION) for margin in sorted((one, other)))
        assert low <= high

    @given(st.floats(-0.9, 5), PROBABILITY, PROBABILITY)
    def test_rises_with_the_model_s_word(self, comparison_of, margin, one, other):
        low, high = (fused_p_anomalous(comparison_of(margin), p, FUSION) for p in sorted((one, other)))
        assert low <= high

    @given(st.one_of(st.floats(-0.9, 5), st.floats(-1e-15, 1e-15)), PROBABILITY, st.floats(1e-3, 20))
    def test_without_the_model_the_verdict_is_the_comparison_s(self, comparison_of, margin, p, weight):
        comparison = comparison_of(margin)
        fusion = Fusion(weight, 0.0, 3.0, 0.9, 0.5, 16)
        assert (fused_p_anomalous(comparison, p, fusion) > 0.5) is comparison.is_anomalous

    @given(st.floats(-0.9, 5), PROBABILITY)
    def test_without_the_model_the_probability_is_that_of_the_embedded_decider(self, comparison_of, margin, p):
        comparison = comparison_of(margin)
        fused = fused_p_anomalous(comparison, p, comparator_alone(0.9, 0.5, 16))
        assert fused == pytest.approx(see(comparison).p_anomalous, abs=1e-12)

    @given(st.floats(-0.9, 5), st.floats(0.0, 1.0))
    def test_without_the_comparison_the_verdict_is_the_model_s_past_its_neutral_point(self, comparison_of, margin, p):
        fusion = Fusion(0.0, 0.7, 1.0, 0.5, 0.9, 16)
        assert (fused_p_anomalous(comparison_of(margin), p, fusion) > 0.5) is (log_odds(p) > 1.0)

    def test_at_both_neutral_points_it_is_undecided(self, comparison_of):
        neutral = 1 / (1 + math.exp(-FUSION.neutral))
        assert fused_p_anomalous(comparison_of(0.0), neutral, FUSION) == pytest.approx(0.5)

    def test_saturated_probabilities_do_not_drown_a_clear_comparison(self, comparison_of):
        fusion = learn(lean=1.0)
        assert 0 < fused_p_anomalous(comparison_of(-0.5), 1.0, fusion) < 1
        assert 0 < fused_p_anomalous(comparison_of(1.5), 0.0, fusion) <= 1

    def test_no_probability_is_refused(self, comparison_of):
        with pytest.raises(ValueError, match="A probability lies between 0 and 1. Got nan"):
            fused_p_anomalous(comparison_of(0.0), math.nan, FUSION)


def test_fusing_helps_where_both_know_something():
    """On parts that were not learned from: at least as right as the better of the two, on the mean of many objects."""
    gains = []
    for seed in range(20):
        fusion = learn(comparator=2.0, model=1.5, lean=2.0, seed=seed)
        compared, said = drawn(2000, 2.0, 0.25, -0.1, 100 + seed), drawn(2000, 1.5, 1.5, 2.0, 200 + seed)
        rights = [
            np.mean([np.mean(bad > 0), np.mean(good <= 0)])
            for good, bad in (
                compared,
                [values - fusion.neutral for values in said],
                [log_odds_of(fusion, *pair) for pair in zip(compared, said, strict=True)],
            )
        ]
        gains.append(rights[2] - max(rights[:2]))
    assert np.mean(gains) > 0.02


@pytest.fixture(scope="module")
def comparison_of():
    from echo_iad.domain.evidence import Comparison

    def make(margin):
        return Comparison(1.0 + margin, 0.1, 1.0, margin, True, "", 0.05, margin > 0, 40, ())

    return make
