"""Vectors of sentences, each computed once. Knows a text encoder by its protocol only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from echo_iad.domain.parts import FloatArray
from echo_iad.encoders.base import TextEncoder


class RememberedVectors:
    """A bounded memory before a text encoder; the sentence that was not used for longest is forgotten first.

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

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, texts: Sequence[str]) -> FloatArray:
        """(n, d) float32, unit length: one row for each text, in order."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._kept]
        fresh = dict(zip(missing, self._encoder.encode_texts(missing), strict=True)) if missing else {}
        rows = [fresh[text] if text in fresh else self._kept[text] for text in texts]
        self._kept.update(fresh)
        for text in texts:
            self._kept.move_to_end(text)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        return np.stack(rows) if rows else np.zeros((0, self._encoder.id.dimension), np.float32)
