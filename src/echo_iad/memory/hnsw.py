"""Approximate search in a navigable small-world graph (paper, section 3.3), by Faiss, which is imported here alone.

Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small
World graphs". The graph cannot lose a node: removed ids are hidden, and past a share the graph is built anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echo_iad.domain.parts import FloatArray
from echo_iad.memory.exact import search_all
from echo_iad.memory.neighbours import NOTHING, Neighbours

REBUILD_SHARE = 0.2
"""Share of hidden vectors above which the graph is built anew."""


class HnswIndex:
    """Faiss ``IndexHNSWFlat`` by inner product, with ids and removal.

    Parameters
    ----------
    dimension : int
        Numbers of a vector.
    m, ef_construction, ef_search : int
        Links of a node; breadth of the search while building and while searching. More is better and slower.

    Attributes
    ----------
    graph : faiss.IndexHNSWFlat
        Faiss's own index; its numbers are rows, not ids.
    """

    def __init__(self, dimension: int, m: int, ef_construction: int, ef_search: int) -> None:
        import faiss

        self._faiss: Any = faiss
        self._form = (dimension, m, ef_construction)
        self._ef_search = ef_search
        self._ids = np.empty(0, np.int64)
        self._hidden = np.empty(0, np.bool_)
        self.graph = self._empty_graph()
        self._parameters: Any = None

    def ids(self) -> NDArray[np.int64]:
        """Give the ids that can be found, increasing; ``(n,) int64``."""
        return np.sort(self._ids[~self._hidden])

    def add(self, vectors: FloatArray, ids: ArrayLike) -> None:
        """Add vectors, ``(n, d) float32, unit length``, with ids that were never used here."""
        added = np.asarray(ids, np.int64)
        self.graph.add(np.ascontiguousarray(vectors, np.float32))
        self._ids = np.concatenate([self._ids, added])
        self._hidden = np.concatenate([self._hidden, np.zeros(len(added), np.bool_)])
        self._parameters = None

    def remove(self, ids: ArrayLike) -> None:
        """Hide vectors, and build the graph anew when too many are hidden; ids that are not there are passed over."""
        self._hidden |= np.isin(self._ids, np.asarray(ids, np.int64))
        self._parameters = None
        if self._hidden.sum() > REBUILD_SHARE * len(self._ids):
            kept, vectors = self._ids[~self._hidden], self._vectors()[~self._hidden]
            self.graph, self._ids, self._hidden = self._empty_graph(), np.empty(0, np.int64), np.empty(0, np.bool_)
            self.add(vectors, kept)

    def search(self, queries: FloatArray, k: int, allowed: ArrayLike | None = None) -> Neighbours:
        """Find the ``k`` nearest of each query; parameters of `Index.search`. ``allowed`` ids are searched exactly."""
        if allowed is not None:
            return self._search_among(queries, k, np.asarray(allowed, np.int64))
        if self._parameters is None:
            self._parameters = self._search_parameters()
        similarities, rows = self.graph.search(queries, k, params=self._parameters)
        missing = rows < 0
        found = self._ids[rows] if len(self._ids) else rows
        if missing.any():
            found[missing], similarities[missing] = NOTHING, -np.inf
        if k > 1:
            order = np.lexsort((found, -similarities))
            found = np.take_along_axis(found, order, axis=1)
            similarities = np.take_along_axis(similarities, order, axis=1)
        return Neighbours(found, similarities)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Give all that `restore` needs, for a cache."""
        return {"ids": self._ids, "hidden": self._hidden, "graph": self._faiss.serialize_index(self.graph)}

    def restore(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        """Become the index whose `arrays` these are."""
        self._ids = arrays["ids"].astype(np.int64)
        self._hidden = arrays["hidden"].astype(np.bool_)
        self.graph = self._faiss.deserialize_index(arrays["graph"])
        self._parameters = None

    def _empty_graph(self) -> Any:
        dimension, m, ef_construction = self._form
        graph = self._faiss.IndexHNSWFlat(dimension, m, self._faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = ef_construction
        return graph

    def _search_parameters(self) -> Any:
        if not self._hidden.any():
            return self._faiss.SearchParametersHNSW(efSearch=self._ef_search)
        visible = self._faiss.IDSelectorBitmap(np.packbits(~self._hidden, bitorder="little"))
        return self._faiss.SearchParametersHNSW(efSearch=self._ef_search, sel=visible)

    def _vectors(self) -> FloatArray:
        """View the graph's own vectors, ``(n, d) float32``, in the order they were added."""
        storage = self._faiss.downcast_index(self.graph.storage)
        count, dimension = len(self._ids), self._form[0]
        if not count:
            return np.empty((0, dimension), np.float32)
        view: FloatArray = self._faiss.rev_swig_ptr(storage.get_xb(), count * dimension).reshape(count, dimension)
        return view

    def _search_among(self, queries: FloatArray, k: int, allowed: NDArray[np.int64]) -> Neighbours:
        rows = np.flatnonzero(np.isin(self._ids, allowed) & ~self._hidden)
        rows = rows[np.argsort(self._ids[rows])]
        return search_all(queries, self._vectors()[rows], self._ids[rows], k)
