from __future__ import annotations

import json
import shutil

import pytest

from echo_iad.cli.inspect import find_images, parse_options
from echo_iad.echo import Echo
from echo_iad.errors import ImageError, QuestionError
from echo_iad.reports.json_lines import from_json, to_json


def records(ended):
    return [json.loads(line) for line in ended.out.splitlines()]


@pytest.fixture
def hole(parts):
    return parts / "woven_fabric" / "test" / "hole" / "000.jpg"


def without_times(inspection):
    record = json.loads(to_json(inspection))
    del record["timings_ms"]
    return record


def test_the_command_line_answers_as_python_does(echo_iad, memory, hole):
    question, options = "Where is the hole?", {"A": "Lower left", "B": "Upper right", "C": "Centre"}
    words = [word for letter, text in options.items() for word in ("--option", f"{letter}={text}")]
    ended = echo_iad("inspect", hole, "--memory", memory, "--question", question, *words, "--json")
    with Echo.from_profile("edge", memory=memory) as echo:
        expected = echo.inspect(hole, question, options)
    assert ended.code == 0
    assert without_times(from_json(ended.out)) == without_times(expected)


def test_every_choice_reaches_the_inspection(echo_iad, memory, hole):
    choices = ["--object", "woven_fabric", "--false-alarm-rate", "0.2", "--threshold", "1000"]
    (record,) = records(echo_iad("inspect", hole, "--memory", memory, *choices, "--json"))
    assert record["question"] == "Is there any defect in the object?"
    assert record["object_match"]["named_by_user"] is True
    assert record["comparison"]["false_alarm_rate"] == 0.2
    assert record["comparison"]["threshold"] == 1000
    assert record["comparison"]["is_anomalous"] is False


def test_a_bad_picture_is_reported_among_the_others_and_in_the_exit_code(echo_iad, memory, hole, broken, tmp_path):
    ended = echo_iad("inspect", broken, hole, tmp_path / "missing.png", "--memory", memory, "--json")
    assert ended.code == 1
    assert ended.err == ""
    bad, good, missing = records(ended)
    assert [bad["image"], good["image"], missing["image"]] == [str(broken), str(hole), str(tmp_path / "missing.png")]
    assert [record["decision"]["status"] for record in (bad, good, missing)] == ["failed", "answered", "failed"]
    assert str(broken) in bad["decision"]["reason"]
    assert bad["comparison"] is None


def test_people_read_the_verdict_the_numbers_and_the_answer(echo_iad, memory, hole, broken):
    words = ["--question", "Is there a hole?", "--option", "A=Yes", "--option", "B=No"]
    ended = echo_iad("inspect", hole, broken, "--memory", memory, *words)
    assert ended.code == 1
    for said in ("ANOMALOUS", "FAILED", "woven_fabric (recognised)", "A: Yes", "threshold", "p-value", "Certified"):
        assert said in ended.out
    assert "Region 1" in ended.out
    assert "2 inspected: 1 failed and 1 anomalous" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


def test_a_folder_stands_for_its_pictures(echo_iad, memory, parts, tmp_path):
    folder = tmp_path / "today"
    folder.mkdir()
    for number in (1, 10, 2):
        shutil.copy(parts / "printed_cap" / "test" / "good" / "000.jpg", folder / f"{number}.jpg")
    (folder / "notes.txt").write_text("no picture")
    found = records(echo_iad("inspect", folder, "--memory", memory, "--json"))
    assert [record["image"] for record in found] == [str(folder / name) for name in ("1.jpg", "2.jpg", "10.jpg")]


def test_a_folder_without_pictures_is_a_set_up_fault(echo_iad, memory, tmp_path):
    (tmp_path / "empty").mkdir()
    ended = echo_iad("inspect", tmp_path / "empty", "--memory", memory)
    assert (ended.code, ended.out) == (2, "")
    assert f"The folder {tmp_path / 'empty'} holds no picture" in ended.err
    with pytest.raises(ImageError):
        find_images([tmp_path / "empty"])


def test_the_report_is_written_beside_the_json_lines(echo_iad, memory, hole, broken, tmp_path):
    report = tmp_path / "report.html"
    ended = echo_iad("inspect", hole, broken, "--memory", memory, "--json", "--report", report)
    assert ended.code == 1
    assert len(records(ended)) == 2
    assert ended.err == f"Report: {report}\n"
    page = report.read_text(encoding="utf-8")
    assert page.count("<article") == 2
    assert page.count('alt="Reference, a good part') == len(records(ended)[0]["references"]) == 1
    assert page.count('alt="Anomaly map') == 1


def test_a_report_that_cannot_be_written_is_found_before_any_inspection(echo_iad, memory, hole, tmp_path):
    ended = echo_iad("inspect", hole, "--memory", memory, "--report", tmp_path / "no" / "report.html")
    assert (ended.code, ended.out) == (2, "")
    assert "cannot be written" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--object", "printed_cup"],
            "Object 'printed_cup' is not enrolled in this memory. Did you mean 'printed_cap'?",
        ),
        (["--option", "Yes"], "An option is written --option LETTER=TEXT, for example --option A=Yes. Got 'Yes'."),
        (["--option", "A=Yes"], "A question has no options or at least two."),
        (["--question", " "], "A question must have text."),
        (["--false-alarm-rate", "5"], "The false-alarm rate must lie between 0 and 1"),
        (["--profile", "nowhere.toml"], "Unknown profile 'nowhere.toml'."),
    ],
)
def test_a_wrong_word_is_refused_before_any_inspection(echo_iad, memory, hole, words, said):
    ended = echo_iad("inspect", hole, "--memory", memory, *words, "--json")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"Error: {said}")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("written", ["A", "=Yes", "A=", " = "])
def test_an_option_needs_a_letter_and_a_text(written):
    with pytest.raises(QuestionError, match="LETTER=TEXT"):
        parse_options([written])


def test_an_option_may_hold_an_equals_sign_but_not_a_taken_letter():
    assert parse_options(["A = x=1 ", "B=no"]) == {"A": "x=1", "B": "no"}
    with pytest.raises(QuestionError, match="A twice: 'Yes' and 'No'"):
        parse_options(["A=Yes", "A=No"])
