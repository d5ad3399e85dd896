from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from echo_iad.encoders.catalog import load_text_encoder
from echo_iad.evaluation.blind.file import read_head

SHARED = Path(__file__).parents[3] / "shared" / "data" / "mmad"
TOPICS = {
    "cap": ["print", "rim", "lid"],
    "valve": ["seat", "stem", "spring"],
    "gear": ["tooth", "hub", "shaft"],
}


def asked(place, *, right):
    """A conversation whose right option is the longest, at the given place."""
    texts = [f"The {right} is worn." for _ in range(4)]
    texts[place] = f"The {right} is worn on one side and shows a long narrow groove."
    options = dict(zip("ABCD", texts, strict=True))
    text = "What is the appearance of the defect?"
    return [{"Question": text, "Answer": "ABCD"[place], "Options": options, "type": "Defect Description"}]


@pytest.fixture
def questions(tmp_path):
    """Questions in MMAD's form about pictures that are not there."""
    entries = {
        f"Drawn/{name}/image/worn/{n:03}.png": {"conversation": asked(n % 4, right=parts[n % 3])}
        for name, parts in TOPICS.items()
        for n in range(8)
    }
    file = tmp_path / "questions.json"
    file.write_text(json.dumps(entries), encoding="utf-8")
    return file


def test_a_decider_is_fitted_and_its_accuracy_told(echo_iad, questions, tmp_path):
    out = tmp_path / "blind.json"
    ended = echo_iad("evaluate", "blind-fit", questions, "--out", out, "--seed", "5")
    assert ended.code == 0
    assert re.search(r"description +24 +25\.0 +25\.0 +100\.0 +100\.0", ended.out)
    assert "Each of 3 objects was answered for by what was learned on the others." in ended.out
    head = read_head(out)
    assert (head.seed, set(head.folds), head.encoder) == (5, set(TOPICS), load_text_encoder("edge").id)


def test_the_json_holds_the_same(echo_iad, questions, tmp_path):
    out = tmp_path / "blind.json"
    told = json.loads(echo_iad("evaluate", "blind-fit", questions, questions, "--out", out, "--json").out)
    row = {"questions": 24, "chance": 25.0, "first": 25.0, "longest": 100.0, "learned": 100.0}
    assert told == {
        "file": str(out),
        "seed": 0,
        "objects": ["cap", "gear", "valve"],
        "accuracy": {"description": row},
    }
    assert len(json.loads(out.read_text(encoding="utf-8"))["sources"]) == 2


def test_twice_the_same_is_the_same_file(echo_iad, questions, tmp_path):
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for out in files:
        assert echo_iad("evaluate", "blind-fit", questions, "--out", out).code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_one_object_is_too_few(echo_iad, questions, tmp_path):
    entries = json.loads(questions.read_text(encoding="utf-8"))
    questions.write_text(json.dumps({k: v for k, v in entries.items() if "/cap/" in k}), encoding="utf-8")
    ended = echo_iad("evaluate", "blind-fit", questions, "--out", tmp_path / "blind.json")
    assert (ended.code, ended.out) == (2, "")
    assert "at least 2 objects; these are about 1" in ended.err
    assert not (tmp_path / "blind.json").exists()


@pytest.mark.parametrize("place", ["nowhere/blind.json", "."])
def test_a_place_that_cannot_be_written_is_one_line(echo_iad, questions, tmp_path, place):
    ended = echo_iad("evaluate", "blind-fit", questions, "--out", tmp_path / place)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "--out" in ended.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no file"),
        ("{", "is no JSON"),
        ('{"MVTec": {"cap": {"scratch": "A thin line."}}}', "is no MMAD file"),
        ('{"cap.png": {"conversation": [{"Question": "What?"}]}}', "can be asked; the first, cap.png: "),
    ],
)
def test_a_file_without_questions_is_one_line_about_the_file(echo_iad, tmp_path, content, said):
    file = tmp_path / "given.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    ended = echo_iad("evaluate", "blind-fit", file, "--out", tmp_path / "blind.json")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert str(file) in ended.err
    assert said in ended.err
    assert ended.err.endswith("Give a file of questions in MMAD's form, as MMAD's own mmad.json is.\n")


@pytest.mark.skipif(not (SHARED / "mmad.json").is_file(), reason="needs the shared data")
def test_real_questions_can_be_answered_blind(echo_iad, tmp_path):
    told = json.loads(
        echo_iad("evaluate", "blind-fit", SHARED / "mmad.json", "--out", tmp_path / "b.json", "--json").out
    )
    for subtask in ("localization", "description", "analysis"):
        assert told["accuracy"][subtask]["learned"] > 2 * told["accuracy"][subtask]["chance"]
