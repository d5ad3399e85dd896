"""Enrolled pictures from their own files, larger than the memory's previews. Trusts no file that has changed."""

from __future__ import annotations

from collections import OrderedDict

from echo_iad.domain.parts import Picture
from echo_iad.errors import ImageError
from echo_iad.images.loading import load_picture
from echo_iad.memory.store import Memory

_KEPT_BYTES = 100_000_000
"""Of decoded pixels; questions about one part share its references."""


class Originals:
    """The files that normals were enrolled from, where they are still there.

    Parameters
    ----------
    memory : Memory
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._kept: OrderedDict[tuple[int, int], Picture] = OrderedDict()

    def read(self, id: int, side: int) -> Picture | None:
        """Read a normal from its own file; None when it is gone, or no longer what was enrolled.

        Parameters
        ----------
        id : int
            The normal's number in the memory.
        side : int
            Pixels that its shorter side keeps when it is decoded.
        """
        key = (id, side)
        if key not in self._kept:
            normal = self._memory.normal(id)
            try:
                picture = load_picture(normal.path, at_least=side)
            except ImageError:
                return None
            if picture.sha256 != normal.sha256:
                return None
            self._kept[key] = picture
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and sum(kept.pixels.nbytes for kept in self._kept.values()) > _KEPT_BYTES:
            self._kept.popitem(last=False)
        return self._kept[key]
