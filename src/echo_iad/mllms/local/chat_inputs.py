"""A conversation as the tensors that a model reads, by its own processor and chat template.

Imports torch: import it late. Knows no family in particular: where a picture goes, and how many tokens it takes, is the
processor's affair. A template that would put all pictures before all texts is given each picture at its place within
the text: else nothing says which picture is the good sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from jinja2.exceptions import TemplateError
from PIL import Image

from echo_iad.domain.messages import Message, Messages, Role, TextPart, pictures_of
from echo_iad.errors import MllmError
from echo_iad.mllms.digests import picture_sha256
from echo_iad.mllms.local.spellings import Tokens

_PROBE = "place"
"""A word that no chat template writes by itself."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """Prompts as a model reads them, padded on the left to one length."""

    tensors: Mapping[str, torch.Tensor]
    """By the names that the model's forward pass gives them; ``input_ids`` and ``attention_mask`` are (n, length)."""
    pictures: str
    """Digests of all pictures in order: equal where the same pictures are shown, empty where none is."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Tokens of each prompt without padding, those of its pictures included."""
        return tuple(self.tensors["attention_mask"].sum(1).tolist())

    @property
    def tokens(self) -> Tokens:
        """Tokens of the only prompt."""
        (row,) = self.tensors["input_ids"].tolist()
        return tuple(row)

    def per_token(self, name: str) -> bool:
        """Whether a tensor has one number for each token."""
        return bool(self.tensors[name].shape == self.tensors["input_ids"].shape)

    def begun(self, length: int) -> dict[str, torch.Tensor]:
        """The first tokens of the prompts, with all their pictures."""
        return {key: value[:, :length] if self.per_token(key) else value for key, value in self.tensors.items()}

    def followed(self, tokens: Tokens) -> dict[str, torch.Tensor]:
        """The only prompt with tokens of its answer behind it."""
        added = torch.tensor([tokens])
        fillers = {"input_ids": added, "attention_mask": torch.ones_like(added)}
        longer = {}
        for key, value in self.tensors.items():
            filler = fillers.get(key, torch.zeros_like(added)).to(value.dtype)
            longer[key] = torch.cat([value, filler], dim=1) if self.per_token(key) else value
        return longer


class ChatInputs:
    """Turns conversations into tensors, and tokens into text.

    Parameters
    ----------
    processor : object
        The model's own, from `echo_iad.mllms.local.processors.load_processor`.
    longest : int or None
        Most tokens that the model takes; None when it does not say.
    """

    def __init__(self, processor: Any, longest: int | None) -> None:
        self._processor = processor
        self._tokenizer = processor.tokenizer
        self._longest = longest

    @property
    def filler(self) -> int:
        """The token that pads."""
        return int(self._tokenizer.pad_token_id)

    def tokens_of(self, text: str) -> Tokens:
        """A text as tokens, without control tokens."""
        return tuple(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def text_of(self, tokens: Sequence[int]) -> str:
        """Tokens as text, without control tokens."""
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def encode(self, conversations: Sequence[Messages]) -> Encoded:
        """Prompts up to the model's turn, on the CPU.

        Raises
        ------
        MllmError
            One of them is longer than the model takes.
        """
        texts = [self._rendered(messages) for messages in conversations]
        images = [[Image.fromarray(part.pixels) for part in pictures_of(messages)] for messages in conversations]
        opening = self._tokenizer.bos_token
        tensors = self._processor(
            text=texts,
            images=images if any(images) else None,
            padding=True,
            return_tensors="pt",
            add_special_tokens=not (opening and texts[0].startswith(opening)),
        )
        length = tensors["input_ids"].shape[1]
        if self._longest is not None and length > self._longest:
            msg = (
                f"The prompt has {length} tokens and the model takes {self._longest}: use fewer references (shots), "
                "smaller pictures (max_side) or fewer passages."
            )
            raise MllmError(msg)
        shown = [picture for messages in conversations for picture in pictures_of(messages)]
        return Encoded(dict(tensors), " ".join(picture_sha256(picture.pixels) for picture in shown))

    def _rendered(self, messages: Messages) -> str:
        """The prompt as the model's chat template writes it; a template without a system role gets its text first."""
        try:
            return self._templated(messages)
        except TemplateError:
            return self._templated(_without_system(messages))

    def _templated(self, messages: Messages) -> str:
        special = [token for token in self._tokenizer.get_added_vocab() if token.strip()]
        turns = [(message.role, [_content(part, special) for part in message.parts]) for message in messages]
        if self._moves_pictures:
            turns = [(role, [_within_text(content, self._processor.image_token)]) for role, content in turns]
        return self._applied(turns)

    @cached_property
    def _moves_pictures(self) -> bool:
        """Whether the chat template puts a picture before the text that was said before it."""
        said = [{"type": "text", "text": _PROBE}, {"type": "image"}]
        before, _, _ = self._applied([(Role.USER, said)]).partition(_PROBE)
        return getattr(self._processor, "image_token", _PROBE) in before

    def _applied(self, turns: Sequence[tuple[Role, Sequence[Mapping[str, str]]]]) -> str:
        conversation = [{"role": role.value, "content": list(content)} for role, content in turns]
        return str(self._processor.apply_chat_template(conversation, add_generation_prompt=True, tokenize=False))


def _content(part: object, special: Sequence[str]) -> dict[str, str]:
    """A part as chat templates want it; a model's control words in a text lose their power."""
    if not isinstance(part, TextPart):
        return {"type": "image"}
    text = part.text
    for token in special:
        text = text.replace(token, " ")
    return {"type": "text", "text": text}


def _within_text(content: Sequence[Mapping[str, str]], image_token: str) -> dict[str, str]:
    """All of a turn as one text, each picture on a line of its own where it was shown."""
    return {"type": "text", "text": "\n".join(part.get("text", image_token) for part in content)}


def _without_system(messages: Messages) -> Messages:
    system = tuple(part for message in messages if message.role is Role.SYSTEM for part in message.parts)
    others = [message for message in messages if message.role is not Role.SYSTEM]
    first, *rest = others
    return (Message(first.role, (*system, *first.parts)), *rest)
