from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from echo_iad.evaluation.answers.recording import RunFolder, RunIdentity, read_records
from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.answers.runner import Cell, run
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask

IDENTITY = RunIdentity("edge", "abc", "def", 0, "0.1.0")
QUESTIONS = tuple(
    BenchmarkQuestion(
        f"D/cap/{image}.png", index, Path("x"), "D", "cap", Subtask.ANALYSIS, "?", {"A": "a", "B": "b"}, "A",
        defective=True,
    )
    for image in "abc"
    for index in range(2)
)  # fmt: skip


class Scripted:
    """Answers A, in the order of a shared diary; fails or stops where it is told."""

    def __init__(self, name, diary, *, failing=(), stop_at=None):
        self.name, self.diary, self.failing, self.stop_at = name, diary, failing, stop_at

    def answer_all(self, asked):
        return [self._answer(one) for one in asked]

    def _answer(self, asked):
        if asked.key == self.stop_at:
            raise KeyboardInterrupt
        self.diary.append((self.name, *asked.key))
        failed = asked.key in self.failing
        return AnswerRecord(
            *asked.key,
            dataset="D",
            object="cap",
            subtask=asked.subtask,
            question="?",
            options=asked.options,
            correct="A",
            defective=True,
            answer=None if failed else "A",
            status=AnswerStatus.FAILED if failed else AnswerStatus.ANSWERED,
        )


@pytest.fixture
def cell():
    """Makes a cell over a folder; closed when the test ends."""
    with ExitStack() as opened:

        def make(folder, answerer, keys=None, *, resume=False):
            wanted = frozenset(asked.key for asked in QUESTIONS) if keys is None else frozenset(keys)
            run_folder = RunFolder.open(folder, IDENTITY, questions=wanted, resume=resume)
            return Cell(answerer, opened.enter_context(run_folder), wanted)

        yield make


def test_all_cells_are_asked_about_a_picture_before_the_next(tmp_path, cell):
    diary, seen = [], []
    cells = [cell(tmp_path / name, Scripted(name, diary)) for name in "xy"]
    run(QUESTIONS, cells, lambda *progress: seen.append(progress))
    assert [(name, image[-5]) for name, image, _ in diary] == [
        (name, image) for image in "abc" for name in "xy" for _ in range(2)
    ]
    assert seen == [(0, 12, ""), (4, 12, "cap"), (8, 12, "cap"), (12, 12, "cap")]


def test_a_cell_answers_what_it_is_asked_alone(tmp_path, cell):
    diary = []
    keys = {QUESTIONS[1].key, QUESTIONS[4].key}
    run(QUESTIONS, [cell(tmp_path, Scripted("x", diary), keys)])
    assert {entry[1:] for entry in diary} == keys


def test_a_stopped_run_goes_on_and_ends_as_if_never_stopped(tmp_path, cell):
    diary = []
    whole = cell(tmp_path / "whole", Scripted("whole", diary))
    run(QUESTIONS, [whole])
    stopped = cell(tmp_path / "part", Scripted("part", diary, failing={QUESTIONS[0].key}, stop_at=QUESTIONS[3].key))
    with pytest.raises(KeyboardInterrupt):
        run(QUESTIONS, [stopped])
    stopped.folder.close()
    diary.clear()
    run(QUESTIONS, [cell(tmp_path / "part", Scripted("part", diary), resume=True)])
    # the picture in whose middle it was stopped is asked about again
    assert [entry[1:] for entry in diary] == [QUESTIONS[0].key, *(asked.key for asked in QUESTIONS[2:])]
    ended, unbroken = (list(read_records(tmp_path / name)) for name in ("part", "whole"))
    assert [replace(record, latency_ms=0) for record in ended] == unbroken
