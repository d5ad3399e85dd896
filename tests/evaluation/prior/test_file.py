from __future__ import annotations

from tests.evaluation.blind.blind_questions import drawn, without_habit

from echo_iad.evaluation.prior.file import TEXT_PRIOR, write_prior_answers
from echo_iad.evaluation.scores.foreign_answers import read_foreign_answers
from echo_iad.evaluation.scores.text_prior import PriorAnswers


def test_the_answers_are_read_as_any_other_systems(tmp_path):
    asked = drawn(["cap"], 3, without_habit)
    both = {one.key: {"A": 0.1, "B": 0.6, "C": 0.2, "D": 0.1} for one in asked[:2]}
    write_prior_answers(tmp_path, asked, PriorAnswers(both, both, {}, 1, 3))
    rows = list(read_foreign_answers(tmp_path / TEXT_PRIOR))
    assert [row.key for row in rows] == [one.key for one in asked[:2]]
    assert [(row.letter, row.correct, row.subtask) for row in rows] == [
        ("B", one.correct, one.subtask) for one in asked[:2]
    ]
