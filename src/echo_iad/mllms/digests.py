"""Digests of what a model is given: prompts are the same when they hold the same texts, roles, order and pixels.

Where a picture came from, and what it is called, is not given to a model and does not count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from echo_iad.domain.messages import Part, TextPart
from echo_iad.domain.parts import ByteArray
from echo_iad.mllms.base import Prompt


def prompt_sha256(prompt: Prompt) -> str:
    """Hex digest of everything that a model is given in one prompt.

    Examples
    --------
    >>> from echo_iad.domain.messages import Message, Role
    >>> said = (Message(Role.USER, (TextPart("Is it good?"),)),)
    >>> prompt_sha256(Prompt(said)) == prompt_sha256(Prompt(said))
    True
    >>> prompt_sha256(Prompt(said)) == prompt_sha256(Prompt(said, labels=("A", "B")))
    False
    """
    digest = hashlib.sha256(repr((prompt.labels, prompt.max_new_tokens, prompt.stop)).encode())
    for message in prompt.messages:
        digest.update(repr((message.role.value, len(message.parts))).encode())
        for part in message.parts:
            digest.update(_given(part))
    return digest.hexdigest()


def prompts_sha256(prompts: Sequence[Prompt]) -> str:
    """Hex digest of several prompts in their order; see `prompt_sha256`."""
    return hashlib.sha256("".join(map(prompt_sha256, prompts)).encode()).hexdigest()


def picture_sha256(pixels: ByteArray) -> str:
    """Hex digest of a picture's size and pixels, ``(h, w, 3) uint8``."""
    return hashlib.sha256(_pixels(pixels)).hexdigest()


def _given(part: Part) -> bytes:
    return repr(part.text).encode() if isinstance(part, TextPart) else _pixels(part.pixels)


def _pixels(pixels: ByteArray) -> bytes:
    return repr(pixels.shape).encode() + pixels.tobytes()
