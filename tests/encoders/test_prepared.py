import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from echo_iad.domain.parts import EncoderId, Picture
from echo_iad.encoders.preparation import PicturePreparation
from echo_iad.encoders.prepared import PreparedImageEncoder, TokenTextEncoder, TowerOutput

ID = EncoderId("drawn", "ab" * 32, 3, "as it is", "drawn")
LETTERS = {letter: number for number, letter in enumerate("_abcdefgh")}


@pytest.fixture
def text_batches():
    return []


@pytest.fixture
def text_encoder(text_batches):
    """Counts tokens: the vector is (first token, how many, 1)."""
    tokenizer = Tokenizer(models.WordLevel(LETTERS, unk_token="_"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.enable_padding(length=20)
    tokenizer.enable_truncation(2)

    def run(ids, mask):
        text_batches.append(ids.shape)
        return np.stack([ids[:, 0], mask.sum(1), np.ones(len(ids))], axis=1).astype(np.float32)

    return TokenTextEncoder(ID, tokenizer.to_str(), 6, run)


def test_texts_run_by_length_and_return_in_order(text_encoder, text_batches):
    texts = ["b c d", "a", "c d e f g"] * 20
    vectors = text_encoder.encode_texts(texts)
    assert vectors.tolist() == [[2, 3, 1], [1, 1, 1], [3, 5, 1]] * 20
    assert text_batches == [(32, 3), (28, 5)]


def test_a_text_is_cut_where_the_encoder_says_not_where_the_file_says(text_encoder):
    assert text_encoder.encode_texts(["a b c d e f g h"]).tolist() == [[1, 6, 1]]


def test_no_texts_run_nothing(text_encoder, text_batches):
    assert text_encoder.encode_texts([]).shape == (0, 3)
    assert text_batches == []


def test_pictures_run_in_batches_and_return_in_order():
    sizes = []

    def run(pixels):
        sizes.append(len(pixels))
        value = pixels[:, 0, 0, 0]
        return TowerOutput(
            np.stack([value] * 3, axis=1), np.broadcast_to(value[:, None, None, None], (len(value), 2, 2, 1))
        )

    encoder = PreparedImageEncoder(ID, PicturePreparation(4, 4, (0, 0, 0), (1, 1, 1)), run)
    pictures = [Picture(np.full((5, 9, 3), value, np.uint8), 9, 5, str(value), "") for value in range(0, 190, 10)]
    encodings = encoder.encode_images(pictures)
    assert sizes == [8, 8, 3]
    np.testing.assert_allclose([encoding.vector[0] for encoding in encodings], np.arange(0, 190, 10) / 255, atol=1e-6)
    assert [encoding.levels[0].shape for encoding in encodings] == [(2, 2, 1)] * 19
