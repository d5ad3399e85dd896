from __future__ import annotations

import json

import pytest
from tests.evaluation.blind.blind_questions import WordEncoder, drawn, longest_is_right

from echo_iad.errors import EvaluationError
from echo_iad.evaluation.blind.file import check_writable, read_head, write_head
from echo_iad.evaluation.blind.head import fit_head

ENCODER = WordEncoder()
QUESTIONS = drawn(("cap", "valve", "gear"), 15, longest_is_right)


@pytest.fixture(scope="module")
def head():
    return fit_head(QUESTIONS, ENCODER, seed=3)


@pytest.fixture
def file(head, tmp_path):
    path = tmp_path / "blind.json"
    write_head(path, head, sources=["ab" * 32])
    return path


def test_what_was_written_is_read(head, file):
    found = read_head(file)
    new = drawn(["bolt"], 15, longest_is_right, seed=4)
    assert found.choose(QUESTIONS, ENCODER) == head.choose(QUESTIONS, ENCODER)
    assert found.choose(new, ENCODER) == head.choose(new, ENCODER)
    assert (found.encoder, found.seed, found.questions) == (ENCODER.id, 3, 45)
    assert set(found.folds) == {"cap", "valve", "gear"}


def test_the_same_fit_gives_the_same_bytes(file, tmp_path):
    again = tmp_path / "again.json"
    write_head(again, fit_head(QUESTIONS, ENCODER, seed=3), sources=["ab" * 32])
    assert again.read_bytes() == file.read_bytes()
    write_head(again, read_head(file), sources=["ab" * 32])
    assert again.read_bytes() == file.read_bytes()


def test_the_file_says_where_it_is_from(file):
    held = json.loads(file.read_text(encoding="utf-8"))
    assert held["sources"] == ["ab" * 32]
    assert held["encoder"]["name"] == "words"
    assert (held["seed"], held["questions"], held["version"] != "") == (3, 45, True)


def changed(file, **more):
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | more), encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"seed": 4}, "is damaged"),
        ({"whole": {}}, "is damaged"),
        ({"layout": 999}, "was fitted in the way 999"),
        ({"format": "something else"}, "is no blind decider: format"),
        ({"whole": {"no subtask": ""}}, "is no blind decider: whole"),
    ],
)
def test_a_changed_file_is_refused_in_one_line(file, more, said):
    changed(file, **more)
    with pytest.raises(EvaluationError) as refused:
        read_head(file)
    message = str(refused.value)
    assert said in message
    assert message.endswith("Fit it anew with: echo-iad evaluate blind-fit QUESTIONS... --out FILE")
    assert "\n" not in message


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"[1, 2]", b"\xff\xfe", b"{", b"null"])
def test_a_foreign_file_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "foreign"
    path.write_bytes(content)
    with pytest.raises(EvaluationError, match=r"^[^\n]*is no blind decider[^\n]*$"):
        read_head(path)


def test_a_torn_file_is_refused(file):
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(EvaluationError, match="is no blind decider"):
        read_head(file)


def test_no_file_is_refused(tmp_path):
    with pytest.raises(EvaluationError, match=r"cannot be read: No such file"):
        read_head(tmp_path / "nowhere.json")


def test_a_place_that_cannot_be_written_is_refused_before_work(tmp_path):
    with pytest.raises(EvaluationError, match=r"cannot be written to .*--out\.$"):
        check_writable(tmp_path / "nowhere" / "blind.json")
    with pytest.raises(EvaluationError, match=r"cannot be written to .*folder"):
        check_writable(tmp_path)
    check_writable(tmp_path / "blind.json")
    assert list(tmp_path.iterdir()) == []
