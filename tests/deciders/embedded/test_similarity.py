import numpy as np

from echo_iad.deciders.embedded.similarity import SentenceVectors


def test_each_sentence_is_encoded_once(encoder):
    vectors = SentenceVectors(encoder)
    vectors.vectors(["a scratch", "a stain", "a scratch"])
    vectors.cosine(["a scratch"], ["a stain", "a hole"])
    assert encoder.encoded == ["a scratch", "a stain", "a hole"]


def test_rows_come_in_order_and_equal_the_encoder(encoder):
    vectors = SentenceVectors(encoder)
    vectors.vectors(["b"])
    texts = ["a", "b", "c", "b"]
    np.testing.assert_array_equal(vectors.vectors(texts), encoder.encode_texts(texts))


def test_the_cache_is_bounded_and_forgets_the_least_recently_used(encoder):
    vectors = SentenceVectors(encoder, capacity=2)
    vectors.vectors(["a", "b"])
    vectors.vectors(["a"])
    vectors.vectors(["c"])
    assert len(vectors) == 2
    encoder.encoded.clear()
    vectors.vectors(["a", "c"])
    assert encoder.encoded == []
    vectors.vectors(["b"])
    assert encoder.encoded == ["b"]


def test_more_sentences_than_capacity_in_one_call(encoder):
    vectors = SentenceVectors(encoder, capacity=2)
    assert vectors.vectors(["a", "b", "c"]).shape == (3, 256)
    assert len(vectors) == 2


def test_none(encoder):
    assert SentenceVectors(encoder).cosine([], ["a"]).shape == (0, 1)
