import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.knowledge.extraction import knowledge_sha256, read_picks

KNOWN = tuple(KnowledgePassage(f"Sentence {letter}.", "gear.md", "rust") for letter in "abcde")


def letters(picks):
    return "".join(passage.text[-2] for passage in picks.passages)


@pytest.mark.parametrize(
    ("written", "picked", "refused"),
    [
        ("[2, 5]", "be", 0),
        (" [5,2]\n", "eb", 0),
        ("[]", "", 0),
        ("[3, 3, 3]", "c", 0),
        ('["4", 1]', "da", 0),
        ("```json\n[1, 2]\n```", "ab", 0),
        ("```\n[1]\n```", "a", 0),
        ("<think>Number 4? No, [4] is wrong.</think>\n\n[1]", "a", 0),
        ('["Sentence c.", " Sentence a. "]', "ca", 0),
        ("[1, 6, 0, -1, 99999999999999999999]", "a", 4),
        ('[1, "Sentence c", "sentence b.", "A new sentence."]', "a", 3),
        ('[2, true, 1.0, null, [3], {"4": 4}]', "b", 5),
        ('[2, "9", "２"]', "b", 2),
    ],
)
def test_a_list_of_numbers_or_of_sentences_word_for_word(written, picked, refused):
    picks = read_picks(written, KNOWN)
    assert (letters(picks), picks.refused) == (picked, refused)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2, 5",
        "2",
        "The sentences 2 and 5 help.",
        "Answer: [2, 5]",
        "[2, 5] because they name the defect.",
        "[2, 5",
        "[2][5]",
        '{"numbers": [2, 5]}',
        '"[2, 5]"',
        "<think>[2]",
        "[2]</think>",
        "null",
        "[" * 100_000,
        "[6]",
        '["A new sentence."]',
        "[true]",
        "[" + "9" * 5000 + "]",
    ],
)
def test_anything_else_is_no_list_of_picks(written):
    assert read_picks(written, KNOWN) is None


def test_what_is_picked_keeps_its_source_and_is_relevant():
    (picked,) = read_picks("[2]", KNOWN).passages
    assert picked == KnowledgePassage("Sentence b.", "gear.md", "rust", relevance=1.0)


@given(st.text() | st.lists(st.integers() | st.text() | st.booleans() | st.none()).map(json.dumps))
def test_no_word_of_the_model_becomes_knowledge(written):
    picks = read_picks(written, KNOWN)
    assert picks is None or {passage.text for passage in picks.passages} <= {passage.text for passage in KNOWN}


@given(st.permutations(KNOWN))
def test_the_order_of_the_passages_is_no_change_of_knowledge(passages):
    assert knowledge_sha256(passages) == knowledge_sha256(KNOWN)


def test_another_text_topic_source_or_number_of_passages_is_a_change():
    first, *others = KNOWN
    changed = [KnowledgePassage("Other.", "gear.md", "rust"), KnowledgePassage(first.text, "gear.md", "dent")]
    changed.append(KnowledgePassage(first.text, "other.md", "rust"))
    digests = {knowledge_sha256((one, *others)) for one in changed}
    digests |= {knowledge_sha256(KNOWN), knowledge_sha256(others), knowledge_sha256((*KNOWN, first))}
    assert len(digests) == 6
