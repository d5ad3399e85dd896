"""Pictures of references, decoded and with their parts found; the few that are asked for again and again are kept."""

from __future__ import annotations

from collections import OrderedDict

from echo_iad.comparison.comparator import ReferencePicture
from echo_iad.domain.parts import Framing
from echo_iad.images.framing import frame_part
from echo_iad.images.preparing import decode_jpeg

_KEPT = 32  # of at most 384 x 384 pixels: 14 MB


class ReferencePictures:
    """Decodes the references' JPEGs, each once while it is in use."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[bytes, Framing | None], ReferencePicture] = OrderedDict()

    def read(self, data: bytes, framing: Framing | None) -> ReferencePicture:
        """Decode one.

        Parameters
        ----------
        data : bytes
            A JPEG.
        framing : Framing, optional
            How the object's pictures are cut; None = they are taken whole.

        Raises
        ------
        ImageError
            The bytes are damaged.
        """
        key = (data, framing)
        if key not in self._kept:
            pixels = decode_jpeg(data)
            frame = None if framing is None else frame_part(pixels, framing)
            self._kept[key] = ReferencePicture(pixels, frame)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]
