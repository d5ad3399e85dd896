from dataclasses import replace

import pytest

from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import MissingExtraError, MissingModelError, MllmError, ModelGoneError, ProfileError
from echo_iad.experts.relevance_by_model import (
    Guidance,
    NoExtract,
    RelevanceByModel,
    Sought,
    load_knowledge_model,
    may_ask_model,
)
from echo_iad.knowledge.stored import known_about
from echo_iad.memory.extracts import Review
from echo_iad.memory.records import StoredPassage
from echo_iad.memory.store import Memory
from echo_iad.mllms.scripted import Line, ScriptedMllm
from echo_iad.settings import load_profile

CRACK = StoredPassage("gear", "crack", "A crack is a thin dark line.", "gear.md")
RUST = StoredPassage("gear", "rust", "Rust is a brown patch.", "gear.md")
GENERAL = StoredPassage("", "", "Every part leaves the plant clean.", "rules.md")
WHICH = Question("Which defect is it?", {"A": "Crack", "B": "Rust"})


class Model:
    """A scripted model that counts its prompts."""

    name = "scripted:picker"

    def __init__(self, said="[2]"):
        self.said = said
        self.prompts = []

    def ask(self, prompts):
        self.prompts += [prompt.messages[-1].text for prompt in prompts]
        if isinstance(self.said, ModelGoneError):
            raise self.said
        return ScriptedMllm(lambda _: self.said).ask(prompts)


@pytest.fixture
def known(memory):
    memory.add_knowledge([CRACK, RUST, GENERAL])
    return memory


def never():
    raise AssertionError("the model is loaded")


def extractor(memory, model, **changes):
    settings = load_profile("edge").knowledge.model_copy(update={"extractor": "model", **changes})
    return RelevanceByModel(memory, model if callable(model) else lambda: model, settings)


def sought(memory, question=WHICH, kind=QuestionType.CLASSIFICATION):
    return Sought("gear", question, kind, known_about(memory, "gear"))


def texts(found):
    return [passage.text for passage in found.passages]


def only(memory):
    (extract,) = memory.extracts.all()
    return extract


def test_what_the_model_picks_is_used_and_kept_as_pending(known):
    model = Model("[3, 2, 9]")
    found = extractor(known, model).extract(sought(known))
    assert texts(found) == [GENERAL.text, RUST.text]
    assert found.by == "model scripted:picker, pending"
    kept = only(known)
    assert (kept.picked, kept.refused, kept.model) == (found.passages, 1, "scripted:picker")
    assert (kept.object, kept.question, kept.review) == ("gear", WHICH, Review.PENDING)


def test_a_stored_extract_needs_no_model(known):
    first = extractor(known, Model()).extract(sought(known))
    assert extractor(known, never).extract(sought(known)) == first


def test_the_model_sees_the_object_all_sentences_and_the_question(known):
    model = Model()
    extractor(known, model, passages=2).extract(sought(known))
    (prompt,) = model.prompts
    for told in ('"gear"', "1. [crack]", "2. [rust]", f"3. {GENERAL.text}", WHICH.text, "B. Rust", "at most 2"):
        assert told in prompt


@pytest.mark.parametrize(
    ("review", "unreviewed", "by"),
    [
        (Review.PENDING, True, "model scripted:picker, pending"),
        (Review.APPROVED, True, "model scripted:picker, approved by ines"),
        (Review.APPROVED, False, "model scripted:picker, approved by ines"),
        (Review.EDITED, True, "model scripted:picker, edited by ines"),
        (Review.EDITED, False, "model scripted:picker, edited by ines"),
    ],
)
def test_what_may_be_used(known, review, unreviewed, by):
    extractor(known, Model("[2]")).extract(sought(known))
    crack = known_about(known, "gear")[:1]
    if review is not Review.PENDING:
        edited = crack if review is Review.EDITED else None
        known.extracts.review(only(known), review, author="ines", edited=edited)
    found = extractor(known, never, unreviewed=unreviewed).extract(sought(known))
    assert found.by == by
    assert texts(found) == [CRACK.text if review is Review.EDITED else RUST.text]


@pytest.mark.parametrize(
    ("review", "unreviewed", "why"),
    [
        (Review.PENDING, False, "what model scripted:picker picked is pending"),
        (Review.REJECTED, True, "ines rejected what model scripted:picker picked"),
        (Review.REJECTED, False, "ines rejected what model scripted:picker picked"),
    ],
)
def test_what_may_not_be_used(known, review, unreviewed, why):
    extractor(known, Model()).extract(sought(known))
    if review is not Review.PENDING:
        known.extracts.review(only(known), review, author="ines")
    assert extractor(known, never, unreviewed=unreviewed).extract(sought(known)) == NoExtract(why)


def test_where_only_reviewed_extracts_count_the_model_is_not_asked(known):
    found = extractor(known, never, unreviewed=False).extract(sought(known))
    assert found == NoExtract("no extract is reviewed")
    assert known.extracts.all() == []


def test_a_model_picks_no_more_than_the_settings_want_and_a_person_may(known):
    found = extractor(known, Model("[1, 2, 3]"), passages=2).extract(sought(known))
    assert texts(found) == [CRACK.text, RUST.text]
    assert len(only(known).picked) == 3
    known.extracts.review(only(known), Review.APPROVED, author="ines")
    assert len(extractor(known, never, passages=2).extract(sought(known)).passages) == 3


def test_that_nothing_helps_is_an_answer(known):
    found = extractor(known, Model("[]")).extract(sought(known))
    assert found == Guidance((), "model scripted:picker, pending")
    assert only(known).picked == ()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Line(fail="out of memory"), "the model failed: out of memory"),
        ("Number 2.", "the model failed: it wrote no list of sentences that are known: 'Number 2.'"),
        ("[7]", "the model failed: it wrote no list of sentences that are known: '[7]'"),
        ("x " * 99, f"the model failed: it wrote no list of sentences that are known: '{'x ' * 30}…'"),
    ],
)
def test_a_model_that_fails_leaves_nothing_behind(known, said, why):
    assert extractor(known, Model(said)).extract(sought(known)) == NoExtract(why)
    assert known.extracts.all() == []


def test_a_model_that_failed_once_is_asked_again(known):
    model = Model(Line(fail="busy"))
    by_model = extractor(known, model)
    assert isinstance(by_model.extract(sought(known)), NoExtract)
    model.said = "[1]"
    assert texts(by_model.extract(sought(known))) == [CRACK.text]


def test_a_model_that_is_gone_is_not_asked_again(known):
    model = Model(ModelGoneError("The server stopped."))
    by_model = extractor(known, model)
    for _ in range(3):
        assert by_model.extract(sought(known)) == NoExtract("the model is gone: The server stopped.")
    assert len(model.prompts) == 1


@pytest.mark.parametrize(
    "fault", [MissingModelError("No answer from 127.0.0.1."), MissingExtraError("The backend 'openai'", "openai")]
)
def test_a_model_that_cannot_be_loaded_stops_no_inspection_and_is_tried_once(known, fault):
    tried = []

    def load():
        tried.append(fault)
        raise fault

    by_model = extractor(known, load)
    for _ in range(3):
        assert by_model.extract(sought(known)) == NoExtract(f"the model cannot be loaded: {fault}")
    assert len(tried) == 1
    with pytest.raises(type(fault)):
        by_model.pick([sought(known)])
    assert known.extracts.all() == []


@pytest.mark.parametrize(
    ("changes", "may"),
    [({}, True), ({"extractor": "embedding"}, False), ({"mode": "domain"}, False), ({"unreviewed": False}, False)],
)
def test_when_an_inspection_may_ask_the_model(changes, may):
    knowledge = load_profile("edge").knowledge.model_copy(update={"extractor": "model", **changes})
    assert may_ask_model(knowledge) is may


def test_changed_knowledge_is_asked_about_anew_and_the_former_review_stays(known):
    extractor(known, Model("[1]")).extract(sought(known))
    known.extracts.review(only(known), Review.APPROVED, author="ines")
    known.add_knowledge([replace(RUST, text="Rust is a red patch.")])
    found = extractor(known, Model("[1, 2]")).extract(sought(known))
    assert found.by == "model scripted:picker, pending"
    before, now = known.extracts.all()
    assert (before.review, now.review) == (Review.APPROVED, Review.PENDING)
    assert known.extracts.former(now) == before


def test_a_memory_for_reading_only_is_left_alone_and_the_model_asked_once(known):
    model = Model()
    with Memory.open(known.folder, read_only=True) as reading:
        by_model = extractor(reading, model)
        for _ in range(3):
            assert by_model.extract(sought(reading)).by == "model scripted:picker, not kept"
    assert len(model.prompts) == 1
    assert known.extracts.all() == []


def test_a_memory_that_another_process_writes_does_not_fail_the_inspection(known, monkeypatch):
    monkeypatch.setattr("echo_iad.memory.database.BUSY_SECONDS", 0.05)
    with Memory.open(known.folder) as other, Memory.open(known.folder) as own, other.database.transaction():
        found = extractor(own, Model()).extract(sought(own))
    assert found.by == "model scripted:picker, not kept"


def test_there_must_be_something_to_choose_from():
    with pytest.raises(ValueError, match="Got none about 'gear'"):
        Sought("gear", WHICH, QuestionType.CLASSIFICATION, ())


def test_several_questions_are_asked_together_and_fail_alone(known):
    second = Question("Where is it?")

    def script(messages):
        return Line(fail="busy") if second.text in messages[-1].text else "[1]"

    by_model = extractor(known, ScriptedMllm(script))
    first, failed = by_model.pick([sought(known), sought(known, second, QuestionType.LOCALIZATION)])
    assert (first.question, texts(first)) == (WHICH, [CRACK.text])
    assert isinstance(failed, MllmError)
    assert known.extracts.all() == []


def test_the_model_of_the_knowledge_comes_before_the_deciders(tmp_path):
    edge = load_profile("edge")
    own, deciders = tmp_path / "own.jsonl", tmp_path / "deciders.jsonl"
    own.touch()
    deciders.touch()
    knowledge = edge.knowledge.model_copy(update={"model": f"scripted:{own}"})
    both = edge.with_model(f"scripted:{deciders}").model_copy(update={"knowledge": knowledge})
    assert load_knowledge_model(both).name == f"scripted:{own}"
    assert load_knowledge_model(edge.with_model(f"scripted:{deciders}")).name == f"scripted:{deciders}"
    with pytest.raises(ProfileError, match=r"under \[knowledge\]; knowledge extract takes --model BACKEND:NAME"):
        load_knowledge_model(edge)
