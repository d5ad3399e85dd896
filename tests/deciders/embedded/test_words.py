import pytest

from echo_iad.deciders.embedded.words import sentences, stem, tokens, words


def test_one_spelling():
    assert tokens("Colour at the CENTRE, grey") == ("color", "at", "the", "center", ",", "gray")


@pytest.mark.parametrize("text", ["isn't", "isn’t"])
def test_negation_is_a_word_of_its_own(text):
    assert words(text) == ("is", "n't")


@pytest.mark.parametrize(
    ("word", "root"),
    [("scratches", "scratch"), ("chipped", "chip"), ("faded", "fade"), ("bodies", "body"), ("rusty", "rust")],
)
def test_forms_of_a_word(word, root):
    assert stem(word, {root}) == root


@pytest.mark.parametrize("word", ["spark", "scratchpad", "chips ahoy"])
def test_other_words_are_not_forms(word):
    assert stem(word, {"spar", "scratch", "chip"}) is None


def test_sentences_of_lists_and_paragraphs():
    assert sentences("One. Two!\n- three\n- four") == ("One.", "Two!", "three", "four")
    assert sentences("  \n ") == ()
