"""``echo-iad inspect --dry-run``: everything that would be sent is shown, and nothing is sent."""

import json

import pytest

from echo_iad.mllms.known.cards import model_cards

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


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_shown(echo_iad, memory, photo, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    ended = echo_iad("inspect", tmp_path / "bad.png", photo, "--memory", memory, *ASKED, *MODEL)
    assert ended.code == 1
    assert "bad.png" in ended.err
    assert "<query: " in ended.out


def test_it_shows_what_inspect_would_send_with_the_same_options(echo_iad, memory, photo):
    """Below a threshold of one's own the comparison stays silent, in earnest as in a dry run."""
    command = ("inspect", photo, "--memory", memory, *ASKED, *MODEL)
    assert "differs from them more" in echo_iad(*command).out
    assert "differs from them more" not in echo_iad(*command, "--threshold", 1e9).out
    misspelt = echo_iad("inspect", photo, "--memory", memory, "--object", "prnted_cap", *MODEL)
    assert (misspelt.code, misspelt.out) == (2, "")
    assert "printed_cap" in misspelt.err


def test_a_model_of_one_picture_is_refused_references(echo_iad, memory, photo):
    alone = next(card.written for card in model_cards() if card.single_image)
    command = ("inspect", photo, "--memory", memory, *ASKED, "--model", alone, "--dry-run")
    refused = echo_iad(*command)
    assert (refused.code, refused.out) == (2, "")
    assert "--without reference_extractor" in refused.err
    assert echo_iad(*command, "--without", "reference_extractor").code == 0


def test_what_is_asked_besides_is_announced(echo_iad, memory, photo):
    changed = ("--set", "decider.think=true", "--set", "decider.fuse=true", "--set", "knowledge.extractor=model")
    shown = " ".join(echo_iad("inspect", photo, "--memory", memory, *ASKED, *MODEL, *changed).out.split())
    for said in ("asked for the label alone", "up to 16 good parts", "picked by meaning"):
        assert said in shown
