from __future__ import annotations

from pathlib import Path

import pytest

import echo_iad
from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.knowledge.relevance import RelevanceExtractor
from echo_iad.knowledge.sources import read_knowledge

SAMPLES = Path(echo_iad.__file__).parent / "assets" / "samples" / "knowledge"
D, C, L = QuestionType.DESCRIPTION, QuestionType.CLASSIFICATION, QuestionType.LOCALIZATION
A, Y = QuestionType.ANALYSIS, QuestionType.DISCRIMINATION


@pytest.mark.parametrize(
    ("text", "question_type", "begins"),
    [
        ("What does the rust look like?", D, "Rust shows as reddish-brown"),
        ("Where is the rust?", L, "Rust is mostly found near the pin"),
        ("What could be the effect of the rust?", A, "Rust weakens the steel"),
        ("What caused the rust?", A, "Rust is caused by damp storage"),
        ("Describe the bent leaf.", D, "A bent leaf is a plate"),
        ("Where is the leaf bent?", L, "The bend usually lies"),
        ("Why does a bent leaf matter?", A, "A hinge with a bent leaf jams"),
        ("How could the leaf have been bent?", A, "A leaf is bent by a fall"),
        ("What is the object used for?", QuestionType.OTHER, "The object is a steel hinge"),
        ("There are brown flaky patches. What is it?", C, "Rust shows as reddish-brown"),
    ],
)
def test_each_type_of_question_gets_its_own_sentence(text, question_type, begins, edge, hinge):
    chosen = RelevanceExtractor(edge).extract(hinge, Question(text), question_type, mode="context", limit=2)
    assert chosen[0].text.startswith(begins)
    assert all(0 < passage.relevance <= 1 for passage in chosen)
    assert [passage.relevance for passage in chosen] == sorted((p.relevance for p in chosen), reverse=True)
    assert all(passage.source.startswith("hinge.md > ") for passage in chosen)


@pytest.mark.parametrize("text", ["Is this part fine?", "Is there any defect in the object?", "ok to ship?"])
def test_whether_a_part_is_good_takes_what_is_good_and_what_is_tolerated(text, edge, hinge):
    chosen = RelevanceExtractor(edge).extract(hinge, Question(text), Y, mode="context", limit=2)
    assert {passage.text.split()[0] for passage in chosen} == {"A", "Small"}
    assert {passage.topic for passage in chosen} == {"good"}


@pytest.mark.parametrize("asked", ["What does the {} look like?", "Where is the {}?", "What is the effect of the {}?"])
def test_a_named_defect_of_the_samples_is_what_is_read_about(asked, edge):
    types = {"What does": D, "Where is": L, "What is": A}
    extractor = RelevanceExtractor(edge)
    for known in read_knowledge(SAMPLES):
        for topic in {passage.topic for passage in known.passages} - {"good"}:
            question, question_type = Question(asked.format(topic)), types[" ".join(asked.split()[:2])]
            chosen = extractor.extract(known.passages, question, question_type, mode="context", limit=3)
            assert chosen[0].topic == topic


def test_what_was_seen_moves_the_choice(edge, hinge):
    extractor = RelevanceExtractor(edge)
    question = Question("What does the defect look like?")

    def best(*seen: str) -> str:
        return extractor.extract(hinge, question, D, mode="context", limit=1, seen=seen)[0].topic

    assert best("reddish-brown rough patch") == "rust"
    assert best("a plate at an angle") == "bent leaf"


def test_the_options_are_part_of_the_question(edge, hinge):
    options = {"A": "Rust.", "B": "A bent leaf.", "C": "A missing pin."}
    chosen = RelevanceExtractor(edge).extract(
        hinge, Question("What is the type of the defect?", options), C, mode="context", limit=2
    )
    assert {passage.topic for passage in chosen} == {"rust", "bent leaf"}


def test_modes(counting, hinge):
    extractor = RelevanceExtractor(counting)
    assert extractor.extract(hinge, Question(), Y, mode="none", limit=3) == ()
    assert extractor.extract(hinge, Question(), Y, mode="domain", limit=3) == hinge
    assert counting.texts == []
    assert extractor.extract((), Question(), Y, mode="context", limit=3) == ()


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_an_error(limit, counting, hinge):
    with pytest.raises(ValueError, match=f"Got {limit}"):
        RelevanceExtractor(counting).extract(hinge, Question(), Y, mode="context", limit=limit)


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_never_more_than_the_limit_and_never_twice(limit, counting, hinge):
    chosen = RelevanceExtractor(counting).extract(hinge, Question(), Y, mode="context", limit=limit)
    assert 1 <= len(chosen) <= limit
    assert len({passage.text for passage in chosen}) == len(chosen)


def test_what_does_not_help_is_left_out(edge, hinge):
    chosen = RelevanceExtractor(edge).extract(
        hinge, Question("What does the rust look like?"), D, mode="context", limit=len(hinge)
    )
    assert 1 <= len(chosen) < len(hinge) / 2


def test_one_sentence_in_two_words_is_read_once(counting):
    passages = [
        KnowledgePassage("Rust shows brown rough", "a", "rust"),
        KnowledgePassage("Rust shows rough brown", "b", "rust"),
    ]
    chosen = RelevanceExtractor(counting).extract(passages, Question("Rust?"), D, mode="context", limit=2)
    assert [passage.source for passage in chosen] == ["a"]


def test_a_second_question_encodes_nothing_but_itself(counting, hinge):
    extractor = RelevanceExtractor(counting)
    extractor.extract(hinge, Question("Rust?"), D, mode="context", limit=3)
    assert len(counting.texts) == len(set(counting.texts))
    counting.texts.clear()
    extractor.extract(hinge, Question("Any rust?"), A, mode="context", limit=3)
    assert counting.texts == ["Any rust?"]
    extractor.extract(hinge, Question("Any rust?"), A, mode="context", limit=3)
    assert counting.texts == ["Any rust?"]


def test_the_same_question_gets_the_same_answer(edge, hinge):
    def ask() -> tuple[KnowledgePassage, ...]:
        return RelevanceExtractor(edge).extract(hinge, Question("Is it ok?"), Y, mode="context", limit=5)

    assert ask() == ask()
