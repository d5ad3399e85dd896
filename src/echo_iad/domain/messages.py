"""What is said to a multimodal model: messages of texts and pictures, in order. Knows no model and no file format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from echo_iad.domain.parts import ByteArray


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    """The model itself, earlier in the conversation."""


@dataclass(frozen=True)
class TextPart:
    """A piece of text."""

    text: str


@dataclass(frozen=True, eq=False)
class PicturePart:
    """A picture at its place among the texts."""

    pixels: ByteArray
    """(h, w, 3) uint8, upright RGB."""
    label: str
    """What it shows: ``query``, or ``reference 1`` and so on; not said to the model."""
    path: str = ""
    """Where it came from; empty when that is not known."""
    sha256: str = ""
    """Hex digest of the file it came from; empty when that is not known."""


Part: TypeAlias = TextPart | PicturePart


@dataclass(frozen=True)
class Message:
    """What one role says."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """Its texts, one below the other."""
        return "\n".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def pictures(self) -> tuple[PicturePart, ...]:
        """Its pictures, in order."""
        return tuple(part for part in self.parts if isinstance(part, PicturePart))


Messages: TypeAlias = tuple[Message, ...]
"""One conversation up to the model's turn."""


def pictures_of(messages: Messages) -> tuple[PicturePart, ...]:
    """Every picture of a conversation, in order."""
    return tuple(picture for message in messages for picture in message.pictures)
