"""The pictures behind the evidence as parts of a message: everything within a largest side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
    """The references, in the order of the evidence: from their own files, or their previews where those are gone.

    Raises
    ------
    ImageError
        A stored picture is damaged.
    """
    return tuple(
        replace(reference, pixels=shrink(reference.pixels, max_side)) for reference in _references(evidence, exhibits)
    )


def first_reference(evidence: Evidence, exhibits: Exhibits) -> PicturePart | None:
    """The first reference as large as it can be had; None without references.

    Raises
    ------
    ImageError
        Its stored picture is damaged.
    """
    return next(iter(_references(evidence, exhibits)), None)


def _references(evidence: Evidence, exhibits: Exhibits) -> Iterator[PicturePart]:
    originals = exhibits.originals or (None,) * len(exhibits.references)
    found = zip(evidence.references, exhibits.references, originals, strict=True)
    for number, (reference, preview, original) in enumerate(found, start=1):
        pixels = _decoded(preview) if original is None else original.pixels
        yield PicturePart(pixels, f"reference {number}", reference.path)


@lru_cache(maxsize=16)
def _decoded(data: bytes) -> ByteArray:
    """A preview's pixels, kept: several questions share it."""
    return decode_jpeg(data)
