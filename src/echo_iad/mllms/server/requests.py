"""Messages as the body of an OpenAI chat completion. Knows the wire's words; opens no connection.

Pictures travel inside the request as data URLs: JPEG of quality 95 with its colours at full resolution. A PNG has about
four times the bytes, and all of them travel again with each question; the halved colours that JPEG has by default would
smear small coloured defects.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from PIL import Image

from echo_iad.domain.decisions import Scoring
from echo_iad.domain.messages import Message, Messages, Part, Role, TextPart
from echo_iad.domain.parts import ByteArray
from echo_iad.mllms.base import Prompt

Body: TypeAlias = Mapping[str, Any]
"""Fields of a request or of a part of one, as JSON has them."""

MOST_LISTED = 20
"""First tokens whose probabilities are asked for; no server of the kind lists more."""
ANSWER = "answer"
"""Key of the label in a structured answer."""
_ROOM_FOR_JSON = 32
"""Tokens that a structured answer may take at least."""
_WAYS = (Scoring.LOGPROBS, Scoring.STRUCTURED, Scoring.TEXT)
_MAY_BE_LEFT_OUT = ("temperature", "stop")


@dataclass(frozen=True)
class Manner:
    """How one server wants to be asked, as far as that is known."""

    ways: tuple[Scoring, ...] = _WAYS
    """How labels are scored there, best first; what it does not have is left out."""
    proven: frozenset[Scoring] = frozenset()
    """Those that have worked there; one prompt in which they do not says nothing about the server."""
    limit: str = "max_tokens"
    """What it calls the most tokens to write: ``max_tokens``, or ``max_completion_tokens`` as OpenAI's newer models."""
    left_out: frozenset[str] = frozenset()
    """Fields that it does not take."""

    def without(self, way: Scoring) -> Manner:
        """The same without one way to score, unless it is proven; writing is always left."""
        kept = self.proven | {Scoring.TEXT}
        return replace(self, ways=tuple(known for known in self.ways if known is not way or way in kept))

    def after(self, refusal: str) -> Manner | None:
        """What to try after a refusal that names a field; None when it names none that can be changed.

        Examples
        --------
        >>> Manner().after("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.").limit
        'max_completion_tokens'
        """
        if "max_completion_tokens" in refusal and self.limit == "max_tokens":
            return replace(self, limit="max_completion_tokens")
        named = {field for field in _MAY_BE_LEFT_OUT if f"'{field}'" in refusal or f'"{field}"' in refusal}
        new = named - self.left_out
        return replace(self, left_out=self.left_out | new) if new else None

    def without_stop(self) -> Manner | None:
        """The same without a place to stop at; None when none was named anyway."""
        return None if "stop" in self.left_out else replace(self, left_out=self.left_out | {"stop"})

    def and_also(self, other: Manner) -> Manner:
        """What is known from both."""
        proven = self.proven | other.proven
        ways = tuple(way for way in _WAYS if way in proven or (way in self.ways and way in other.ways))
        limit = self.limit if self.limit != Manner.limit else other.limit
        return Manner(ways, proven, limit, self.left_out | other.left_out)


def request_body(prompt: Prompt, messages: Sequence[Body], way: Scoring, manner: Manner) -> Body:
    """Fields of one request, the model's name aside.

    Parameters
    ----------
    prompt : Prompt
    messages : sequence of Body
        Its messages as `wire_messages` writes them.
    way : Scoring
        How the labels are to be scored; ``text`` for a prompt without labels.
    manner : Manner
    """
    body: dict[str, Any] = {"messages": list(messages), "temperature": 0.0, manner.limit: prompt.max_new_tokens}
    if way is Scoring.LOGPROBS:
        body |= {manner.limit: 1, "logprobs": True, "top_logprobs": MOST_LISTED}
    elif way is Scoring.STRUCTURED:
        body |= {
            manner.limit: max(prompt.max_new_tokens, _ROOM_FOR_JSON),
            "response_format": _one_of(prompt.labels),
        }
    elif prompt.stop:
        body["stop"] = list(prompt.stop)
    return {field: value for field, value in body.items() if field not in manner.left_out}


def wire_messages(messages: Messages) -> list[Body]:
    """Messages with their texts and pictures in order."""
    return [{"role": message.role.value, "content": _content(message)} for message in messages]


def _content(message: Message) -> str | list[Body]:
    """A list of parts only for the user: some servers take nothing but a text from the other roles."""
    if message.role is not Role.USER or not message.pictures:
        return message.text
    return [_part(part) for part in message.parts]


def _part(part: Part) -> Body:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    return {"type": "image_url", "image_url": {"url": data_url(part.pixels)}}


def data_url(pixels: ByteArray) -> str:
    """(h, w, 3) uint8 as a data URL; the same pixels give the same text."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "JPEG", quality=95, subsampling=0)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def _one_of(labels: Sequence[str]) -> Body:
    """A JSON schema that holds one label; an object, because OpenAI takes no bare word."""
    schema = {
        "type": "object",
        "properties": {ANSWER: {"type": "string", "enum": list(labels)}},
        "required": [ANSWER],
        "additionalProperties": False,
    }
    return {"type": "json_schema", "json_schema": {"name": ANSWER, "strict": True, "schema": schema}}
