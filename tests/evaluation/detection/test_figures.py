"""Outcomes of parts to figures, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from echo_iad.evaluation.detection.figures import MEASURES, PartOutcome, Tally, enlarged, found_at
from echo_iad.evaluation.detection.folders import Truth
from echo_iad.evaluation.making.labelled_parts import LabelledPicture

UNKNOWN = Truth(known=False, why="there is no mask")


def outcome(kind, score, is_anomalous):
    picture = LabelledPicture("gear", kind, "0.png", Path(f"{kind}/0.png"), None)
    return PartOutcome(picture, score, is_anomalous)


def tally_of(*outcomes):
    tally = Tally()
    for one in outcomes:
        tally.add(one, None, UNKNOWN, (4, 4))
    return tally


def test_rates_and_balanced_accuracy_by_hand():
    figures = tally_of(
        outcome("good", 0.5, False),
        outcome("good", 0.9, False),
        outcome("good", 2.5, True),
        outcome("good", 0.1, False),
        outcome("dent", 3.0, True),
        outcome("dent", 0.7, False),
    ).figures()
    assert figures.named() == {
        "image_auroc": 0.75,
        "average_precision": pytest.approx((1 / 1 + 2 / 4) / 2),
        "balanced_accuracy": 0.625,
        "false_alarm_rate": 0.25,
        "miss_rate": 0.5,
        "pixel_auroc": None,
        "aupro": None,
    }
    assert tuple(figures.named()) == MEASURES


def test_no_answer_is_wrong_on_both_sides_and_has_no_score():
    figures = tally_of(
        outcome("good", 0.5, False),
        outcome("good", None, None),
        outcome("dent", 3.0, True),
        outcome("dent", None, None),
    ).figures()
    assert (figures.named()["false_alarm_rate"], figures.named()["miss_rate"]) == (0.5, 0.5)
    assert figures.images.auroc == 1.0


def test_without_good_parts_only_misses_are_known():
    named = tally_of(outcome("dent", 3.0, True), outcome("dent", 1.0, False)).figures().named()
    assert named == dict.fromkeys(MEASURES) | {"miss_rate": 0.5}


def test_misses_by_type():
    tally = tally_of(
        outcome("dent", 1, False), outcome("dent", 3, True), outcome("cut", 3, True), outcome("good", 0, False)
    )
    assert [(kind.type, kind.misses.hits, kind.misses.cases) for kind in tally.types()] == [
        ("cut", 0, 1),
        ("dent", 1, 2),
    ]


def test_pixels_are_counted_at_the_size_of_the_picture():
    tally = Tally()
    truth = np.zeros((8, 12), bool)
    truth[:4, :6] = True
    tally.add(
        outcome("dent", 3.0, True), np.array([[4, 0], [0, 0]], np.float32), Truth(known=True, defective=truth), (12, 8)
    )
    tally.add(outcome("good", 0.0, False), np.zeros((2, 2), np.float32), Truth(known=True), (12, 8))
    tally.add(outcome("dent", 3.0, True), np.ones((2, 2), np.float32), UNKNOWN, (12, 8))
    assert (tally.masks, tally.pixels.areas().regions) == (1, 1)
    assert tally.pixels.areas().auroc > 0.9


def test_a_map_keeps_its_range_when_it_grows():
    values = np.array([[-1.0, 2.0], [0.5, 7.0]], np.float32)
    large = enlarged(values, 30, 20)
    assert large.shape == (20, 30)
    assert (large.min(), large.max()) == (-1.0, 7.0)


def test_another_threshold_by_hand():
    good = [outcome("good", score, False) for score in (1.0, 2.0, 3.0, 4.0)]
    bad = [outcome("dent", score, True) for score in (2.5, 3.5, 4.5, 9.0)]
    parts = [*good, *bad, outcome("dent", None, None)]
    assert [found_at(parts, rate) for rate in (0.0, 0.24, 0.25, 0.5, 1.0)] == [0.5, 0.5, 0.75, 1.0, 1.0]
    assert found_at(good, 0.5) is None
    assert found_at(bad, 0.5) is None
