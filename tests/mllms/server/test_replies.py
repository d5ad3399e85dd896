"""Answers are read strictly: what is not surely there is not made up."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mllms.fault_server import completion

from echo_iad.errors import MllmError
from echo_iad.mllms.server.replies import (
    LEAST_SHARE,
    FirstToken,
    label_in,
    label_scores,
    read_completion,
    read_error,
    read_model_names,
)


def listed(**chances):
    return tokens(chances)


def tokens(chances):
    found = [FirstToken(text, math.log(chance)) for text, chance in chances.items()]
    return sorted(found, key=lambda token: -token.logprob)


def shares(first, labels):
    scores = label_scores(first, labels)
    return {label: math.exp(score) for label, score in scores.items()}


def test_every_spelling_of_a_label_counts_and_nothing_else():
    first = tokens({"A": 0.3, " A": 0.1, "\nA": 0.1, "▁B": 0.1, "Ġ B": 0.1, "a": 0.1, "AB": 0.1, "(B": 0.05})
    assert shares(first, "AB") == pytest.approx({"A": 0.5 / 0.7, "B": 0.2 / 0.7})


def test_a_label_that_is_not_listed_gets_the_most_that_it_can_have():
    by_list = shares(listed(A=0.6, The=0.05, It=0.01), "AB")
    assert by_list["B"] / by_list["A"] == pytest.approx(0.01 / 0.6)
    by_rest = shares(listed(A=0.9, The=0.099), "AB")
    assert by_rest["B"] / by_rest["A"] == pytest.approx(0.001 / 0.9)


def test_a_model_that_is_about_to_write_something_else_is_not_scored():
    assert label_scores(listed(The=0.9, A=0.05, B=0.02), "AB") is None
    assert label_scores(tokens({"<think>": 0.999, "It": 0.001}), "AB") is None
    assert label_scores(listed(a=0.9, b=0.1), "AB") is None


def test_labels_with_a_fair_share_are_scored_though_something_else_is_likelier():
    assert shares(listed(The=0.6, A=0.3, B=0.1), "AB") == pytest.approx({"A": 0.75, "B": 0.25})
    assert label_scores(listed(A=0.04, **{f"w{number}": 0.03 for number in range(19)}), "AB") is not None


@pytest.mark.parametrize("missing", ["10", "upper left", "None"])
def test_a_longer_label_that_is_not_listed_cannot_be_scored_by_its_first_token(missing):
    assert label_scores(listed(**{"1": 0.9, "N": 0.05, "u": 0.03}), ["1", missing]) is None


def test_longer_labels_that_are_single_tokens_are_scored():
    assert shares(listed(**{"True": 0.6, " False": 0.2}), ["True", "False"]) == pytest.approx(
        {"True": 0.75, "False": 0.25}
    )


@given(
    st.dictionaries(st.sampled_from(["A", " A", "B", "C", "The", "It", " D", "x"]), st.floats(1e-9, 1), min_size=1),
    st.sampled_from(["AB", "ABC", "DCBA"]),
)
def test_scores_are_probabilities_and_no_unlisted_label_beats_a_listed_token(weights, labels):
    total = sum(weights.values())
    first = tokens({text: weight / total for text, weight in weights.items()})
    scores = label_scores(first, labels)
    found = {token.text.strip() for token in first} & set(labels)
    if scores is None:
        assert sum(weights[text] for text in weights if text.strip() in found) / total < LEAST_SHARE
        return
    assert set(scores) == set(labels)
    assert sum(math.exp(score) for score in scores.values()) == pytest.approx(1)
    assert (
        max((scores[label] for label in labels if label not in found), default=-math.inf)
        <= min(scores[label] for label in found) + 1e-9
    )


def test_what_a_server_calls_impossible_is_only_unlikely():
    scores = label_scores([FirstToken("B", 0.0), FirstToken("A", -math.inf), FirstToken("C", -9999.0)], "ABC")
    assert math.exp(scores["B"]) == pytest.approx(1)
    assert all(math.isfinite(score) for score in scores.values())


def read(body):
    return read_completion(body if isinstance(body, str) else json.dumps(body))


def test_a_whole_answer_is_read():
    read_one = read(completion("B", first={"B": 0.7, "A": 0.3}, ended="length", reasoning_content="Hm.", refusal=None))
    assert (read_one.text, read_one.thought, read_one.refusal, read_one.ended) == ("B", "Hm.", "", "length")
    assert (read_one.prompt_tokens, read_one.new_tokens) == (321, 1)
    assert [token.text for token in read_one.first] == ["B", "A"]
    assert read(completion("B", reasoning="Hm.")).thought == "Hm."


def test_what_a_server_leaves_out_is_empty():
    bare = read({"choices": [{"message": {"content": None}}]})
    assert (bare.text, bare.thought, bare.refusal, bare.ended, bare.first) == ("", "", "", "", ())
    assert (bare.prompt_tokens, bare.new_tokens) == (None, None)


@pytest.mark.parametrize("usage", ["much", [], {"prompt_tokens": "many"}, {"prompt_tokens": None}, None])
def test_a_cost_or_a_thought_in_another_form_costs_no_answer(usage):
    body = completion("B", reasoning={"effort": "low"}) | {"usage": usage}
    answer = read(body)
    assert (answer.text, answer.thought, answer.prompt_tokens, answer.new_tokens) == ("B", "", None, None)


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        {},
        {"content": None},
        {"content": []},
        {"tokens": ["B"], "token_logprobs": [-0.1]},
        {"content": [{"token": "B", "logprob": None}]},
        {"content": [{"token": "B", "logprob": 3.5}]},
        {"content": [{"token": "B", "logprob": math.nan}]},
        "yes",
    ],
)
def test_probabilities_in_another_form_are_none(logprobs):
    body = completion("B")
    body["choices"][0]["logprobs"] = logprobs
    assert read(body).first == ()


def test_the_token_that_was_written_counts_though_the_list_leaves_it_out():
    body = completion("B")
    top = [{"token": "A", "logprob": math.log(0.2)}]
    body["choices"][0]["logprobs"] = {"content": [{"token": "B", "logprob": math.log(0.7), "top_logprobs": top}]}
    assert [token.text for token in read(body).first] == ["B", "A"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "Invalid JSON"),
        ("<html>Gateway</html>", "It began '<html>Gateway</html>'"),
        ('{"choices": [', "Invalid JSON"),
        ("[]", "cannot be read"),
        ({"choices": []}, "holds no choice"),
        ({"error": {"message": "out of memory"}}, "out of memory"),
        ({"choices": [{}]}, "at choices.0.message"),
        ({"choices": [{"message": {"content": 7}}]}, "at choices.0.message.content"),
    ],
)
def test_what_is_no_answer_is_a_fault_that_says_why(body, says):
    with pytest.raises(MllmError) as fault:
        read(body)
    assert says in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    "text",
    [
        "B",
        '"B"',
        '{"answer": "b"}',
        '{"answer": "C"}',
        '{"answer": ["B"]}',
        '["B"]',
        '{"answer": "B", "why": "dark"}',
        '```json\n{"answer": "B"}\n```',
        '{"answer": "B"',
        "",
    ],
)
def test_only_what_was_asked_for_shows_that_a_model_was_held_to_it(text):
    assert label_in(text, "AB") is None


def test_a_secret_is_taken_out_of_an_error_before_it_is_cut_short_and_out_of_no_answer():
    def hide(text):
        return text.replace("secret", "?")

    with pytest.raises(MllmError, match=r"xxxxx\?") as fault:
        read_completion("x" * 77 + "secret", hide)
    assert "sec" not in str(fault.value)
    assert read_completion(json.dumps(completion("secret")), hide).text == "secret"


def test_a_structured_answer_is_a_label():
    assert label_in(' {"answer" : "B"}\n', "AB") == "B"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"data": [{"id": "a"}, {"id": "b"}]}', ("a", "b")),
        ('{"data": []}', ()),
        ("[]", ()),
        ("no", ()),
        ('{"data": null}', ()),
        ('{"models": ["a"]}', ()),
    ],
)
def test_the_models_of_a_server_are_read_where_it_lists_them(text, names):
    assert read_model_names(text) == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"error": {"message": "no such key", "type": "auth", "code": null}}', "no such key"),
        ('{"error": "model is loading"}', "model is loading"),
        ('{"error": null, "message": "not now"}', "not now"),
        ('{"object": "error", "message": "too long", "code": 400}', "too long"),
        ('{"detail": [{"loc": ["body"], "msg": "wrong"}]}', '[{"loc": ["body"], "msg": "wrong"}]'),
        ("<html>Bad gateway</html>", "<html>Bad gateway</html>"),
        ("[1]", "[1]"),
        ("", ""),
    ],
)
def test_the_words_of_a_server_are_found_wherever_it_puts_them(text, words):
    assert read_error(text) == words
