"""What every encoder promises. Knows no model and no memory.

A contract check for each protocol is public: ``echo_iad.testing.check_image_encoder`` and ``check_text_encoder``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from echo_iad.domain.parts import EncoderId, FloatArray, ImageEncoding, Picture


@runtime_checkable
class ImageEncoder(Protocol):
    """Picture to vector and patch features.

    The same picture gives the same encoding, alone or in any batch (to 1e-4).
    """

    @property
    def id(self) -> EncoderId:
        """Which encoder this is; equal ids give equal vectors."""
        ...

    def encode_images(self, pictures: Sequence[Picture]) -> list[ImageEncoding]:
        """Encode a batch.

        Parameters
        ----------
        pictures : sequence of Picture
            Of any size and aspect; the encoder prepares them.

        Returns
        -------
        list of ImageEncoding
            One for each picture, in order; empty for an empty batch.
        """
        ...


@runtime_checkable
class TextEncoder(Protocol):
    """Text to vector."""

    @property
    def id(self) -> EncoderId:
        """Which encoder this is; equal ``space`` with an image encoder makes their vectors comparable."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        """Encode a batch.

        Returns
        -------
        (n, d) float32, unit length
            One row for each text, in order; ``(0, d)`` for an empty batch.
        """
        ...
