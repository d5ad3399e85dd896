import numpy as np
import pytest

from echo_iad.domain.messages import Message, PicturePart, Role, TextPart
from echo_iad.errors import MllmError
from echo_iad.mllms.base import Prompt
from echo_iad.mllms.remembering import RememberingMllm
from echo_iad.mllms.scripted import Line, ScriptedMllm
from echo_iad.testing import check_mllm
from echo_iad.testing.mllms import Promise


class Counting:
    """A model with a memory before it; what the model itself was asked, in order."""

    def __init__(self, capacity=4096, script=None):
        self.asked = []
        self.script = script or (lambda messages: Line(answer="B", probabilities={"A": 0.3, "B": 0.6, "C": 0.1}))
        self.mllm = RememberingMllm(ScriptedMllm(self._answer, "scripted:counting"), capacity=capacity)

    def _answer(self, messages):
        self.asked.append(messages)
        return self.script(messages)

    def score(self, *prompts, labels="AB"):
        return self.mllm.ask([Prompt(messages, tuple(labels)) for messages in prompts])

    def write(self, messages, **choices):
        return self.mllm.ask([Prompt(messages, **{"max_new_tokens": 9, **choices})])[0]


def test_the_contract_is_kept():
    looks_at_nothing = {Promise.QUESTION, Promise.PICTURES}
    for mllm in (Counting().mllm, RememberingMllm(ScriptedMllm(lambda messages: "B", "scripted:mute"))):
        check_mllm(mllm, except_for=looks_at_nothing)


def test_it_is_named_as_the_model_behind_it():
    assert RememberingMllm(ScriptedMllm(lambda messages: "B", "scripted:mute")).name == "scripted:mute"


def test_equal_prompts_are_computed_once(ask):
    model = Counting()
    scores = [model.score(ask())[0] for _ in range(3)]
    texts = [model.write(ask()) for _ in range(3)]
    assert len(model.asked) == 2
    assert scores[0] == scores[1] == scores[2]
    assert [reply.text for reply in texts] == ["B"] * 3


def test_in_a_batch_the_new_ones_alone_are_computed_each_once(ask):
    model = Counting()
    model.score(ask("one"))
    scores = model.score(ask("two"), ask("one"), ask("two"), ask("three"))
    assert [messages[-1].text for messages in model.asked] == ["one", "two", "three"]
    assert len(scores) == 4


def test_where_a_picture_came_from_makes_no_other_prompt(ask):
    system, user = ask()
    moved = [PicturePart(part.pixels.copy(), "query", "elsewhere.png", "ab" * 32) for part in user.pictures]
    model = Counting()
    model.score((system, user))
    model.score((system, Message(user.role, (*moved, user.parts[-1]))))
    assert len(model.asked) == 1


def one_pixel_other(ask):
    system, user = ask()
    pixels = user.pictures[0].pixels.copy()
    pixels[3, 4, 1] ^= 1
    return (system, Message(user.role, (PicturePart(pixels, "picture 1"), *user.parts[1:])))


def reshaped(ask):
    system, user = ask()
    first = user.pictures[0].pixels
    turned = PicturePart(np.ascontiguousarray(first.reshape(first.shape[1], first.shape[0], 3)), "picture 1")
    return (system, Message(user.role, (turned, *user.parts[1:])))


def said_by_another(ask):
    return tuple(Message(Role.USER, message.parts) for message in ask())


def split_text(ask):
    system, user = ask()
    words = user.parts[-1].text
    return (system, Message(user.role, (*user.parts[:-1], TextPart(words[:4]), TextPart(words[4:]))))


OTHERS = {
    "pixel": one_pixel_other,
    "shape": reshaped,
    "word": lambda ask: ask("Is it A or C?"),
    "order": lambda ask: ask(seeds=(2, 1)),
    "picture left out": lambda ask: ask(seeds=(1,)),
    "role": said_by_another,
    "parts": split_text,
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_whatever_differs_in_a_prompt_is_computed_anew(ask, other):
    model = Counting()
    for prompt in (ask(), other(ask)):
        model.score(prompt)
        model.write(prompt)
    assert len(model.asked) == 4


def test_other_labels_or_another_end_are_computed_anew(ask):
    model = Counting()
    for labels in ("AB", "AC", "AB"):
        assert set(model.score(ask(), labels=labels)[0].scores) == set(labels)
    assert len(model.asked) == 2
    for choices in ({}, {"max_new_tokens": 8}, {"stop": (".",)}, {"stop": (".",)}):
        model.write(ask(), **choices)
    assert len(model.asked) == 5


def test_what_was_not_used_for_longest_is_forgotten_first(ask):
    model = Counting(capacity=2)
    for question in ("one", "two", "one", "three", "one", "two"):
        model.score(ask(question))
    assert [messages[-1].text for messages in model.asked] == ["one", "two", "three", "two"]
    assert len(model.mllm) == 2


def test_a_batch_larger_than_the_memory_is_whole(ask):
    model = Counting(capacity=1)
    assert len(model.score(ask("one"), ask("two"), ask("three"), ask("one"))) == 4
    assert len(model.mllm) == 1


def test_a_failure_is_not_remembered(ask):
    lines = [
        Line(fail="out of memory"),
        Line(answer="B", probabilities={"A": 0.5, "B": 0.5}),
        Line(fail="out of memory"),
        Line(answer="B"),
    ]
    model = Counting(script=lambda messages: lines.pop(0))
    assert isinstance(model.score(ask())[0], MllmError)
    assert set(model.score(ask())[0].scores) == {"A", "B"}
    assert isinstance(model.write(ask()), MllmError)
    assert model.write(ask()).text == "B"


def test_one_failure_in_a_batch_takes_no_other_with_it(ask):
    model = Counting(script=lambda messages: Line(fail="odd") if "two" in messages[-1].text else Line(answer="B"))
    replies = model.score(ask("one"), ask("two"), ask("three"))
    assert [isinstance(reply, MllmError) for reply in replies] == [False, True, False]
    assert len(model.mllm) == 2
