import pytest

from echo_iad.domain.evidence import Change, Comparison, Region
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import ProfileError
from echo_iad.experts.knowledge_guide import KnowledgeGuide, seen_words
from echo_iad.experts.relevance_by_model import Sought
from echo_iad.memory.records import StoredPassage
from echo_iad.mllms.scripted import Line, ScriptedMllm
from echo_iad.settings import load_profile

CRACK = StoredPassage("gear", "crack", "A crack is a thin dark line across a tooth.", "gear.md")
RUST = StoredPassage("gear", "rust", "Rust is a brown patch on the surface.", "gear.md")
GENERAL = StoredPassage("", "", "Every part leaves the plant clean.", "rules.md")
OTHER = StoredPassage("valve", "dent", "A dent keeps the valve open.", "valve.md")
WHICH = Question("Which defect is it?", {"A": "Crack", "B": "Rust"})


@pytest.fixture
def guide_of(memory, words_encoder):
    memory.add_knowledge([CRACK, RUST, GENERAL, OTHER])

    def make(mllm=None, **changes):
        settings = load_profile("edge").knowledge.model_copy(update=changes)
        return KnowledgeGuide(memory, words_encoder, settings, mllm)

    return make


def region(position, *words):
    change = Change(-20.0, 0.0, 0.0, 0.1, "black", "grey", words)
    return Region((0, 0, 5, 5), 0.01, position, 5.0, 1.0, "", change)


def comparison_of(*regions):
    return Comparison(5.0, 0.01, 3.0, 0.66, True, "", 0.05, True, 99, regions)


def sought(guide, question=WHICH, kind=QuestionType.CLASSIFICATION):
    return Sought("gear", question, kind, guide.everything("gear"))


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
    chosen = guide.guide(sought(guide), None)
    assert chosen.passages == guide.everything("gear")
    assert chosen.by == "everything that is known"


def test_what_bears_on_the_question(guide_of):
    guide = guide_of(mode="context", passages=1)
    for topic, passage in [("rust", RUST), ("crack", CRACK)]:
        question = Question(f"What does the {topic} look like on the surface or line?")
        found = guide.guide(sought(guide, question, QuestionType.DESCRIPTION), None)
        (chosen,) = found.passages
        assert found.by == "embedding"
        assert (chosen.text, chosen.source) == (passage.text, passage.source)
        assert 0 <= chosen.relevance <= 1


@pytest.fixture
def by_model(guide_of):
    """A guide whose model says something, and how often it was loaded and asked."""

    def make(said, **changes):
        def load():
            make.loaded += 1
            return ScriptedMllm(script)

        def script(_):
            make.asked += 1
            return said

        make.loaded = make.asked = 0
        return guide_of(load, extractor="model", passages=1, **changes)

    return make


def test_a_model_picks_where_the_settings_want_it(by_model):
    guide = by_model("[2]")
    assert by_model.loaded == 0
    found = [guide.guide(sought(guide), None) for _ in range(2)]
    assert [(texts(one.passages), one.by) for one in found] == [([RUST.text], "model scripted:function, pending")] * 2
    assert (by_model.loaded, by_model.asked) == (1, 1)


@pytest.mark.parametrize(
    ("said", "changes", "why"),
    [
        (Line(fail="out of memory"), {}, "the model failed: out of memory"),
        ("The second.", {}, "the model failed: it wrote no list of sentences that are known: 'The second.'"),
        ("[2]", {"unreviewed": False}, "no extract is reviewed"),
    ],
)
def test_where_no_extract_may_be_used_the_embedding_answers_and_says_why(by_model, guide_of, said, changes, why):
    guide = by_model(said, **changes)
    found = guide.guide(sought(guide), None)
    plain = guide_of(passages=1)
    assert found.passages == plain.guide(sought(plain), None).passages
    assert found.by == f"embedding, because {why}"


def test_a_model_that_may_not_be_asked_is_not_loaded_and_what_is_stored_counts(by_model):
    guide = by_model("[2]")
    assert guide.guide(sought(guide), None, may_ask=False).by == "embedding, because no extract is stored"
    assert by_model.loaded == 0
    picked = guide.guide(sought(guide), None)
    assert guide.guide(sought(guide), None, may_ask=False) == picked


def test_a_model_is_asked_in_context_mode_alone(by_model):
    guide = by_model("[2]", mode="domain")
    assert guide.guide(sought(guide), None).by == "everything that is known"
    assert by_model.loaded == 0


def test_a_wanted_model_that_nobody_gives_is_an_error(guide_of):
    with pytest.raises(ProfileError, match="needs a model"):
        guide_of(extractor="model")


def test_what_the_comparator_saw_in_words():
    seen = comparison_of(region("upper left", "darker", "rougher"), region("centre"))
    assert seen_words(seen) == ("darker, rougher region, upper left", "region, centre")
    assert seen_words(None) == ()
    assert seen_words(comparison_of()) == ()
