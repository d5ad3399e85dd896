"""What a region looks like comes from its own places, and from what the normals have there."""

from dataclasses import replace

import numpy as np
import pytest

from echo_iad.comparison.defect_looks import describe
from echo_iad.comparison.features import patch_features
from echo_iad.comparison.normality import fit_normality
from echo_iad.domain.evidence import AnomalyMap
from echo_iad.domain.parts import Frame, Framing, ImageEncoding, Picture

SIDE, CHANNELS, MAP = 8, 6, 160
PART = Picture(np.zeros((4, 4, 3), np.uint8), 320, 160, "drawn", "0" * 64)


def drawn(seed, *, strange=None, value=0):
    """Levels of one part; ``strange`` are patches that point along channel ``value``."""
    rng = np.random.default_rng(seed)
    level = np.ones((SIDE, SIDE, CHANNELS), np.float32) + 0.05 * rng.standard_normal((SIDE, SIDE, CHANNELS))
    if strange is not None:
        level[strange] = 0
        level[(*strange, value)] = 3
    return ImageEncoding(np.ones(1, np.float32), (level.astype(np.float32),))


@pytest.fixture(scope="module")
def normality():
    return fit_normality([patch_features(drawn(seed).levels) for seed in range(6)], megabytes=1, seed=0)


def marked(rows, columns, foreground=None):
    values = np.full((MAP, MAP), 0.1, np.float32)
    values[rows, columns] = 5.0
    return AnomalyMap(values, threshold=1.0, extent=0.5, foreground=foreground)


CORNER = (slice(0, 2), slice(4, 6))


def look(normality, value, rows=slice(0, 40), columns=slice(80, 120), foreground=None):
    levels = drawn(9, strange=CORNER, value=value)
    return describe(PART, levels, normality, marked(rows, columns, foreground))


def test_the_same_change_looks_alike_and_another_does_not(normality):
    red, again, blue = look(normality, 0), look(normality, 0), look(normality, 3)
    assert np.square(red.point() - again.point()).sum() == 0
    assert np.square(red.point() - blue.point()).sum() > 1


def test_the_change_points_from_the_normals_to_what_is_seen(normality):
    red = look(normality, 0)
    assert np.argmax(red.detail) == np.argmax(red.detail_change) == 0
    assert red.detail_change[1:].max() < 0
    for vector in (red.context, red.detail, red.context_change, red.detail_change):
        assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


def test_only_the_marked_places_count(normality):
    elsewhere = look(normality, 0, rows=slice(120, 160), columns=slice(0, 40))
    other = look(normality, 3, rows=slice(120, 160), columns=slice(0, 40))
    np.testing.assert_allclose(elsewhere.detail, other.detail, atol=1e-6)


def test_box_and_area_are_those_of_the_strongest_place(normality):
    seen = look(normality, 0)
    assert seen.box == (160, 0, 240, 40)
    assert seen.area == pytest.approx(1 / 16)
    half = np.zeros((MAP, MAP), np.float32)
    half[:, 80:] = 1.0
    assert look(normality, 0, foreground=half).area == pytest.approx(1 / 8)


def test_a_part_that_does_not_reach_the_threshold_is_described_all_the_same(normality):
    values = np.full((MAP, MAP), 0.1, np.float32)
    values[0:40, 80:120] = 0.8
    found = describe(PART, drawn(9, strange=CORNER), normality, AnomalyMap(values, threshold=1.0, extent=0.5))
    assert found.box == (160, 0, 240, 40)
    assert np.argmax(found.detail) == 0


def test_a_map_below_zero_has_a_strongest_place_too(normality):
    values = np.full((MAP, MAP), -5.0, np.float32)
    values[0:40, 80:120] = -1.0
    found = describe(PART, drawn(9, strange=CORNER), normality, AnomalyMap(values, threshold=1.0, extent=0.5))
    assert found.box == (160, 0, 240, 40)


def test_in_a_framed_part_the_marked_places_are_those_inside_the_frame(normality):
    """The frame is the right half of the picture: its left upper corner is marked at the picture's upper middle."""
    frame = Frame(
        Framing(8, 8, turned=False, scale=0.01, middle=(0.25, 0.0)), (240.0, 80.0), (80.0, 0.0), (0.0, 80.0), (320, 160)
    )
    encoding = replace(drawn(9, strange=(slice(0, 2), slice(0, 2)), value=0), frame=frame)
    found = describe(PART, encoding, normality, marked(slice(0, 40), slice(80, 100)))
    assert np.argmax(found.detail) == np.argmax(found.detail_change) == 0
    assert found.box == (160, 0, 200, 40)
