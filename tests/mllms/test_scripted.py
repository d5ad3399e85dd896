import math

import pytest

from echo_iad.domain.messages import Message, PicturePart, Role, TextPart
from echo_iad.errors import MissingModelError, MllmError, UnscoredError
from echo_iad.mllms.catalog import load_mllm
from echo_iad.mllms.scripted import Line, ScriptedMllm
from echo_iad.testing import check_mllm


@pytest.fixture
def script(tmp_path):
    def write(*lines):
        path = tmp_path / "answers.jsonl"
        path.write_text("\n".join(lines), encoding="utf-8")
        return load_mllm(f"scripted:{path}")

    return write


def about(ask, path, question="Is there a dent?"):
    system, user = ask(question)
    query = user.pictures[-1]
    named = PicturePart(query.pixels, "query", path, "ab" * 32)
    return (system, Message(Role.USER, (user.pictures[0], named, TextPart(question))))


def test_the_first_line_that_fits_picture_and_question_answers(script, ask):
    mllm = script(
        '{"image": "cap/007.jpg", "question": "dent", "answer": "one"}',
        '{"image": "' + "ab" * 32 + '", "answer": "two"}',
        "",
        '{"question": "colour", "answer": "three"}',
    )
    assert mllm.generate(about(ask, "new/cap/007.jpg"), max_new_tokens=9) == "one"
    assert mllm.generate(about(ask, "new/cap/008.jpg"), max_new_tokens=9) == "two"
    assert mllm.generate(ask("Which colour?"), max_new_tokens=9) == "three"


def test_a_question_that_is_not_held_fails(script, ask):
    mllm = script('{"image": "other.jpg", "answer": "A"}')
    with pytest.raises(MllmError, match=r"holds no answer to this question about new/1\.jpg"):
        mllm.generate(about(ask, "new/1.jpg"), max_new_tokens=9)


def test_probabilities_are_normalised_over_the_options(script, ask):
    scores = script('{"probabilities": {"A": 0.6, "B": 0.2, "Z": 9.0}}').score_options([ask(), ask()], "AB")
    assert [round(math.exp(each["A"]), 4) for each in scores] == [0.75, 0.75]


def test_a_text_alone_is_not_scored(script, ask):
    with pytest.raises(UnscoredError):
        script('{"answer": "B"}').score_options([ask()], "AB")


def test_a_line_may_fail(script, ask):
    with pytest.raises(MllmError, match="out of memory"):
        script('{"fail": "out of memory"}').score_options([ask()], "AB")


@pytest.mark.parametrize("line", ["B", '{"anwser": "B"}', '{"probabilities": {"A": "much"}}', "[1]"])
def test_a_line_that_cannot_be_read_is_named(script, line):
    with pytest.raises(MissingModelError, match=r"^Line 2 of the script .*answers\.jsonl is wrong"):
        script('{"answer": "A"}', line)


def test_a_missing_script_is_one_line(tmp_path):
    with pytest.raises(MissingModelError, match=r"none\.jsonl cannot be read"):
        load_mllm(f"scripted:{tmp_path / 'none.jsonl'}")


def test_a_function_is_a_script_and_keeps_the_contract():
    check_mllm(ScriptedMllm(lambda messages: Line(answer="A", probabilities={"A": 0.5, "B": 0.3, "C": 0.2})))
    check_mllm(ScriptedMllm(lambda messages: "B", scores_options=False))


def test_writing_ends_at_a_stop(ask):
    mllm = ScriptedMllm(lambda messages: "It is B. Or not.")
    assert mllm.generate(ask(), max_new_tokens=9, stop=("not", ".")) == "It is B."
