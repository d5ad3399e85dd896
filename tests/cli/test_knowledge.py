from __future__ import annotations

import json

import pytest


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "valve.md"
    path.write_text("## good\n\nA good valve is clean [as new].\n\n## rust\n\nRust is brown.\n", encoding="utf-8")
    return path


def test_imported_knowledge_is_shown_with_its_sources(echo_iad, notes, memory):
    told = json.loads(echo_iad("knowledge", "import", notes, "--memory", memory, "--json").out)
    assert told == {"passages": 2, "objects": ["valve"]}
    shown = echo_iad("knowledge", "show", "--memory", memory, "--object", "valve")
    assert shown.code == 0
    for said in ("valve · good", "A good valve is clean [as new].", "valve · rust", "Rust is brown.", "valve.md"):
        assert said in shown.out
    lines = echo_iad("knowledge", "show", "--memory", memory, "--object", "valve", "--json").out.splitlines()
    assert [json.loads(line)["topic"] for line in lines] == ["good", "rust"]


def test_an_import_is_told_in_words(echo_iad, notes, memory):
    assert echo_iad("knowledge", "import", notes, "--memory", memory).out == "2 passages about valve\n"


def test_no_knowledge_is_said_with_the_cure(echo_iad, memory):
    shown = echo_iad("knowledge", "show", "--memory", memory, "--object", "gear")
    assert shown.code == 0
    assert "echo-iad knowledge import" in shown.out
    assert echo_iad("knowledge", "show", "--memory", memory, "--object", "gear", "--json").out == ""


def test_a_source_that_is_not_there_is_one_line(echo_iad, memory, tmp_path):
    ended = echo_iad("knowledge", "import", tmp_path / "nowhere.md", "--memory", memory)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
