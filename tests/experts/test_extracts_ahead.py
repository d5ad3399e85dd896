import os
import signal
import subprocess
import sys

import pytest

from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import MemoryStoreError, ModelGoneError
from echo_iad.experts.extracts_ahead import Failure, Filling, fill_ahead
from echo_iad.experts.relevance_by_model import RelevanceByModel, Sought
from echo_iad.knowledge.stored import known_about
from echo_iad.memory.extracts import Review
from echo_iad.memory.records import StoredPassage
from echo_iad.memory.store import Memory
from echo_iad.mllms.scripted import Line, ScriptedMllm
from echo_iad.settings import load_profile

KIND = QuestionType.CLASSIFICATION
CRACK = StoredPassage("gear", "crack", "A crack is a thin dark line.", "gear.md")


class Counting:
    """Picks the first sentence; can be gone, die or fail from some question on."""

    name = "scripted:counting"

    def __init__(self, *, gone_at=None, dies_at=None, fails_at=None):
        self.asked = 0
        self.batches = []
        self.gone_at, self.dies_at, self.fails_at = gone_at, dies_at, fails_at

    def ask(self, prompts):
        self.batches.append(len(prompts))
        return ScriptedMllm(self._said).ask(prompts)

    def _said(self, messages):
        self.asked += 1
        if self.asked == self.gone_at:
            raise ModelGoneError("The server stopped.")
        if self.asked == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return Line(fail="busy") if self.asked == self.fails_at else "[1, 5]"


@pytest.fixture
def known(memory):
    memory.add_knowledge([CRACK])
    return memory


def fill(memory, model, count=40, **more):
    settings = load_profile("edge").knowledge
    known = known_about(memory, "gear")
    sought = [Sought("gear", Question(f"Which defect is number {number}?"), KIND, known) for number in range(count)]
    return fill_ahead(sought, RelevanceByModel(memory, lambda: model, settings), memory, **more)


def test_each_question_is_asked_once(known):
    model = Counting()
    seen = []
    done = fill(known, model, progress=lambda *told: seen.append(told))
    assert done == Filling(40, 0, 40, ())
    assert (model.asked, model.batches) == (40, [16, 16, 8])
    assert seen == [(16, 40, "gear"), (32, 40, "gear"), (40, 40, "gear")]
    assert fill(known, model, 43) == Filling(3, 40, 3, ())
    assert model.asked == 43


def test_the_same_question_twice_is_one(known):
    passages = known_about(known, "gear")
    sought = [Sought("gear", Question(text), KIND, passages) for text in ("Which is it?", "which is it", "Which one?")]
    model = Counting()
    done = fill_ahead(sought, RelevanceByModel(known, lambda: model, load_profile("edge").knowledge), known)
    assert (done.picked, model.asked) == (2, 2)


def test_one_that_fails_is_named_and_asked_the_next_time(known):
    done = fill(known, Counting(fails_at=2), 3)
    assert done == Filling(2, 0, 2, (Failure("gear", "Which defect is number 1?", "busy"),))
    assert fill(known, Counting(), 3) == Filling(1, 2, 1, ())


def test_what_was_answered_before_the_model_was_gone_is_kept(known):
    with pytest.raises(ModelGoneError, match="The server stopped"):
        fill(known, Counting(gone_at=20))
    assert len(known.extracts.all()) == 16
    assert fill(known, Counting()) == Filling(24, 16, 24, ())


def test_a_kill_in_the_middle_loses_no_more_than_a_batch(known):
    killed = subprocess.run([sys.executable, __file__, known.folder], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(known.extracts.all()) == 16
    assert known.verify() == []
    assert fill(known, Counting()) == Filling(24, 16, 24, ())


def test_again_asks_what_nobody_stands_behind(known):
    fill(known, Counting(), 4)
    extracts = known.extracts.all()
    known.extracts.review(extracts[0], Review.APPROVED, author="ines")
    known.extracts.review(extracts[1], Review.EDITED, author="ines", edited=[])
    known.extracts.review(extracts[2], Review.REJECTED, author="ines")
    assert fill(known, Counting(), 4) == Filling(0, 4, 0, ())
    assert fill(known, Counting(), 4, again=True) == Filling(2, 2, 2, ())
    states = [Review.APPROVED, Review.EDITED, Review.PENDING, Review.PENDING]
    assert [extract.review for extract in known.extracts.all()] == states


def test_a_memory_for_reading_only_is_an_error(known):
    with Memory.open(known.folder, read_only=True) as reading, pytest.raises(MemoryStoreError, match="reading only"):
        fill(reading, Counting(), 1)


if __name__ == "__main__":  # the process that is killed in the middle
    with Memory.open(sys.argv[1]) as own:
        fill(own, Counting(dies_at=20))
