"""A picture encoded as the normals of its object are: whole, or with the part cut out. Thin glue."""

from __future__ import annotations

from collections import OrderedDict

from echo_iad.domain.parts import Framing, ImageEncoding, Picture
from echo_iad.encoders.base import ImageEncoder
from echo_iad.encoders.framed import encode_framed
from echo_iad.memory.store import Memory

_KEPT = 8


class PartEncoding:
    """Encodes pictures for one memory; several questions about one picture share its encoding.

    Parameters
    ----------
    memory : Memory
    encoder : ImageEncoder
        The one that made the memory.
    """

    def __init__(self, memory: Memory, encoder: ImageEncoder) -> None:
        self._memory = memory
        self._encoder = encoder
        self._kept: OrderedDict[tuple[str, Framing | None], ImageEncoding] = OrderedDict()

    def encode(self, picture: Picture, object: str | None) -> ImageEncoding:
        """Encode one picture.

        Parameters
        ----------
        picture : Picture
        object : str, optional
            As its normals are compared; None = the whole picture, by which an object is recognised.
        """
        framing = None if object is None else self._memory.framing(object)
        key = (picture.sha256, framing)
        if key not in self._kept:
            self._kept[key] = encode_framed(self._encoder, [picture], framing)[0]
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]
