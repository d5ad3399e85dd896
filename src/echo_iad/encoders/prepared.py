"""Encoders made of a preparation and something that runs a network. Does not know whether torch or ONNX runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import EncoderId, FloatArray, ImageEncoding, Picture
from echo_iad.encoders.preparation import PicturePreparation

TokenArray: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TowerOutput:
    """What an image network returns for a batch.

    Attributes
    ----------
    vectors : (n, d) float32, unit length
    patches : (n, h, w, c) float32
        Tokens of the patches in their places.
    """

    vectors: FloatArray
    patches: FloatArray


ImageRun: TypeAlias = Callable[[FloatArray], TowerOutput]
"""``(n, 3, side, side)`` float32 -> `TowerOutput`."""
TextRun: TypeAlias = Callable[[TokenArray, TokenArray], FloatArray]
"""Tokens and mask, ``(n, t)`` int64 -> ``(n, d)`` float32, unit length."""


@dataclass(frozen=True, eq=False)
class ImagePart:
    """An image tower of a checkpoint: who it is, how its pictures are prepared, the torch module."""

    identity: EncoderId
    preparation: PicturePreparation
    module: Any


@dataclass(frozen=True, eq=False)
class TextPart:
    """A text tower of a checkpoint: who it is, how its texts are cut, the torch module."""

    identity: EncoderId
    tokenizer: str
    """Content of its ``tokenizer.json``."""
    max_tokens: int
    module: Any


class PreparedImageEncoder:
    """Prepare, run, hand over the pooled vector and one level of patch tokens; an `ImageEncoder`."""

    BATCH = 8

    def __init__(self, identity: EncoderId, preparation: PicturePreparation, run: ImageRun) -> None:
        self._id = identity
        self._preparation = preparation
        self._run = run

    @property
    def id(self) -> EncoderId:
        """Which encoder this is."""
        return self._id

    def encode_images(self, pictures: Sequence[Picture]) -> list[ImageEncoding]:
        """Encode a batch; see `ImageEncoder`."""
        encodings: list[ImageEncoding] = []
        for start in range(0, len(pictures), self.BATCH):
            batch = pictures[start : start + self.BATCH]
            output = self._run(np.stack([self._preparation.apply(picture.pixels) for picture in batch]))
            pairs = zip(output.vectors, output.patches, strict=True)
            encodings += [ImageEncoding(vector, (patches,)) for vector, patches in pairs]
        return encodings


class TokenTextEncoder:
    """Cut into tokens, run in batches of like length; a `TextEncoder`.

    Parameters
    ----------
    identity : EncoderId
    tokenizer : str
        Content of a ``tokenizer.json``.
    max_tokens : int
        Whatever a text has beyond is cut off.
    run : callable
        See `TextRun`.
    """

    BATCH = 32

    def __init__(self, identity: EncoderId, tokenizer: str, max_tokens: int, run: TextRun) -> None:
        from tokenizers import Tokenizer

        self._id = identity
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        self._run = run

    @property
    def id(self) -> EncoderId:
        """Which encoder this is."""
        return self._id

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        """Encode a batch; see `TextEncoder`."""
        vectors = np.empty((len(texts), self._id.dimension), dtype=np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda row: len(tokens[row]))
        for start in range(0, len(order), self.BATCH):
            rows = order[start : start + self.BATCH]
            vectors[rows] = self._run(*_padded([tokens[row] for row in rows]))
        return vectors


def _padded(tokens: Sequence[Sequence[int]]) -> tuple[TokenArray, TokenArray]:
    ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, numbers in enumerate(tokens):
        ids[row, : len(numbers)] = numbers
        mask[row, : len(numbers)] = 1
    return ids, mask
