from __future__ import annotations

import numpy as np

from echo_iad.knowledge.vectors import RememberedVectors


def test_vectors_come_in_order_and_each_text_is_encoded_once(counting):
    vectors = RememberedVectors(counting)
    rows = vectors.of(["one", "two", "one"])
    assert counting.texts == ["one", "two"]
    np.testing.assert_array_equal(rows[0], rows[2])
    np.testing.assert_array_equal(vectors.of(["two", "three"])[0], rows[1])
    assert counting.texts == ["one", "two", "three"]


def test_the_oldest_is_forgotten_first(counting):
    vectors = RememberedVectors(counting, capacity=2)
    vectors.of(["one", "two"])
    vectors.of(["one"])
    vectors.of(["three"])
    assert len(vectors) == 2
    counting.texts.clear()
    vectors.of(["one", "three"])
    assert counting.texts == []
    vectors.of(["two"])
    assert counting.texts == ["two"]


def test_more_texts_than_places_are_all_answered(counting):
    vectors = RememberedVectors(counting, capacity=2)
    assert vectors.of([str(number) for number in range(9)]).shape == (9, 64)
    assert len(vectors) == 2


def test_nothing_asked(counting):
    assert RememberedVectors(counting).of([]).shape == (0, 64)
