from __future__ import annotations

import json

import pytest

from echo_iad.cli.demo import MARKER, make_fresh
from echo_iad.errors import UserError
from echo_iad.samples import sample_questions


@pytest.fixture(scope="module")
def shown(command, tmp_path_factory):
    import subprocess

    program, variables = command
    place = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [*program, "demo"], cwd=place, env=variables, capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert done.stderr == ""
    return place, done.stdout


def test_the_demo_shows_a_result_for_each_question_and_where_the_report_is(shown):
    place, text = shown
    assert text.count("╭─") == len(sample_questions())
    for sample in sample_questions():
        assert " ".join(sample.question.split()[:4]) in text
    assert "Report: echo-demo/report.html\n" in text
    assert (place / "echo-demo" / "report.html").read_text().count("<article") == len(sample_questions())
    assert "72 good parts of 3 products" in text
    assert " of 16 questions with options answered as the parts were drawn" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_commands_that_it_prints_work_on_what_it_leaves(shown, echo_iad, monkeypatch):
    place, text = shown
    monkeypatch.chdir(place)
    commands = [line.removeprefix("$ echo-iad ").split() for line in text.splitlines() if line.startswith("$ ")]
    assert [words[0] for words in commands] == ["enrol", "knowledge"]
    for words in commands:
        assert echo_iad(*words).code == 0
    ended = echo_iad("inspect", "echo-demo/parts/circuit_board/test/scratch", "--memory", "echo-demo/memory", "--json")
    assert [json.loads(line)["object"] for line in ended.out.splitlines()] == ["circuit_board"] * 2


def test_questions_of_all_five_types_are_asked(shown):
    from echo_iad.planning.question_types import classify_question

    types = {str(classify_question(sample.question, sample.options)) for sample in sample_questions()}
    assert types >= {"discrimination", "classification", "localization", "description", "analysis"}


def test_only_an_earlier_demos_folder_is_made_anew(tmp_path):
    make_fresh(tmp_path / "demo")
    (tmp_path / "demo" / "memory").mkdir()
    make_fresh(tmp_path / "demo")
    assert [path.name for path in (tmp_path / "demo").iterdir()] == [MARKER]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match="is not empty, and no demo made it.*--out DIR"):
        make_fresh(tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_a_place_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be made"):
        make_fresh(tmp_path / "file" / "demo")
