import numpy as np
import pytest

from echo_iad.comparison.coarse_look import coarse_look

SIDE = 80
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE] - SIDE / 2
INSIDE = np.hypot(ROWS, COLUMNS) < 24
AROUND = np.hypot(ROWS, COLUMNS) > 28


def grain(seed, light=8.0, colour=0.5):
    """A patterned surface: its light varies from pixel to pixel, its colour hardly."""
    lab = np.random.default_rng(seed).normal(0, 1, (SIDE, SIDE, 3)) * (light, colour, colour)
    return np.add(lab, (50, 10, 10)).astype(np.float32)


def painted(where, lab, seed=0):
    return grain(seed) + where[..., None] * np.array(lab, np.float32)


def look(own):
    return coarse_look(own, [grain(1), grain(2)], INSIDE, AROUND)


def test_a_stain_stands_out_from_the_grain():
    stained, plain = look(painted(np.hypot(ROWS, COLUMNS) < 12, (0, 8, 0))), look(grain(0))
    assert stained.colour_shift == pytest.approx(8.0, abs=1.5)
    assert plain.colour_shift < 1.0
    assert stained.colour_contrast > 4 * plain.colour_contrast


def test_the_same_stain_is_less_clear_where_the_colour_varies():
    stain = np.hypot(ROWS, COLUMNS) < 12
    broad = 6 * np.sin(COLUMNS / 6)[..., None] * np.array((0, 1, 0), np.float32)
    others = [grain(1) + broad, grain(2) + broad]
    mottled = coarse_look(painted(stain, (0, 8, 0)) + broad, others, INSIDE, AROUND)
    assert mottled.colour_contrast < 0.5 * look(painted(stain, (0, 8, 0))).colour_contrast


def test_a_ridge_is_long_and_a_blot_is_round():
    ridge, blot = look(painted(np.abs(ROWS) < 4, (25, 0, 0))), look(painted(np.hypot(ROWS, COLUMNS) < 12, (25, 0, 0)))
    assert ridge.elongation > 3 > 1.5 > blot.elongation
    assert blot.fullness == pytest.approx(1.0, abs=0.1)


def test_what_the_references_show_there_too_is_no_change():
    mark = (np.hypot(ROWS, COLUMNS) < 12)[..., None] * np.array((0, 20, 0), np.float32)
    usual = coarse_look(grain(0) + mark, [grain(1) + mark], INSIDE, AROUND)
    assert usual.colour_shift < 0.5 * look(grain(0) + mark).colour_shift


def test_a_region_of_one_pixel_is_measured():
    alone = np.zeros((SIDE, SIDE), bool)
    alone[40, 40] = True
    found = coarse_look(grain(0), [grain(1)], alone, ~alone)
    assert np.isfinite([found.colour_shift, found.colour_contrast, found.elongation, found.fullness]).all()
