"""Areas and shares against hand-computed cases, and against a slow and direct implementation."""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import label
from sklearn.metrics import roc_auc_score

from echo_iad.errors import MissingExtraError
from echo_iad.evaluation.detection.measures import OVERLAP_LIMIT, PixelCounts, image_areas, share, true_regions


def areas_of(pictures, limit=OVERLAP_LIMIT):
    counts = PixelCounts()
    for values, truth in pictures:
        counts.add(np.asarray(values, np.float32), None if truth is None else true_regions(np.asarray(truth, bool)))
    return counts.areas(limit=limit)


def slow_overlap(pictures, limit):
    """One threshold at a time, one region at a time, in plain words of the definition."""
    thresholds = sorted({float(value) for values, _ in pictures for value in values.ravel()}, reverse=True)
    points = [(0.0, 0.0)]
    for threshold in thresholds:
        alarms, normal, overlaps = 0, 0, []
        for values, truth in pictures:
            found = values >= threshold
            alarms += int((found & ~truth).sum())
            normal += int((~truth).sum())
            labels, count = label(truth, structure=np.ones((3, 3)))
            overlaps += [float(found[labels == number].mean()) for number in range(1, count + 1)]
        points.append((alarms / normal, float(np.mean(overlaps))))
    area = 0.0
    for (left, low), (right, high) in pairwise(points):
        end = min(right, limit)
        if left < end:
            height = low + (high - low) * (end - left) / (right - left)
            area += (end - left) * (low + height) / 2
    return area / limit


def drawn(seed, sizes=((20, 24), (16, 30)), decimals=None):
    rng = np.random.default_rng(seed)
    pictures = []
    for size in sizes:
        truth = rng.random(size) < 0.06
        values = (rng.normal(0, 2, size) + 2.5 * truth).astype(np.float32)
        pictures.append((values if decimals is None else values.round(decimals), truth))
    return pictures


def test_overlap_of_a_case_done_by_hand():
    truth = np.zeros((4, 5), bool)
    truth[0, :2] = truth[3, 4] = True  # two regions, of 2 pixels and of 1; 17 normal pixels
    values = np.zeros((4, 5), np.float32)
    values[0, 0] = 3  # half of the first region
    values[1, 4] = 2  # a normal pixel
    values[3, 4] = 1  # the second region whole
    # points (rate, overlap): (0, 0) (0, 1/4) (1/17, 1/4) (1/17, 3/4) (1, 1); the limit cuts the last line
    slope = (1 - 3 / 4) / (1 - 1 / 17)
    end = 3 / 4 + slope * (0.3 - 1 / 17)
    by_hand = (1 / 17 * 1 / 4 + (0.3 - 1 / 17) * (3 / 4 + end) / 2) / 0.3
    found = areas_of([(values, truth)])
    assert found.regions == 2
    assert found.aupro == pytest.approx(by_hand, abs=5e-5)


def test_regions_touch_at_corners():
    truth = np.eye(4, dtype=bool)
    assert areas_of([(np.zeros((4, 4)), truth)]).regions == 1


def test_a_perfect_map_scores_one():
    truth = np.zeros((9, 9), bool)
    truth[2:4, 2:7] = truth[7, 7] = True
    found = areas_of([(truth * 5.0 - 3, truth), (np.full((9, 9), -7.0), None)])
    assert (found.auroc, found.aupro) == (1.0, 1.0)


def test_a_constant_map_scores_the_diagonal():
    truth = np.zeros((9, 9), bool)
    truth[2:4, 2:7] = True
    for limit in (0.1, 0.3, 1.0):
        found = areas_of([(np.full((9, 9), 1.5), truth)], limit)
        assert (found.auroc, found.aupro) == (0.5, pytest.approx(limit / 2, abs=5e-5))


@pytest.mark.parametrize("limit", [0.05, 0.3, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_overlap_is_that_of_the_definition(seed, limit):
    pictures = drawn(seed, decimals=1)
    found = areas_of(pictures, limit)
    assert found.aupro == pytest.approx(slow_overlap(pictures, limit), abs=6e-5)


@pytest.mark.parametrize("seed", range(4))
def test_values_that_share_a_bin_change_no_more_than_is_said(seed):
    pictures = [(1 + values / 1000, truth) for values, truth in drawn(seed)]
    found = areas_of(pictures)
    assert 0.005 < found.error < 0.5
    assert found.aupro == pytest.approx(slow_overlap(pictures, OVERLAP_LIMIT), abs=found.error)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_pixel_area_is_the_roc_area_whatever_the_scale(scale):
    pictures = [(values * np.float32(scale), truth) for values, truth in drawn(7, ((60, 80), (50, 70)))]
    found = areas_of(pictures)
    truth = np.concatenate([one.ravel() for _, one in pictures])
    values = np.concatenate([one.ravel() for one, _ in pictures])
    assert found.auroc == pytest.approx(roc_auc_score(truth, values), abs=found.error + 5e-5)
    assert found.error < 1e-3


@given(
    values=arrays(np.int8, (6, 7), elements=st.integers(-20, 20)),
    truth=arrays(np.bool_, (6, 7)),
    power=st.integers(-8, 8),
    shift=st.integers(-30, 30),
)
def test_rising_transformations_change_nothing(values, truth, power, shift):
    plain = areas_of([(values, truth)])
    moved = (values.astype(np.float64) + shift) * 2.0**power
    curved = np.cbrt(values.astype(np.float64))
    for other in (moved, curved):
        found = areas_of([(other, truth)])
        assert (found.auroc, found.aupro, found.regions) == (plain.auroc, plain.aupro, plain.regions)


def test_pictures_may_be_counted_in_any_order():
    pictures = drawn(3)
    assert areas_of(pictures) == areas_of(pictures[::-1])


def test_without_both_kinds_of_pixels_nothing_can_be_known():
    assert areas_of([(np.ones((3, 3)), None)]).auroc is None
    assert areas_of([(np.ones((3, 3)), np.ones((3, 3)))]).aupro is None


def test_a_map_that_does_not_fit_its_mask_is_refused():
    with pytest.raises(ValueError, match=r"\(3, 3\) and \(3, 4\)"):
        areas_of([(np.ones((3, 3)), np.ones((3, 4)))])
    with pytest.raises(ValueError, match="finite"):
        areas_of([(np.full((3, 3), np.nan), None)])


def test_image_areas_need_both_kinds():
    assert image_areas([1.0, 2.0, 3.0, 3.0], [False, True, False, True]).auroc == pytest.approx(0.625)
    assert image_areas([1.0], [True]).auroc is None
    assert image_areas([], []).average_precision is None


def test_a_missing_library_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtraError, match=r"echo-iad\[eval\]"):
        image_areas([1.0, 2.0], [False, True])


def test_a_share_has_an_interval_and_none_without_cases():
    found = share(0, 20)
    assert found is not None
    assert (found.share, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 20), abs=1e-4)
    assert share(0, 0) is None
