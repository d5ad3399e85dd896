"""Exact search: every vector is compared. The truth that other indexes are measured against; NumPy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echo_iad.domain.parts import FloatArray
from echo_iad.memory.neighbours import Neighbours, nearest


class ExactIndex:
    """All vectors in one array, in the order of their ids.

    Parameters
    ----------
    dimension : int
        Numbers of a vector.
    """

    def __init__(self, dimension: int) -> None:
        self._ids = np.empty(0, np.int64)
        self._vectors = np.empty((0, dimension), np.float32)

    def ids(self) -> NDArray[np.int64]:
        """Give the ids that can be found, increasing; ``(n,) int64``."""
        return self._ids

    def add(self, vectors: FloatArray, ids: ArrayLike) -> None:
        """Add vectors, ``(n, d) float32, unit length``, with ids that were never used here."""
        added = np.asarray(ids, np.int64)
        if not len(self._ids) and (np.diff(added) > 0).all():
            self._ids, self._vectors = added, vectors
            return
        together = np.concatenate([self._ids, added])
        order = np.argsort(together, kind="stable")
        self._vectors = np.concatenate([self._vectors, vectors])[order]
        self._ids = together[order]

    def remove(self, ids: ArrayLike) -> None:
        """Take vectors out; ids that are not there are passed over."""
        kept = ~np.isin(self._ids, np.asarray(ids, np.int64))
        if not kept.all():
            self._ids, self._vectors = self._ids[kept], self._vectors[kept]

    def search(self, queries: FloatArray, k: int, allowed: ArrayLike | None = None) -> Neighbours:
        """Find the ``k`` nearest of each query; parameters of `Index.search`."""
        ids, vectors = self._ids, self._vectors
        if allowed is not None:
            rows = np.flatnonzero(np.isin(ids, np.asarray(allowed, np.int64)))
            ids, vectors = ids[rows], vectors[rows]
        return search_all(queries, vectors, ids, k)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Give all that `restore` needs, for a cache."""
        return {"ids": self._ids, "vectors": self._vectors}

    def restore(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        """Become the index whose `arrays` these are."""
        self._ids = arrays["ids"].astype(np.int64, copy=False)
        self._vectors = arrays["vectors"].astype(np.float32, copy=False)


def search_all(queries: FloatArray, vectors: FloatArray, ids: NDArray[np.int64], k: int) -> Neighbours:
    """Compare every query with every vector.

    Parameters
    ----------
    queries : (q, d) float32
    vectors : (n, d) float32
    ids : (n,) int64
        Increasing.
    k : int
    """
    # vecdot takes half the time of a matrix product here, and gives the same alone as in a batch
    found = [nearest(np.vecdot(vectors, query)[None], ids, k) for query in queries]
    if not found:
        return Neighbours(np.empty((0, k), np.int64), np.empty((0, k), np.float32))
    return Neighbours(np.concatenate([one.ids for one in found]), np.concatenate([one.similarities for one in found]))
