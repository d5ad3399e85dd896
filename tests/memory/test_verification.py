"""Each kind of damage is found, and none where there is none."""

import re
import zlib

import numpy as np
import pytest

from echo_iad.memory.cache import write_cache
from echo_iad.memory.store import Memory

DAMAGE = [
    ("UPDATE vector SET data = zeroblob(64) WHERE normal_id = 1", "vector of normal 1 .* checksum"),
    ("UPDATE vector SET data = x'00' WHERE normal_id = 1", "vector of normal 1 .* has 1 bytes where .* needs 64"),
    ("UPDATE vector SET dtype = '<f8' WHERE normal_id = 2", "vector of normal 2 .* dtype is '<f8'"),
    ("UPDATE vector SET shape = 'four' WHERE normal_id = 2", "vector of normal 2 .* shape is 'four'"),
    ("UPDATE vector SET shape = '4,4' WHERE normal_id = 2", "vector of normal 2 .* its encoder makes 16 numbers"),
    ("DELETE FROM vector WHERE normal_id = 2", "Normal 2 has no vector"),
    ("DELETE FROM preview WHERE normal_id = 2", "Normal 2 has no preview"),
    ("UPDATE preview SET data = x'ffd8' WHERE normal_id = 1", "preview of normal 1 .* checksum"),
    ("UPDATE level SET crc32 = 1 WHERE normal_id = 2 AND position = 1", "features 1 of normal 2 .* checksum"),
    ("UPDATE class_text SET crc32 = 1", "class_text of object 1 .* checksum"),
    ("UPDATE look SET crc32 = 1 WHERE name = 'area'", "look 'area' of labelled defect 1 .* checksum"),
    ("DELETE FROM look", "Labelled defect 1 has no looks"),
    ("UPDATE defect SET sha256 = (SELECT sha256 FROM normal WHERE id = 2)", "defect 1 and normal 2 are the same"),
    ("DELETE FROM encoder", "not known which encoders"),
    ("PRAGMA foreign_keys = OFF; DELETE FROM object", "Row 1 of table normal belongs to no object"),
]


@pytest.fixture
def filled(memory, make_normal, make_defect, make_vector):
    memory.add([make_normal("gear", 1), make_normal("gear", 2)])
    memory.defects.add([make_defect("gear", 1)])
    memory.set_class_text("gear", "a gear", make_vector(1, dimension=8))
    return memory


def test_a_sound_memory_has_no_problem(filled):
    write_cache(filled.cache_file("bank"), "s", {"bank": np.zeros(3)})
    assert filled.verify() == []


def test_an_empty_memory_has_no_problem(tmp_path):
    with Memory.open(tmp_path, create=True) as memory:
        assert memory.verify() == []


@pytest.mark.parametrize(("statements", "problem"), DAMAGE)
def test_damage_is_found(filled, statements, problem):
    for statement in statements.split("; "):
        filled.database.change(statement)
    problems = filled.verify()
    assert any(re.search(problem, line) for line in problems), problems


@pytest.mark.parametrize(("change", "problem"), [(np.nan, "not finite"), (3.0, "its length is .*, not 1")])
def test_wrong_numbers_are_found(filled, change, problem):
    data = np.full(16, change, "<f4").tobytes()
    filled.database.change("UPDATE vector SET data = ?, crc32 = ? WHERE normal_id = 1", (data, zlib.crc32(data)))
    (line,) = filled.verify()
    assert re.search(problem, line)


def test_a_damaged_cache_is_named(filled):
    path = filled.cache_file("bank")
    write_cache(path, "s", {"bank": np.zeros(100)})
    path.write_bytes(path.read_bytes()[:-10])
    assert filled.verify() == ["The cache bank.cache is damaged; it will be made again, or delete it."]


def test_a_damaged_file_is_said_to_be_so(filled):
    pages = filled.database.rows("SELECT rootpage FROM sqlite_master WHERE name IN ('normal', 'vector', 'level')")
    filled.close()
    path = filled.folder / "memory.sqlite"
    data = bytearray(path.read_bytes())
    for (page,) in pages:
        data[4096 * (page - 1) : 4096 * (page - 1) + 64] = b"\x5a" * 64
    path.write_bytes(data)
    with Memory.open(filled.folder) as memory:
        problems = memory.verify()
    assert problems
    assert all("damaged" in line for line in problems)
