import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import label

from echo_iad.comparison.synthetic_shapes import draw_blob, draw_line, enlarged, smooth_noise


def generator(seed=0):
    return np.random.default_rng(seed)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.floats(12, 5000), st.floats(0, 0.5), st.floats(0.5, 8))
def test_a_blob_is_one_piece_about_as_large_as_asked(seed, area, rough, soft):
    shape = draw_blob(generator(seed), area, rough=rough, soft=soft)
    assert shape.opacity.dtype == np.float32
    assert shape.opacity.min() >= 0
    assert 0 < shape.opacity.max() <= 1
    assert label(shape.opacity > 0)[1] == 1
    assert shape.opacity.sum() < 1.5 * area + 8 * soft * np.sqrt(area)
    assert not shape.along.any()


def test_a_smooth_blob_covers_the_area():
    for area in (50, 400, 4000):
        assert draw_blob(generator(), area, rough=0.0, soft=1.0).opacity.sum() == pytest.approx(area, rel=0.05)


def test_a_softer_blob_has_a_wider_edge():
    hard, soft = (draw_blob(generator(), 2000, rough=0.0, soft=width).opacity for width in (1.0, 8.0))
    between = [((opacity > 0) & (opacity < 1)).sum() for opacity in (hard, soft)]
    assert between[1] > 4 * between[0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.floats(12, 5000))
def test_a_line_is_thin_and_has_two_ends(seed, area):
    shape = draw_line(generator(seed), area)
    assert shape.opacity.shape == shape.along.shape
    assert 0 < shape.opacity.max() <= 1
    rows, columns = np.nonzero(shape.opacity > 0.3)
    spread = np.sqrt(np.linalg.eigvalsh(np.cov(rows, columns)))
    assert spread[1] > 3 * spread[0]
    reached = shape.along[shape.opacity > 0]
    assert reached.min() < 0.1
    assert reached.max() > 0.9


def test_a_line_thins_out_at_its_ends():
    shape = draw_line(generator(3), 3000)
    ends, middle = ((shape.along < 0.08) | (shape.along > 0.92), (shape.along > 0.46) & (shape.along < 0.62))
    assert shape.opacity[middle].sum() > 1.3 * shape.opacity[ends].sum()


def test_noise_is_smooth_and_of_unit_size():
    noise = smooth_noise(generator(), (120, 160), (5, 11))
    assert noise.shape == (120, 160)
    assert noise.dtype == np.float32
    assert noise.std() == pytest.approx(1, abs=1e-3)
    assert np.abs(np.diff(noise, axis=1)).max() < 0.5


def test_enlarging_keeps_what_is_even():
    assert np.allclose(enlarged(np.full((3, 4), 0.25, np.float32), 30, 50), 0.25)
