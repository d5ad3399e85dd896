"""Drawn patch features: one pattern for every good part, each with its own noise, and defects planted in them."""

import numpy as np
import pytest

from echo_iad.comparison.features import patch_features
from echo_iad.comparison.normality import fit_normality

GRID, COARSE, FINE = 10, 12, 6
NOISE = 0.25


def draw_levels(seed, *, strange=None, noise=NOISE):
    """Two levels, ``(20, 20, 6)`` and ``(10, 10, 12)``, of a part; ``strange`` = row, column of a defect."""
    pattern, own = np.random.default_rng(99), np.random.default_rng([seed, 1])
    sizes = [(2 * GRID, FINE), (GRID, COARSE)]
    levels = [pattern.standard_normal((side, side, channels)) for side, channels in sizes]
    levels = [level + noise * own.standard_normal(level.shape) for level in levels]
    if strange is not None:
        row, column = strange
        levels[0][2 * row : 2 * row + 4, 2 * column : 2 * column + 4] *= -1.0
        levels[1][row : row + 2, column : column + 2] *= -1.0
    return tuple(level.astype(np.float32) for level in levels)


def draw_features(seed, **choices):
    return patch_features(draw_levels(seed, **choices))


@pytest.fixture(scope="session")
def levels_of():
    return draw_levels


@pytest.fixture(scope="session")
def features_of():
    return draw_features


@pytest.fixture(scope="session")
def normality_of():
    """Number of normals -> what they look like; learned once for each number."""
    known = {}

    def learn(count):
        if count not in known:
            known[count] = fit_normality([draw_features(seed) for seed in range(count)], megabytes=1.0, seed=0)
        return known[count]

    return learn
