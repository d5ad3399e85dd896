import math

import pytest

from echo_iad.domain.decisions import Scoring
from echo_iad.domain.messages import Message, PicturePart, Role, TextPart
from echo_iad.errors import MissingModelError, MllmError
from echo_iad.mllms.base import Prompt
from echo_iad.mllms.catalog import load_mllm
from echo_iad.mllms.scripted import Line, ScriptedMllm
from echo_iad.testing import check_mllm
from echo_iad.testing.mllms import Promise


@pytest.fixture
def script(tmp_path):
    def write(*lines):
        path = tmp_path / "answers.jsonl"
        path.write_text("\n".join(lines), encoding="utf-8")
        return load_mllm(f"scripted:{path}")

    return write


def answer(mllm, messages, **choices):
    return mllm.ask([Prompt(messages, **choices)])[0]


def written(mllm, messages, **choices):
    return answer(mllm, messages, **choices).text


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
    assert written(mllm, about(ask, "new/cap/007.jpg")) == "one"
    assert written(mllm, about(ask, "new/cap/008.jpg")) == "two"
    assert written(mllm, ask("Which colour?")) == "three"


def test_a_line_names_the_question_and_not_what_is_told_before_it(script, ask):
    mllm = script('{"question": "any defect", "answer": "one"}', '{"question": "Where", "answer": "two"}')
    told = "A good sample, without any defect.\n- Question: any defect?\n\n"
    assert written(mllm, ask(f"{told}Question: Where is it?\nA. Left.")) == "two"
    assert written(mllm, ask(f"{told}Question: Is there\nany defect?")) == "one"
    reasoned = (*ask(f"{told}Question: Where is it?"), Message(Role.USER, (TextPart("Now answer with the label."),)))
    assert written(mllm, reasoned) == "two"


def test_a_question_that_is_not_held_fails_alone(script, ask):
    mllm = script('{"image": "other.jpg", "answer": "A"}')
    held, other = mllm.ask([Prompt(about(ask, "other.jpg")), Prompt(about(ask, "new/1.jpg"))])
    assert held.text == "A"
    assert isinstance(other, MllmError)
    assert "holds no answer to this question about new/1.jpg" in str(other)


def test_probabilities_are_normalised_over_the_options(script, ask):
    mllm = script('{"probabilities": {"A": 0.6, "B": 0.2, "Z": 9.0}}')
    replies = mllm.ask([Prompt(ask(), ("A", "B"))] * 2)
    assert [round(math.exp(reply.scores["A"]), 4) for reply in replies] == [0.75, 0.75]
    assert [reply.scoring for reply in replies] == [Scoring.LOGPROBS] * 2


@pytest.mark.parametrize("given", ['{"Z": 0.9, "Y": 0.1}', '{"A": 0, "Z": 1}', '{"a": 0.9}'])
def test_probabilities_of_none_of_the_options_are_no_answer(script, ask, given):
    fault = answer(script(f'{{"answer": "A", "probabilities": {given}}}'), ask(), labels=("A", "B"))
    assert isinstance(fault, MllmError)
    assert "no probability to an option that is asked: A, B. It names" in str(fault)


def test_an_option_without_a_probability_is_most_unlikely(script, ask):
    reply = answer(script('{"probabilities": {"B": 1}}'), ask(), labels=("A", "B"))
    assert 0 < math.exp(reply.scores["A"]) < 1e-5


def test_a_text_alone_is_read_as_text(script, ask):
    reply = answer(script('{"answer": "B"}'), ask(), labels=("A", "B"))
    assert (reply.scoring, reply.text, reply.scores) == (Scoring.TEXT, "B", {})


def test_a_line_may_fail(script, ask):
    assert str(answer(script('{"fail": "out of memory"}'), ask())) == "out of memory"


@pytest.mark.parametrize(
    "line",
    ["B", '{"anwser": "B"}', "[1]"]
    + [f'{{"probabilities": {{"A": {value}}}}}' for value in ('"much"', "-0.5", "NaN", "Infinity")],
)
def test_a_line_that_cannot_be_read_is_named(script, line):
    with pytest.raises(MissingModelError, match=r"^Line 2 of the script .*answers\.jsonl is wrong"):
        script('{"answer": "A"}', line)


def test_a_missing_script_is_one_line(tmp_path):
    with pytest.raises(MissingModelError, match=r"none\.jsonl cannot be read"):
        load_mllm(f"scripted:{tmp_path / 'none.jsonl'}")


def test_a_function_is_a_script_and_keeps_the_contract():
    looks_at_nothing = {Promise.QUESTION, Promise.PICTURES}
    scored = ScriptedMllm(lambda messages: Line(answer="A", probabilities={"A": 0.5, "B": 0.3, "C": 0.2}))
    for mllm in (scored, ScriptedMllm(lambda messages: "B")):
        check_mllm(mllm, except_for=looks_at_nothing)


def test_writing_ends_at_a_stop(ask):
    mllm = ScriptedMllm(lambda messages: "It is B. Or not.")
    assert written(mllm, ask(), stop=("not", ".")) == "It is B."
