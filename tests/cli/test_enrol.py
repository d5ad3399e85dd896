from __future__ import annotations

import json
import re
import shutil

import pytest


@pytest.fixture
def few(parts, tmp_path):
    """Three good parts and a file that is none, without a folder for their product."""
    folder = tmp_path / "few"
    folder.mkdir()
    for number in range(3):
        shutil.copy(parts / "printed_cap" / "train" / "good" / f"{number:03}.jpg", folder)
    return folder


def test_what_was_enrolled_is_told_and_not_enrolled_twice(echo_iad, few, tmp_path):
    words = ["enrol", few, "--object", "cap", "--memory", tmp_path / "new", "--json"]
    first, second = echo_iad(*words), echo_iad(*words)
    assert (first.code, second.code) == (0, 0)
    told = json.loads(first.out)
    assert told.pop("seconds") > 0
    assert told == {"added": 3, "known": 0, "failed": [], "objects": {"cap": 3}}
    assert json.loads(second.out)["known"] == 3
    assert json.loads(second.out)["added"] == 0


def test_a_bad_picture_is_named_and_the_others_are_enrolled(echo_iad, few, broken, tmp_path):
    shutil.copy(broken, few)
    ended = echo_iad("enrol", few, "--object", "cap", "--memory", tmp_path / "new")
    assert ended.code == 1
    assert "3 enrolled" in ended.out
    assert re.search(rf"^Failed .*{re.escape(str(few / 'broken.jpg'))}", ended.out, re.MULTILINE)
    ended = echo_iad("enrol", few, "--object", "cap", "--memory", tmp_path / "new", "--json")
    (failure,) = json.loads(ended.out)["failed"]
    assert failure["path"] == str(few / "broken.jpg")


def test_a_folder_that_is_not_there_is_one_line(echo_iad, tmp_path):
    ended = echo_iad("enrol", tmp_path / "nowhere", "--memory", tmp_path / "new")
    assert (ended.code, ended.out) == (2, "")
    assert "nowhere" in ended.err
    assert ended.err.count("\n") == 1
