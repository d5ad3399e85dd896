"""The rule for unknown parts: on drawn numbers, on the sample parts, and on photographs where they are at hand."""

import numpy as np
import pytest

from echo_iad.memory.recognition import KNOWN_SHARE, NO_OTHER, Candidate, Spread, match, measure_spread

NONE = np.empty((0, 4), np.float32)


def test_the_spread_is_measured_on_the_object_itself():
    vectors = np.array([[1, 0, 0, 0], [0.8, 0.6, 0, 0], [0, 0, 1, 0]], np.float32)
    spread = measure_spread(vectors, NONE)
    assert spread.own == pytest.approx(0.8)
    assert spread.unrelated == pytest.approx((1 + 1.4**2 + 1) / 3 / 4)
    assert measure_spread(vectors[:1], NONE).own == 1.0


def test_enrolled_objects_tell_what_is_unrelated():
    vectors = np.array([[1, 0, 0, 0], [1, 0, 0, 0]], np.float32)
    others = np.array([[0.7, 0, 0, 0], [0.5, 0.5, 0, 0]], np.float32)
    assert measure_spread(vectors, others).unrelated == pytest.approx((2 * 0.25 + 0.7 + 0.5) / 4)


def test_large_objects_are_measured_on_some_of_their_normals():
    vectors = np.tile(np.eye(4, dtype=np.float32), (1500, 1))
    assert measure_spread(vectors, NONE).own == pytest.approx(1.0)


def test_a_part_is_known_from_the_share_on():
    spread = Spread(own=0.9, unrelated=0.1)
    least = 0.1 + KNOWN_SHARE * 0.8
    for similarity, shift, name in [
        (least + 0.01, 0.0, "gear"),
        (least - 0.01, 0.0, None),
        (least + 0.01, 0.05, None),
        (least - 0.01, -0.05, "gear"),
    ]:
        assert match(Candidate("gear", similarity), None, spread, shift).name == name


def test_the_margin_is_to_the_nearest_other_object():
    spread = Spread(own=0.9, unrelated=0.1)
    found = match(Candidate("gear", 0.9), Candidate("washer", 0.7), spread, 0.0)
    assert (found.name, found.similarity, found.margin) == ("gear", 0.9, pytest.approx(0.2))
    assert match(Candidate("gear", 0.9), None, spread, 0.0).margin == NO_OTHER
    assert "0.56" in found.reason
