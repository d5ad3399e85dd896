"""The two encoders that ship inside the package, run by ONNX Runtime. Needs neither torch nor a network.

``edge`` for pictures is EfficientNet-Lite0 (a pooled vector and patch maps of several blocks), for text it is
all-MiniLM-L6-v2. Their spaces differ: a picture is never compared with a text.

The picture network is two files: ONNX Runtime runs a whole graph whatever is asked of it, and the head behind the
patch maps takes a good part of the time (docs/speed.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from echo_iad.domain.parts import ByteArray, EncoderId, FloatArray, ImageEncoding, Picture
from echo_iad.encoders.base import ImageEncoder, TextEncoder
from echo_iad.encoders.cards import BLOCKS_FILE, HEAD_FILE, ModelCard, asset_root, read_card, whole_file
from echo_iad.encoders.exported import ExportedTextEncoder
from echo_iad.encoders.sessions import open_session
from echo_iad.errors import MissingModelError

IMAGE_FOLDER = "efficientnet-lite0"
TEXT_FOLDER = "all-minilm-l6-v2"
STRIDES = {2: 4, 4: 8, 7: 16, 10: 16}
"""Block of EfficientNet-Lite0 (counted from 0) -> pixels between two patches; they have 24, 40, 80, 112 channels."""
_LAST = 10
"""The block that the head goes on from."""


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

    Patch maps are float32; the vector comes from a head in int8, which turns it by a cosine of
    0.998 in the mean.

    Parameters
    ----------
    side : int
        The picture is squeezed to this many pixels in both directions; a multiple of 32.
    blocks : sequence of int
        Whose outputs become the levels; each of 2, 4, 7, 10, finest first.

    Attributes
    ----------
    side : int

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
        self._session = open_session(whole_file(folder, BLOCKS_FILE, card))
        self._head = open_session(whole_file(folder, HEAD_FILE, card))
        self._outputs = [f"block{block}" for block in sorted({*blocks, _LAST})]
        self._levels = len(blocks)
        self.side = side
        levels = ",".join(str(block) for block in blocks)
        preparation = f"squeezed to {side}x{side}, bilinear; blocks {levels}"
        self._id = replace(_identity(card), preparation=preparation)

    @property
    def id(self) -> EncoderId:
        """Which encoder this is."""
        return self._id

    def encode_images(self, pictures: Sequence[Picture]) -> list[ImageEncoding]:
        """Encode a batch; see `ImageEncoder`. Levels are ``(side / stride, side / stride, c)``."""
        return [encoding for pixels in self._batches(pictures) for encoding in self.encode_pixels(pixels)]

    def run_blocks(self, pixels: ByteArray) -> list[FloatArray]:
        """Run the network up to its last block, ``(n, h, w, c)`` each.

        Parameters
        ----------
        pixels : (n, side, side, 3) uint8
        """
        maps: list[FloatArray] = self._session.run(self._outputs, {"pixels": pixels})
        return maps

    def run_head(self, maps: Sequence[FloatArray]) -> FloatArray:
        """Vectors from what `run_blocks` gave; ``(n, 1280)`` float32, of any length."""
        vectors: FloatArray = self._head.run(["vector"], {self._outputs[-1]: maps[-1]})[0]
        return vectors

    def _batches(self, pictures: Sequence[Picture]) -> Iterator[ByteArray]:
        for start in range(0, len(pictures), self.BATCH):
            batch = pictures[start : start + self.BATCH]
            yield np.stack([squeeze(picture.pixels, self.side) for picture in batch])

    def encode_pixels(self, pixels: ByteArray) -> list[ImageEncoding]:
        """Encode pixels of any shape in steps of 32, ``(n, h, w, 3)`` uint8, as they are."""
        maps = self.run_blocks(pixels)
        vectors = unit_rows(self.run_head(maps))
        return [ImageEncoding(vector, levels) for vector, levels in zip(vectors, self._rows(maps), strict=True)]

    def _rows(self, maps: Sequence[FloatArray]) -> list[tuple[FloatArray, ...]]:
        return [tuple(level[row] for level in maps[: self._levels]) for row in range(len(maps[-1]))]


class EdgeTextEncoder(ExportedTextEncoder):
    """all-MiniLM-L6-v2: 384 numbers for an English text of up to 256 tokens; the rest is cut off.

    Raises
    ------
    MissingModelError
        A shipped file is missing or damaged.
    """

    def __init__(self) -> None:
        super().__init__(asset_root() / TEXT_FOLDER, "edge")


def _identity(card: ModelCard) -> EncoderId:
    if card.image is None:
        msg = f"The card of {card.name!r} names no image encoder. Install Echo again."
        raise MissingModelError(msg)
    return card.image


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
