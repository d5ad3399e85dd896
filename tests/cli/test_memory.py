from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from echo_iad.memory.store import Memory


def test_info_lists_objects_with_their_normals_and_knowledge(echo_iad, memory):
    told = json.loads(echo_iad("memory", "info", "--memory", memory, "--json").out)
    assert told["memory"] == str(memory)
    assert told["encoders"]["image"]["dimension"] == 1280
    assert [(row["name"], row["normals"]) for row in told["objects"]] == [("printed_cap", 20), ("woven_fabric", 20)]
    assert all(row["knowledge"] > 10 for row in told["objects"])
    shown = echo_iad("memory", "info", "--memory", memory).out
    assert "40 normals by the image encoder 'edge'" in shown
    assert "woven_fabric" in shown


def test_info_says_how_each_objects_pictures_are_compared(echo_iad, memory):
    told = json.loads(echo_iad("memory", "info", "--memory", memory, "--json").out)
    framings = {row["name"]: row["framing"] for row in told["objects"]}
    assert framings["woven_fabric"] is None
    assert framings["printed_cap"].items() >= {"rows": 320, "columns": 320, "turned": False}.items()
    with closing(sqlite3.connect(memory / "memory.sqlite")) as database, database:
        database.execute("UPDATE framing SET rows = 192, columns = 512, turned = 1")
    shown = echo_iad("memory", "info", "--memory", memory).out.splitlines()
    ends = {line.split()[0]: line.rstrip() for line in shown if line.strip()}
    assert ends["printed_cap"].endswith("cut, turned, 512 × 192")
    assert ends["woven_fabric"].endswith("whole")


def test_info_of_an_object_lists_its_normals_by_the_numbers_that_remove_takes(echo_iad, memory):
    lines = echo_iad("memory", "info", "--memory", memory, "--object", "woven_fabric", "--json").out.splitlines()
    first, second, *others = [json.loads(line)["id"] for line in lines]
    assert len(others) == 18
    shown = echo_iad("memory", "info", "--memory", memory, "--object", "woven_fabric").out
    assert "288 × 288" in shown
    removed = echo_iad("memory", "remove", first, second, "--memory", memory, "--json")
    assert json.loads(removed.out) == {"removed": 2, "normals": 38, "defects": 0}
    with Memory.open(memory, read_only=True) as store:
        assert store.ids("woven_fabric") == others


def test_an_object_goes_with_all_its_normals_and_its_knowledge_stays(echo_iad, memory):
    assert echo_iad("memory", "remove", "--object", "printed_cap", "--memory", memory).out == "20 removed, 20 left\n"
    with Memory.open(memory, read_only=True) as store:
        assert store.object_names() == ["woven_fabric"]
        assert store.knowledge("printed_cap")


def test_a_wrong_number_removes_nothing(echo_iad, memory):
    ended = echo_iad("memory", "remove", 1, 999, "--memory", memory)
    assert ended.code == 2
    assert "no normal 999" in ended.err
    with Memory.open(memory, read_only=True) as store:
        assert store.count() == 40


@pytest.mark.parametrize("words", [[], ["1", "--object", "printed_cap"]])
def test_either_numbers_or_an_object_are_removed(echo_iad, memory, words):
    ended = echo_iad("memory", "remove", *words, "--memory", memory)
    assert ended.code == 2
    assert "Name the numbers of normals, or one object" in ended.err


@pytest.mark.parametrize("action", ["info", "remove"])
def test_an_object_that_is_not_enrolled_is_refused(echo_iad, memory, action):
    ended = echo_iad("memory", action, "--memory", memory, "--object", "gear")
    assert ended.code == 2
    assert "Object 'gear' is not enrolled in this memory." in ended.err


def test_a_sound_memory_is_verified(echo_iad, memory):
    ended = echo_iad("memory", "verify", "--memory", memory, "--json")
    assert ended.code == 0
    assert json.loads(ended.out) == {"memory": str(memory), "normals": 40, "problems": []}
    assert "sound, 40 normals" in echo_iad("memory", "verify", "--memory", memory).out.replace("\n", " ")


def test_a_damaged_memory_is_told_and_ends_with_1(echo_iad, memory):
    with closing(sqlite3.connect(memory / "memory.sqlite")) as database, database:
        database.execute("UPDATE vector SET crc32 = crc32 + 1 WHERE normal_id = 3")
    ended = echo_iad("memory", "verify", "--memory", memory)
    assert ended.code == 1
    assert ended.out.endswith(": 1 problem\n")
    assert len(json.loads(echo_iad("memory", "verify", "--memory", memory, "--json").out)["problems"]) == 1


def test_an_empty_memory_says_how_to_fill_it(echo_iad, tmp_path):
    Memory.open(tmp_path / "new", create=True).close()
    shown = echo_iad("memory", "info", "--memory", tmp_path / "new")
    assert shown.code == 0
    assert "0 normals" in shown.out
    assert "echo-iad enrol" in shown.out
