"""A memory of drawn normals with patch features, and what the experts need beside it."""

import hashlib

import numpy as np
import pytest

from echo_iad.domain.parts import EncoderId, ImageEncoding, Picture
from echo_iad.images.preparing import encode_jpeg
from echo_iad.memory.records import NewNormal
from echo_iad.memory.store import Memory

DIMENSION, SIDE = 8, 6
IMAGE = EncoderId("drawn", "ab" * 32, DIMENSION, "none", "drawn-image")
TEXT = EncoderId("words", "cd" * 32, 64, "words", "words")


def draw_encoding(name, number, *, strange=False):
    """Encoding of part ``number`` of object ``name``: the object's pattern and the part's own noise."""
    pattern = np.random.default_rng(list(name.encode()))
    own = np.random.default_rng([number, len(name)])
    vector = pattern.standard_normal(DIMENSION) + 0.1 * own.standard_normal(DIMENSION)
    level = pattern.standard_normal((SIDE, SIDE, 10)) + 0.2 * own.standard_normal((SIDE, SIDE, 10))
    if strange:
        level[1:3, 4:6] *= -1
    return ImageEncoding((vector / np.linalg.norm(vector)).astype(np.float32), (level.astype(np.float32),))


def draw_normal(name, number):
    return NewNormal(
        object=name,
        path=f"/parts/{name}/{number}.png",
        sha256=hashlib.sha256(f"{name} {number}".encode()).hexdigest(),
        width=60,
        height=40,
        bytes=1000,
        preview=encode_jpeg(np.full((40, 60, 3), 100 + number, np.uint8)),
        encoding=draw_encoding(name, number),
        enrolled_by="ines",
    )


class WordsEncoder:
    """Bag of words as unit vectors: texts that share words are alike."""

    id = TEXT

    def encode_texts(self, texts):
        rows = np.full((len(texts), 64), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace(".", " ").replace("?", " ").split():
                row[hashlib.sha256(word.rstrip("s").encode()).digest()[0] % 64] += 1.0
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def memory(tmp_path):
    """Twelve gears and three valves."""
    with Memory.open(tmp_path / "memory", create=True) as memory:
        memory.bind(IMAGE, TEXT)
        memory.add([draw_normal("gear", number) for number in range(12)])
        memory.add([draw_normal("valve", number) for number in range(3)])
        yield memory


@pytest.fixture(scope="session")
def encoding_of():
    return draw_encoding


@pytest.fixture(scope="session")
def normal_of():
    return draw_normal


@pytest.fixture(scope="session")
def words_encoder():
    return WordsEncoder()


@pytest.fixture(scope="session")
def picture():
    grain = np.random.default_rng(0).integers(90, 130, (40, 60, 3)).astype(np.uint8)
    return Picture(grain, 60, 40, "drawn", "0" * 64)
