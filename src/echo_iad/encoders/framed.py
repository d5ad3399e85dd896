"""Parts cut out of their pictures before they are encoded. Knows how to cut; whether, an object's framing says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np

from echo_iad.domain.parts import ByteArray, Framing, ImageEncoding, Picture
from echo_iad.encoders.base import ImageEncoder
from echo_iad.images.framing import cut, frame_part


@runtime_checkable
class FramingImageEncoder(ImageEncoder, Protocol):
    """An image encoder that takes pixels of any shape in steps of 32, as they are."""

    @property
    def side(self) -> int:
        """Pixels of the square that it squeezes whole pictures to; a cut picture should have no more altogether."""
        ...

    def encode_pixels(self, pixels: ByteArray) -> list[ImageEncoding]:
        """Encode a batch of one shape.

        Parameters
        ----------
        pixels : (n, h, w, 3) uint8
            Rows and columns are multiples of 32.
        """
        ...


def encode_framed(encoder: ImageEncoder, pictures: Sequence[Picture], framing: Framing | None) -> list[ImageEncoding]:
    """Encode pictures of one object as its normals are compared.

    Parameters
    ----------
    encoder : ImageEncoder
        One that takes any shape, unless the pictures are taken whole.
    pictures : sequence of Picture
    framing : Framing, optional
        None = whole pictures.
    """
    if framing is None:
        return encoder.encode_images(pictures)
    if not isinstance(encoder, FramingImageEncoder):
        msg = f"The image encoder {encoder.id.name!r} takes whole pictures only, and this object's parts are cut out."
        raise TypeError(msg)
    frames = [frame_part(picture.pixels, framing) for picture in pictures]
    pixels = [cut(picture.pixels, frame) for picture, frame in zip(pictures, frames, strict=True)]
    encodings = [encoding for one in pixels for encoding in encoder.encode_pixels(np.stack([one]))]
    return [replace(encoding, frame=frame) for encoding, frame in zip(encodings, frames, strict=True)]
