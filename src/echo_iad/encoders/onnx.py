"""The two encoders that ship inside the package, run by ONNX Runtime. Needs neither torch nor a network.

``edge`` for pictures is EfficientNet-Lite0 (a pooled vector and patch maps of several blocks), for text it is
all-MiniLM-L6-v2. Their spaces differ: a picture is never compared with a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np
from PIL import Image

from echo_iad.domain.parts import ByteArray, EncoderId, FloatArray, ImageEncoding, Picture
from echo_iad.encoders.cards import read_card, read_whole
from echo_iad.encoders.sessions import open_session

IMAGE_BATCH = 8
TEXT_BATCH = 32
MAX_TOKENS = 256
STRIDES = {2: 4, 4: 8, 7: 16, 10: 16}
"""Block of EfficientNet-Lite0 (counted from 0) -> pixels between two patches; they have 24, 40, 80, 112 channels."""


def asset_folder(name: str) -> Path:
    """Folder of an encoder that ships with Echo."""
    return Path(str(resources.files("echo_iad") / "assets" / "encoders" / name))


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

    def __init__(self, *, side: int = 320, blocks: Sequence[int] = (4, 10)) -> None:
        if side < 32 or side % 32:
            msg = f"EdgeImageEncoder.side must be a positive multiple of 32. Got {side}."
            raise ValueError(msg)
        if not set(blocks) <= set(STRIDES) or list(blocks) != sorted(set(blocks)):
            msg = f"EdgeImageEncoder.blocks must be ascending and of {sorted(STRIDES)}. Got {list(blocks)}."
            raise ValueError(msg)
        folder = asset_folder("efficientnet-lite0")
        card = read_card(folder)
        self._session = open_session(read_whole(folder, "model.onnx", card))
        self._outputs = ["vector", *(f"block{block}" for block in blocks)]
        self._side = side
        levels = ",".join(str(block) for block in blocks)
        preparation = f"squeezed to {side}x{side}, bilinear; blocks {levels}"
        self._id = EncoderId("edge", card.files["model.onnx"], card.dimension, preparation, "edge-image")

    @property
    def id(self) -> EncoderId:
        """Which encoder this is."""
        return self._id

    def encode_images(self, pictures: Sequence[Picture]) -> list[ImageEncoding]:
        """Encode a batch; see `ImageEncoder`. Levels are ``(side / stride, side / stride, c)``."""
        encodings: list[ImageEncoding] = []
        for start in range(0, len(pictures), IMAGE_BATCH):
            encodings += self._encode(pictures[start : start + IMAGE_BATCH])
        return encodings

    def _encode(self, pictures: Sequence[Picture]) -> list[ImageEncoding]:
        pixels = np.stack([squeeze(picture.pixels, self._side) for picture in pictures])
        vectors, *maps = self._session.run(self._outputs, {"pixels": pixels})
        rows = zip(unit_rows(vectors), *maps, strict=True)
        return [ImageEncoding(vector, tuple(levels)) for vector, *levels in rows]


class EdgeTextEncoder:
    """all-MiniLM-L6-v2: 384 numbers for an English text of up to 256 tokens; the rest is cut off.

    Raises
    ------
    MissingModelError
        A shipped file is missing or damaged.
    """

    def __init__(self) -> None:
        from tokenizers import Tokenizer

        folder = asset_folder("all-minilm-l6-v2")
        card = read_card(folder)
        self._session = open_session(read_whole(folder, "model.onnx", card))
        self._tokenizer = Tokenizer.from_buffer(read_whole(folder, "tokenizer.json", card))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        preparation = f"first {MAX_TOKENS} tokens"
        self._id = EncoderId("edge", card.files["model.onnx"], card.dimension, preparation, "edge-text")

    @property
    def id(self) -> EncoderId:
        """Which encoder this is."""
        return self._id

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        """Encode a batch; see `TextEncoder`. Texts of like length run together, so that little is padded."""
        vectors = np.empty((len(texts), self._id.dimension), dtype=np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda row: len(tokens[row]))
        for start in range(0, len(order), TEXT_BATCH):
            rows = order[start : start + TEXT_BATCH]
            vectors[rows] = self._encode([tokens[row] for row in rows])
        return vectors

    def _encode(self, tokens: Sequence[Sequence[int]]) -> FloatArray:
        ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, numbers in enumerate(tokens):
            ids[row, : len(numbers)] = numbers
            mask[row, : len(numbers)] = 1
        vectors: FloatArray = self._session.run(["vector"], {"input_ids": ids, "attention_mask": mask})[0]
        return vectors
