"""Labelled defects on the command line: enrolled, listed, removed, and every wrong use told in one line."""

from __future__ import annotations

import json
import shutil

import pytest

from echo_iad.memory.store import Memory


@pytest.fixture
def label(echo_iad, memory, parts):
    """Label pictures of a sample product's defect."""

    def run(*words, object="printed_cap", defect="stain", pictures=None):
        place = parts / object / "test" / defect if pictures is None else pictures
        return echo_iad("enrol", place, "--object", object, "--defect", defect, "--memory", memory, *words)

    return run


def listed(echo_iad, memory, *words):
    out = echo_iad("memory", "info", "--memory", memory, "--defects", "--json", *words).out
    return [json.loads(line) for line in out.splitlines()]


def test_labelled_defects_are_told_listed_and_no_normals(echo_iad, memory, label, parts):
    told = json.loads(label("--json").out)
    assert told.pop("seconds") > 0
    unremarkable = told.pop("unremarkable")
    assert told == {"added": 2, "known": 0, "failed": [], "objects": {"printed_cap": 20}, "defects": {"stain": 2}}
    first, second = listed(echo_iad, memory)
    assert (first["id"], first["object"], first["type"]) == (1, "printed_cap", "stain")
    assert first["path"] == str(parts / "printed_cap" / "test" / "stain" / "000.jpg")
    assert second["id"] == 2
    assert unremarkable == [row["path"] for row in (first, second) if not row["stood_out"]]
    summaries = json.loads(echo_iad("memory", "info", "--memory", memory, "--json").out)["objects"]
    assert [(row["normals"], row["defects"]) for row in summaries] == [(20, {"stain": 2}), (20, {})]
    assert echo_iad("memory", "verify", "--memory", memory).code == 0


def test_labelling_again_changes_nothing(echo_iad, memory, label):
    label()
    before = listed(echo_iad, memory)
    again = label()
    assert again.out.startswith("0 labelled, 2 known already")
    assert listed(echo_iad, memory) == before


def test_one_picture_is_labelled_by_its_path(label, parts):
    picture = parts / "printed_cap" / "test" / "scratch" / "000.jpg"
    assert json.loads(label("--json", defect="scratch", pictures=picture).out)["defects"] == {"scratch": 1}


def test_a_part_with_nothing_strange_is_labelled_and_pointed_out(label, parts):
    picture = parts / "printed_cap" / "test" / "good" / "000.jpg"
    shown = label(defect="faint mark", pictures=picture).out
    assert "1 labelled" in shown
    assert f"Look {picture}: nothing beyond the tolerance was found" in shown


def test_removing_by_number_or_object_leaves_the_normals(echo_iad, memory, label):
    label()
    label(defect="scratch")
    removed = echo_iad("memory", "remove", 1, 4, "--defects", "--memory", memory, "--json")
    assert json.loads(removed.out) == {"removed": 2, "normals": 40, "defects": 2}
    assert [row["id"] for row in listed(echo_iad, memory)] == [2, 3]
    removed = echo_iad("memory", "remove", "--object", "printed_cap", "--defects", "--memory", memory)
    assert removed.out == "2 removed, 0 left\n"
    assert "No defect is labelled" in echo_iad("memory", "info", "--defects", "--memory", memory).out


def test_labels_that_go_with_the_last_normal_are_told(echo_iad, memory, label):
    label()
    shown = echo_iad("memory", "remove", "--object", "printed_cap", "--memory", memory).out
    assert shown == "20 removed, 20 left\n2 labelled defects went with the last normal of their object.\n"
    assert listed(echo_iad, memory) == []


def test_an_unknown_number_removes_nothing(echo_iad, memory, label):
    label()
    ended = echo_iad("memory", "remove", 1, 99, "--defects", "--memory", memory)
    assert (ended.code, ended.out) == (2, "")
    assert "no labelled defect 99" in ended.err
    assert len(listed(echo_iad, memory)) == 2


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"defect": "good"}, "'good' is no type of defect. Enrol good parts without --defect."),
        ({"defect": ""}, "A type of defect must have 1 to 100 printable characters"),
        ({"object": "gear"}, "Object 'gear' is not enrolled in this memory."),
        ({"pictures": "nowhere"}, "There is no picture and no folder nowhere."),
    ],
)
def test_wrong_use_is_one_line(label, memory, parts, changed, told):
    ended = label(**{"pictures": parts / "printed_cap" / "test" / "stain"} | changed)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert ended.err.count("\n") == 1
    with Memory.open(memory, read_only=True) as store:
        assert store.defects.all() == []


def test_a_folder_of_folders_is_refused(label, parts):
    ended = label(pictures=parts / "printed_cap")
    assert ended.code == 2
    assert "holds no pictures of its own" in ended.err


def test_the_product_has_to_be_named(echo_iad, memory, parts):
    ended = echo_iad("enrol", parts / "printed_cap" / "test" / "stain", "--defect", "stain", "--memory", memory)
    assert ended.code == 2
    assert "Name the product that has the defect 'stain' with: --object NAME" in ended.err


def test_no_memory_is_made_for_labels_alone(label, echo_iad, parts, tmp_path):
    place = parts / "printed_cap" / "test" / "stain"
    ended = echo_iad("enrol", place, "--object", "cap", "--defect", "stain", "--memory", tmp_path / "new")
    assert ended.code == 2
    assert "Enrol good parts with" in ended.err
    assert not (tmp_path / "new").exists()


def test_what_is_good_cannot_be_labelled_and_the_other_way_round(echo_iad, memory, label, parts, tmp_path, broken):
    shutil.copy(parts / "printed_cap" / "train" / "good" / "003.jpg", tmp_path)
    shutil.copy(parts / "printed_cap" / "test" / "stain" / "001.jpg", tmp_path)
    ended = label("--json", pictures=tmp_path)
    assert ended.code == 1
    told = json.loads(ended.out)
    assert told["added"] == 1
    assert [fault["path"] for fault in told["failed"]] == [str(tmp_path / "003.jpg"), str(broken)]
    assert "is enrolled as a good part of printed_cap" in told["failed"][0]["reason"]
    ended = label("--json", defect="scratch", pictures=tmp_path / "001.jpg")
    assert "is labelled 'stain' already" in json.loads(ended.out)["failed"][0]["reason"]
    ended = echo_iad("enrol", tmp_path, "--object", "printed_cap", "--memory", memory, "--json")
    reasons = {fault["path"]: fault["reason"] for fault in json.loads(ended.out)["failed"]}
    assert "memory remove 1 --defects" in reasons[str(tmp_path / "001.jpg")]
    with Memory.open(memory, read_only=True) as store:
        assert len(store.ids("printed_cap")) == 20
