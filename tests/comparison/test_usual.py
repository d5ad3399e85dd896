import numpy as np
import pytest

from echo_iad.comparison.usual import Nearest, learn_usual


def found(count=30, *, seed=0, noisy_place=None, noisy_patch=None):
    """Distances of normals on a grid of 10 x 10 to a bank of 4; one place or patch may be far."""
    rng = np.random.default_rng(seed)
    distance = rng.normal(0.3, 0.05, (count, 10, 10)).astype(np.float32)
    patch = rng.integers(0, 4, (count, 10, 10))
    if noisy_place is not None:
        distance[:, *noisy_place] += rng.normal(0.4, 0.1, (count, *distance[0, *noisy_place].shape))
    if noisy_patch is not None:
        distance[patch == noisy_patch] += rng.normal(0.4, 0.1, int((patch == noisy_patch).sum()))
    return Nearest(distance, patch)


def one(seen, number=0):
    return Nearest(seen.distance[number], seen.patch[number])


def test_normals_lie_about_the_usual():
    seen = found()
    usual, above = learn_usual(seen, 4)
    assert above.shape == seen.distance.shape
    assert abs(above.mean()) < 0.05
    assert above.std() == pytest.approx(1, abs=0.1)
    assert abs(usual.above(one(found(1, seed=9))).mean()) < 0.3


def test_far_where_far_is_usual_is_not_unusual():
    corner = (slice(0, 4), slice(0, 4))
    usual, _ = learn_usual(found(noisy_place=corner), 4)
    assert usual.place_mean[1, 1] > usual.place_mean[8, 8] + 0.15
    assert usual.place_spread[1, 1] > usual.place_spread[8, 8]
    same = Nearest(np.full((10, 10), 0.7, np.float32), np.zeros((10, 10), np.int64))
    assert usual.above(same)[1, 1] < usual.above(same)[8, 8] - 1


def test_far_from_a_patch_that_is_far_as_a_rule_is_not_unusual_wherever_it_lies():
    usual, _ = learn_usual(found(noisy_patch=2), 4)
    assert usual.patch_mean[2] == pytest.approx(0.7, abs=0.03)
    assert usual.patch_mean[0] == pytest.approx(0.3, abs=0.03)
    patch = np.zeros((10, 10), np.int64)
    patch[5, 5] = 2
    above = usual.above(Nearest(np.full((10, 10), 0.7, np.float32), patch))
    assert above[5, 5] < above[5, 4] - 1


def test_a_patch_of_the_bank_that_nobody_is_near_takes_the_average():
    seen = found()
    usual, _ = learn_usual(seen, 6)
    assert usual.patch_mean[5] == pytest.approx(seen.distance.mean(), abs=1e-3)


def test_each_normal_is_read_against_the_others_alone():
    seen = found(12)
    _, above = learn_usual(seen, 4)
    rest = Nearest(seen.distance[1:], seen.patch[1:])
    usual, _ = learn_usual(rest, 4)
    np.testing.assert_allclose(above[0], usual.above(one(seen)), atol=2e-3)


def test_the_order_of_the_normals_does_not_matter():
    seen = found(9)
    turned = Nearest(seen.distance[::-1], seen.patch[::-1])
    np.testing.assert_allclose(learn_usual(seen, 4)[1], learn_usual(turned, 4)[1][::-1], atol=1e-4)


def test_one_normal_is_read_against_itself():
    _, above = learn_usual(found(1), 4)
    assert np.isfinite(above).all()
    assert abs(above.mean()) < 0.2


def test_copies_of_one_picture_do_not_make_everything_unusual():
    seen = found(1)
    copies = Nearest(np.repeat(seen.distance, 5, axis=0), np.repeat(seen.patch, 5, axis=0))
    usual, _ = learn_usual(copies, 4)
    assert usual.place_spread.min() >= 0.02
    assert usual.patch_spread.min() >= 0.02
