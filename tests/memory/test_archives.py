"""Memories written by released versions of Echo still open, with exactly what was in them."""

import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.domain.parts import EncoderId, Framing
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import MemoryVersionError
from echo_iad.memory.extracts import Extract, Review
from echo_iad.memory.migrations import NEWEST
from echo_iad.memory.records import StoredPassage
from echo_iad.memory.store import Memory

ARCHIVES = Path(__file__).parents[1] / "data" / "archives"


def test_every_format_has_an_archive():
    assert sorted(path.name for path in ARCHIVES.iterdir()) == [f"memory-v{n}" for n in range(1, NEWEST + 1)]


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize("version", range(1, NEWEST + 1))
def test_opens_with_exactly_what_was_in_it(tmp_path, version, read_only):
    folder = tmp_path / "memory"
    shutil.copytree(ARCHIVES / f"memory-v{version}", folder)
    with Memory.open(folder, read_only=read_only) as memory:
        assert memory.verify() == []
        assert memory.image_encoder == EncoderId("drawn", "ab" * 32, 4, "none", "drawn-image")
        assert memory.text_encoder == EncoderId("drawn", "cd" * 32, 3, "none", "drawn-text")
        assert [(n.id, n.object, n.path, n.sha256, n.width, n.height, n.enrolled_by) for n in memory.normals()] == [
            (1, "gear", "/parts/1.png", f"{1:064x}", 640, 480, "ines"),
            (2, "gear", "/parts/2.png", f"{2:064x}", 640, 480, "ines"),
            (4, "washer", "/parts/4.png", f"{4:064x}", 640, 480, "ines"),
        ]
        table = memory.vectors()
        wanted = np.array([[1, 0, 0, 0], [0.6, 0.8, 0, 0], [0, 0, 0, 1]], np.float32)
        np.testing.assert_array_equal(table.vectors, wanted)
        assert [table.names[code] for code in table.codes] == ["gear", "gear", "washer"]
        np.testing.assert_array_equal(memory.levels(2)[0], np.full((2, 3, 2), 1.0))
        assert memory.preview(4) == b"\xff\xd8\x04\xff\xd9"
        assert {name: vector.tolist() for name, vector in memory.class_texts().items()} == {"gear": [0.0, 1.0, 0.0]}
        assert memory.knowledge("gear") == [StoredPassage("gear", "rust", "Red spots.", "gear.md")]
        assert memory.knowledge("") == [StoredPassage("", "", "Look closely.", "all.md")]


RUST = KnowledgePassage("Red spots.", "gear.md", "rust", 1.0)
YES_OR_NO = Question("Is there rust?", {"A": "Yes", "B": "No"})


@pytest.mark.parametrize("read_only", [True, False])
def test_extracts_are_there_from_version_2_on(tmp_path, read_only):
    folder = tmp_path / "memory"
    shutil.copytree(ARCHIVES / "memory-v2", folder)
    with Memory.open(folder, read_only=read_only) as memory:
        edited, pending = memory.extracts.all()
    assert (edited.object, edited.question_type, edited.question) == ("gear", QuestionType.DISCRIMINATION, YES_OR_NO)
    assert (edited.picked, edited.refused, edited.model) == ((RUST,), 2, "scripted:drawn")
    assert (edited.review, edited.author, edited.knowledge_sha256) == (Review.EDITED, "ines", "ef" * 32)
    own = KnowledgePassage("Spots below 1 mm are no fault.", "words of ines", relevance=1.0)
    assert edited.passages == (own,)
    assert (pending.review, pending.author, pending.passages) == (Review.PENDING, "", (RUST,))


def test_version_1_has_no_extracts_and_takes_them_once_it_is_open_for_writing(tmp_path):
    folder = tmp_path / "memory"
    shutil.copytree(ARCHIVES / "memory-v1", folder)
    extract = Extract("gear", QuestionType.DISCRIMINATION, YES_OR_NO, "ef" * 32, (RUST,), 0, "scripted:drawn")
    with Memory.open(folder, read_only=True) as memory:
        assert memory.extracts.all() == []
        assert memory.extracts.find("gear", QuestionType.DISCRIMINATION, YES_OR_NO, "ef" * 32) is None
    with Memory.open(folder) as memory:
        memory.extracts.keep(extract)
        assert memory.knowledge("gear") == [StoredPassage("gear", "rust", "Red spots.", "gear.md")]
    with Memory.open(folder, read_only=True) as memory:
        assert [kept.picked for kept in memory.extracts.all()] == [(RUST,)]


@pytest.mark.parametrize("read_only", [True, False])
def test_labelled_defects_are_there_from_version_3_on(tmp_path, read_only):
    folder = tmp_path / "memory"
    shutil.copytree(ARCHIVES / "memory-v3", folder)
    with Memory.open(folder, read_only=read_only) as memory:
        dent, rust = memory.defects.with_looks("gear", "looks 1")
        assert memory.defects.all() == [dent, rust]
        assert memory.defects.state("gear") == (2, 3)
    assert (dent.id, dent.object, dent.type, dent.path) == (2, "gear", "dent", "/parts/11.png")
    assert (dent.sha256, dent.width, dent.height, dent.box) == (f"{11:064x}", 640, 480, (110, 20, 330, 40))
    assert (dent.stood_out, dent.form, dent.enrolled_by) == (False, "looks 1", "ines")
    assert {name: look.tolist() for name, look in dent.looks.items()} == {"area": [2.75], "context": [0, 0, 0, 1]}
    assert (rust.id, rust.type, rust.stood_out, rust.looks["area"].tolist()) == (3, "rust", True, [3.0])


@pytest.mark.parametrize("version", [1, 2])
def test_earlier_versions_have_no_labelled_defects_and_take_them_once_they_are_open_for_writing(
    tmp_path, make_defect, version
):
    folder = tmp_path / "memory"
    shutil.copytree(ARCHIVES / f"memory-v{version}", folder)
    with Memory.open(folder, read_only=True) as memory:
        assert memory.defects.all() == memory.defects.with_looks("gear", "looks 1") == []
        assert memory.defects.state("gear") == (0, 0)
        assert memory.verify() == []
    with Memory.open(folder) as memory:
        assert memory.defects.add([make_defect("gear", 50)]) == [1]
        assert memory.verify() == []


@pytest.mark.parametrize("read_only", [True, False])
def test_framed_objects_are_there_from_version_4_on(tmp_path, read_only):
    shutil.copytree(ARCHIVES / "memory-v4", tmp_path / "memory")
    with Memory.open(tmp_path / "memory", read_only=read_only) as memory:
        assert memory.framing("washer") == Framing(64, 128, turned=True, scale=0.01, middle=(0.25, 0.0))
        assert memory.framing("gear") is None
        assert memory.compared_vectors("washer").vectors.tolist() == [[0, 1, 0, 0]]
        assert memory.compared_vectors("gear").vectors.tolist() == memory.vectors("gear").vectors.tolist()


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_objects_of_earlier_versions_stay_whole(tmp_path, version, read_only):
    shutil.copytree(ARCHIVES / f"memory-v{version}", tmp_path / "memory")
    with Memory.open(tmp_path / "memory", read_only=read_only) as memory:
        assert memory.framing("washer") is None
        assert memory.compared_vectors("washer").vectors.tolist() == memory.vectors("washer").vectors.tolist()
        assert memory.verify() == []


def test_an_archive_goes_on_growing(tmp_path, make_normal):
    shutil.copytree(ARCHIVES / "memory-v1", tmp_path / "memory")
    with Memory.open(tmp_path / "memory") as memory:
        assert memory.add([make_normal("gear", 9, vector=np.array([0, 0, 1, 0], np.float32))]) == [5]
        assert memory.verify() == []


def test_the_next_format_is_refused_and_left_alone(tmp_path):
    shutil.copytree(ARCHIVES / f"memory-v{NEWEST}", tmp_path / "memory")
    path = tmp_path / "memory" / "memory.sqlite"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
    connection.close()
    before = path.read_bytes()
    for read_only in (True, False):
        with pytest.raises(MemoryVersionError, match="pip install --upgrade echo-iad"):
            Memory.open(tmp_path / "memory", read_only=read_only)
    assert path.read_bytes() == before
