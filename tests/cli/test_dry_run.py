"""``echo-iad inspect --dry-run``: everything that would be sent is shown, and nothing is sent."""

import json

import pytest

ASKED = ("--object", "printed_cap", "--question", "Is there any defect?", "--option", "A=Yes.", "--option", "B=No.")
MODEL = ("--model", "openai:some-model", "--dry-run")


@pytest.fixture
def photo(parts):
    return parts / "printed_cap" / "test" / "chipped_rim" / "000.jpg"


def test_every_message_and_picture_is_shown_with_its_cost(echo_iad, memory, photo):
    ended = echo_iad("inspect", photo, "--memory", memory, *ASKED, *MODEL)
    assert (ended.code, ended.err) == (0, "")
    for shown in ("[system]", "[user]", "<reference 1: ", "<query: ", "A. Yes.", "tokens, estimated"):
        assert shown in ended.out
    assert ended.out.index("<reference 1: ") < ended.out.index("<query: ") < ended.out.index("A. Yes.")
    assert str(photo) in ended.out


def test_as_json_it_is_a_line_for_each_prompt_and_the_cost_adds_up(echo_iad, memory, photo):
    rotated = ("--set", "decider.rotations=2", "--set", "retrieval.shots=2", "--json")
    ended = echo_iad("inspect", photo, "--memory", memory, *ASKED, *MODEL, *rotated)
    first, second = map(json.loads, ended.out.splitlines())
    assert [first["rotation"], second["rotation"]] == [1, 2]
    pictures = [part for message in first["messages"] for part in message["parts"] if "picture" in part]
    assert [part["picture"] for part in pictures] == ["reference 1", "reference 2", "query"]
    tokens = first["tokens"]
    assert len(tokens["picture_tokens"]) == 3
    assert tokens["total"] == tokens["text_tokens"] + sum(tokens["picture_tokens"])
    assert first["labels"] == ["A", "B"]
    texts = [line["messages"][-1]["parts"][-1]["text"] for line in (first, second)]
    assert "A. Yes." in texts[0]
    assert "A. No." in texts[1]


def test_an_expert_that_is_switched_off_leaves_the_prompt(echo_iad, memory, photo):
    ended = echo_iad("inspect", photo, "--memory", memory, *ASKED, *MODEL, "--without", "reference_extractor")
    assert "<query: " in ended.out
    assert "reference 1" not in ended.out


def test_without_a_model_there_is_nothing_to_show(echo_iad, memory, photo):
    ended = echo_iad("inspect", photo, "--memory", memory, *ASKED, "--dry-run")
    assert (ended.code, ended.out) == (2, "")
    assert "--model BACKEND:NAME" in ended.err


def test_a_picture_that_cannot_be_read_is_one_line(echo_iad, memory, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    ended = echo_iad("inspect", tmp_path / "bad.png", "--memory", memory, *ASKED, *MODEL)
    assert (ended.code, ended.out) == (2, "")
    assert "bad.png" in ended.err
