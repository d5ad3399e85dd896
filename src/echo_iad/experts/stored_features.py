"""Patch features of normals in a memory, read when they are looked at: hundreds would not fit at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from echo_iad.comparison.features import PatchFeatures, patch_features
from echo_iad.memory.store import Memory


class StoredFeatures(Sequence[PatchFeatures]):
    """Both views of every patch of some normals, in their order.

    Parameters
    ----------
    memory : Memory
    ids : sequence of int
        The normals' numbers in the memory.
    """

    def __init__(self, memory: Memory, ids: Sequence[int]) -> None:
        self._memory = memory
        self._ids = ids

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, position: int) -> PatchFeatures: ...

    @overload
    def __getitem__(self, position: slice) -> list[PatchFeatures]: ...

    def __getitem__(self, position: int | slice) -> PatchFeatures | list[PatchFeatures]:
        if isinstance(position, slice):
            return [self[number] for number in range(*position.indices(len(self)))]
        return patch_features(self._memory.levels(self._ids[position]))
