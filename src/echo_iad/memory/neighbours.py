"""What a search finds, and the order it is in. Knows no index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import FloatArray

NOTHING = -1
"""The id where fewer than ``k`` were found; its similarity is minus infinity."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest of each query, most alike first, equal ones by id.

    Attributes
    ----------
    ids : (q, k) int64
        `NOTHING` where there are no more.
    similarities : (q, k) float32
        Inner products, for unit vectors the cosine; higher = more alike; minus infinity where there are no more.
    """

    ids: NDArray[np.int64]
    similarities: FloatArray

    def __post_init__(self) -> None:
        if self.ids.ndim != 2 or self.ids.shape != self.similarities.shape:
            msg = f"Neighbours needs ids and similarities (q, k). Got {self.ids.shape} and {self.similarities.shape}."
            raise ValueError(msg)


def nearest(similarities: FloatArray, ids: NDArray[np.int64], k: int) -> Neighbours:
    """Pick the ``k`` best of each row.

    Parameters
    ----------
    similarities : (q, n) float32
    ids : (n,) int64
        Increasing.
    k : int
        More than n gives n and nothing.

    Examples
    --------
    >>> found = nearest(np.array([[0.5, 0.9, 0.9]], np.float32), np.array([4, 5, 6]), 2)
    >>> found.ids.tolist()
    [[5, 6]]
    """
    rows, count = similarities.shape
    found = np.full((rows, k), NOTHING, np.int64)
    best = np.full((rows, k), -np.inf, np.float32)
    for row in range(rows):
        line = similarities[row]
        picked = _best(line, min(k, count))
        found[row, : len(picked)] = ids[picked]
        best[row, : len(picked)] = line[picked]
    return Neighbours(found, best)


def _best(line: FloatArray, k: int) -> NDArray[np.intp]:
    """Columns of the ``k`` highest values, equal ones in column order."""
    if k == 1:
        return np.array([line.argmax()])
    if k < len(line):
        limit = line[np.argpartition(line, len(line) - k)[len(line) - k]]
        columns = np.flatnonzero(line >= limit)
    else:
        columns = np.arange(len(line))
    return columns[np.argsort(-line[columns], kind="stable")][:k]
