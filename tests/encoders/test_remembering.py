from __future__ import annotations

import numpy as np
import pytest

from echo_iad.domain.parts import EncoderId
from echo_iad.encoders.remembering import RememberingTextEncoder, cosines, remembering


class CountingEncoder:
    """Counts words into a vector, and remembers which texts it was asked for."""

    def __init__(self):
        self.texts = []
        self.id = EncoderId("counting", "0", 64, "words", "words")

    def encode_texts(self, texts):
        self.texts += texts
        rows = np.full((len(texts), 64), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[sum(map(ord, word)) % 64] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def counting():
    return CountingEncoder()


def test_vectors_come_in_order_and_each_text_is_encoded_once(counting):
    vectors = RememberingTextEncoder(counting)
    rows = vectors.encode_texts(["one", "two", "one"])
    assert counting.texts == ["one", "two"]
    np.testing.assert_array_equal(rows[0], rows[2])
    np.testing.assert_array_equal(vectors.encode_texts(["two", "three"])[0], rows[1])
    assert counting.texts == ["one", "two", "three"]


def test_the_oldest_is_forgotten_first(counting):
    vectors = RememberingTextEncoder(counting, capacity=2)
    vectors.encode_texts(["one", "two"])
    vectors.encode_texts(["one"])
    vectors.encode_texts(["three"])
    assert len(vectors) == 2
    counting.texts.clear()
    vectors.encode_texts(["one", "three"])
    assert counting.texts == []
    vectors.encode_texts(["two"])
    assert counting.texts == ["two"]


def test_more_texts_than_places_are_all_answered(counting):
    vectors = RememberingTextEncoder(counting, capacity=2)
    assert vectors.encode_texts([str(number) for number in range(9)]).shape == (9, 64)
    assert len(vectors) == 2


def test_nothing_asked(counting):
    assert RememberingTextEncoder(counting).encode_texts([]).shape == (0, 64)


def test_who_is_given_one_shares_it(counting):
    shared = remembering(counting)
    assert remembering(shared) is shared
    assert shared.id == counting.id


def test_cosines_by_hand(counting):
    found = cosines(remembering(counting), ["one", "one two"], ["one", "two"])
    np.testing.assert_allclose(found, [[1.0, 0.0], [0.5**0.5, 0.5**0.5]], atol=0.05)
    assert counting.texts == ["one", "one two", "two"]
