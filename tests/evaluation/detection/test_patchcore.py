"""PatchCore against its definition, on small drawn features."""

from __future__ import annotations

import numpy as np
import pytest

from echo_iad.evaluation.detection.patchcore import (
    CORESET_SHARE,
    MAP_SIDE,
    PatchGrid,
    fit_patchcore,
    joined_patches,
)

SHAPE = (8, 8)


def drawn(seed, odd=None):
    """Levels of a plain part; with ``odd``, a patch there is like no other."""
    rng = np.random.default_rng(seed)
    fine = rng.normal(0, 0.1, (*SHAPE, 3)).astype(np.float32)
    coarse = rng.normal(0, 0.1, (4, 4, 5)).astype(np.float32)
    if odd is not None:
        fine[odd] += 5
    return joined_patches([fine, coarse])


@pytest.fixture(scope="module")
def learned():
    return fit_patchcore([drawn(seed) for seed in range(10)], seed=0)


def test_levels_are_joined_on_the_finest_grid_after_a_mean_over_three_by_three():
    fine = np.arange(36, dtype=np.float32).reshape(6, 6, 1)
    coarse = np.array([[[0.0], [2.0]], [[0.0], [2.0]]], np.float32)
    grid = joined_patches([fine, coarse])
    assert (grid.shape, grid.patches.shape) == ((6, 6), (36, 2))
    assert grid.patches[7, 0] == fine[0:3, 0:3].mean()
    # mirrored at the border, the mean makes 2/3 and 4/3 of both columns; between their centres the line is straight
    assert grid.patches[:6, 1] == pytest.approx([2 / 3, 2 / 3, 8 / 9, 10 / 9, 4 / 3, 4 / 3])


def test_a_tenth_of_the_patches_is_kept(learned):
    assert learned.bank.patches.shape == (round(CORESET_SHARE * 10 * 64), 8)
    assert len(learned.scores) == 10


def test_the_odd_patch_is_found_where_it_is(learned):
    found = learned.look(drawn(11, odd=(1, 6)))
    row, column = np.unravel_index(found.values.argmax(), found.values.shape)
    assert found.values.shape == (MAP_SIDE, MAP_SIDE)
    assert abs(row // 20 - 1) <= 1  # the mean over 3 x 3 spreads it
    assert abs(column // 20 - 6) <= 1
    assert found.score > 3 * learned.look(drawn(11)).score
    assert found.score > 3 * learned.scores.max()


def test_the_score_is_the_highest_distance_weighed_by_how_usual_its_neighbour_is(learned):
    part = drawn(12)
    bank = learned.bank.patches
    distance = np.linalg.norm(part.patches[:, None] - bank[None], axis=2)
    worst = distance.min(axis=1).argmax()
    nearest = distance[worst].argmin()
    usual = np.argsort(np.linalg.norm(bank - bank[nearest], axis=1))[:9]
    weight = 1 - np.exp(distance[worst, nearest]) / np.exp(distance[worst, usual]).sum()
    assert learned.look(part).score == pytest.approx(weight * distance[worst, nearest], rel=1e-4)


def test_left_out_normals_score_as_new_ones_do(learned):
    new = [learned.look(drawn(seed)).score for seed in range(100, 140)]
    assert learned.scores.mean() == pytest.approx(np.mean(new), rel=0.15)


def test_a_copy_of_a_normal_scores_above_zero():
    plain = PatchGrid(np.ones((64, 3), np.float32), SHAPE)
    alike = fit_patchcore([plain, plain], seed=0)
    assert 0 < alike.look(plain).score < 1e-5
    assert (alike.scores > 0).all()


def test_one_normal_is_not_excused_by_itself():
    alone = fit_patchcore([drawn(0)], seed=0)
    assert alone.scores[0] > 0.5 * np.mean([alone.look(drawn(seed)).score for seed in range(1, 9)])


def test_the_same_seed_learns_the_same():
    normals = [drawn(seed) for seed in range(4)]
    first, again = fit_patchcore(normals, seed=3), fit_patchcore(normals, seed=3)
    assert (first.scores == again.scores).all()
    assert (first.bank.patches == again.bank.patches).all()
