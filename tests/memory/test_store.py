import shutil
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echo_iad.domain.parts import Framing, ImageEncoding
from echo_iad.errors import (
    ForeignEncoderError,
    MemoryDamagedError,
    MemoryLockedError,
    MemoryStoreError,
    MemoryVersionError,
    UnknownObjectError,
)
from echo_iad.memory import database
from echo_iad.memory.migrations import NEWEST
from echo_iad.memory.records import StoredPassage
from echo_iad.memory.store import Memory


def test_gives_back_what_was_added(memory, make_normal):
    new = make_normal("gear", 1)
    (number,) = memory.add([new])
    normal = memory.normal(number)
    assert (normal.object, normal.path, normal.sha256) == (new.object, new.path, new.sha256)
    assert (normal.width, normal.height, normal.enrolled_by) == (640, 480, "ines")
    assert normal.enrolled_at.endswith("+00:00")
    table = memory.vectors()
    assert table.ids.tolist() == [number]
    np.testing.assert_array_equal(table.vectors[0], new.encoding.vector)
    assert table.names == ("gear",)
    assert memory.preview(number) == new.preview
    for stored, level in zip(memory.levels(number), new.encoding.levels, strict=True):
        assert stored.dtype == np.float32
        np.testing.assert_allclose(stored, level, rtol=1e-3, atol=1e-6)


def test_the_same_image_is_stored_once_for_an_object(memory, make_normal):
    first = memory.add([make_normal("gear", 1), make_normal("gear", 2)])
    state = memory.state()
    again = memory.add([make_normal("gear", 2), make_normal("gear", 3), make_normal("gear", 3)])
    assert again == [first[1], first[1] + 1, first[1] + 1]
    assert memory.count() == 3
    assert memory.state() != state
    other = replace(make_normal("gear", 1), object="washer")
    assert memory.add([other]) == [again[-1] + 1]


def test_adding_only_known_images_changes_no_state(memory, make_normal):
    memory.add([make_normal("gear", 1)])
    before = memory.state(), memory.state("gear")
    memory.add([make_normal("gear", 1)])
    assert (memory.state(), memory.state("gear")) == before


def test_adds_all_or_nothing(memory, make_normal, make_vector):
    memory.add([make_normal("gear", 0)])
    wrong = make_normal("gear", 2, vector=make_vector(1, dimension=9))
    with pytest.raises(ValueError, match=r"are \(16,\). Got \(9,\) for /parts/gear/2.png"):
        memory.add([make_normal("gear", 1), wrong])
    assert memory.count() == 1


def test_a_fault_inside_a_transaction_leaves_nothing_behind(memory, make_normal, monkeypatch):
    def full(*_):
        raise sqlite3.OperationalError

    monkeypatch.setattr("echo_iad.memory.writing.zlib.crc32", full)
    with pytest.raises(sqlite3.OperationalError):
        memory.add([make_normal("gear", 1)])
    monkeypatch.undo()
    assert (memory.count(), memory.object_names(), memory.verify()) == (0, [], [])
    assert memory.add([make_normal("gear", 1)])


def test_ids_are_never_used_again(memory, make_normal):
    ids = memory.add([make_normal("gear", n) for n in range(3)])
    assert memory.remove([ids[-1], 999]) == 1
    assert memory.add([make_normal("gear", 9)]) == [ids[-1] + 1]


def test_knows_what_is_enrolled(memory, make_normal):
    new = make_normal("gear", 1)
    memory.add([new])
    assert memory.knows("gear", new.sha256)
    assert not memory.knows("washer", new.sha256)
    assert not memory.knows("gear", "0" * 64)


def test_state_tells_which_object_changed(memory, make_normal):
    memory.add([make_normal("gear", 1), make_normal("washer", 1)])
    gear, washer, whole = memory.state("gear"), memory.state("washer"), memory.state()
    memory.add([make_normal("gear", 2)])
    assert memory.state("gear") != gear
    assert memory.state("washer") == washer
    assert memory.state() != whole
    assert memory.state("bolt") == "none"


def test_lists_objects_with_their_size(memory, make_normal):
    memory.add([make_normal("washer", 1), make_normal("gear", 1), make_normal("gear", 2)])
    gear, washer = memory.objects()
    assert (gear.name, gear.normals, washer.name, washer.normals) == ("gear", 2, "washer", 1)
    stored = 16 * 4 + 60 * 2 + 24 * 2 + len(make_normal("gear", 1).preview)
    assert gear.megabytes == pytest.approx(2 * stored / 1e6)


def test_an_object_without_normals_is_gone(memory, make_normal, make_vector):
    ids = memory.add([make_normal("gear", 1), make_normal("washer", 1)])
    memory.set_class_text("gear", "a gear", make_vector(1, dimension=8))
    memory.remove(ids[:1])
    assert memory.object_names() == ["washer"]
    assert memory.class_texts() == {}
    assert memory.vectors("gear").vectors.shape == (0, 16)


def test_removes_an_object(memory, make_normal):
    memory.add([make_normal("gear", n) for n in range(4)] + [make_normal("washer", 1)])
    assert memory.remove_object("gear") == 4
    assert [normal.object for normal in memory.normals()] == ["washer"]
    with pytest.raises(UnknownObjectError, match="'washr' is not enrolled.*Did you mean 'washer'"):
        memory.remove_object("washr")


def test_vectors_of_one_object(memory, make_normal):
    memory.add([make_normal(name, n) for n in range(3) for name in ("washer", "gear")])
    table = memory.vectors()
    assert [table.names[code] for code in table.codes] == ["washer", "gear"] * 3
    assert memory.vectors("gear").ids.tolist() == [2, 4, 6] == memory.ids("gear")
    np.testing.assert_array_equal(memory.vectors("gear").vectors, table.vectors[1::2])


def test_knowledge_of_a_source_is_replaced(memory):
    first = [StoredPassage("gear", "rust", "Red spots.", "a.md"), StoredPassage("gear", "good", "Even.", "a.md")]
    general = StoredPassage("", "", "Look closely.", "b.md")
    assert memory.add_knowledge([*first, general]) == 3
    assert memory.add_knowledge(first) == 2
    assert memory.knowledge("gear") == first
    assert memory.knowledge("") == [general]
    memory.add_knowledge([replace(first[0], text="Brown spots.")])
    assert [passage.text for passage in memory.knowledge("gear")] == ["Brown spots."]


def test_a_file_that_is_imported_again_loses_the_sentences_that_it_no_longer_holds(memory):
    def told(text, source, object="gear"):
        return StoredPassage(object, "rust", text, source)

    others = [
        told("Kept.", "valve.md > rust, line 3", "valve"),
        told("Kept.", "gear.md.txt > rust, line 3"),
        told("Kept.", "ines, line 1"),
    ]
    memory.add_knowledge([told("Red.", "gear.md > rust, line 3"), told("Old.", "gear.md > rust, line 5"), *others])
    memory.add_knowledge([told("Brown.", "gear.md, line 4")])
    assert memory.knowledge() == [*others, told("Brown.", "gear.md, line 4")]


def test_class_texts(memory, make_normal, make_vector):
    vector = make_vector(3, dimension=8)
    memory.set_class_text("gear", "a gear", vector)
    assert memory.class_texts() == {}
    memory.add([make_normal("gear", 1)])
    np.testing.assert_array_equal(memory.class_texts()["gear"], vector)
    with pytest.raises(ValueError, match=r"\(8,\). Got \(16,\)"):
        memory.set_class_text("gear", "a gear", make_vector(3))


def test_refuses_vectors_of_a_foreign_encoder(memory, make_normal, encoders):
    image, text = encoders
    memory.bind(replace(image, preparation="squeezed"), text)
    memory.bind(image, text)
    memory.add([make_normal("gear", 1)])
    memory.bind(image, text)
    with pytest.raises(ForeignEncoderError, match="made by the image encoder 'drawn'.*'clip'.*echo-iad enrol FOLDER"):
        memory.bind(replace(image, name="clip"), text)
    with pytest.raises(ForeignEncoderError, match="text encoder"):
        memory.bind(image, replace(text, weights_sha256="ef" * 32))
    assert (memory.image_encoder, memory.text_encoder) == (image, text)


def test_binds_without_writing_where_it_may_not_write(memory, make_normal, encoders):
    image, text = encoders
    with Memory.open(memory.folder, read_only=True) as reader:
        reader.bind(replace(image, name="clip"), text)
        assert reader.image_encoder == image
        memory.add([make_normal("gear", 1)])
        reader.bind(image, text)
        with pytest.raises(ForeignEncoderError, match="made by the image encoder 'drawn'"):
            reader.bind(replace(image, name="clip"), text)


def test_needs_encoders_before_normals(tmp_path, make_normal):
    with Memory.open(tmp_path, create=True) as memory, pytest.raises(MemoryStoreError, match="not bound"):
        memory.add([make_normal("gear", 1)])


def test_no_memory_names_the_command_that_makes_one(tmp_path):
    with pytest.raises(MemoryStoreError, match=f"no memory in {tmp_path}.*echo-iad enrol FOLDER --memory {tmp_path}"):
        Memory.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MemoryStoreError, match="cannot be made"):
        Memory.open(tmp_path / "file" / "memory", create=True)


@pytest.mark.parametrize("contents", [b"no database at all " * 300, b"SQLite format 3\0" + b"\x07" * 3000])
def test_refuses_what_is_no_database(tmp_path, contents):
    (tmp_path / "memory.sqlite").write_bytes(contents)
    for read_only in (True, False):
        with pytest.raises(MemoryDamagedError, match="is no SQLite file|damaged"):
            Memory.open(tmp_path, read_only=read_only)
    assert (tmp_path / "memory.sqlite").read_bytes() == contents


def test_refuses_the_database_of_another_program(tmp_path):
    with sqlite3.connect(tmp_path / "memory.sqlite") as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    other.close()
    with pytest.raises(MemoryDamagedError, match="of another program"):
        Memory.open(tmp_path, create=True)


def test_refuses_a_newer_format_with_the_command_that_upgrades(memory):
    memory.database.change(f"PRAGMA user_version = {NEWEST + 1}")
    memory.close()
    with pytest.raises(MemoryVersionError, match=rf"version {NEWEST + 1}; this Echo knows .*pip install --upgrade"):
        Memory.open(memory.folder)


def test_a_half_made_memory_can_be_opened(tmp_path, make_normal, encoders):
    (tmp_path / "memory.sqlite").touch()
    with pytest.raises(MemoryStoreError, match="holds nothing yet"):
        Memory.open(tmp_path, read_only=True)
    with Memory.open(tmp_path) as memory:
        memory.bind(*encoders)
        assert memory.add([make_normal("gear", 1)]) == [1]


def test_a_second_writer_is_refused_and_readers_go_on(memory, make_normal, monkeypatch):
    memory.add([make_normal("gear", 1)])
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with Memory.open(memory.folder) as second, Memory.open(memory.folder, read_only=True) as reader:
        with memory.database.transaction():
            memory.database.change("DELETE FROM normal")
            with pytest.raises(MemoryLockedError, match="being written by another process"):
                second.add([make_normal("gear", 2)])
            assert reader.count() == 1
        assert reader.count() == 0
        assert second.add([make_normal("gear", 2)])


def test_read_only_refuses_to_write(memory, make_normal):
    memory.add([make_normal("gear", 1)])
    with Memory.open(memory.folder, read_only=True) as reader:
        with pytest.raises(MemoryStoreError, match="reading only"):
            reader.add([make_normal("gear", 2)])
        with pytest.raises(MemoryStoreError, match="reading only"):
            reader.remove([1])
        assert reader.count() == 1


READ_AS_STRANGER = """
import os, sys
from echo_iad.memory.store import Memory
if os.getuid() == 0:
    os.setuid(65534)
with Memory.open(sys.argv[1], read_only=True) as memory:
    print(memory.count(), len(memory.verify()), memory.vectors().vectors.shape)
"""


def test_reads_a_folder_that_may_not_be_written(memory, make_normal):
    memory.add([make_normal("gear", n) for n in range(3)])
    memory.close()
    with tempfile.TemporaryDirectory() as place:  # the test's own folder may not be entered by others
        folder = Path(place) / "read only"
        shutil.copytree(memory.folder, folder)
        for path in Path(place), folder:
            path.chmod(0o555)
        command = [sys.executable, "-c", READ_AS_STRANGER, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        files = sorted(path.name for path in folder.iterdir())
        for path in Path(place), folder:
            path.chmod(0o755)
    assert (done.stdout, done.stderr) == ("3 0 (3, 16)\n", "")
    assert files == ["memory.sqlite"]


def test_refuses_normals_that_are_not_whole(make_normal, make_vector):
    good = make_normal("gear", 1)
    for change, message in [
        ({"object": " gear"}, "printable characters"),
        ({"object": ""}, "--object NAME"),
        ({"sha256": "ABC"}, "64 hex digits"),
        ({"width": 0}, "at least 1 x 1"),
        ({"preview": b"GIF89a"}, "must be a JPEG"),
        ({"encoding": ImageEncoding(2 * make_vector(1))}, "length 1. Got length 2"),
        ({"encoding": ImageEncoding(np.full(16, np.nan, np.float32))}, "Got length nan"),
        ({"encoding": ImageEncoding(make_vector(1)[None])}, r"must be \(d,\)"),
        ({"encoding": ImageEncoding(make_vector(1), (np.full((2, 2, 2), np.inf, np.float32),))}, "not finite"),
    ]:
        with pytest.raises(ValueError, match=message):
            replace(good, **change)


def test_caches_have_names_for_any_text(memory):
    names = ["bank", "a/b", "../up", "Gear", "gear", "größe", "x" * 300]
    paths = {memory.cache_file(name) for name in names}
    assert len({str(path).lower() for path in paths}) == len(names)
    assert {path.parent for path in paths} == {memory.folder / "cache"}


def test_asks_for_a_normal_that_is_there(memory):
    for ask in (memory.normal, memory.preview):
        with pytest.raises(MemoryStoreError, match=r"no normal 7.*memory info"):
            ask(7)


CREATE = """
import sys
from echo_iad.domain.parts import EncoderId
from echo_iad.memory.store import Memory
encoder = EncoderId("drawn", "ab" * 32, 16, "none", "drawn")
sys.stdin.read()
with Memory.open(sys.argv[1], create=True) as memory:
    memory.bind(encoder, encoder)
"""


def test_several_processes_may_make_the_same_memory(tmp_path):
    command = [sys.executable, "-c", CREATE, tmp_path / "memory"]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(5)]
    for process in running:
        process.stdin.close()
        process.stdin = None
    assert [process.communicate()[1] for process in running] == [b""] * 5
    with Memory.open(tmp_path / "memory") as memory:
        assert memory.verify() == []


class TestFraming:
    def test_kept_until_the_object_goes(self, memory, make_normal):
        framing = Framing(192, 512, turned=True, scale=0.01, middle=(0.25, 0.0))
        memory.set_framing("gear", framing)
        assert memory.framing("gear") == framing
        assert memory.framing("washer") is None
        memory.set_framing("gear", None)
        assert memory.framing("gear") is None
        memory.set_framing("gear", framing)
        normal = make_normal("gear", 1)
        turned = normal.encoding.vector[::-1].copy()
        levels = tuple(level + 1 for level in normal.encoding.levels)
        (number,) = memory.add([replace(normal, framed=ImageEncoding(turned, levels))])
        assert memory.compared_vectors("gear").vectors.tolist() == [turned.tolist()]
        assert memory.vectors("gear").vectors.tolist() == [normal.encoding.vector.tolist()]
        assert memory.vectors_by_id([number], framed=True)[number].tolist() == turned.tolist()
        for stored, level in zip(memory.levels(number), levels, strict=True):
            np.testing.assert_allclose(stored, level, atol=1e-2)
        assert memory.verify() == []
        memory.remove_object("gear")
        assert memory.framing("gear") is None

    def test_of_an_object_with_normals_it_cannot_change(self, memory, make_normal):
        memory.add([make_normal("gear", 1)])
        with pytest.raises(MemoryStoreError, match="Remove them first"):
            memory.set_framing("gear", Framing(192, 512, turned=True, scale=0.01, middle=(0.25, 0.0)))

    def test_a_normal_without_its_cut_vector_is_a_problem(self, memory, make_normal):
        memory.set_framing("gear", Framing(192, 512, turned=True, scale=0.01, middle=(0.25, 0.0)))
        memory.add([make_normal("gear", 1)])
        assert memory.verify() == ["Normal 1 has no framed_vector, but its object is framed."]
