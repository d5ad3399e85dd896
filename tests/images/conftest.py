"""Pictures that the tests draw."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def pixels() -> np.ndarray:
    """(48, 64, 3) uint8: smooth, each corner of another colour, no symmetry."""
    rows, columns = np.mgrid[0:48, 0:64]
    return np.stack([columns * 4, rows * 5, 255 - columns * 2 - rows * 2], axis=2).astype(np.uint8)


@pytest.fixture(scope="session")
def encoded() -> Callable[..., bytes]:
    """An image or its pixels -> bytes of a file."""

    def encode(image: np.ndarray | Image.Image, kind: str, **choices: object) -> bytes:
        buffer = io.BytesIO()
        image = image if isinstance(image, Image.Image) else Image.fromarray(image)
        image.save(buffer, kind, **choices)
        return buffer.getvalue()

    return encode
