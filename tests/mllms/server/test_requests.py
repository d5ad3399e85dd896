"""What is sent: every part in order, and what a server refused in another form."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from echo_iad.domain.decisions import Scoring
from echo_iad.domain.messages import Message, PicturePart, Role, TextPart
from echo_iad.mllms.base import Prompt
from echo_iad.mllms.server.requests import Manner, data_url, request_body, wire_messages


def plain(colour, side=32):
    return PicturePart(np.full((side, side, 3), colour, np.uint8), "query")


def seen(part):
    kind, _, data = part["image_url"]["url"].partition(",")
    assert kind == "data:image/jpeg;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data, validate=True))))


def test_texts_and_pictures_keep_their_order_and_roles():
    red, blue = plain((200, 30, 30)), plain((30, 30, 200))
    messages = (
        Message(Role.SYSTEM, (TextPart("You inspect."), TextPart("Be short."))),
        Message(Role.USER, (TextPart("Good:"), red, TextPart("New:"), blue, TextPart("Which?"))),
        Message(Role.ASSISTANT, (TextPart("It is dented."),)),
        Message(Role.USER, (TextPart("So which?"),)),
    )
    system, user, assistant, last = wire_messages(messages)
    assert system == {"role": "system", "content": "You inspect.\nBe short."}
    assert assistant == {"role": "assistant", "content": "It is dented."}
    assert last == {"role": "user", "content": "So which?"}
    assert [part["type"] for part in user["content"]] == ["text", "image_url", "text", "image_url", "text"]
    assert [part["text"] for part in user["content"][::2]] == ["Good:", "New:", "Which?"]
    for part, picture in zip(user["content"][1::2], (red, blue), strict=True):
        assert np.abs(seen(part).astype(int) - picture.pixels).max() <= 3


def test_a_small_coloured_spot_arrives_in_its_colour():
    pixels = np.full((48, 48, 3), 128, np.uint8)
    pixels[21:24, 21:24] = (220, 40, 40)
    shown = seen({"image_url": {"url": data_url(pixels)}}).astype(int)
    assert np.abs(shown[22, 22] - (220, 40, 40)).max() <= 20  # halved colours miss it by 34


def test_the_same_pixels_give_the_same_text_wherever_they_lie_in_memory():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    assert data_url(pixels) == data_url(np.asfortranarray(pixels))


PROMPT = Prompt((Message(Role.USER, (TextPart("Which?"),)),), ("A", "B"), max_new_tokens=9, stop=("\n",))


def body(way, manner=None):
    return request_body(PROMPT, wire_messages(PROMPT.messages), way, manner or Manner())


def test_each_way_asks_for_no_more_than_it_needs():
    scored, structured, written = (body(way) for way in Scoring)
    assert (scored["max_tokens"], scored["logprobs"], scored["top_logprobs"]) == (1, True, 20)
    schema = structured["response_format"]["json_schema"]["schema"]
    assert schema["properties"] == {"answer": {"type": "string", "enum": ["A", "B"]}}
    assert structured["max_tokens"] >= 9
    assert (written["max_tokens"], written["stop"]) == (9, ["\n"])
    assert all(each["temperature"] == 0 for each in (scored, structured, written))
    assert "stop" not in scored | structured
    assert "response_format" not in scored | written


@pytest.mark.parametrize(
    ("refusal", "missing", "limit"),
    [
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", (), "max_completion_tokens"),
        ("Unsupported value: 'temperature' does not support 0 with this model.", ("temperature",), "max_tokens"),
        ('Unsupported parameter: "stop" is not supported.', ("stop",), "max_tokens"),
    ],
)
def test_a_field_that_was_refused_is_sent_otherwise_or_not_at_all(refusal, missing, limit):
    manner = Manner().after(refusal)
    sent = body(Scoring.TEXT, manner)
    assert sent[limit] == 9
    assert not set(missing) & set(sent)
    assert set(body(Scoring.TEXT)) - set(sent) == {*missing, "max_tokens"} - {limit}
    assert manner.after(refusal) is None


def test_a_refusal_that_names_no_field_changes_nothing():
    assert Manner().after("The temperature of the room is too high.") is None


def test_writing_is_always_left():
    manner = Manner()
    for way in Scoring:
        manner = manner.without(way)
    assert manner.ways == (Scoring.TEXT,)


def test_what_two_prompts_found_out_is_put_together():
    first = Manner().without(Scoring.LOGPROBS)
    second = Manner(limit="max_completion_tokens", left_out=frozenset({"stop"}))
    both = first.and_also(second)
    assert both == second.and_also(first)
    assert (both.ways, both.limit) == ((Scoring.STRUCTURED, Scoring.TEXT), "max_completion_tokens")
    assert both.left_out == {"stop"}


def test_what_has_worked_once_is_not_given_up_for_one_prompt():
    proven = Manner(proven=frozenset({Scoring.LOGPROBS}))
    assert proven.without(Scoring.LOGPROBS).ways == proven.ways
    without = Manner().without(Scoring.LOGPROBS)
    assert without.and_also(proven).ways == proven.and_also(without).ways == proven.ways
