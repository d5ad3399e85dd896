"""Sentence vectors, each computed once. Knows an encoder of texts by its protocol only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from echo_iad.domain.parts import FloatArray
from echo_iad.encoders.base import TextEncoder


class SentenceVectors:
    """A bounded cache before a text encoder; the least recently used sentence is forgotten first.

    Parameters
    ----------
    encoder : TextEncoder
        Gives unit vectors.
    capacity : int
        Sentences kept; 4,096 of 384 numbers take 6 MB.
    """

    def __init__(self, encoder: TextEncoder, *, capacity: int = 4096) -> None:
        self._encoder = encoder
        self._capacity = capacity
        self._kept: OrderedDict[str, FloatArray] = OrderedDict()

    def vectors(self, texts: Sequence[str]) -> FloatArray:
        """(n, d) float32, unit length: one row for each text, in order."""
        missing = list(dict.fromkeys(text for text in texts if text not in self._kept))
        fresh = dict(zip(missing, self._encoder.encode_texts(missing), strict=True)) if missing else {}
        rows = [fresh[text] if text in fresh else self._recalled(text) for text in texts]
        self._keep(fresh)
        return np.stack(rows) if rows else np.zeros((0, self._encoder.id.dimension), np.float32)

    def cosine(self, texts: Sequence[str], others: Sequence[str]) -> FloatArray:
        """(n, m) float32: cosine of every text with every other, -1 to 1; higher = closer in meaning."""
        return np.asarray(self.vectors(texts) @ self.vectors(others).T, np.float32)

    def __len__(self) -> int:
        return len(self._kept)

    def _recalled(self, text: str) -> FloatArray:
        self._kept.move_to_end(text)
        return self._kept[text]

    def _keep(self, fresh: dict[str, FloatArray]) -> None:
        self._kept.update(fresh)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
