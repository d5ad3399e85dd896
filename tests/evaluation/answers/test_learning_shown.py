from __future__ import annotations

import shutil
from contextlib import contextmanager

from echo_iad.evaluation.answers.asking import Asking
from echo_iad.evaluation.answers.learning_shown import LearningShown
from echo_iad.evaluation.answers.run import Way, measure
from echo_iad.evaluation.benchmark.mmad import read_mmad, select
from echo_iad.settings import load_profile


def test_learning_keeps_the_count_of_the_work_that_it_interrupts():
    shown = []
    learning = LearningShown()
    bar = learning.beside(lambda *progress: shown.append(progress))
    bar(4, 20, "cap")
    learning(3, 16, "disc")
    bar(6, 20, "disc")
    assert shown == [(4, 20, "cap"), (4, 20, "disc: learning how the model's word counts, 3 of 16"), (6, 20, "disc")]


def test_without_a_bar_it_says_nothing():
    LearningShown()(1, 16, "disc")


def test_a_run_says_on_its_bar_that_a_model_s_word_is_being_weighed(read_only_mmad, enrolled_mmad, tmp_path):
    shutil.copytree(enrolled_mmad, tmp_path / "memory")
    (tmp_path / "yes.jsonl").write_text('{"answer": "A"}\n', encoding="utf-8")
    changed = {"decider.fuse": "true", "comparison.bank_megabytes": "0.3"}
    profile = load_profile("edge").with_model(f"scripted:{tmp_path / 'yes.jsonl'}").changed(changed)
    asked = select(read_mmad(read_only_mmad), objects=["printed_cap"], subtasks=["discrimination"], limit=2)
    shown = []

    @contextmanager
    def bar(title):
        yield lambda *progress: shown.append((title, *progress))

    way = Way(profile, Asking(read_only_mmad), tmp_path / "out")
    measure(asked, [way], tmp_path / "memory", resume=False, bar=bar)
    learning = [(title, done, total) for title, done, total, name in shown if "learning how the model's word" in name]
    assert learning
    assert set(learning) == {("Asking", 0, 2)}
    assert shown[-1] == ("Asking", 2, 2, "printed_cap")
