"""A text encoder that computes each text once. Knows the encoder before it by its protocol only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from echo_iad.domain.parts import EncoderId, FloatArray
from echo_iad.encoders.base import TextEncoder


class RememberingTextEncoder:
    """A bounded memory before a text encoder; the text that was not used for longest is forgotten first.

    Parameters
    ----------
    encoder : TextEncoder
    capacity : int
        Texts kept; 4,096 of 384 numbers take 6 MB.
    """

    def __init__(self, encoder: TextEncoder, *, capacity: int = 4096) -> None:
        self._encoder = encoder
        self._capacity = capacity
        self._kept: OrderedDict[str, FloatArray] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def id(self) -> EncoderId:
        """Of the encoder behind it."""
        return self._encoder.id

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        """(n, d) float32, unit length: one row for each text, in order."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._kept]
        fresh = dict(zip(missing, self._encoder.encode_texts(missing), strict=True)) if missing else {}
        rows = [fresh[text] if text in fresh else self._kept[text] for text in texts]
        self._kept.update(fresh)
        for text in texts:
            self._kept.move_to_end(text)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        return np.stack(rows) if rows else np.zeros((0, self.id.dimension), np.float32)


def remembering(encoder: TextEncoder, *, capacity: int = 4096) -> RememberingTextEncoder:
    """The encoder with a memory before it; itself when it has one, so that all who are given it share one."""
    return (
        encoder if isinstance(encoder, RememberingTextEncoder) else RememberingTextEncoder(encoder, capacity=capacity)
    )


def cosines(encoder: TextEncoder, texts: Sequence[str], others: Sequence[str]) -> FloatArray:
    """(n, m) float32: cosine of every text with every other, -1 to 1; higher = closer in meaning."""
    return np.asarray(encoder.encode_texts(texts) @ encoder.encode_texts(others).T, np.float32)
