import pytest

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.errors import KnowledgeError
from echo_iad.knowledge.editing import chosen_passages, own_passages

KNOWN = tuple(KnowledgePassage(f"Sentence {letter}.", "gear.md", "rust") for letter in "abc")


@pytest.mark.parametrize(
    ("typed", "letters"), [("", ""), ("  ", ""), ("2", "b"), ("3 1", "ca"), ("3,1;2", "cab"), ("1 1", "a")]
)
def test_sentences_are_chosen_by_their_numbers(typed, letters):
    chosen = chosen_passages(typed, KNOWN)
    assert "".join(passage.text[-2] for passage in chosen) == letters
    assert all(passage.relevance == 1.0 for passage in chosen)


@pytest.mark.parametrize(("typed", "wrong"), [("1 4", "4"), ("0", "0"), ("-1", "-1"), ("1 two", "two"), ("²", "²")])
def test_what_is_no_number_of_a_sentence_is_refused(typed, wrong):
    with pytest.raises(KnowledgeError, match=f"'{wrong}' is no sentence's number. Allowed: 1 to 3"):
        chosen_passages(typed, KNOWN)


def test_own_words_are_passages_with_the_person_as_source():
    first, second = own_passages("  Marks below 0.5 mm are\tno fault. They fade.", "ines")
    assert first == KnowledgePassage("Marks below 0.5 mm are no fault.", "words of ines", relevance=1.0)
    assert second.text == "They fade."
    assert own_passages("", "ines") == own_passages("  \n", "ines") == ()
