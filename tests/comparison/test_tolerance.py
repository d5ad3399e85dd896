import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import binom

from echo_iad.comparison.tolerance import PRIOR_SPREAD, judge, normals_needed

SCORES = hnp.arrays(np.float32, st.integers(1, 60), elements=st.floats(0.125, 20, width=32))
COARSE = hnp.arrays(np.float32, st.integers(19, 60), elements=st.sampled_from([0.5, 1.0, 1.5, 2.0]))
RATES = st.floats(0.01, 0.6)


def alarms(count, rate, trials, *, spread=None):
    """How many fresh good parts are called anomalous, each by its own normals; skewed scores unless a spread is set."""
    rng = np.random.default_rng([count, round(1000 * rate)])
    shape = (trials, count + 1)
    drawn = rng.gamma(2.0, size=shape) + 0.1 if spread is None else 3.0 * rng.lognormal(0.0, spread, size=shape)
    drawn = drawn.astype(np.float32)
    verdicts = [judge(float(row[0]), row[1:], false_alarm_rate=rate) for row in drawn]
    return sum(verdict.is_anomalous for verdict in verdicts), verdicts


class TestPromise:
    """What the user is told: a good part is called defective at most so often."""

    @pytest.mark.parametrize("count", [1, 2, 3, 9, 19, 20, 39, 50, 99, 150, 500])
    def test_exchangeable_parts_keep_the_rate(self, count):
        rate, trials = max(0.05, 1 / (count + 1)), 1500
        found, verdicts = alarms(count, rate, trials)
        assert all(verdict.certified for verdict in verdicts)
        exact = np.floor(rate * (count + 1) + 1e-9) / (count + 1)  # what a conformal p-value promises without ties
        assert found <= binom.ppf(0.9995, trials, rate)
        assert binom.ppf(0.0005, trials, exact) <= found <= binom.ppf(0.9995, trials, exact)

    def test_p_values_of_good_parts_are_uniform(self):
        _, verdicts = alarms(99, 0.05, 2000)
        p = np.array([verdict.p_value for verdict in verdicts])
        for level in (0.02, 0.1, 0.25, 0.5, 0.9):
            assert np.mean(p <= level + 1e-9) == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / 2000))

    @pytest.mark.parametrize("count", [1, 2, 3, 5, 10])
    @pytest.mark.parametrize("spread", [0.1, 0.25])
    def test_a_fit_to_few_normals_is_honest_where_their_spread_is_usual(self, count, spread):
        assert spread <= PRIOR_SPREAD
        found, verdicts = alarms(count, 0.05, 1500, spread=spread)
        assert not any(verdict.certified for verdict in verdicts)
        assert found <= binom.ppf(0.9995, 1500, 0.05)

    @pytest.mark.parametrize(("count", "most"), [(1, 0.4), (3, 0.25), (10, 0.12)])
    def test_a_fit_learns_an_unusual_spread_as_normals_come(self, count, most):
        found, _ = alarms(count, 0.05, 1500, spread=3 * PRIOR_SPREAD)
        assert found / 1500 <= most

    @pytest.mark.parametrize("count", [3, 10, 18])
    def test_a_fit_does_not_depend_on_the_unit_of_the_score(self, count):
        normals = np.random.default_rng(count).lognormal(0.0, 0.2, count).astype(np.float32)
        one, other = (judge(1.4 * unit, unit * normals, false_alarm_rate=0.05) for unit in (0.5, 8.0))
        assert one.p_value == pytest.approx(other.p_value, rel=1e-4)
        assert 16 * one.threshold == pytest.approx(other.threshold, rel=1e-4)

    def test_a_copy_of_another_picture_neither_breaks_a_fit_nor_widens_it_without_limit(self):
        normals = np.array([0.0, 1.0, 1.1, 0.9, 1.2, 1.0], np.float32)
        verdict = judge(0.0, normals, false_alarm_rate=0.05)
        assert not verdict.is_anomalous
        assert verdict.p_value > 0.99
        assert 1.2 < verdict.threshold < 2.5

    @pytest.mark.parametrize("count", [5, 10, 18])
    def test_one_defective_part_among_few_normals_does_not_widen_a_fit_without_limit(self, count):
        normals = np.random.default_rng(count).lognormal(0.0, 0.2, count).astype(np.float32)
        clean = judge(1.0, normals, false_alarm_rate=0.05).threshold
        limits = []
        for far in (3.0, 300.0):
            normals[0] = far
            limits.append(judge(1.0, normals, false_alarm_rate=0.05).threshold)
        assert limits[0] == limits[1] < 2 * clean
        assert judge(3.0, normals, false_alarm_rate=0.05).is_anomalous


class TestAgreement:
    """The verdict, the p-value and the threshold say the same."""

    @given(SCORES, st.floats(0.1, 25), RATES)
    def test_p_at_most_the_rate_is_a_score_above_the_threshold(self, normals, score, rate):
        verdict = judge(score, normals, false_alarm_rate=rate)
        assume(verdict.certified or abs(score - verdict.threshold) > 1e-9 * verdict.threshold)
        assert (verdict.p_value <= rate + 1e-12) == (score > verdict.threshold) == verdict.is_anomalous

    @given(COARSE, st.sampled_from([0.5, 0.75, 1.0, 1.5, 2.0, 2.5]))
    def test_ties_are_never_an_alarm_too_many(self, normals, score):
        verdict = judge(score, normals, false_alarm_rate=0.05)
        assert verdict.p_value == (1 + np.sum(normals >= score)) / (len(normals) + 1)
        assert verdict.is_anomalous == (verdict.p_value <= 0.05) == (score > verdict.threshold)

    def test_a_score_a_hair_above_the_threshold(self):
        normals = np.full(19, 0.7, np.float32)
        verdict = judge(float(normals[0]) + 1e-12, normals, false_alarm_rate=0.05)
        assert (verdict.is_anomalous, verdict.p_value) == (True, 0.05)

    @given(SCORES, RATES, st.floats(0.1, 25), st.floats(0.1, 25))
    def test_a_higher_score_is_never_more_usual(self, normals, rate, one, other):
        low, high = (judge(score, normals, false_alarm_rate=rate) for score in sorted((one, other)))
        assert high.p_value <= low.p_value
        assert high.is_anomalous >= low.is_anomalous

    @given(hnp.arrays(np.float32, st.integers(1, 15), elements=st.floats(0.125, 20, width=32)), st.data())
    def test_more_alarms_allowed_never_means_a_higher_threshold(self, normals, data):
        few = st.floats(0.001, 0.05)
        many = st.floats(1 / (len(normals) + 1) + 1e-6, 0.9)
        for rates in (few, many):
            strict, loose = sorted((data.draw(rates), data.draw(rates)))
            assert judge(1.0, normals, false_alarm_rate=loose).threshold <= judge(
                1.0, normals, false_alarm_rate=strict
            ).threshold * (1 + 1e-9)

    @given(SCORES, RATES, st.randoms(use_true_random=False))
    def test_the_order_of_the_normals_does_not_matter(self, normals, rate, chance):
        mixed = normals.copy()
        chance.shuffle(mixed)
        one, other = judge(2.0, normals, false_alarm_rate=rate), judge(2.0, mixed, false_alarm_rate=rate)
        assert one.p_value == pytest.approx(other.p_value, rel=1e-4)
        assert one.threshold == pytest.approx(other.threshold, rel=1e-4)


class TestCertificate:
    @pytest.mark.parametrize(
        ("count", "rate", "certified"),
        [(18, 0.05, False), (19, 0.05, True), (98, 0.01, False), (99, 0.01, True), (1, 0.5, True), (1, 0.49, False)],
    )
    def test_so_many_normals_support_a_rate(self, count, rate, certified):
        verdict = judge(1.0, np.linspace(1, 2, count, dtype=np.float32), false_alarm_rate=rate)
        assert verdict.certified is certified
        assert verdict.reason.startswith(f"{count} normal")
        assert ("cannot support" in verdict.reason) is not certified

    @given(RATES)
    def test_needed_is_the_least_number_with_such_a_p_value(self, rate):
        needed = normals_needed(rate)
        assert 1 / (needed + 1) <= rate * (1 + 1e-6)
        assert needed <= 1 or 1 / needed > rate * (1 - 1e-6)

    @given(SCORES, RATES)
    def test_no_certified_p_value_is_below_what_the_normals_can_tell(self, normals, rate):
        verdict = judge(1e6, normals, false_alarm_rate=rate)
        assert not verdict.certified or verdict.p_value == 1 / (len(normals) + 1)


class TestByHand:
    def test_five_of_99(self):
        normals = np.arange(1, 100, dtype=np.float32)
        at_limit, above = (judge(score, normals, false_alarm_rate=0.05) for score in (95.0, 95.5))
        assert (at_limit.threshold, at_limit.p_value, at_limit.is_anomalous) == (95.0, 0.06, False)
        assert (above.threshold, above.p_value, above.is_anomalous) == (95.0, 0.05, True)

    def test_nineteen_allow_none_of_them_at_five_percent(self):
        verdict = judge(19.5, np.arange(1, 20, dtype=np.float32), false_alarm_rate=0.05)
        assert (verdict.threshold, verdict.p_value, verdict.is_anomalous) == (19.0, 0.05, True)

    def test_a_threshold_set_by_hand_decides_alone_and_promises_nothing(self):
        normals = np.arange(1, 100, dtype=np.float32)
        for score, anomalous in [(50.0, False), (50.1, True)]:
            verdict = judge(score, normals, false_alarm_rate=0.05, threshold=50.0)
            assert (verdict.threshold, verdict.is_anomalous, verdict.certified) == (50.0, anomalous, False)
            assert "set by hand" in verdict.reason
            assert verdict.p_value == judge(score, normals, false_alarm_rate=0.05).p_value


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, 5.0, float("nan")])
def test_a_rate_outside_0_to_1_is_refused(rate):
    with pytest.raises(ValueError, match="between 0 and 1"):
        judge(1.0, np.ones(3, np.float32), false_alarm_rate=rate)


@pytest.mark.parametrize(
    ("score", "normals"),
    [(float("nan"), [1.0]), (1.0, []), (1.0, [1.0, float("inf")]), (-0.5, [1.0]), (1.0, [1.0, -0.5])],
)
def test_scores_that_say_nothing_are_never_a_verdict(score, normals):
    with pytest.raises(ValueError, match="all finite"):
        judge(score, np.array(normals, np.float32), false_alarm_rate=0.05)
