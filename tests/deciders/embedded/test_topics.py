import pytest

from echo_iad.deciders.embedded.topics import beliefs, defect_topics, good_sentences
from echo_iad.domain.evidence import KnowledgePassage

PASSAGES = (
    KnowledgePassage("A scratch is a thin, long line. It may rust.", "a.md", "long_scratch"),
    KnowledgePassage("It lies anywhere.", "a.md", "long_scratch"),
    KnowledgePassage("A round, dark opening.", "b.md", "hole"),
    KnowledgePassage("Smooth and grey.", "c.md", "good"),
    KnowledgePassage("Made of steel.", "d.md"),
)


def test_passages_of_one_topic_are_one_topic():
    topics = defect_topics(PASSAGES)
    assert [(topic.name, len(topic.sentences)) for topic in topics] == [("long scratch", 3), ("hole", 1)]
    assert topics[0].source == "a.md"


def test_what_is_good_and_what_is_general():
    assert good_sentences(PASSAGES) == ("Smooth and grey.", "Made of steel.")


def test_beliefs_follow_the_looks():
    topics = defect_topics(PASSAGES)
    scratch, hole = beliefs(topics, {"elongated": 0.9, "dark": -0.2})
    assert scratch > 0.6
    assert scratch + hole == pytest.approx(1.0)
    scratch, hole = beliefs(topics, {"elongated": -0.9, "dark": 0.9})
    assert hole > 0.6


def test_without_sight_every_topic_is_as_likely():
    assert beliefs(defect_topics(PASSAGES), {}) == [0.5, 0.5]


def test_a_colour_that_was_seen_speaks_for_the_topic_that_names_it():
    passages = (
        KnowledgePassage("A brown patch.", "a.md", "stain"),
        KnowledgePassage("A green patch.", "b.md", "mould"),
    )
    stain, mould = beliefs(defect_topics(passages), {}, ["dark brown"])
    assert stain > mould
