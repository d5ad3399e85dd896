from __future__ import annotations

import base64
import io
import random
from dataclasses import replace

import pytest
from PIL import Image

from echo_iad.evaluation.answers.records import AnswerStatus
from echo_iad.evaluation.pages.mistakes import MOST, PICTURE_SIDE, shown_answer, sureness, worst_mistakes


def test_only_wrong_answers_are_chosen_and_no_more_than_asked_for(records):
    chosen = worst_mistakes(records)
    assert len(chosen) == MOST
    assert all(record.status is AnswerStatus.ANSWERED and not record.right for record in chosen)
    assert worst_mistakes(record for record in records if record.right) == []


def test_the_surest_wrong_answer_comes_first(records):
    wrong = [record for record in records if record.answer and not record.right]
    chosen = worst_mistakes(records)
    assert sureness(chosen[0]) == max(map(sureness, wrong))
    assert [sureness(record) for record in chosen] == sorted(map(sureness, chosen), reverse=True)


def test_they_are_spread_over_subtasks_objects_and_pictures(records):
    wrong = [record for record in records if record.answer and not record.right]
    chosen = worst_mistakes(records)
    assert {record.subtask for record in chosen} == {record.subtask for record in wrong}
    assert {record.object for record in chosen} == {record.object for record in wrong}
    assert len({record.image for record in chosen}) >= MOST - 1


def test_the_order_of_the_records_does_not_matter(records):
    shuffled = random.Random(3).sample(records, len(records))
    assert worst_mistakes(shuffled) == worst_mistakes(records)


def test_few_are_kept_however_many_come(records):
    many = [replace(record, question_index=index) for index in range(50) for record in records[:20]]
    assert len(worst_mistakes(many, most=4)) == 4


def test_answers_without_probabilities_come_last_and_say_so(records, pictures):
    unsure = [replace(record, probabilities={}) for record in records[:40]]
    chosen = worst_mistakes([*unsure, *records[40:80]], most=40)
    assert sureness(chosen[-1]) == 0
    assert shown_answer(chosen[-1], pictures).sureness == "no probability recorded"


def test_the_picture_is_a_small_jpeg(records, tmp_path):
    record = worst_mistakes(records)[0]
    Image.new("RGB", (900, 1600), "blue").save(tmp_path / "large.png")
    shown = shown_answer(record, {record.image: tmp_path / "large.png"})
    kind, _, data = shown.picture.partition(",")
    assert kind == "data:image/jpeg;base64"
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert (shown.width, shown.height) == image.size
    assert image.size == (PICTURE_SIDE * 9 // 16, PICTURE_SIDE)
    assert not shown.gone


@pytest.mark.parametrize("known", [False, True])
def test_a_picture_that_is_gone_is_said_to_be_gone(records, tmp_path, known):
    record = worst_mistakes(records)[0]
    shown = shown_answer(record, {record.image: tmp_path / "gone.jpg"} if known else {})
    assert not shown.picture
    assert ("gone" if known else "not at hand") in shown.gone


def test_the_chosen_and_the_right_option_are_told_apart(records, pictures):
    record = worst_mistakes(records)[0]
    options = {option.letter: option for option in shown_answer(record, pictures).options}
    assert [letter for letter, option in options.items() if option.chosen] == [record.answer]
    assert [letter for letter, option in options.items() if option.right] == [record.correct]
    assert options[record.answer].probability
