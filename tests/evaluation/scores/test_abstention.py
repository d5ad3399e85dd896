from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.abstention import (
    ALL,
    MOST_POINTS,
    AbstentionPoint,
    abstention_curve,
    abstention_curves,
)
from echo_iad.evaluation.scores.scored_answers import score_records

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
    answer="B",
    status=AnswerStatus.ANSWERED,
    probabilities={"A": 0.25, "B": 0.625, "C": 0.125},
)
ANSWERS = st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.booleans()), min_size=1, max_size=40)


class TestCurve:
    def test_by_hand(self):
        curve = abstention_curve([0.5, 0.875, 0.25, 0.5], [True, True, False, False], questions=5)
        assert curve.points == (
            AbstentionPoint(0.25, 0.8, 0.5),
            AbstentionPoint(0.5, 0.6, pytest.approx(2 / 3)),
            AbstentionPoint(0.875, 0.2, 1.0),
        )
        assert curve.accuracy == 0.5
        assert curve.area == pytest.approx((1 + 2 * 2 / 3 + 0.5) / 4)
        assert curve.best_area == pytest.approx((1 + 1 + 2 / 3 + 0.5) / 4)

    def test_accuracy_at_a_coverage_is_that_of_the_next_larger_point(self):
        curve = abstention_curve([0.9, 0.6, 0.3, 0.1], [True, True, False, False])
        assert [curve.accuracy_at(share) for share in (0.25, 0.5, 0.51, 1.0)] == [1.0, 1.0, pytest.approx(2 / 3), 0.5]
        assert curve.at(0.5).abstain_below == 0.6
        assert abstention_curve([0.5], [True], questions=2).accuracy_at(0.6) is None

    def test_certainties_that_tell_nothing_gain_nothing(self):
        curve = abstention_curve([0.5] * 6, [True, True, True, True, False, False])
        assert len(curve.points) == 1
        assert curve.area == curve.accuracy == pytest.approx(2 / 3)
        assert curve.best_area > curve.accuracy

    def test_sure_and_right_reaches_the_best_and_sure_and_wrong_loses(self):
        right = [True, True, False]
        assert abstention_curve([3, 2, 1], right).area == abstention_curve([3, 2, 1], right).best_area
        assert abstention_curve([1, 2, 3], right).area < abstention_curve([1, 1, 1], right).area

    @given(ANSWERS, st.randoms(use_true_random=False))
    def test_coverage_falls_whatever_the_order_and_the_area_lies_between(self, answers, chance):
        curve = abstention_curve(*zip(*answers, strict=True))
        mixed = list(answers)
        chance.shuffle(mixed)
        assert abstention_curve(*zip(*mixed, strict=True)) == curve
        coverages = [point.coverage for point in curve.points]
        assert coverages == sorted(coverages, reverse=True)
        assert [point.abstain_below for point in curve.points] == sorted({sure for sure, _ in answers})
        assert curve.points[0] == AbstentionPoint(min(answers)[0], 1.0, pytest.approx(curve.accuracy))
        assert curve.area <= curve.best_area + 1e-12

    @given(ANSWERS)
    def test_each_point_is_what_the_rule_would_reach(self, answers):
        sure, right = (np.array(column) for column in zip(*answers, strict=True))
        for point in abstention_curve(sure, right).points:
            given = sure >= point.abstain_below
            assert point.coverage == pytest.approx(given.mean())
            assert point.accuracy == pytest.approx(right[given].mean())

    def test_a_long_curve_is_thinned_and_keeps_its_ends_and_its_area(self):
        sure = np.linspace(0, 1, 1001)
        right = np.random.default_rng(0).random(1001) < sure
        curve = abstention_curve(sure, right)
        assert len(curve.points) == MOST_POINTS
        assert (curve.points[0].coverage, curve.points[-1].abstain_below) == (1.0, 1.0)
        ranked = np.cumsum(right[::-1]) / np.arange(1, 1002)
        assert curve.area == pytest.approx(ranked.mean())

    def test_without_an_answer_there_is_no_curve(self):
        curve = abstention_curve([], [], questions=3)
        assert (curve.questions, curve.points, curve.accuracy, curve.area, curve.best_area) == (3, (), None, None, None)

    @pytest.mark.parametrize(
        ("sure", "right", "asked"), [([0.5], [True, False], None), ([float("nan")], [True], None), ([0.5], [True], 0)]
    )
    def test_what_does_not_fit_together_is_refused(self, sure, right, asked):
        with pytest.raises(ValueError, match="finite certainties"):
            abstention_curve(sure, right, questions=asked)


class TestRecords:
    def test_each_subtask_has_a_curve_and_all_together_one(self):
        records = [
            RECORD,
            replace(RECORD, question_index=1, subtask=Subtask.ANALYSIS, answer="A"),
            replace(RECORD, question_index=2, subtask=Subtask.ANALYSIS, answer=None, status=AnswerStatus.ABSTAINED),
        ]
        curves = abstention_curves(score_records(iter(records)))
        assert list(curves) == [Subtask.CLASSIFICATION, Subtask.ANALYSIS, ALL]
        assert (curves[Subtask.CLASSIFICATION].accuracy, curves[Subtask.CLASSIFICATION].questions) == (1.0, 1)
        assert [point.coverage for point in curves[Subtask.ANALYSIS].points] == [0.5]
        assert [(point.abstain_below, point.accuracy) for point in curves[ALL].points] == [(-0.375, 0.5), (0.375, 1.0)]
        assert curves[ALL].points[-1].coverage == pytest.approx(1 / 3)
