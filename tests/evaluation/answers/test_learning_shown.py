from __future__ import annotations

from echo_iad.evaluation.answers.learning_shown import LearningShown


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
