"""Both detectors in one form: what they are given, and that the same rule judges both."""

from __future__ import annotations

import numpy as np
import pytest

from echo_iad.comparison.tolerance import judge
from echo_iad.evaluation.detection.detectors import EchoMethod, Loaded, PatchCoreMethod
from echo_iad.settings import load_profile

PROFILE = load_profile("edge")


def levels(seed, odd=False):
    rng = np.random.default_rng(seed)
    fine = 1 + rng.normal(0, 0.1, (16, 16, 3)).astype(np.float32)
    coarse = 1 + rng.normal(0, 0.1, (8, 8, 4)).astype(np.float32)
    if odd:
        fine[2:4, 12:14, 0] += 4
        coarse[1, 6, 0] += 4
    return fine, coarse


@pytest.mark.parametrize("method", [EchoMethod(PROFILE), PatchCoreMethod(PROFILE)])
def test_a_detector_finds_the_odd_part_and_its_place(method):
    detector = method.learn([method.prepare(levels(seed)) for seed in range(20)])
    odd = detector.look(method.prepare(levels(50, odd=True)), 0.05)
    plain = detector.look(method.prepare(levels(51)), 0.05)
    assert odd.is_anomalous
    assert odd.score > plain.score
    assert odd.margin == pytest.approx(odd.score / odd.threshold - 1)
    row, column = (
        place / side
        for place, side in zip(np.unravel_index(odd.values.argmax(), odd.values.shape), odd.values.shape, strict=True)
    )
    assert (row, column) == pytest.approx((0.19, 0.81), abs=0.15)


def test_the_same_rule_sets_both_thresholds():
    for method, scores in (
        (EchoMethod(PROFILE), lambda detector: detector.normality.scores),
        (PatchCoreMethod(PROFILE), lambda detector: detector.learned.scores),
    ):
        detector = method.learn([method.prepare(levels(seed)) for seed in range(6)])
        found = detector.look(method.prepare(levels(60)), 0.2)
        assert found.threshold == judge(1.0, scores(detector), false_alarm_rate=0.2).threshold


def test_loaded_features_are_made_when_they_are_looked_at():
    made = []
    loaded = Loaded(lambda number: made.append(number) or number * 10, [3, 5, 7])
    assert (len(loaded), made) == (3, [])
    assert loaded[1] == 50
    assert list(loaded[1:]) == [50, 70]
    assert made == [5, 5, 7]
