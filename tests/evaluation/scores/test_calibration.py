from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.calibration import Bin, Calibration, Certainty, calibrate, certainty

RECORD = AnswerRecord(
    image="shop/cap/dent/0.png",
    question_index=0,
    dataset="shop",
    object="cap",
    subtask=Subtask.CLASSIFICATION,
    question="Which defect?",
    options={"A": "Scratch.", "B": "Dent.", "C": "Hole."},
    correct="B",
    defective=True,
    answer="A",
    status=AnswerStatus.ANSWERED,
    probabilities={"A": 0.5, "B": 0.25, "C": 0.25},
)
CERTAINTIES = st.lists(
    st.builds(Certainty, st.floats(0, 1), st.booleans(), st.floats(0, 2), st.floats(-1, 1)), min_size=1, max_size=50
)


class TestCertainty:
    def test_by_hand(self):
        # wrong: 0.5² + (0.25 - 1)² + 0.25²
        assert certainty(RECORD) == Certainty(0.5, right=False, squared_error=0.875, lead=0.25)
        assert certainty(replace(RECORD, answer="B")) == Certainty(0.25, right=True, squared_error=0.875, lead=-0.25)

    def test_sure_and_right_has_no_error_and_sure_and_wrong_the_largest(self):
        sure = replace(RECORD, probabilities={"A": 1.0, "B": 0.0, "C": 0.0})
        assert certainty(sure) == Certainty(1.0, right=False, squared_error=2.0, lead=1.0)
        assert certainty(replace(sure, correct="A")) == Certainty(1.0, right=True, squared_error=0.0, lead=1.0)

    def test_an_option_without_a_probability_has_none(self):
        assert certainty(replace(RECORD, probabilities={"A": 1.0})).squared_error == 2.0

    def test_the_lead_is_over_the_next_best_option(self):
        assert certainty(replace(RECORD, answer="C", probabilities={"A": 0.25, "B": 0.125, "C": 0.625})).lead == 0.375
        assert certainty(replace(RECORD, probabilities={"A": 1.0})).lead == 1.0

    @pytest.mark.parametrize("changes", [{"answer": None}, {"probabilities": {}}, {"probabilities": {"B": 1.0}}])
    def test_without_an_answer_or_its_probability_there_is_none(self, changes):
        assert certainty(replace(RECORD, **changes)) is None


class TestCalibrate:
    def test_by_hand(self):
        found = calibrate(
            [
                Certainty(0.95, True, 0.005, 0.9),
                Certainty(0.5, False, 0.5, 0.0),
                Certainty(1.0, True, 0.0, 1.0),
                Certainty(0.55, True, 0.3, 0.1),
            ]
        )
        assert found.bins == (
            Bin(0.5, 0.6, pytest.approx(0.525), 0.5, 2),
            Bin(0.9, 1.0, pytest.approx(0.975), 1.0, 2),  # 1 belongs to the last bin
        )
        assert found.ece == pytest.approx((2 * 0.025 + 2 * 0.025) / 4)
        assert found.brier == pytest.approx(0.805 / 4)

    def test_nothing_known_is_said_as_nothing(self):
        assert calibrate([]) == Calibration((), None, None)

    @given(CERTAINTIES, st.randoms(use_true_random=False))
    def test_the_order_leaves_no_trace(self, known, chance):
        mixed = list(known)
        chance.shuffle(mixed)
        assert calibrate(mixed) == calibrate(known)

    @given(CERTAINTIES)
    def test_every_answer_is_in_the_bin_that_holds_its_probability(self, known):
        found = calibrate(known)
        assert sum(each.count for each in found.bins) == len(known)
        assert all(each.low <= each.mean_probability <= each.high + 1e-12 for each in found.bins)
        assert 0 <= found.ece <= 1

    def test_probabilities_that_hold_have_next_to_no_error(self):
        rng = np.random.default_rng(0)
        chosen = rng.uniform(0, 1, 40_000)
        honest = [
            Certainty(p, bool(right), 0.0, 0.0) for p, right in zip(chosen, rng.random(40_000) < chosen, strict=True)
        ]
        boastful = [replace(each, probability=(1 + each.probability) / 2) for each in honest]
        assert calibrate(honest).ece < 0.015
        assert calibrate(boastful).ece == pytest.approx(0.25, abs=0.015)
