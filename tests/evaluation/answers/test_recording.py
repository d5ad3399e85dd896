import errno
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from echo_iad.errors import EvaluationError
from echo_iad.evaluation.answers.recording import (
    RunFolder,
    RunIdentity,
    read_identity,
    read_records,
    to_line,
)
from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask

IDENTITY = RunIdentity(
    "edge",
    "abc",
    "def",
    0,
    "0.1.0",
    normals={"cap": "123"},
    knowledge={"cap": "78"},
    choices={"templates": "retrieved"},
)


def record(number, *, image="D/cap/a.png", status=AnswerStatus.ANSWERED, **others):
    """A hand-made answer to a picture's question."""
    answer = "A" if status is AnswerStatus.ANSWERED else None
    return AnswerRecord(
        image=image,
        question_index=number,
        dataset="D",
        object="cap",
        subtask=Subtask.DISCRIMINATION,
        question='Is "it" good, élan?',
        options={"A": "Yes.", "B": "No."},
        correct="A",
        defective=True,
        answer=answer,
        status=status,
        **others,
    )


KEYS = [record(number).key for number in range(6)]


def begin(folder, *, resume=False, identity=IDENTITY, questions=KEYS):
    return RunFolder.open(folder, identity, questions=questions, resume=resume)


def write(folder, *records, **choices):
    with begin(folder, **choices) as run:
        for one in records:
            run.append(one)


def test_what_is_written_is_read(tmp_path):
    one = record(
        0, probabilities={"A": 0.25, "B": 0.75}, evidence={"comparison": {"score": 1.5}}, marks=("m",), text="é"
    )
    write(tmp_path, one)
    assert list(read_records(tmp_path)) == [one]
    assert list(read_records(tmp_path / "records.jsonl")) == [one]
    assert read_identity(tmp_path) == IDENTITY


def test_the_fields_that_others_rely_on_come_by_name(tmp_path):
    line = json.loads(to_line(record(3)))
    fields = {"image", "question_index", "subtask", "options", "correct", "answer", "probabilities", "status"}
    assert fields | {"raw_text", "latency_ms"} <= set(line)
    assert line["subtask"] == "discrimination"


def test_an_earlier_run_is_not_written_over(tmp_path):
    write(tmp_path, record(0))
    with pytest.raises(EvaluationError, match="Go on with --resume"):
        begin(tmp_path)
    assert len(list(read_records(tmp_path))) == 1


def test_a_run_goes_on_with_what_has_no_answer(tmp_path):
    write(tmp_path, record(0), record(1))
    with begin(tmp_path, resume=True) as run:
        assert run.done == {record(0).key, record(1).key}


def test_failed_answers_are_asked_again_and_others_are_not(tmp_path):
    kept = (AnswerStatus.ANSWERED, AnswerStatus.ABSTAINED, AnswerStatus.UNPARSED, AnswerStatus.REFUSED)
    rows = [record(number, status=status) for number, status in enumerate((*kept, AnswerStatus.FAILED))]
    write(tmp_path, *rows)
    with begin(tmp_path, resume=True) as run:
        assert run.done == {row.key for row in rows[:4]}
    assert list(read_records(tmp_path)) == rows[:4]


def test_a_status_in_what_a_model_wrote_is_no_status(tmp_path):
    one = record(0, raw_text='{"status":"failed"}')
    write(tmp_path, one)
    with begin(tmp_path, resume=True) as run:
        assert run.done == {one.key}


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_line_is_cut_off(tmp_path, cut):
    write(tmp_path, record(0), record(1))
    path = tmp_path / "records.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    assert [one.key for one in read_records(tmp_path)] == [record(0).key]
    with begin(tmp_path, resume=True) as run:
        assert run.done == {record(0).key}
        run.append(record(1))
    assert list(read_records(tmp_path)) == [record(0), record(1)]


def test_a_doubled_line_is_dropped(tmp_path):
    write(tmp_path, record(0))
    path = tmp_path / "records.jsonl"
    path.write_bytes(path.read_bytes() * 2)
    begin(tmp_path, resume=True).close()
    assert list(read_records(tmp_path)) == [record(0)]


@pytest.mark.parametrize(
    "changed",
    [
        {"profile_sha256": "other"},
        {"questions_sha256": "other"},
        {"seed": 1},
        {"version": "9"},
        {"model": "scripted:x"},
        {"normals": {"cap": "other"}},
        {"knowledge": {"cap": "other"}},
        {"choices": {"templates": "random"}},
    ],
)
def test_another_run_refuses_to_mix(tmp_path, changed):
    write(tmp_path, record(0))
    name = next(iter(changed.get("choices", changed)))
    name = f"{name} of cap" if name in {"normals", "knowledge"} else name
    with pytest.raises(EvaluationError, match=f"{name} was .* and is"):
        begin(tmp_path, resume=True, identity=replace(IDENTITY, **changed))


def test_a_run_goes_on_with_further_objects(tmp_path):
    write(tmp_path, record(0))
    more = replace(IDENTITY, normals={**IDENTITY.normals, "lid": "456"}, knowledge={**IDENTITY.knowledge, "lid": "9a"})
    begin(tmp_path, resume=True, identity=more).close()
    assert read_identity(tmp_path) == more
    with pytest.raises(EvaluationError, match="normals of lid was 456 and is 789"):
        begin(tmp_path, resume=True, identity=replace(more, normals={**more.normals, "lid": "789"}))


def test_a_run_that_told_nothing_of_its_knowledge_goes_on_and_tells_it_then(tmp_path):
    write(tmp_path, record(0), identity=replace(IDENTITY, knowledge={}))
    path = tmp_path / "run.json"
    told = json.loads(path.read_text())
    del told["knowledge"]
    path.write_text(json.dumps(told))
    begin(tmp_path, resume=True).close()
    assert read_identity(tmp_path).knowledge == IDENTITY.knowledge


def test_answers_to_what_is_not_asked_now_are_not_mixed_in(tmp_path):
    write(tmp_path, record(5))
    with pytest.raises(EvaluationError, match="question 5, which is not asked now"):
        begin(tmp_path, resume=True, questions=KEYS[:3])


def test_two_processes_do_not_write_one_run(tmp_path):
    with begin(tmp_path), pytest.raises(EvaluationError, match="Another process is writing"):
        begin(tmp_path, resume=True)
    begin(tmp_path, resume=True).close()


def test_lines_come_into_the_order_of_the_questions(tmp_path):
    with begin(tmp_path) as run:
        for number in (3, 0, 2):
            run.append(record(number))
        run.sort(KEYS)
    assert [one.question_index for one in read_records(tmp_path)] == [0, 2, 3]


class FullDisk:
    """A file that takes some bytes, then no more."""

    def __init__(self, path, room):
        self.stream, self.room = path.open("ab", buffering=0), room

    def write(self, data):
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self.stream.write(data[: self.room])
        self.room -= written
        return written

    closed = False

    def fileno(self):
        return self.stream.fileno()

    def close(self):
        self.stream.close()


def test_a_disk_that_fills_up_keeps_whole_answers(tmp_path):
    with begin(tmp_path) as run:
        run.append(record(0))
        run._stream.close()
        run._stream = FullDisk(tmp_path / "records.jsonl", room=100)
        with pytest.raises(EvaluationError, match="the disk is full"):
            run.append(record(1))
        assert run.done == {record(0).key}
    with begin(tmp_path, resume=True) as run:
        run.append(record(1))
    assert list(read_records(tmp_path)) == [record(0), record(1)]


def test_what_is_no_record_is_named_by_its_line(tmp_path):
    (tmp_path / "records.jsonl").write_bytes(to_line(record(0)) + b'{"image": 3}\n')
    with pytest.raises(EvaluationError, match=r"line 2 is no record of an answer: image"):
        list(read_records(tmp_path))
    with pytest.raises(EvaluationError, match="No records are in"):
        list(read_records(tmp_path / "none"))


WRITER = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_recording import KEYS, begin, record
written = 0
with begin(Path(sys.argv[1]), resume=True) as run:
    stream = run._stream
    class Counting:
        closed = False
        def write(self, data):
            global written
            room = int(sys.argv[2]) - written
            done = stream.write(bytes(data[:room]))
            written += done
            if written >= int(sys.argv[2]):
                os._exit(9)
            return done
        def fileno(self):
            return stream.fileno()
        def close(self):
            stream.close()
    run._stream = Counting()
    for key in KEYS:
        if key not in run.done:
            run.append(record(key[1]))
"""


@pytest.mark.parametrize("point", [1, 57, 300, 441, 442, 443, 900, 1500, 2600])
def test_a_process_killed_while_writing_loses_and_doubles_nothing(tmp_path, point):
    def go_on(last):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(last), str(Path(__file__).parent)]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    assert go_on(point).returncode == 9
    ended = go_on(10**9)
    assert ended.returncode == 0, ended.stderr
    assert list(read_records(tmp_path)) == [record(number) for number in range(6)]
