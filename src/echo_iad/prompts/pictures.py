"""The pictures behind the evidence as parts of a message: references decoded, everything within a largest side."""

from __future__ import annotations

from functools import lru_cache

from echo_iad.domain.evidence import Evidence, Exhibits
from echo_iad.domain.messages import PicturePart
from echo_iad.domain.parts import ByteArray
from echo_iad.images.preparing import decode_jpeg, shrink


def query_part(exhibits: Exhibits, max_side: int) -> PicturePart:
    """The part to inspect."""
    query = exhibits.query
    return PicturePart(shrink(query.pixels, max_side), "query", query.path, query.sha256)


def reference_parts(evidence: Evidence, exhibits: Exhibits, max_side: int) -> tuple[PicturePart, ...]:
    """The references, in the order of the evidence.

    Raises
    ------
    ImageError
        A stored picture is damaged.
    """
    return tuple(
        PicturePart(_decoded(data, max_side), f"reference {number}", reference.path)
        for number, (reference, data) in enumerate(zip(evidence.references, exhibits.references, strict=True), start=1)
    )


@lru_cache(maxsize=16)
def _decoded(data: bytes, max_side: int) -> ByteArray:
    """A reference's pixels, kept: several questions share it."""
    return shrink(decode_jpeg(data), max_side)
