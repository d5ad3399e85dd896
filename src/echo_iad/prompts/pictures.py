"""The pictures behind the evidence as parts of a message: everything within a largest side."""

from __future__ import annotations

from functools import lru_cache

from echo_iad.domain.evidence import Evidence, Exhibits
from echo_iad.domain.messages import PicturePart
from echo_iad.domain.parts import ByteArray, Picture
from echo_iad.images.preparing import decode_jpeg, shrink


def query_part(exhibits: Exhibits, max_side: int) -> PicturePart:
    """The part to inspect."""
    query = exhibits.query
    return PicturePart(shrink(query.pixels, max_side), "query", query.path, query.sha256)


def reference_parts(evidence: Evidence, exhibits: Exhibits, max_side: int) -> tuple[PicturePart, ...]:
    """The references, in the order of the evidence: from their own files, or their previews where those are gone.

    Raises
    ------
    ImageError
        A stored picture is damaged.
    """
    originals = exhibits.originals or (None,) * len(exhibits.references)
    shown = zip(evidence.references, exhibits.references, originals, strict=True)
    return tuple(
        PicturePart(_seen(preview, original, max_side), f"reference {number}", reference.path)
        for number, (reference, preview, original) in enumerate(shown, start=1)
    )


def _seen(preview: bytes, original: Picture | None, max_side: int) -> ByteArray:
    return _decoded(preview, max_side) if original is None else shrink(original.pixels, max_side)


@lru_cache(maxsize=16)
def _decoded(data: bytes, max_side: int) -> ByteArray:
    """A preview's pixels, kept: several questions share it."""
    return shrink(decode_jpeg(data), max_side)
