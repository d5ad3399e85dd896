"""One index over all normals of a memory, kept in step with it. Knows no retrieval rule.

Exact indexes are read from the memory; graphs, which take long to build, are kept in a cache and brought up to date
by what was added and removed since.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echo_iad.memory.cache import read_cache, write_cache
from echo_iad.memory.exact import ExactIndex
from echo_iad.memory.index import Index, choose_index
from echo_iad.memory.store import Memory
from echo_iad.settings import RetrievalSettings


class WholeIndex:
    """The index over everything that is enrolled.

    Parameters
    ----------
    memory : Memory
    settings : RetrievalSettings
        Which index, and its breadths.
    """

    def __init__(self, memory: Memory, settings: RetrievalSettings) -> None:
        self._memory = memory
        self._settings = settings
        self._state = ""
        self._index: Index = ExactIndex(0)

    def current(self) -> Index:
        """Give the index as the memory is now."""
        state = self._memory.state()
        if state != self._state:
            self._index = self._made()
            self._state = state
        return self._index

    def _made(self) -> Index:
        encoder = self._memory.image_encoder
        dimension = encoder.dimension if encoder else 0
        index = choose_index(self._settings, self._memory.count(), dimension)
        if isinstance(index, ExactIndex):
            table = self._memory.vectors()
            index.add(table.vectors, table.ids)
            return index
        return self._caught_up(index)

    def _caught_up(self, index: Index) -> Index:
        """Restore the cached graph, and add and remove what has changed since it was kept."""
        path, stamp = graph_cache(self._memory, self._settings)
        marks = self._memory.vector_marks()
        kept = read_cache(path, stamp)
        known = np.empty((0, 2), np.int64)
        if kept is not None:
            known = kept.pop("marks").astype(np.int64)
            index.restore(kept)
        gone, new = _missing(known, marks), _missing(marks, known)
        if len(gone):
            index.remove(gone)
        if len(new):
            self._add(index, new)
        if kept is None or len(gone) or len(new):
            write_cache(path, stamp, {"marks": marks, **index.arrays()})
        return index

    def _add(self, index: Index, new: NDArray[np.int64]) -> None:
        table = self._memory.vectors()
        added = slice(None) if len(new) == len(table) else np.isin(table.ids, new)  # a copy less of all of them
        index.add(table.vectors[added], table.ids[added])


def graph_cache(memory: Memory, settings: RetrievalSettings) -> tuple[Path, str]:
    """Say where a memory's graph is kept, and its stamp; the graph itself tells which vectors are in it."""
    form = f"{settings.m}-{settings.ef_construction}"
    return memory.cache_file(f"hnsw-{form}"), f"hnsw-{form} {memory.identity}"


def _missing(rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ids of the (id, checksum) rows that are not among ``others``."""
    place = np.searchsorted(others[:, 0], rows[:, 0])
    found = place < len(others)
    found[found] = (others[place[found]] == rows[found]).all(axis=1)
    missing: NDArray[np.int64] = rows[~found, 0]
    return missing
