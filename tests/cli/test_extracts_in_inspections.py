"""Extracts from the model to the record of an inspection, on the sample parts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from echo_iad.echo import Echo
from echo_iad.memory.extracts import Review
from echo_iad.memory.store import Memory
from echo_iad.settings import load_profile

QUESTION = "What caused the defect?"
LINE = {"question": "numbered sentences", "answer": "[2, 1]"}


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "picks.jsonl"
    path.write_text(json.dumps(LINE), encoding="utf-8")
    return f"scripted:{path}"


@pytest.fixture
def inspect(memory, parts, model):
    """Ask about one chipped cap, with a model that picks the knowledge and the embedded decider."""
    photo = parts / "printed_cap" / "test" / "chipped_rim" / "000.jpg"

    def ask(*, read_only=False, **changes):
        edge = load_profile("edge")
        wanted = {"extractor": "model", "model": model, **changes}
        profile = edge.model_copy(update={"knowledge": edge.knowledge.model_copy(update=wanted)})
        with Echo.from_profile(profile, memory=memory, read_only=read_only) as echo:
            return echo.inspect(photo, QUESTION, object="printed_cap")

    return ask


def texts(inspection):
    return [passage.text for passage in inspection.knowledge]


def test_the_record_says_who_chose_and_a_review_changes_it(inspect, memory, model):
    first = inspect()
    assert first.knowledge_by == f"model {model}, pending"
    with Memory.open(memory) as store:
        known = store.knowledge("printed_cap")
        assert texts(first) == [known[1].text, known[0].text]
        (extract,) = store.extracts.all()
        chosen = replace(extract.picked[0], text="Words of a person.")
        store.extracts.review(extract, Review.EDITED, author="ines", edited=[chosen])
    second = inspect(unreviewed=False)
    assert second.knowledge_by == f"model {model}, edited by ines"
    assert texts(second) == ["Words of a person."]


def test_without_a_usable_extract_the_embedding_answers_as_ever(inspect, tmp_path):
    silent = tmp_path / "silent.jsonl"
    silent.touch()
    plain = inspect(extractor="embedding")
    unreviewed = inspect(unreviewed=False)
    failed = inspect(model=f"scripted:{silent}")
    assert plain.knowledge_by == "embedding"
    assert unreviewed.knowledge_by == "embedding, because no extract is reviewed"
    assert failed.knowledge_by.startswith("embedding, because the model failed: The script")
    assert plain.knowledge == unreviewed.knowledge == failed.knowledge
    assert plain.decision == unreviewed.decision == failed.decision


def test_a_memory_for_reading_only_keeps_nothing_and_says_so(inspect, memory, model):
    assert inspect(read_only=True).knowledge_by == f"model {model}, not kept"
    with Memory.open(memory) as store:
        assert store.extracts.all() == []


def test_a_dry_run_asks_no_model_for_knowledge(memory, parts, tmp_path, echo_iad, model):
    from echo_iad.settings import profile_text

    profile = tmp_path / "own.toml"
    text = profile_text("paper").replace('extractor = "embedding"', 'extractor = "model"')
    profile.write_text(text.replace('image = "clip"', 'image = "edge"').replace('text = "clip"', 'text = "edge"'))
    photo = parts / "printed_cap" / "test" / "chipped_rim" / "000.jpg"
    words = ("inspect", photo, "--memory", memory, "--profile", profile, "--question", "Which type of defect is it?")
    ended = echo_iad(*words, "--object", "printed_cap", "--model", "scripted:missing.jsonl", "--dry-run")
    assert (ended.code, ended.err) == (0, "")
    assert "Which type of defect is it?" in ended.out
    with Memory.open(memory) as store:
        assert store.extracts.all() == []
