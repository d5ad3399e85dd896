from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from echo_iad.comparison.normality import LEAST_SCORE, Normality, compare_patches, fit_normality, score_map
from echo_iad.comparison.tolerance import judge
from echo_iad.memory.cache import read_cache, write_cache

MAPS = hnp.arrays(
    np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=30), elements=st.floats(-5, 50, width=32)
)


def fit(normals, seed=0):
    return fit_normality(normals, megabytes=1.0, seed=seed)


def equal(one, other):
    left, right = one.to_arrays(), other.to_arrays()
    return left.keys() == right.keys() and all(np.array_equal(left[name], right[name]) for name in left)


COUNTS = pytest.mark.parametrize("count", [1, 2, 3, 5, 10, 25])
COUNTS_THAT_TELL = pytest.mark.parametrize("count", [2, 3, 5, 10, 25])


@COUNTS
def test_each_normal_gets_a_score(normality_of, count):
    normality = normality_of(count)
    assert normality.scores.shape == (count,)
    assert np.isfinite(normality.scores).all()
    assert (normality.scores >= np.float32(LEAST_SCORE)).all()
    assert np.isfinite(normality.extent)


@COUNTS
def test_fresh_good_parts_pass(normality_of, features_of, count):
    normality = normality_of(count)
    fresh = [score_map(compare_patches(features_of(1000 + seed), normality)) for seed in range(40)]
    alarms = sum(judge(score, normality.scores, false_alarm_rate=0.05).is_anomalous for score in fresh)
    assert alarms <= 7  # of 40 at a rate of 0.05: more has a probability under 0.001


@COUNTS_THAT_TELL
def test_a_defect_is_anomalous_and_highest_where_it_is(normality_of, features_of, count):
    """One normal alone does not tell how much its places vary; from two on it shows."""
    normality = normality_of(count)
    values = compare_patches(features_of(2000, strange=(4, 6)), normality)
    assert judge(score_map(values), normality.scores, false_alarm_rate=0.05).is_anomalous
    row, column = np.unravel_index(values.argmax(), values.shape)
    assert 3 <= row <= 6
    assert 5 <= column <= 8


def test_fresh_good_parts_score_like_the_normals_did_when_left_out(normality_of, features_of):
    normality = normality_of(25)
    fresh = [score_map(compare_patches(features_of(5000 + seed), normality)) for seed in range(60)]
    alarms = sum(judge(score, normality.scores, false_alarm_rate=0.2).is_anomalous for score in fresh)
    assert alarms <= 24  # of 60 at a rate of 0.2: more has a probability under 0.0005 with 25 normals
    assert abs(np.median(fresh) - np.median(normality.scores)) < 0.5 * np.std(normality.scores) + 0.3


def test_a_normal_is_not_compared_with_itself(features_of):
    """A defect among the normals must not excuse itself; one that two of them have is usual."""
    good = [features_of(seed) for seed in range(8)]
    alone = fit([*good, features_of(8, strange=(4, 6))])
    assert alone.scores.argmax() == 8
    assert alone.scores[8] > 2 * alone.scores[:8].max()
    twice = fit([*good, features_of(8, strange=(4, 6)), features_of(9, strange=(4, 6))])
    assert twice.scores[8] < 0.7 * alone.scores[8]


def test_one_normal_does_not_excuse_its_own_patches(features_of):
    """With a single normal its own patches far away are all there is; its score says how unlike they are."""
    assert fit([features_of(0)]).scores[0] > 0.5


def test_copies_of_one_picture_do_not_make_everything_an_anomaly(features_of):
    normality = fit([features_of(0)] * 6)
    same = score_map(compare_patches(features_of(0), normality))
    assert not judge(same, normality.scores, false_alarm_rate=0.05).is_anomalous


def test_same_normals_and_seed_give_the_same(features_of):
    normals = [features_of(seed) for seed in range(5)]
    assert equal(fit(normals), fit(normals))


def test_a_cached_one_equals_a_fresh_one(normality_of, features_of, tmp_path):
    fresh = normality_of(5)
    path = tmp_path / "kept.cache"
    assert write_cache(path, "now", fresh.to_arrays())
    kept = Normality.from_arrays(read_cache(path, "now"))
    assert equal(fresh, kept)
    query = features_of(77, strange=(1, 1))
    np.testing.assert_array_equal(compare_patches(query, fresh), compare_patches(query, kept))


def test_normals_are_loaded_one_at_a_time(features_of):
    class Loading(Sequence):
        """Hands out one normal at a time, and remembers how many are still held."""

        def __init__(self):
            self.most, self.held = 0, []

        def __len__(self):
            return 7

        def __getitem__(self, position):
            if position >= len(self):
                raise IndexError(position)
            import weakref

            normal = features_of(position)
            self.held = [one for one in self.held if one() is not None] + [weakref.ref(normal)]
            self.most = max(self.most, len(self.held))
            return normal

    loading = Loading()
    assert equal(fit(loading), fit([features_of(seed) for seed in range(7)]))
    assert loading.most <= 2


def test_no_normal_is_refused():
    with pytest.raises(ValueError, match="At least one normal"):
        fit([])


@given(MAPS)
def test_a_score_lies_between_the_mean_and_the_highest_value(values):
    score = score_map(values)
    assert score >= LEAST_SCORE
    assert score <= max(float(values.max()), LEAST_SCORE) * (1 + 1e-5)
    assert score >= float(values.mean()) - 1e-3


@given(MAPS, st.randoms(use_true_random=False))
def test_a_score_knows_no_places(values, chance):
    mixed = values.ravel().copy()
    chance.shuffle(mixed)
    assert score_map(mixed.reshape(values.shape)) == pytest.approx(score_map(values), rel=1e-5)


def test_a_score_by_hand():
    values = np.zeros((20, 20), np.float32)
    values[3, 4], values[9, 9] = 8.0, 4.0
    assert score_map(values) == 6.0  # 0.5 % of 400 places
