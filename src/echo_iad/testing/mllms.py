"""Contract check for multimodal models, for the authors of backends. Knows the protocol and drawn pictures; no model.

Call `check_mllm` in a test of your own; it raises `ContractError` that says which promise was broken and by what.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np

from echo_iad.domain.decisions import Scoring
from echo_iad.domain.messages import Message, PicturePart, Role, TextPart
from echo_iad.domain.parts import ByteArray
from echo_iad.domain.questions import Question
from echo_iad.errors import ContractError, MllmError, ModelGoneError
from echo_iad.mllms.base import MLLM, Answered, Prompt, Reply
from echo_iad.prompts.rotation import rotate

TOLERANCE = 1e-3
"""Most by which two log-probabilities of the same may differ, and least by which those of different prompts must."""
_QUESTION = Question("Is there a scratch?", {"A": "Yes.", "B": "No.", "C": "It cannot be seen."})
_OTHER = Question("Which corner is chipped?", {"A": "The left one.", "B": "The right one.", "C": "None is."})
_OPEN = Question("What does the surface look like?")
_LABEL_ALONE = "Answer with one label alone."
_TOO_LONG = "A very long description. " * 40_000
"""A million characters: few models read so much at once, and those that do may answer."""


class Promise(StrEnum):
    """What a model is held to."""

    NAME = "name"
    """Its name is BACKEND:NAME."""
    REPLIES = "replies"
    """One answer for each prompt, of the form that its `Scoring` says; none for none."""
    FAULTS = "faults"
    """A prompt that cannot be answered is an `MllmError` in its place: nothing is raised, no neighbour suffers."""
    SUM = "sum"
    """The options' probabilities sum to one."""
    LABEL_ORDER = "label order"
    """Options score the same in whatever order their labels are given."""
    ROTATION = "rotation"
    """Averaged over all rotations of the options' texts, each text has the same probability, whichever came first.

    The prompts are the same three in another order, so what breaks this is a score that hangs on the place among the
    prompts. That rotations take away a model's liking for a letter is Echo's own promise, and proved without any model.
    """
    QUESTION = "question"
    """Another question, and another earlier turn of the model, change the result."""
    PICTURES = "pictures"
    """A reference added, replaced or moved changes the result, and costs tokens where they are told."""
    REPEATED = "repeated"
    """The same prompt gets the same reply."""
    ALONE = "alone"
    """A prompt gets in a batch what it gets alone."""
    SHARED_PREFIX = "shared prefix"
    """Questions about the same pictures, together or one after the other, get what each gets alone after others."""
    NEW_TEXT = "new text"
    """The text is new: no text of the prompt is in it, and no space around it."""
    TOKENS = "tokens"
    """Written tokens are counted and bounded, read ones are counted or not told."""
    STOP = "stop"
    """Writing ends at a stop."""


def check_mllm(mllm: MLLM, *, except_for: Collection[Promise] = (), tolerance: float = TOLERANCE) -> None:
    """Check every promise of `echo_iad.mllms.base.MLLM`, as far as any model can be held to it.

    Give it a model that computes every reply: behind a memory of replies some promises are kept by remembering alone.

    Parameters
    ----------
    mllm : MLLM
    except_for : collection of Promise
        What this kind of model cannot keep, e.g. ``{Promise.PICTURES}`` for one that looks at none.
    tolerance : float
        Most by which log-probabilities of the same may differ; larger for a model of half precision.

    Raises
    ------
    ContractError
        The first promise that is broken, with what was got.
    ModelGoneError
        The model went away meanwhile.
    """
    _want(isinstance(mllm, MLLM), f"A model has a name and the method ask. Got {mllm!r}.")
    check = _Check(mllm, tolerance)
    for promise, kept in _CHECKS.items():
        if promise not in except_for:
            try:
                kept(check)
            except ContractError as fault:
                msg = f"{mllm.name!r} breaks the promise {promise.value!r}: {fault}."
                raise ContractError(msg) from fault


class _Check:
    """A model, and how it is asked."""

    def __init__(self, mllm: MLLM, tolerance: float) -> None:
        self.mllm = mllm
        self.tolerance = tolerance

    def name(self) -> None:
        backend, _, name = self.mllm.name.partition(":")
        _want(bool(backend and name), f"a model's name is BACKEND:NAME. Got {self.mllm.name!r}")

    def replies(self) -> None:
        self.ask([])
        prompts = [_prompt(_QUESTION), _prompt(_OPEN), _prompt(_OTHER, references=())]
        for prompt, reply in zip(prompts, self.get(prompts), strict=True):
            _check_form(prompt, reply)

    def faults(self) -> None:
        fine = [_prompt(_QUESTION), _prompt(_OTHER)]
        alone = self.get(fine)
        sliver = np.zeros((1, 400, 3), np.uint8)
        for what, hard in (("long", _prompt(Question(_TOO_LONG))), ("with a sliver", _prompt(_OPEN, query=sliver))):
            first, _, last = self.ask([fine[0], hard, fine[1]])
            self.same(alone, self.only_replies([first, last]), f"beside a prompt {what} and without it")

    def sums(self) -> None:
        for prompt in (_prompt(_QUESTION), _prompt(_OTHER, references=())):
            scores = self.get([prompt])[0].scores
            total = sum(math.exp(score) for score in scores.values())
            _want(not scores or abs(total - 1) <= self.tolerance, f"probabilities must sum to 1. Got {total}")

    def label_order(self) -> None:
        forwards, backwards = _prompt(_QUESTION), _prompt(_QUESTION, labels=tuple(_QUESTION.options)[::-1])
        self.same(self.get([forwards]), self.get([backwards]), "of labels in another order")

    def rotation(self) -> None:
        first, second = self._averaged(start=0), self._averaged(start=1)
        gaps = [abs(first[text] - second[text]) for text in first]
        _want(max(gaps, default=0) <= self.tolerance, f"options must have their own chances. Got {first} and {second}")

    def _averaged(self, start: int) -> dict[str, float]:
        """Option's text to its probability, averaged over the rotations; the first is moved on by `start` places."""
        shown = [rotate(_QUESTION, start + place).question for place in range(len(_QUESTION.options))]
        chances = dict.fromkeys(_QUESTION.options.values(), 0.0)
        for question, reply in zip(shown, self.get([_prompt(question) for question in shown]), strict=True):
            for label, score in reply.scores.items():
                chances[question.options[label]] += math.exp(score) / len(shown)
        return chances

    def question(self) -> None:
        plain, turned = _prompt(_QUESTION), _prompt(_QUESTION, turn="It is smooth all over.")
        self.differ(plain, _prompt(_OTHER, labels=plain.labels), "another question")
        self.differ(plain, turned, "an earlier turn of the model")
        self.differ(turned, _prompt(_QUESTION, turn="A long bright line crosses it."), "other words of that turn")

    def pictures(self) -> None:
        none, one, other, two, moved = (
            _prompt(_QUESTION, references=references) for references in ((), (1,), (2,), (1, 2), (2, 1))
        )
        self.differ(none, one, "a reference")
        self.differ(one, other, "another reference")
        self.differ(one, two, "a second reference")
        self.differ(two, moved, "references in another order")
        costs = [reply.prompt_tokens or 0 for reply in self.get([_without_pictures(one), none, one, two])]
        cheapest = min(costs[1:])
        _want(cheapest == 0 or costs[0] < cheapest, f"pictures must count among prompt_tokens. Got {costs}")

    def repeated(self) -> None:
        for prompt in (_prompt(_QUESTION), _prompt(_OPEN)):
            self.same(self.get([prompt]), self.get([prompt]), "of the same prompt asked twice")
            self.same(self.get([prompt]), self.get([prompt, prompt])[1:], "of the same prompt twice in a batch")

    def alone(self) -> None:
        prompts = [_prompt(_QUESTION, references=shown) for shown in ((), (1,), (1, 2), (3,))]
        prompts += [_prompt(_OTHER), _prompt(_OPEN), _prompt(_QUESTION, turn="It is smooth."), _prompt(_QUESTION)]
        alone = [self.get([prompt])[0] for prompt in prompts]
        self.same(alone, self.get(prompts), "alone and in a batch")
        self.same(alone, self.get(prompts[::-1])[::-1], "alone and in a batch in another order")

    def shared_prefix(self) -> None:
        shared = [_prompt(_QUESTION, references=(1, 2)), _prompt(_OTHER, references=(1, 2)), _prompt(_OPEN, (1, 2))]
        foreign = _prompt(_QUESTION, references=(3,), query=_drawn(4))
        apart = [self.after(foreign, prompt) for prompt in shared]
        self.same(apart, self.get(shared), "asked apart and together with others about the same pictures")
        in_turn = [self.get([prompt])[0] for prompt in shared]
        self.same(apart, in_turn, "asked apart and one after the other about the same pictures")
        self.same(apart[:1], self.get(shared[:1]), "before and after other questions about the same pictures")

    def new_text(self) -> None:
        prompt = _prompt(_OPEN)
        text = self.get([prompt])[0].text
        told = [part.text for message in prompt.messages for part in message.parts if isinstance(part, TextPart)]
        _want(not any(part in text for part in told), f"the text must be new, without the prompt. Got {text!r}")
        _want(text == text.strip(), f"the text must be stripped of space around it. Got {text!r}")

    def tokens(self) -> None:
        for most in (1, 8):
            reply = self.get([_prompt(_OPEN, max_new_tokens=most)])[0]
            new, read = reply.new_tokens, reply.prompt_tokens
            _want(new is None or 0 < new <= most, f"new_tokens must be 1 to {most}, or None. Got {new}")
            _want(read is None or read > 0, f"prompt_tokens must be positive, or None. Got {read}")

    def stop(self) -> None:
        whole = self.get([_prompt(_OPEN)])[0].text
        mark = next((letter for letter in whole[len(whole) // 2 :] if letter.isalnum()), "")
        if mark:
            text = self.get([_prompt(_OPEN, stop=(mark,))])[0].text
            ends = {whole[: whole.index(mark)].strip(), whole[: whole.index(mark) + 1].strip()}
            _want(text in ends, f"writing must end at the first {mark!r} of {whole!r}. Got {text!r}")

    def ask(self, prompts: Sequence[Prompt]) -> list[Answered]:
        try:
            answered: object = self.mllm.ask(prompts)
        except ModelGoneError:
            raise
        except Exception as fault:
            msg = f"ask must return an MllmError in a prompt's place. It raised {type(fault).__name__}: {fault}"
            raise ContractError(msg) from fault
        if not isinstance(answered, list) or not all(isinstance(one, Reply | MllmError) for one in answered):
            msg = f"ask must return a list of Reply or MllmError. Got {answered!r:.200}"
            raise ContractError(msg)
        _want(len(answered) == len(prompts), f"each prompt must get an answer. Got {len(answered)} of {len(prompts)}")
        return answered

    def get(self, prompts: Sequence[Prompt]) -> list[Reply]:
        return self.only_replies(self.ask(prompts))

    def after(self, before: Prompt, prompt: Prompt) -> Reply:
        """The reply to a prompt that is asked by itself, just after another."""
        self.get([before])
        return self.get([prompt])[0]

    def only_replies(self, answered: Sequence[Answered]) -> list[Reply]:
        faults = [one for one in answered if not isinstance(one, Reply)]
        _want(not faults, f"a plain prompt must get a reply. Got {faults[:1]}")
        return [one for one in answered if isinstance(one, Reply)]

    def same(self, ones: Sequence[Reply], others: Sequence[Reply], what: str) -> None:
        for one, other in zip(ones, others, strict=True):
            _want(one.scoring == other.scoring, f"replies {what} must be scored alike. Got {one} and {other}")
            texts = (one.thought, one.text), (other.thought, other.text)
            _want(texts[0] == texts[1], f"texts {what} must agree. Got {texts[0]} and {texts[1]}")
            gap = _gap(one.scores, other.scores)
            _want(gap <= self.tolerance, f"scores {what} must agree to {self.tolerance:g}. They differ by {gap:.2g}")

    def differ(self, one: Prompt, other: Prompt, what: str) -> None:
        """Check that the difference tells, for a model that scores; what others write may well be the same."""
        first, second = self.get([one])[0].scores, self.get([other])[0].scores
        gap = _gap(first, second)
        _want(not first or gap > self.tolerance, f"{what} must change the scores. They differ by {gap:.2g}")


_CHECKS: Mapping[Promise, Callable[[_Check], None]] = {
    Promise.NAME: _Check.name,
    Promise.REPLIES: _Check.replies,
    Promise.FAULTS: _Check.faults,
    Promise.SUM: _Check.sums,
    Promise.LABEL_ORDER: _Check.label_order,
    Promise.ROTATION: _Check.rotation,
    Promise.QUESTION: _Check.question,
    Promise.PICTURES: _Check.pictures,
    Promise.REPEATED: _Check.repeated,
    Promise.ALONE: _Check.alone,
    Promise.SHARED_PREFIX: _Check.shared_prefix,
    Promise.NEW_TEXT: _Check.new_text,
    Promise.TOKENS: _Check.tokens,
    Promise.STOP: _Check.stop,
}


def _check_form(prompt: Prompt, reply: Reply) -> None:
    """Check that a reply holds what its scoring says."""
    scored = reply.scoring is Scoring.LOGPROBS
    _want(bool(prompt.labels) or reply.scoring is Scoring.TEXT, f"without labels it writes. Got {reply.scoring!r}")
    _want(isinstance(reply.text, str), f"the text must be a str. Got {type(reply.text).__name__}")
    labels = set(prompt.labels) if scored else set()
    _want(set(reply.scores) == labels, f"scores must have the labels {sorted(labels)}. Got {dict(reply.scores)}")
    if reply.scoring is Scoring.STRUCTURED:
        _want(reply.text in prompt.labels, f"the text must be one of {prompt.labels}. Got {reply.text!r}")


def _prompt(
    question: Question,
    references: Sequence[int] = (1,),
    *,
    query: ByteArray | None = None,
    turn: str = "",
    labels: tuple[str, ...] | None = None,
    max_new_tokens: int = 8,
    stop: tuple[str, ...] = (),
) -> Prompt:
    """A prompt as Echo composes it: what is shared first, the question last; `turn` is what the model said before."""
    shown = [PicturePart(_drawn(number), f"reference {place}") for place, number in enumerate(references, start=1)]
    seen = PicturePart(_drawn(0) if query is None else query, "query")
    options = [f"{label}. {text}" for label, text in question.options.items()]
    asked = "\n".join([question.text, *options, _LABEL_ALONE if options else "Describe it."])
    messages = [Message(Role.SYSTEM, (TextPart("You inspect parts."),))]
    messages.append(Message(Role.USER, (TextPart("Good parts, then the part:"), *shown, seen, TextPart(asked))))
    if turn:
        messages.append(Message(Role.ASSISTANT, (TextPart(turn),)))
        messages.append(Message(Role.USER, (TextPart(f"So which is it? {_LABEL_ALONE}"),)))
    return Prompt(tuple(messages), tuple(question.options) if labels is None else labels, max_new_tokens, stop)


def _without_pictures(prompt: Prompt) -> Prompt:
    told = [tuple(part for part in message.parts if isinstance(part, TextPart)) for message in prompt.messages]
    return replace(prompt, messages=tuple(map(Message, (message.role for message in prompt.messages), told)))


def _drawn(number: int) -> ByteArray:
    """A picture of a colour and a grain of its own, (h, w, 3) uint8; each number's is of another size."""
    random = np.random.default_rng(number)
    colour, grain = random.integers(40, 216, 3), random.integers(-40, 40, (64 + 8 * number, 96, 3))
    return (colour + grain).astype(np.uint8)


def _gap(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Largest difference between scores of the same labels; infinite when the labels differ."""
    if set(one) != set(other):
        return math.inf
    return max((abs(one[label] - other[label]) for label in one), default=0.0)


def _want(kept: object, broken: str) -> None:
    if not kept:
        raise ContractError(broken)
