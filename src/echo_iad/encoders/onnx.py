"""The two encoders that ship inside the package, run by ONNX Runtime. Needs neither torch nor a network.

``edge`` for pictures is EfficientNet-Lite0 (a pooled vector and patch maps of several blocks), for text it is
all-MiniLM-L6-v2. Their spaces differ: a picture is never compared with a text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from echo_iad.domain.parts import ByteArray, EncoderId, FloatArray, ImageEncoding, Picture
from echo_iad.encoders.base import ImageEncoder, TextEncoder
from echo_iad.encoders.cards import IMAGE_FILE, asset_root, read_card, whole_file
from echo_iad.encoders.exported import ExportedTextEncoder
from echo_iad.encoders.sessions import open_session
from echo_iad.errors import MissingModelError

IMAGE_FOLDER = "efficientnet-lite0"
TEXT_FOLDER = "all-minilm-l6-v2"
DIMENSION = 1280
STRIDES = {2: 4, 4: 8, 7: 16, 10: 16}
"""Block of EfficientNet-Lite0 (counted from 0) -> pixels between two patches; they have 24, 40, 80, 112 channels."""


def squeeze(pixels: ByteArray, side: int) -> ByteArray:
    """Resize a picture to a square, antialiased; its aspect is given up so that nothing is cut off.

    Parameters
    ----------
    pixels : (h, w, 3) uint8
    side : int
        Pixels.

    Returns
    -------
    (side, side, 3) uint8

    Examples
    --------
    >>> squeeze(np.full((3, 50, 3), 7, np.uint8), 4).shape
    (4, 4, 3)
    """
    if pixels.shape[:2] == (side, side):
        return pixels
    image = Image.fromarray(pixels)
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR, reducing_gap=1.0))


def unit_rows(vectors: FloatArray) -> FloatArray:
    """Scale rows to unit length; ``(n, d)`` float32 in and out. A row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: FloatArray = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return units


class EdgeImageEncoder:
    """EfficientNet-Lite0: 1280 numbers for a picture, patch maps beside them.

    Parameters
    ----------
    side : int
        The picture is squeezed to this many pixels in both directions; a multiple of 32.
    blocks : sequence of int
        Whose outputs become the levels; each of 2, 4, 7, 10, finest first.

    Raises
    ------
    ValueError
        A side or a block that is not allowed.
    MissingModelError
        The shipped file is missing or damaged.
    """

    BATCH = 2  # larger batches leave the cache: 10 % slower at 8

    def __init__(self, *, side: int = 320, blocks: Sequence[int] = (4, 10)) -> None:
        if side < 32 or side % 32:
            msg = f"EdgeImageEncoder.side must be a positive multiple of 32. Got {side}."
            raise ValueError(msg)
        if not set(blocks) <= set(STRIDES) or list(blocks) != sorted(set(blocks)):
            msg = f"EdgeImageEncoder.blocks must be ascending and of {sorted(STRIDES)}. Got {list(blocks)}."
            raise ValueError(msg)
        folder = asset_root() / IMAGE_FOLDER
        card = read_card(folder)
        self._session = open_session(whole_file(folder, IMAGE_FILE, card))
        self._outputs = ["vector", *(f"block{block}" for block in blocks)]
        self._side = side
        levels = ",".join(str(block) for block in blocks)
        preparation = f"squeezed to {side}x{side}, bilinear; blocks {levels}"
        self._id = EncoderId("edge", card.files[IMAGE_FILE], DIMENSION, preparation, "edge-image")

    @property
    def id(self) -> EncoderId:
        """Which encoder this is."""
        return self._id

    def encode_images(self, pictures: Sequence[Picture]) -> list[ImageEncoding]:
        """Encode a batch; see `ImageEncoder`. Levels are ``(side / stride, side / stride, c)``."""
        encodings: list[ImageEncoding] = []
        for start in range(0, len(pictures), self.BATCH):
            encodings += self._encode(pictures[start : start + self.BATCH])
        return encodings

    def _encode(self, pictures: Sequence[Picture]) -> list[ImageEncoding]:
        pixels = np.stack([squeeze(picture.pixels, self._side) for picture in pictures])
        vectors, *maps = self._session.run(self._outputs, {"pixels": pixels})
        rows = zip(unit_rows(vectors), *maps, strict=True)
        return [ImageEncoding(vector, tuple(levels)) for vector, *levels in rows]


class EdgeTextEncoder(ExportedTextEncoder):
    """all-MiniLM-L6-v2: 384 numbers for an English text of up to 256 tokens; the rest is cut off.

    Raises
    ------
    MissingModelError
        A shipped file is missing or damaged.
    """

    def __init__(self) -> None:
        super().__init__(asset_root() / TEXT_FOLDER, "edge")


def load_image_encoder(model: str = "") -> ImageEncoder:
    """Load the shipped image encoder; it takes no other weights."""
    _refuse(model)
    return EdgeImageEncoder()


def load_text_encoder(model: str = "") -> TextEncoder:
    """Load the shipped text encoder; it takes no other weights."""
    _refuse(model)
    return EdgeTextEncoder()


def _refuse(model: str) -> None:
    if model:
        msg = f"The encoder 'edge' ships with Echo and takes no other model. Got {model!r}. Leave the model empty."
        raise MissingModelError(msg)
