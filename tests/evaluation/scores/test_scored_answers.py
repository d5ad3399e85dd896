from __future__ import annotations

from dataclasses import replace

import pytest

from echo_iad.errors import EvaluationError
from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.scored_answers import score_records

RECORD = AnswerRecord(
    image="shop/cap/dent/0.png",
    question_index=0,
    dataset="shop",
    object="cap",
    subtask=Subtask.CLASSIFICATION,
    question="Which defect?",
    options={"A": "Scratch.", "B": "Dent."},
    correct="B",
    defective=True,
    answer="B",
    status=AnswerStatus.ANSWERED,
    probabilities={"A": 0.25, "B": 0.75},
    profile="edge",
    profile_sha256="0123456789",
    version="1.0",
)


def numbered(*records):
    return [replace(record, question_index=index) for index, record in enumerate(records)]


@pytest.mark.parametrize(
    ("changes", "covered", "right"),
    [
        ({}, True, True),
        ({"answer": "A"}, True, False),
        ({"answer": None, "status": AnswerStatus.UNPARSED}, False, False),
        ({"answer": None, "status": AnswerStatus.REFUSED}, False, False),
        ({"answer": None, "status": AnswerStatus.ABSTAINED}, False, False),
        ({"answer": None, "status": AnswerStatus.FAILED}, False, False),
        ({"status": AnswerStatus.FAILED}, False, False),  # a letter beside a failure is none
        ({"answer": "E"}, False, False),  # no option of the question
    ],
)
def test_only_a_chosen_option_covers_a_question(changes, covered, right):
    scored = score_records([replace(RECORD, **changes)])
    assert (scored.covered.tolist(), scored.right.tolist()) == ([covered], [right])
    assert (scored.answers[0].certainty is not None) is covered


def test_columns_follow_the_records():
    good = replace(RECORD, image="shop/cap/good/7.png", defective=False, answer="A")
    scored = score_records(iter([good, *numbered(RECORD, RECORD), replace(good, question_index=9)]))
    assert scored.images.tolist() == [1, 0, 0, 1]
    assert scored.defective.tolist() == [False, True, True, False]
    assert scored.right.tolist() == [False, True, True, False]


def test_cells_are_ordered_by_data_set_and_by_the_subtasks_own_order():
    records = numbered(
        replace(RECORD, dataset="yard", subtask=Subtask.OBJECT_ANALYSIS),
        replace(RECORD, dataset="yard", subtask=Subtask.DISCRIMINATION),
        RECORD,
        replace(RECORD, dataset="yard", subtask=Subtask.OBJECT_ANALYSIS),
    )
    cells = [(cell.dataset, cell.subtask, cell.rows.tolist()) for cell in score_records(records).cells]
    assert cells == [
        ("shop", Subtask.CLASSIFICATION, [2]),
        ("yard", Subtask.DISCRIMINATION, [1]),
        ("yard", Subtask.OBJECT_ANALYSIS, [0, 3]),
    ]


def test_no_record_is_an_error_with_its_cure():
    with pytest.raises(EvaluationError, match="echo-iad evaluate mmad"):
        score_records([])


def test_a_question_answered_twice_is_named():
    with pytest.raises(EvaluationError, match=r"Question 0 about shop/cap/dent/0\.png is answered twice"):
        score_records([RECORD, replace(RECORD, answer="A")])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"profile": "paper"}, "profile 'paper'"),
        ({"profile_sha256": "98765432100"}, r"\(98765432\)"),
        ({"model": "some-model"}, "model some-model"),
        ({"version": "2.0"}, r"version 2\.0"),
    ],
)
def test_runs_do_not_mix(changes, told):
    with pytest.raises(EvaluationError, match=f"several runs.*{told}"):
        score_records(numbered(RECORD, replace(RECORD, **changes)))
