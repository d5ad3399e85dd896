"""What a prompt costs in tokens before it is sent: counted where the processor is here, estimated elsewhere.

Knows messages and the catalogue; loads no weights.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2.exceptions import TemplateError

from echo_iad.domain.messages import Messages, pictures_of
from echo_iad.errors import MissingExtraError, MissingModelError
from echo_iad.mllms.known.cards import find_card
from echo_iad.mllms.known.image_tokens import DEFAULT_RULE
from echo_iad.mllms.local.folders import find_folder

CHARACTERS_A_TOKEN = 4
"""About so many characters of English make a token; what an estimate of a text rests on."""

_OFFSETS = "text_replacement_offsets"


@dataclass(frozen=True)
class Cost:
    """Tokens of one prompt."""

    text_tokens: int
    """Everything but the pictures: words, and the control words between and around."""
    picture_tokens: tuple[int, ...]
    """Places that each picture takes, in order."""
    exact: bool
    """Counted by the model's own processor; else estimated."""

    @property
    def total(self) -> int:
        """Text and pictures together."""
        return self.text_tokens + sum(self.picture_tokens)


def estimate(messages: Messages, written: str) -> Cost:
    """Tell what a conversation costs with a model.

    Parameters
    ----------
    messages : Messages
        With the pictures as they would be sent.
    written : str
        ``BACKEND:NAME``.

    Returns
    -------
    Cost
        Exact for a model of the transformers library whose processor is on this machine, with weights or without.
        Else each picture by the catalogue's rule, or for a model that is not in it one token for each 28 x 28 pixels,
        and the text at four characters a token.

    Examples
    --------
    >>> from echo_iad.domain.messages import Message, Role, TextPart
    >>> estimate((Message(Role.USER, (TextPart("Is it good?"),)),), "openai:some-model")
    Cost(text_tokens=3, picture_tokens=(), exact=False)
    """
    backend, _, name = written.partition(":")
    counted = _counted(messages, name.strip()) if backend == "transformers" else None
    return counted or _estimated(messages, name)


def _estimated(messages: Messages, name: str) -> Cost:
    card = find_card(name)
    rule = card.image_tokens if card is not None else DEFAULT_RULE
    pictures = pictures_of(messages)
    alone = len(pictures) == 1
    characters = sum(len(message.text) for message in messages)
    return Cost(
        text_tokens=math.ceil(characters / CHARACTERS_A_TOKEN),
        picture_tokens=tuple(rule.count(*picture.pixels.shape[:2], alone=alone) for picture in pictures),
        exact=False,
    )


def _counted(messages: Messages, name: str) -> Cost | None:
    """Count with the model's own processor; None when it is not here, or cannot read this conversation."""
    try:
        folder = find_folder(name)  # first: importing torch takes seconds
        from echo_iad.mllms.local.chat_inputs import ChatInputs

        processor = _Telling(_processor(folder, name))
        encoded = ChatInputs(processor, None).encode([messages])
    except (ImportError, MissingExtraError, MissingModelError, TemplateError, ValueError):
        return None
    (replaced,) = encoded.tensors[_OFFSETS]
    pictures = tuple(piece["replacement"].count(processor.image_token) for piece in replaced)
    (size,) = encoded.sizes
    return Cost(size - sum(pictures), pictures, exact=True)


@functools.lru_cache(maxsize=1)
def _processor(folder: Path, name: str) -> Any:
    from echo_iad.mllms.local.processors import load_processor

    return load_processor(folder, name)


class _Telling:
    """A processor that also tells by what it replaced each picture."""

    def __init__(self, processor: Any) -> None:
        self._processor = processor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._processor, name)

    def __call__(self, **inputs: Any) -> Any:
        return self._processor(**inputs, **{f"return_{_OFFSETS}": True})
