"""A digest changes with whatever knowledge may reach a decision, and with nothing that a run writes itself."""

import pytest

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.evaluation.answers.knowledge_state import knowledge_digests
from echo_iad.knowledge.extraction import knowledge_sha256
from echo_iad.knowledge.stored import known_about
from echo_iad.memory.extracts import Extract, Review
from echo_iad.memory.records import StoredPassage
from echo_iad.memory.store import Memory
from echo_iad.settings import KnowledgeSettings

BY_MODEL = KnowledgeSettings(mode="context", passages=3, extractor="model")
BY_EMBEDDING = KnowledgeSettings(mode="context", passages=3)
WHY = Question("What does it do?", {"A": "It leaks.", "B": "Nothing."})


@pytest.fixture
def memory(tmp_path):
    with Memory.open(tmp_path, create=True) as opened:
        opened.add_knowledge([StoredPassage("cap", "dent", "A dent lets it leak.", "cap.md")])
        opened.add_knowledge([StoredPassage("lid", "", "A lid is flat.", "lid.md")])
        yield opened


def digests(memory, settings=BY_MODEL, objects=("cap", "lid")):
    return knowledge_digests(memory, objects, settings)


def pick(memory, *texts, question=WHY):
    """Let a model pick these sentences; the extract as it is kept."""
    picked = tuple(KnowledgePassage(text, "cap.md", "dent") for text in texts)
    state = knowledge_sha256(known_about(memory, "cap"))
    memory.extracts.keep(Extract("cap", QuestionType.ANALYSIS, question, state, picked, 0, "scripted:m"))
    return memory.extracts.all("cap")[-1]


def test_without_knowledge_there_is_no_digest(memory):
    assert digests(memory, KnowledgeSettings(mode="none", passages=3)) == {}
    assert list(digests(memory, objects=["lid", "cap", "lid", "other"])) == ["cap", "lid", "other"]


@pytest.mark.parametrize("settings", [BY_MODEL, BY_EMBEDDING, KnowledgeSettings(mode="domain", passages=3)])
def test_a_new_sentence_counts_for_its_object_and_a_general_one_for_all(memory, settings):
    before = digests(memory, settings)
    memory.add_knowledge([StoredPassage("cap", "", "A cap is round.", "more.md")])
    after = digests(memory, settings)
    assert (after["cap"] != before["cap"], after["lid"]) == (True, before["lid"])
    memory.add_knowledge([StoredPassage("", "", "Rust spreads.", "all.md")])
    assert all(digests(memory, settings)[name] != after[name] for name in after)


def test_importing_the_same_again_changes_nothing(memory):
    before = digests(memory)
    memory.add_knowledge([StoredPassage("cap", "dent", "A dent lets it leak.", "cap.md")])
    assert digests(memory) == before


@pytest.mark.parametrize(
    ("review", "edited"),
    [
        (Review.APPROVED, None),
        (Review.REJECTED, None),
        (Review.EDITED, [KnowledgePassage("A dent is harmless.", "ines")]),
    ],
)
def test_what_a_person_says_to_an_extract_counts_where_a_model_picks(memory, review, edited):
    before = digests(memory)
    extract = pick(memory, "A dent lets it leak.")
    assert digests(memory) == before, "a run keeps picks as it goes"
    assert memory.extracts.review(extract, review, author="ines", edited=edited)
    assert digests(memory)["cap"] != before["cap"]
    assert digests(memory)["lid"] == before["lid"]


def test_each_verdict_and_each_wording_is_another(memory):
    seen = {digests(memory)["cap"]}
    for review, words in (
        (Review.REJECTED, None),
        (Review.APPROVED, None),
        (Review.EDITED, "A dent is harmless."),
        (Review.EDITED, "A dent is a fault."),
    ):
        edited = None if words is None else [KnowledgePassage(words, "ines")]
        assert memory.extracts.review(pick(memory, "A dent lets it leak."), review, author="ines", edited=edited)
        seen.add(digests(memory)["cap"])
    assert len(seen) == 5


def test_an_extract_of_knowledge_that_has_changed_is_not_used_and_does_not_count(memory):
    memory.extracts.review(pick(memory, "A dent lets it leak."), Review.APPROVED, author="ines")
    memory.add_knowledge([StoredPassage("cap", "", "A cap is round.", "more.md")])
    assert digests(memory) == digests(memory, BY_EMBEDDING)


def test_extracts_do_not_count_where_no_model_picks(memory):
    before = digests(memory, BY_EMBEDDING)
    memory.extracts.review(pick(memory, "A dent lets it leak."), Review.APPROVED, author="ines")
    assert digests(memory, BY_EMBEDDING) == before
