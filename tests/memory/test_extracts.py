from dataclasses import replace

import pytest

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import MemoryStoreError
from echo_iad.memory.extracts import Extract, Review
from echo_iad.memory.store import Memory

KIND = QuestionType.CLASSIFICATION
WHICH = Question("Which defect is it?", {"A": "Crack", "B": "Rust"})
CRACK = KnowledgePassage("A crack is thin.", "gear.md", "crack", 1.0)
RUST = KnowledgePassage("Rust is brown.", "gear.md", "rust", 1.0)
NOW, BEFORE = "ab" * 32, "cd" * 32
EXTRACT = Extract("gear", KIND, WHICH, NOW, (CRACK, RUST), 3, "scripted:one")


def found(memory, question=WHICH, knowledge=NOW):
    return memory.extracts.find("gear", KIND, question, knowledge)


def test_an_extract_comes_back_as_it_was_kept(memory):
    memory.extracts.keep(EXTRACT)
    kept = found(memory)
    assert replace(kept, id=0, made_at="") == EXTRACT
    assert kept.made_at.endswith("+00:00")
    assert (kept.review, kept.passages, kept.is_reviewed) == (Review.PENDING, (CRACK, RUST), False)


@pytest.mark.parametrize(
    ("question", "is_the_same"),
    [
        (Question("  which DEFECT\nis it ", {"A": "crack.", "B": "rust"}), True),
        (Question(WHICH.text, {"1": "Rust", "2": "Crack"}), True),
        (Question(WHICH.text), False),
        (Question(WHICH.text, {"A": "Crack", "B": "Dent"}), False),
        (Question("Which defect is it not?", WHICH.options), False),
    ],
)
def test_what_counts_as_the_same_question(memory, question, is_the_same):
    memory.extracts.keep(EXTRACT)
    assert (found(memory, question) is not None) is is_the_same


def test_another_object_type_or_knowledge_has_no_extract(memory):
    memory.extracts.keep(EXTRACT)
    assert memory.extracts.find("valve", KIND, WHICH, NOW) is None
    assert memory.extracts.find("gear", QuestionType.ANALYSIS, WHICH, NOW) is None
    assert found(memory, knowledge=BEFORE) is None
    assert memory.extracts.all("valve") == []
    assert len(memory.extracts.all("gear")) == len(memory.extracts.all()) == 1


@pytest.mark.parametrize(
    ("review", "edited", "counts"),
    [(Review.APPROVED, None, (CRACK, RUST)), (Review.EDITED, (RUST,), (RUST,)), (Review.EDITED, (), ())],
)
def test_what_a_person_chose_is_never_overwritten(memory, review, edited, counts):
    memory.extracts.keep(EXTRACT)
    memory.extracts.review(found(memory), review, author=" ines ", edited=edited)
    memory.extracts.keep(replace(EXTRACT, picked=(), model="scripted:two"))
    kept = found(memory)
    assert (kept.review, kept.passages, kept.author, kept.model) == (review, counts, "ines", "scripted:one")
    assert kept.picked == (CRACK, RUST)
    assert kept.is_reviewed
    assert kept.reviewed_at.endswith("+00:00")


def test_what_is_pending_or_rejected_is_replaced(memory):
    memory.extracts.keep(EXTRACT)
    memory.extracts.keep(replace(EXTRACT, model="scripted:two"))
    assert found(memory).model == "scripted:two"
    memory.extracts.review(found(memory), Review.REJECTED, author="ines")
    memory.extracts.keep(replace(EXTRACT, model="scripted:three"))
    kept = found(memory)
    assert (kept.model, kept.review, kept.author, kept.reviewed_at) == ("scripted:three", Review.PENDING, "", "")
    assert len(memory.extracts.all()) == 1


def test_a_review_may_be_taken_back(memory):
    memory.extracts.keep(EXTRACT)
    memory.extracts.review(found(memory), Review.EDITED, author="ines", edited=[RUST])
    memory.extracts.review(found(memory), Review.APPROVED, author="omar")
    kept = found(memory)
    assert (kept.review, kept.passages, kept.author) == (Review.APPROVED, (CRACK, RUST), "omar")


def test_what_changed_since_it_was_seen_is_not_reviewed(memory):
    memory.extracts.keep(EXTRACT)
    seen = found(memory)
    assert memory.extracts.review(seen, Review.APPROVED, author="ines")
    assert not memory.extracts.review(seen, Review.REJECTED, author="omar")
    assert (found(memory).review, found(memory).author) == (Review.APPROVED, "ines")

    other = replace(EXTRACT, object="valve")
    memory.extracts.keep(other)
    seen = memory.extracts.all("valve")[0]
    memory.extracts.keep(replace(other, picked=(RUST,)))
    assert not memory.extracts.review(seen, Review.APPROVED, author="omar")
    assert memory.extracts.all("valve")[0].review is Review.PENDING
    assert not memory.extracts.review(replace(seen, id=99), Review.APPROVED, author="omar")


def test_the_last_word_on_other_knowledge_is_remembered(memory):
    memory.extracts.keep(replace(EXTRACT, knowledge_sha256=BEFORE))
    memory.extracts.keep(EXTRACT)
    assert memory.extracts.former(found(memory)) is None  # nobody has said anything yet
    memory.extracts.review(found(memory, knowledge=BEFORE), Review.APPROVED, author="ines")
    former = memory.extracts.former(found(memory))
    assert (former.author, former.knowledge_sha256) == ("ines", BEFORE)


def test_a_review_needs_an_author_and_passages_where_it_edits(memory):
    memory.extracts.keep(EXTRACT)
    for review, author, edited in [
        (Review.APPROVED, " ", None),
        (Review.EDITED, "ines", None),
        (Review.APPROVED, "ines", ()),
    ]:
        with pytest.raises(ValueError, match="has an author"):
            memory.extracts.review(found(memory), review, author=author, edited=edited)
    assert found(memory).review is Review.PENDING


def test_a_memory_for_reading_only_is_not_changed(memory):
    memory.extracts.keep(EXTRACT)
    with Memory.open(memory.folder, read_only=True) as reading:
        with pytest.raises(MemoryStoreError, match="reading only"):
            reading.extracts.keep(EXTRACT)
        with pytest.raises(MemoryStoreError, match="reading only"):
            reading.extracts.review(found(reading), Review.APPROVED, author="ines")
        assert found(reading).review is Review.PENDING


def test_extracts_stay_when_their_object_goes(memory, make_normal):
    memory.add([make_normal("gear", 1)])
    memory.extracts.keep(EXTRACT)
    memory.remove_object("gear")
    assert found(memory) is not None
    assert memory.verify() == []
