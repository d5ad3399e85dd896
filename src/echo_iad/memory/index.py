"""What every index promises, and which one is used for how many vectors. Knows no library.

Echo's retriever searches through this protocol alone; the public contract check is
``echo_iad.testing.indexes.check_index``.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echo_iad.domain.parts import FloatArray
from echo_iad.memory.exact import ExactIndex
from echo_iad.memory.neighbours import Neighbours
from echo_iad.settings import RetrievalSettings

Arrays = dict[str, NDArray[np.generic]]


@runtime_checkable
class Index(Protocol):
    """Nearest neighbours by inner product, for unit vectors the cosine.

    Ids are positive and never used again. Equal similarities are ordered by id.
    """

    def ids(self) -> NDArray[np.int64]:
        """Give the ids that can be found, increasing; ``(n,) int64``."""
        ...

    def add(self, vectors: FloatArray, ids: ArrayLike) -> None:
        """Add vectors, ``(n, d) float32, unit length``, with ids that were never used here."""
        ...

    def remove(self, ids: ArrayLike) -> None:
        """Take vectors out; ids that are not there are passed over."""
        ...

    def search(self, queries: FloatArray, k: int, allowed: ArrayLike | None = None) -> Neighbours:
        """Find the ``k`` nearest of each query.

        Parameters
        ----------
        queries : (q, d) float32
        k : int
            At least 1.
        allowed : (m,) int64, optional
            Only these ids are found, and all of them exactly.
        """
        ...

    def arrays(self) -> Arrays:
        """Give all that `restore` needs, for a cache."""
        ...

    def restore(self, arrays: Arrays) -> None:
        """Become the index whose `arrays` these are."""
        ...


def choose_index(settings: RetrievalSettings, count: int, dimension: int) -> Index:
    """Make the empty index of the profile for ``count`` vectors of ``dimension`` numbers.

    Examples
    --------
    >>> from echo_iad.settings import load_profile
    >>> type(choose_index(load_profile("edge").retrieval, 100, 1280)).__name__
    'ExactIndex'
    """
    if settings.index == "hnsw" or (settings.index == "auto" and count >= settings.hnsw_from):
        from echo_iad.memory.hnsw import HnswIndex

        return HnswIndex(dimension, settings.m, settings.ef_construction, settings.ef_search)
    return ExactIndex(dimension)
