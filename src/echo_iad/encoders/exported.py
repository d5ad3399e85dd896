"""Encoders from a folder of ONNX files with a card, run by ONNX Runtime. Needs no torch; knows no model by name.

A memory made with the torch encoder goes on with its export: the card keeps the identity, and an export that
strays further than 1e-4 from torch is refused when it is made.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from echo_iad.domain.parts import FloatArray
from echo_iad.encoders.cards import IMAGE_FILE, TEXT_FILE, TOKENIZER_FILE, ModelCard, read_card, whole_file
from echo_iad.encoders.prepared import (
    ImageRun,
    PreparedImageEncoder,
    TextRun,
    TokenArray,
    TokenTextEncoder,
    TowerOutput,
)
from echo_iad.encoders.sessions import open_session
from echo_iad.errors import MissingModelError


class ExportedImageEncoder(PreparedImageEncoder):
    """Image encoder of an exported folder; ``encoder`` is the name in the catalogue that the caller expects.

    Raises
    ------
    MissingModelError
        The folder has no image encoder of that name, or a file is missing or damaged.
    """

    def __init__(self, folder: Path, encoder: str) -> None:
        card = read_card(folder)
        if card.image is None or card.picture is None or card.image.name != encoder:
            raise _other_encoder(folder, card, f"image encoder {encoder!r}")
        super().__init__(card.image, card.picture, _image_run(whole_file(folder, IMAGE_FILE, card)))


class ExportedTextEncoder(TokenTextEncoder):
    """Text encoder of an exported folder; ``encoder`` is the name in the catalogue that the caller expects.

    Raises
    ------
    MissingModelError
        The folder has no text encoder of that name, or a file is missing or damaged.
    """

    def __init__(self, folder: Path, encoder: str) -> None:
        card = read_card(folder)
        if card.text is None or card.max_tokens is None or card.text.name != encoder:
            raise _other_encoder(folder, card, f"text encoder {encoder!r}")
        tokenizer = whole_file(folder, TOKENIZER_FILE, card).read_text(encoding="utf-8")
        super().__init__(card.text, tokenizer, card.max_tokens, _text_run(whole_file(folder, TEXT_FILE, card)))


def _image_run(file: Path) -> ImageRun:
    session = open_session(file)

    def run(pixels: FloatArray) -> TowerOutput:
        return TowerOutput(*session.run(["vector", "patches"], {"pixels": pixels}))

    return run


def _text_run(file: Path) -> TextRun:
    session = cache(open_session)  # at the first text: many an inspection has none, and expanding int8 takes its time

    def run(input_ids: TokenArray, attention_mask: TokenArray) -> FloatArray:
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        vectors: FloatArray = session(file).run(["vector"], inputs)[0]
        return vectors

    return run


def _other_encoder(folder: Path, card: ModelCard, wanted: str) -> MissingModelError:
    held = sorted({identity.name for identity in (card.image, card.text) if identity is not None})
    msg = f"{folder} holds no {wanted}; its card describes {card.name!r} of encoder {', '.join(held)}."
    return MissingModelError(msg)
