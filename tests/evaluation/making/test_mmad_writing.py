"""Made questions as a benchmark that is read like MMAD itself."""

from __future__ import annotations

import hashlib
import json
import os
import shutil

import pytest

from echo_iad.encoders.catalog import load_text_encoder
from echo_iad.errors import EvaluationError
from echo_iad.evaluation.benchmark.mmad import read_mmad
from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS, Subtask
from echo_iad.evaluation.making.mmad_writing import write_mmad
from echo_iad.evaluation.making.question_making import make_questions
from echo_iad.knowledge.sources import read_knowledge
from echo_iad.samples import sample_knowledge, sample_parts


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Copy of the samples; one product has a name with spaces and letters beyond ASCII."""
    folder = shutil.copytree(sample_parts(), tmp_path_factory.mktemp("factory") / "parts")
    (folder / "printed_cap").rename(folder / "Printed Cäp 2")
    return folder


@pytest.fixture(scope="module")
def made(parts):
    return make_questions(parts, sample_knowledge(), text_encoder=load_text_encoder("edge"))


@pytest.fixture(scope="module")
def written(made, parts, tmp_path_factory):
    return write_mmad(made, tmp_path_factory.mktemp("out") / "questions", source=parts)


def digests(folder):
    return {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_reader_finds_every_question_mask_normal_and_template(written, made):
    benchmark = read_mmad(written.folder)
    assert not benchmark.excluded
    assert len(benchmark.questions) == sum(made.count(subtask) for subtask in PAPER_SUBTASKS)
    assert {name: len(paths) for name, paths in benchmark.normals.items()} == {
        "Printed Cäp 2": 24,
        "circuit_board": 24,
        "woven_fabric": 24,
    }
    for question in benchmark.questions:
        assert question.path.is_file()
        assert question.defective == (question.mask is not None)
        assert len(question.random_templates) == 8


def test_the_reader_reads_what_was_made(written, made):
    read = [(one.subtask, one.text, dict(one.options), one.correct) for one in read_mmad(written.folder).questions]
    wanted = [(one.subtask, one.text, dict(one.options), one.correct) for row in made.pictures for one in row.questions]
    assert read == wanted


def test_the_pictures_are_those_of_the_parts(written, parts):
    for question in read_mmad(written.folder).questions[::7]:
        kind, name = question.path.parts[-2:]
        original = parts / question.object / "test" / kind / name
        assert question.path.read_bytes() == original.read_bytes()


def test_the_knowledge_goes_with_the_questions(written, made):
    read = {
        entry.object: [passage.text for passage in entry.passages]
        for entry in read_knowledge(written.folder / "domain_knowledge.json")
    }
    assert read == {entry.object: [passage.text for passage in entry.passages] for entry in made.knowledge}


def test_what_was_not_asked_is_written_down(written, made):
    told = json.loads((written.folder / "how_made.json").read_text(encoding="utf-8"))
    assert told["seed"] == 0
    assert sum(entry["pictures"] for entry in told["not_asked"]) == sum(entry.pictures for entry in made.not_asked)
    assert told["questions"]["classification"] == made.count(Subtask.CLASSIFICATION)


def test_pictures_are_linked_or_copied_as_asked(written, made, parts, tmp_path):
    assert written.linked > 0
    copied = write_mmad(made, tmp_path / "copied", source=parts, copy=True)
    assert copied.linked == 0
    assert copied.copied == written.linked + written.copied
    assert digests(copied.folder) == digests(written.folder)
    assert all(path.stat().st_nlink == 1 for path in (tmp_path / "copied").rglob("*.jpg"))


def test_where_links_are_impossible_pictures_are_copied(made, parts, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    assert write_mmad(made, tmp_path / "out", source=parts).linked == 0
    assert read_mmad(tmp_path / "out").questions


def test_the_same_seed_writes_the_same_bytes(parts, made, written, tmp_path):
    again = make_questions(parts, sample_knowledge(), text_encoder=load_text_encoder("edge"))
    write_mmad(again, tmp_path / "again", source=parts)
    assert digests(tmp_path / "again") == digests(written.folder)


def test_nothing_is_written_into_the_parts(made, parts):
    before = digests(parts)
    with pytest.raises(EvaluationError, match="nothing is written there"):
        write_mmad(made, parts / "woven_fabric" / "questions", source=parts)
    assert digests(parts) == before


def test_links_inside_the_parts_are_followed(made, parts, tmp_path):
    linked = tmp_path / "linked" / "fabric"
    linked.mkdir(parents=True)
    for name in ("train", "test", "ground_truth"):
        (linked / name).symlink_to(parts / "woven_fabric" / name, target_is_directory=True)
    notes = tmp_path / "fabric.md"
    shutil.copy(sample_knowledge() / "woven_fabric.md", notes)
    own = make_questions(tmp_path / "linked", notes, text_encoder=load_text_encoder("edge"))
    write_mmad(own, tmp_path / "out", source=tmp_path / "linked")
    assert not read_mmad(tmp_path / "out").excluded


def test_a_folder_that_holds_something_is_refused(made, parts, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(EvaluationError, match="is not empty. Remove it, or name a new folder with --out"):
        write_mmad(made, tmp_path, source=parts)
    with pytest.raises(EvaluationError, match="is no folder"):
        write_mmad(made, tmp_path / "notes.txt", source=parts)


def test_a_folder_that_cannot_be_made_is_refused(made, parts, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_mmad(made, tmp_path / "file" / "out", source=parts)


def test_a_name_that_cannot_be_a_key_is_refused_before_anything_is_written(tmp_path):
    folder = tmp_path / "parts"
    shutil.copytree(sample_parts() / "printed_cap", folder / "cap:2")
    notes = tmp_path / "notes"
    notes.mkdir()
    shutil.copy(sample_knowledge() / "printed_cap.md", notes / "cap:2.md")
    made = make_questions(folder, notes, text_encoder=load_text_encoder("edge"))
    with pytest.raises(EvaluationError, match="cannot be named in the benchmark"):
        write_mmad(made, tmp_path / "out", source=folder)
    assert not (tmp_path / "out").exists()
