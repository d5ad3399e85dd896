import pytest

from echo_iad.domain.evidence import Change, Comparison, Region
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.experts.knowledge_guide import KnowledgeGuide, seen_words
from echo_iad.memory.records import StoredPassage
from echo_iad.settings import load_profile

CRACK = StoredPassage("gear", "crack", "A crack is a thin dark line across a tooth.", "gear.md")
RUST = StoredPassage("gear", "rust", "Rust is a brown patch on the surface.", "gear.md")
GENERAL = StoredPassage("", "", "Every part leaves the plant clean.", "rules.md")
OTHER = StoredPassage("valve", "dent", "A dent keeps the valve open.", "valve.md")
WHICH = Question("Which defect is it?", {"A": "Crack", "B": "Rust"})


@pytest.fixture
def guide_of(memory, words_encoder):
    memory.add_knowledge([CRACK, RUST, GENERAL, OTHER])

    def make(**changes):
        return KnowledgeGuide(memory, words_encoder, load_profile("edge").knowledge.model_copy(update=changes))

    return make


def region(position, *words):
    change = Change(-20.0, 0.0, 0.0, 0.1, "black", "grey", words)
    return Region((0, 0, 5, 5), 0.01, position, 5.0, 1.0, "", change)


def comparison_of(*regions):
    return Comparison(5.0, 0.01, 3.0, 0.66, True, "", 0.05, True, 99, regions)


def texts(passages):
    return [passage.text for passage in passages]


def test_everything_is_the_objects_and_the_general(guide_of):
    found = guide_of().everything("gear")
    assert texts(found) == [CRACK.text, RUST.text, GENERAL.text]
    assert [(passage.source, passage.topic) for passage in found[:2]] == [("gear.md", "crack"), ("gear.md", "rust")]
    assert texts(guide_of().everything("bracket")) == [GENERAL.text]


def test_a_profile_may_want_no_knowledge(guide_of):
    assert guide_of(mode="none").everything("gear") == ()


def test_all_of_it_when_the_profile_says_so(guide_of):
    guide = guide_of(mode="domain")
    everything = guide.everything("gear")
    chosen = guide.guide(everything, WHICH, QuestionType.CLASSIFICATION, None)
    assert sorted(texts(chosen)) == sorted(texts(everything))


def test_what_bears_on_the_question(guide_of):
    guide = guide_of(mode="context", passages=1)
    everything = guide.everything("gear")
    for topic, passage in [("rust", RUST), ("crack", CRACK)]:
        question = Question(f"What does the {topic} look like on the surface or line?")
        (chosen,) = guide.guide(everything, question, QuestionType.DESCRIPTION, None)
        assert (chosen.text, chosen.source) == (passage.text, passage.source)
        assert 0 <= chosen.relevance <= 1


def test_what_the_comparator_saw_in_words():
    seen = comparison_of(region("upper left", "darker", "rougher"), region("centre"))
    assert seen_words(seen) == ("darker, rougher region, upper left", "region, centre")
    assert seen_words(None) == ()
    assert seen_words(comparison_of()) == ()
