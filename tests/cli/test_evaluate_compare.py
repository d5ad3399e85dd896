import json

import pytest

from echo_iad.evaluation.answers.recording import to_line
from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask

ANSWERS_A = "AAAAAAAAAAAAAAAAAAAA"
ANSWERS_B = "AAAAAAAABBBBBBBBBBB-"
"""All answers are A's to give: A is right on 20 of 20, B on 8, and has no answer to one."""


def write_run(folder, answers, *, assisted=False):
    folder.mkdir()
    with (folder / "records.jsonl").open("wb") as stream:
        for number, answer in enumerate(answers):
            record = AnswerRecord(
                image=f"mine/[cap]/image/a_long_folder_name/{number // 2:03}.png",
                question_index=number % 2,
                dataset="mine",
                object="[cap]",
                subtask=Subtask.OBJECT_CLASSIFICATION if number % 2 else Subtask.CLASSIFICATION,
                question="Which defect is it?",
                options={"A": "A dent.", "B": "A scratch."},
                correct="A",
                defective=True,
                answer=None if answer == "-" else answer,
                status=AnswerStatus.FAILED if answer == "-" else AnswerStatus.ANSWERED,
                assisted=assisted,
                profile="edge",
                version="0.1.0",
            )
            stream.write(to_line(record))
    return folder


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    write_run(tmp_path / "a", ANSWERS_A)
    write_run(tmp_path / "b", ANSWERS_B)
    return "a", "b"


def test_the_table_says_it_all_within_80_columns(echo_iad, runs):
    ended = echo_iad("evaluate", "compare", *runs)
    assert ended.code == 0, ended.err
    for said in (
        "A  a\n",
        "B  b\n",
        "20 questions on 10 images held by both.",
        "B did not answer 1 of them (1 failed); they count as wrong.",
        # 12 of 12 on one side: 2 / 2**12
        "Only A is right on 12, only B on 0: McNemar's exact p < 0.001.",
        "12 questions changed sides; the first 10:",
        "All of them go into files with --out DIR.",
    ):
        assert said in ended.out
    rows = [line.split() for line in ended.out.splitlines()]
    assert ["all", "20", "100.0", "40.0", "+60.0"] in [row[:5] for row in rows]
    assert ["object", "classification", "10", "100.0", "40.0", "+60.0"] in [row[:6] for row in rows]
    assert sum("long_folder_name/" in line for line in ended.out.splitlines()) == 10
    assert max(map(len, ended.out.splitlines())) <= 80


def test_the_head_says_what_each_side_is(echo_iad, runs, tmp_path):
    write_run(tmp_path / "helped", ANSWERS_A, assisted=True)
    ended = echo_iad("evaluate", "compare", "helped", "b")
    assert ended.out.startswith(
        "A  helped\n   profile edge, no model, seed 0, version 0.1.0, assisted\n"
        "B  b\n   profile edge, no model, seed 0, version 0.1.0, not assisted\n"
        "Only A is assisted: it had knowledge that describes the test's own defects."
    )
    assert "is assisted" not in echo_iad("evaluate", "compare", *runs).out


def test_swapped_sides_say_the_opposite(echo_iad, runs):
    ended = echo_iad("evaluate", "compare", *reversed(runs), "--json")
    overall = json.loads(ended.out)["overall"]
    assert (overall["difference"], overall["only_a"], overall["only_b"]) == (-60.0, 0, 12)


def test_files_hold_what_json_prints(echo_iad, runs, tmp_path):
    ended = echo_iad("evaluate", "compare", *runs, "--out", "out", "--json")
    assert json.loads(ended.out) == json.loads((tmp_path / "out" / "compare.json").read_text(encoding="utf-8"))
    assert len(json.loads(ended.out)["changed"]) == 12
    shown = echo_iad("evaluate", "compare", *runs, "--out", "out")
    assert "All of them: out/compare.md, out/compare.json" in shown.out
    assert "[cap]" in (tmp_path / "out" / "compare.md").read_text(encoding="utf-8")


def test_a_csv_of_another_system_is_a_side(echo_iad, runs, tmp_path):
    rows = [f"mine/[cap]/image/a_long_folder_name/000.png,{n},{said}" for n, said in enumerate(["Answer: B", "Hm."])]
    (tmp_path / "theirs.csv").write_text("\n".join(["image,question_index,raw_output", *rows]), encoding="utf-8")
    ended = echo_iad("evaluate", "compare", "a", "theirs.csv")
    assert "2 questions on 1 image held by both." in ended.out
    assert "Not compared: 18 held by A alone, 0 by B alone." in ended.out
    assert "B did not answer 1 of them (1 unread); they count as wrong." in ended.out
    assert "2 questions changed sides:" in ended.out


def test_a_run_and_itself_are_alike(echo_iad, runs):
    ended = echo_iad("evaluate", "compare", "a", "a")
    assert "No question changed sides." in ended.out
    assert "McNemar's exact p = 1.000" in ended.out


def test_faults_are_one_line(echo_iad, runs, tmp_path):
    (tmp_path / "theirs.csv").write_text("picture,answer\n1,A\n", encoding="utf-8")
    for words, told in (
        (("a", "nowhere"), "No run and no CSV is at nowhere"),
        (("a", "theirs.csv"), "lacks the column"),
    ):
        ended = echo_iad("evaluate", "compare", *words)
        assert ended.code == 2
        assert ended.err.startswith("Error: ")
        assert told in ended.err
        assert len(ended.err.splitlines()) == 1
