from __future__ import annotations

import json

import pytest

from echo_iad.samples import sample_knowledge


@pytest.fixture
def make(echo_iad, parts, tmp_path):
    def run(*more, root=parts, knowledge=None):
        knowledge = knowledge or sample_knowledge()
        return echo_iad("questions", "make", root, "--knowledge", knowledge, "--out", tmp_path / "made", *more)

    return run


def test_what_was_made_is_told_with_its_chance(make, tmp_path):
    ended = make()
    assert ended.code == 0
    assert ended.err == ""
    for said in ("discrimination", "50.0 %", "localization", "Not asked", "left out for the balance"):
        assert said in ended.out
    assert f"echo-iad evaluate mmad {tmp_path / 'made'}" in ended.out
    assert (tmp_path / "made" / "mmad.json").is_file()


def test_the_same_as_json(make, tmp_path):
    told = json.loads(make("--json", "--objects", "printed_cap, woven_fabric", "--copy").out)
    assert told["folder"] == str(tmp_path / "made")
    assert told["questions"]["discrimination"] == 24
    assert told["chance"]["discrimination"] == 50.0
    assert told["linked"] == 0
    assert {entry["object"] for entry in told["not_asked"]} <= {"printed_cap", "woven_fabric"}


def test_every_picture_can_be_asked_whether_it_has_a_defect(make):
    told = json.loads(make("--json", "--every-picture").out)
    assert (told["pictures"], told["questions"]["discrimination"]) == (46, 46)
    assert told["chance"]["discrimination"] == 60.87


def test_the_seed_is_the_users(make, tmp_path, echo_iad, parts):
    make("--seed", "7")
    assert json.loads((tmp_path / "made" / "how_made.json").read_text(encoding="utf-8"))["seed"] == 7


@pytest.mark.parametrize(
    ("more", "where", "said"),
    [
        (("--objects", "printed_cup"), {}, "Did you mean 'printed_cap'"),
        ((), {"knowledge": "nowhere.md"}, "does not exist"),
        ((), {"root": "nowhere"}, "does not exist"),
        ((), {"root": sample_knowledge()}, "is not in MVTec layout"),
        (("--seed", "-1"), {}, "--seed"),
    ],
)
def test_a_fault_is_one_line(make, tmp_path, more, where, said):
    ended = make(*more, **{name: tmp_path / value for name, value in where.items()})
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert said in ended.err


def test_a_folder_in_use_is_refused_before_anything_is_read(make, tmp_path):
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "notes.txt").write_text("mine", encoding="utf-8")
    ended = make(root=tmp_path / "nowhere")
    assert ended.code == 2
    assert "is not empty" in ended.err
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["notes.txt"]
