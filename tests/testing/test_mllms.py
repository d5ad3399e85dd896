"""A model that breaks one promise must be caught, for each promise."""

import hashlib
from dataclasses import replace

import pytest

from echo_iad.domain.decisions import Scoring
from echo_iad.domain.messages import TextPart, pictures_of
from echo_iad.errors import ContractError, MllmError, ModelGoneError
from echo_iad.mllms.base import Reply, normalised
from echo_iad.testing.mllms import Promise, check_mllm

MOST = 100_000
"""Characters that the honest model reads at most."""


class Honest:
    """Scores by a digest of all that it is told and shown; keeps every promise."""

    name = "made:honest"

    def ask(self, prompts):
        return [self.answer(prompt) for prompt in prompts]

    def answer(self, prompt):
        if sum(len(message.text) for message in prompt.messages) > MOST:
            return MllmError("The prompt is too long.")
        return self.reply(prompt, self.read(prompt))

    def read(self, prompt):
        """Everything that the reply rests on."""
        parts = [(message.role, part) for message in prompt.messages for part in message.parts]
        return [(role, part.text if isinstance(part, TextPart) else part.pixels.tobytes()) for role, part in parts]

    def reply(self, prompt, read):
        cost = sum(len(message.text) for message in prompt.messages) + 64 * len(pictures_of(prompt.messages))
        if not prompt.labels:
            text = "It is smooth."
            ends = [text.index(mark) + len(mark) for mark in prompt.stop if mark in text]
            return Reply(Scoring.TEXT, text[: min(ends, default=None)], prompt_tokens=cost, new_tokens=1)
        scores = normalised({label: self.chance(read, label) for label in prompt.labels})
        return Reply(Scoring.LOGPROBS, scores=scores, prompt_tokens=cost, new_tokens=0)

    def chance(self, read, label):
        return hashlib.sha256(repr((read, label)).encode()).digest()[0] / 50


class Mute(Honest):
    """Writes, and scores nothing."""

    def reply(self, prompt, read):
        return super().reply(replace(prompt, labels=()), read)


class Chooser(Honest):
    """Writes nothing but a label."""

    def reply(self, prompt, read):
        reply = super().reply(prompt, read)
        if not prompt.labels:
            return reply
        return Reply(Scoring.STRUCTURED, max(reply.scores, key=reply.scores.get), new_tokens=1)


class Raising(Honest):
    def answer(self, prompt):
        reply = super().answer(prompt)
        if isinstance(reply, MllmError):
            raise reply
        return reply


class Dragging(Honest):
    """One fault fails the whole batch."""

    def ask(self, prompts):
        replies = super().ask(prompts)
        faults = [reply for reply in replies if isinstance(reply, MllmError)]
        return [faults[0]] * len(replies) if faults else replies


class Unnormalised(Honest):
    def reply(self, prompt, read):
        reply = super().reply(prompt, read)
        return replace(reply, scores={label: score + 0.1 for label, score in reply.scores.items()})


class ByPlace(Honest):
    """Gives the scores of the labels in alphabetical order to the labels as they are given."""

    def reply(self, prompt, read):
        reply = super().reply(prompt, read)
        return replace(reply, scores=dict(zip(reply.scores, sorted(reply.scores.values()), strict=True)))


class Leaning(Honest):
    """Scores by the place in a batch of the rotations of one question."""

    def ask(self, prompts):
        leans = len(prompts) == 3 and len({prompt.labels for prompt in prompts}) == 1
        return [
            self.reply(prompt, [*self.read(prompt), str(place)]) if leans else self.answer(prompt)
            for place, prompt in enumerate(prompts)
        ]


class Blind(Honest):
    def read(self, prompt):
        return [(role, said) for role, said in super().read(prompt) if isinstance(said, str)]


class Jumbled(Honest):
    """Sees every picture, in no order."""

    def read(self, prompt):
        return sorted(super().read(prompt), key=repr)


class Deaf(Honest):
    """Sees the pictures, and hears no word but the labels."""

    def read(self, prompt):
        return [picture.pixels.tobytes() for picture in pictures_of(prompt.messages)]


class Costless(Honest):
    def reply(self, prompt, read):
        return replace(super().reply(prompt, read), prompt_tokens=7)


class Moody(Honest):
    """Changes its mind at a prompt that it was given just before."""

    last = None

    def answer(self, prompt):
        given = prompt.labels, self.read(prompt)
        again, self.last = given == self.last, given
        return replace(super().answer(prompt), text="Again.") if again else super().answer(prompt)


class Crowded(Honest):
    """Scores otherwise when many ask."""

    def ask(self, prompts):
        return [self.reply(prompt, [*self.read(prompt), str(len(prompts) > 4)]) for prompt in prompts]


class Stale(Honest):
    """Keeps the pictures of the prompt before, and reads the old question behind them when they are the same."""

    pictures, question = None, None

    def ask(self, prompts):
        return [self.continued(prompt) for prompt in prompts]

    def continued(self, prompt):
        pictures = [picture.pixels.tobytes() for picture in pictures_of(prompt.messages)]
        read = self.read(prompt)
        stays = pictures == self.pictures and len(pictures) == 3
        shown = [*read, self.question] if stays else read
        self.pictures, self.question = pictures, read
        return self.reply(prompt, shown)


class Echoing(Honest):
    def reply(self, prompt, read):
        reply = super().reply(prompt, read)
        return replace(reply, text=f"{prompt.messages[0].text} {reply.text}") if reply.text else reply


class Endless(Honest):
    def reply(self, prompt, read):
        return replace(super().reply(prompt, read), new_tokens=prompt.max_new_tokens + 1)


class Unstoppable(Honest):
    def reply(self, prompt, read):
        return super().reply(replace(prompt, stop=()), read)


class Named(Honest):
    name = "honest"


class Generous(Honest):
    def ask(self, prompts):
        return [*super().ask(prompts), Reply(Scoring.TEXT, "One more.")]


class Unlabelled(Honest):
    def reply(self, prompt, read):
        reply = super().reply(prompt, read)
        return replace(reply, scores={label.lower(): score for label, score in reply.scores.items()})


class Dictionary(Honest):
    def ask(self, prompts):
        return {}


BREAKERS = [
    (Promise.NAME, Named, "Got 'honest'"),
    (Promise.REPLIES, Generous, "each prompt must get an answer. Got 1 of 0"),
    (Promise.REPLIES, Dictionary, "must return a list"),
    (Promise.REPLIES, Unlabelled, "must have the labels"),
    (Promise.FAULTS, Raising, "raised MllmError: The prompt is too long"),
    (Promise.FAULTS, Dragging, "a plain prompt must get a reply"),
    (Promise.SUM, Unnormalised, "must sum to 1. Got 1.1"),
    (Promise.LABEL_ORDER, ByPlace, "labels in another order"),
    (Promise.ROTATION, Leaning, "their own chances"),
    (Promise.QUESTION, Deaf, "another question must change"),
    (Promise.PICTURES, Blind, "a reference must change"),
    (Promise.PICTURES, Jumbled, "references in another order must change"),
    (Promise.PICTURES, Costless, "must count among prompt_tokens"),
    (Promise.REPEATED, Moody, "asked twice"),
    (Promise.ALONE, Crowded, "alone and in a batch"),
    (Promise.SHARED_PREFIX, Stale, "about the same pictures"),
    (Promise.NEW_TEXT, Echoing, "must be new"),
    (Promise.TOKENS, Endless, "new_tokens must be 1 to 1"),
    (Promise.STOP, Unstoppable, "must end at the first"),
]


@pytest.mark.parametrize("model", [Honest, Mute, Chooser])
def test_an_honest_model_passes_however_it_answers(model):
    check_mllm(model())


@pytest.mark.parametrize(("promise", "model", "told"), BREAKERS, ids=lambda value: getattr(value, "__name__", value))
def test_a_broken_promise_is_caught_and_named(promise, model, told):
    with pytest.raises(ContractError, match=f"breaks the promise '{promise}'.*{told}"):
        check_mllm(model())


def test_every_promise_is_broken_once():
    assert {promise for promise, _, _ in BREAKERS} == set(Promise)


def test_what_a_model_cannot_keep_can_be_left_out():
    check_mllm(Blind(), except_for={Promise.PICTURES})


def test_a_model_that_goes_away_says_so():
    class Gone(Honest):
        def ask(self, prompts):
            raise ModelGoneError("The server is gone.")

    with pytest.raises(ModelGoneError):
        check_mllm(Gone())


def test_what_is_no_model_is_caught():
    with pytest.raises(ContractError, match="has a name and the method ask. Got 3"):
        check_mllm(3)
