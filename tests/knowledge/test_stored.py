from dataclasses import replace

import pytest

from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import KnowledgeError, UnknownNameError
from echo_iad.knowledge.extraction import knowledge_sha256
from echo_iad.knowledge.stored import described_objects, known_about, latest_extracts
from echo_iad.memory.extracts import Extract, Review
from echo_iad.memory.records import StoredPassage
from echo_iad.memory.store import Memory

RUST = StoredPassage("gear", "rust", "Rust is brown.", "gear.md")
GENERAL = StoredPassage("", "", "Every part is clean.", "rules.md")
DENT = StoredPassage("valve", "dent", "A dent is round.", "valve.md")


@pytest.fixture
def memory(tmp_path):
    with Memory.open(tmp_path / "memory", create=True) as memory:
        memory.add_knowledge([RUST, GENERAL, DENT])
        yield memory


def extract_of(memory, name, text="Which defect is it?"):
    passages = known_about(memory, name)
    state = knowledge_sha256(passages)
    return Extract(name, QuestionType.CLASSIFICATION, Question(text), state, passages[:1], 0, "scripted:one")


def states(memory, object=None):
    return [(one.extract.object, one.extract.question.text, one.is_stale) for one in latest_extracts(memory, object)]


def test_the_objects_own_passages_come_before_the_general_ones(memory):
    assert [passage.text for passage in known_about(memory, "gear")] == [RUST.text, GENERAL.text]
    assert [passage.text for passage in known_about(memory, "bracket")] == [GENERAL.text]


def test_described_objects(memory, tmp_path):
    assert described_objects(memory) == ["gear", "valve"]
    assert described_objects(memory, "gear") == ["gear"]
    with pytest.raises(UnknownNameError, match="Did you mean 'valve'"):
        described_objects(memory, "vale")
    with (
        Memory.open(tmp_path / "empty", create=True) as empty,
        pytest.raises(KnowledgeError, match="echo-iad knowledge import"),
    ):
        described_objects(empty)


def test_an_extract_is_stale_once_the_knowledge_changes_and_fresh_again_when_that_is_undone(memory):
    memory.extracts.keep(extract_of(memory, "gear"))
    memory.extracts.keep(extract_of(memory, "valve"))
    assert states(memory) == [("gear", "Which defect is it?", False), ("valve", "Which defect is it?", False)]
    memory.add_knowledge([replace(RUST, text="Rust is red.")])
    assert states(memory) == [("gear", "Which defect is it?", True), ("valve", "Which defect is it?", False)]
    assert states(memory, "valve") == [("valve", "Which defect is it?", False)]
    memory.add_knowledge([RUST])
    assert states(memory, "gear") == [("gear", "Which defect is it?", False)]


def test_general_knowledge_belongs_to_every_object(memory):
    memory.extracts.keep(extract_of(memory, "gear"))
    memory.add_knowledge([replace(GENERAL, text="Every part is dry.")])
    assert states(memory) == [("gear", "Which defect is it?", True)]


def test_of_several_states_of_the_knowledge_the_present_one_counts(memory):
    memory.extracts.keep(extract_of(memory, "gear"))
    memory.add_knowledge([replace(RUST, text="Rust is red.")])
    memory.extracts.keep(extract_of(memory, "gear", "which defect is it"))
    assert states(memory) == [("gear", "which defect is it", False)]
    memory.add_knowledge([RUST])
    assert states(memory) == [("gear", "Which defect is it?", False)]
    memory.add_knowledge([replace(RUST, text="Rust is blue.")])
    (newest,) = latest_extracts(memory)
    assert (newest.extract.question.text, newest.is_stale) == ("which defect is it", True)
    assert newest.extract.review is Review.PENDING
