"""Random models are small, the same for the same seed, and read words as real ones do."""

import hashlib

import pytest

from echo_iad.errors import UnknownNameError
from echo_iad.testing.random_mllm import FAMILIES, write_random_mllm
from echo_iad.testing.random_words import byte_words, piece_words

CONTROL = ["<pad>", "<s>", "</s>"]
SAID = "Is there a  scratch?\nA. Yes: 2.5 % – größer\nB. No.\n"


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(params=[byte_words, piece_words], ids=["bytes", "pieces"])
def words(request):
    return request.param(CONTROL)


def tokens(words, text):
    return words.encode(text, add_special_tokens=False).ids


def test_what_is_said_can_be_read_back(words):
    assert words.decode(tokens(words, SAID)) == SAID


def test_words_are_more_than_letters(words):
    assert len(tokens(words, "There is a scratch on the surface.")) < 12


def test_a_label_behind_a_line_is_another_token_than_one_behind_a_space(words):
    spaced, lined = tokens(words, "Answer: A")[-1], tokens(words, "Answer:\nA")[-1]
    assert words.id_to_token(spaced) != words.id_to_token(lined)


def test_pieces_open_a_text_and_bytes_do_not():
    assert piece_words(CONTROL).encode("A").tokens == ["<s>", "▁A"]
    assert byte_words(CONTROL).encode("A").tokens == ["A"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_is_small_and_the_same_for_the_same_seed(tmp_path, family):
    pytest.importorskip("transformers")
    one, again, other = (
        digests(write_random_mllm(tmp_path / name, family, seed)) for name, seed in (("a", 3), ("b", 3), ("c", 4))
    )
    assert one == again
    assert {name for name in one if one[name] != other[name]} == {"model.safetensors"}
    assert sum(path.stat().st_size for path in (tmp_path / "a").iterdir()) < 1_000_000


def test_an_unknown_family_is_named_beside_the_nearest(tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'qwen3_vl'"):
        write_random_mllm(tmp_path, "qwen3vl")
