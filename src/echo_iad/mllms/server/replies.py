"""What an OpenAI chat completion says, read strictly. Knows the wire's words; opens no connection."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from echo_iad.errors import MllmError
from echo_iad.mllms.base import normalised
from echo_iad.mllms.server.requests import ANSWER

LEAST_SHARE = 0.1
"""Labels that have less of the first token's probability between them are not what the model was about to write."""
_FLOOR = 1e-12
"""Probability of what a server calls impossible, so that a logarithm exists."""
_SPACES = " \t\r\n▁Ġ"
"""Around a label within its token; the last two are how tokenizers write a space when a server lets it through."""


@dataclass(frozen=True)
class FirstToken:
    """A word that the model could have begun with."""

    text: str
    logprob: float
    """Natural logarithm of its probability; minus infinity = impossible."""


@dataclass(frozen=True)
class Completion:
    """One answer of a server."""

    text: str
    """What the model wrote; empty when it wrote nothing."""
    thought: str
    """The reasoning before it, where the server shows it apart."""
    refusal: str
    """Why the model declines, where the server says so apart."""
    ended: str
    """``stop``, ``length``, ``content_filter``, or another word of the server's own; empty when it does not say."""
    first: tuple[FirstToken, ...]
    """The likeliest first tokens, most likely first; empty when the server does not list them."""
    prompt_tokens: int | None
    """Tokens that were read; None when the server does not tell."""
    new_tokens: int | None
    """Tokens that were written; None when the server does not tell."""


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None
    reasoning_content: Any = None
    reasoning: Any = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None
    logprobs: Any = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Body(BaseModel):
    choices: list[_Choice]
    usage: Any = None


class _Listed(BaseModel):
    token: str
    logprob: float


class _Place(_Listed):
    top_logprobs: list[_Listed] = []


class _Logprobs(BaseModel):
    content: list[_Place]


def read_completion(text: str, hide: Callable[[str], str] = str) -> Completion:
    """Read the body of an answer.

    Parameters
    ----------
    text : str
    hide : callable
        Takes out of an error what must not be shown; what is read stays as it is.

    Raises
    ------
    MllmError
        It is no JSON, has another shape, or holds no answer.
    """
    try:
        body = _Body.model_validate_json(text)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        where = f" at {place}" if place else ""
        msg = f"The server's answer cannot be read{where}: {first['msg']}. It began {hide(text)[:80]!r}."
        raise MllmError(msg) from None
    if not body.choices:
        msg = "The server's answer holds no choice."
        raise MllmError(msg)
    choice, usage = body.choices[0], _told_usage(body.usage)
    return Completion(
        text=choice.message.content or "",
        thought=_words(choice.message.reasoning_content) or _words(choice.message.reasoning),
        refusal=choice.message.refusal or "",
        ended=choice.finish_reason or "",
        first=_first_tokens(choice.logprobs),
        prompt_tokens=usage.prompt_tokens,
        new_tokens=usage.completion_tokens,
    )


def read_model_names(text: str) -> tuple[str, ...]:
    """Names in a server's list of its models; empty when it lists none or in a form of its own."""
    try:
        return tuple(str(model["id"]) for model in json.loads(text)["data"])
    except (ValueError, TypeError, KeyError):
        return ()


def read_error(text: str) -> str:
    """Words of a server that refused or failed: its message, wherever servers of the kind put it, else all of it.

    Examples
    --------
    >>> read_error('{"error": {"message": "out of memory"}}'), read_error('{"detail": "no such model"}')
    ('out of memory', 'no such model')
    """
    try:
        said = json.loads(text)
    except ValueError:
        return text
    for key in ("error", "message", "detail"):
        said = (said.get(key) or said) if isinstance(said, dict) else said
    return said if isinstance(said, str) else json.dumps(said)


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _told_usage(usage: object) -> _Usage:
    """What an answer cost; nothing is known when the server tells it in a form of its own."""
    try:
        return _Usage.model_validate(usage)
    except ValidationError:
        return _Usage()


def _first_tokens(logprobs: object) -> tuple[FirstToken, ...]:
    """Tokens of the first place; none when the server lists them in a form of its own."""
    try:
        places = _Logprobs.model_validate(logprobs).content
    except ValidationError:
        return ()
    if not places:
        return ()
    first = places[0]
    written = [] if any(listed.token == first.token for listed in first.top_logprobs) else [first]
    tokens = [FirstToken(listed.token, listed.logprob) for listed in [*written, *first.top_logprobs]]
    if any(math.isnan(token.logprob) or token.logprob > 1e-3 for token in tokens):
        return ()
    return tuple(sorted(tokens, key=lambda token: -token.logprob))


def label_scores(first: Sequence[FirstToken], labels: Sequence[str]) -> dict[str, float] | None:
    """Log-probabilities of the labels from the likeliest first tokens.

    A label's probability is the sum over the tokens that write it and nothing else, spaces aside. A label of one
    character that is not listed gets the most that it can have: the smallest listed probability, or what the list
    leaves over when that is less. A longer one may begin with any token, so without it nothing can be said.

    Parameters
    ----------
    first : sequence of FirstToken
        Most likely first, one or more.
    labels : sequence of str

    Returns
    -------
    dict of str to float or None
        Their probabilities sum to one. None when the model was about to write something else: the likeliest token is
        no label, and all labels together have less than ``LEAST_SHARE``.

    Examples
    --------
    >>> tokens = [FirstToken("B", math.log(0.6)), FirstToken(" B", math.log(0.1)), FirstToken("A", math.log(0.2))]
    >>> scores = label_scores(tokens, ["A", "B"])
    >>> round(math.exp(scores["B"]), 3)
    0.778
    """
    listed = dict.fromkeys(labels, 0.0)
    found = set()
    for token in first:
        label = token.text.strip(_SPACES)
        if label in listed:
            listed[label] += math.exp(token.logprob)
            found.add(label)
    likeliest = first[0].text.strip(_SPACES)
    if not found or (likeliest not in listed and sum(listed.values()) < LEAST_SHARE):
        return None
    if any(len(label) > 1 for label in listed if label not in found):
        return None
    chances = [math.exp(token.logprob) for token in first]
    unlisted = max(min(chances[-1], 1.0 - sum(chances)), _FLOOR)
    return normalised(
        {label: math.log(max(chance, _FLOOR) if label in found else unlisted) for label, chance in listed.items()}
    )


def label_in(text: str, labels: Sequence[str]) -> str | None:
    """The label in a structured answer; None when it is anything else, for then nothing held the model to it."""
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    label = answer.get(ANSWER) if isinstance(answer, dict) and set(answer) == {ANSWER} else None
    return label if isinstance(label, str) and label in labels else None
