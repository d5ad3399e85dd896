"""The figures of the row "evidence + text prior", beside those of the evidence alone and of the words alone.

The row answers the questions of a run anew, from the run's records and the wording of the benchmark. Its figures stand
beside the run's and are no part of them. Knows no head and no evidence, only what each option was believed to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from echo_iad.evaluation.answers.records import AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.accuracy import Table, strict_accuracy, strict_by_object, tabulate
from echo_iad.evaluation.scores.beyond_blind import (
    BlindAnswers,
    Gain,
    HardTogether,
    gain,
    hard_accuracy,
    hard_together,
)
from echo_iad.evaluation.scores.calibration import Calibration, calibrate, certainty_of
from echo_iad.evaluation.scores.intervals import mean_interval
from echo_iad.evaluation.scores.scored_answers import Cell, ScoredAnswer, ScoredAnswers

NAME = "evidence + text prior"
WORDS = "words alone"
"""What the row would say without the evidence."""

Beliefs = Mapping[tuple[str, int], Mapping[str, float]]
"""Image and question index -> option letter -> probability."""


@dataclass(frozen=True, eq=False)
class PriorAnswers:
    """What the words of a benchmark and the evidence of a run make of its questions."""

    both: Beliefs
    words: Beliefs
    """Without the evidence."""
    weights: Mapping[str, Mapping[Subtask, float]]
    """Key of an object -> subtask -> how much the evidence's log-odds count, as learned on the other objects."""
    objects: int
    """Objects of the run: with one alone there is no other to learn that weight from."""
    learned_from: int
    """Questions that the words' part was learned from, over all objects."""


@dataclass(frozen=True)
class TextPriorRow:
    """Every figure of the row; shares are percent."""

    strict: Table[float]
    intervals: Table[tuple[float, float]]
    """95 % interval, by bootstrap over images."""
    words: Table[float]
    """Strict accuracy of the words alone: the same row without the evidence."""
    beyond_words: Table[Gain]
    """What the evidence adds to the words."""
    gain: Table[Gain]
    """Over the cell's best blind decider, as for the run."""
    hard: Table[float]
    """On the questions that the learned blind decider gets wrong."""
    hard_together: HardTogether | None
    per_object: Mapping[str, Mapping[Subtask, float]]
    calibration: Calibration
    evidence_weights: Mapping[str, Mapping[Subtask, float]]
    remarks: tuple[str, ...]
    """What the row could not learn, and did instead."""


def measure_text_prior(
    scored: ScoredAnswers,
    answers: PriorAnswers,
    learned: BlindAnswers,
    rivals: Mapping[str, BlindAnswers],
    *,
    seed: int,
) -> TextPriorRow:
    """Score the row on the questions of a run.

    Parameters
    ----------
    scored : ScoredAnswers
        The run.
    answers : PriorAnswers
        To the same questions.
    learned : BlindAnswers
        The blind decider that tells which questions are hard.
    rivals : mapping of str to BlindAnswers
        Blind deciders with no more help than the run.
    seed : int
        Decides the resamples.
    """
    both, words = believing(scored, answers.both), believing(scored, answers.words)
    asked = np.ones(len(scored.answers), dtype=np.bool_)
    return TextPriorRow(
        strict=strict_accuracy(both),
        intervals=tabulate(both, lambda cell: _interval(both, cell, seed)),
        words=strict_accuracy(words),
        beyond_words=gain(both, {WORDS: BlindAnswers(asked, words.right)}, seed=seed),
        gain=gain(both, rivals, seed=seed),
        hard=hard_accuracy(both, learned),
        hard_together=hard_together(both, learned, seed=seed),
        per_object=strict_by_object(both),
        calibration=calibrate(answer.certainty for answer in both.answers if answer.certainty),
        evidence_weights=answers.weights,
        remarks=_remarks(answers),
    )


def believing(scored: ScoredAnswers, beliefs: Beliefs) -> ScoredAnswers:
    """The same questions answered with the option that is believed most, the first of equals."""
    return ScoredAnswers(tuple(_answered(answer, beliefs[answer.key]) for answer in scored.answers), scored.origin)


def _answered(answer: ScoredAnswer, chances: Mapping[str, float]) -> ScoredAnswer:
    chosen = max(chances, key=lambda letter: chances[letter])
    certainty = certainty_of(chances, chosen=chosen, correct=answer.correct)
    return replace(answer, covered=True, right=certainty.right, status=AnswerStatus.ANSWERED, certainty=certainty)


def _interval(scored: ScoredAnswers, cell: Cell, seed: int) -> tuple[float, float]:
    found = mean_interval(scored.right[cell.rows], scored.images[cell.rows], seed=seed)
    return found.low, found.high


def _remarks(answers: PriorAnswers) -> tuple[str, ...]:
    said = []
    if answers.objects == 1:
        said.append(
            "One object only: there is no other to learn from how far its evidence counts, so its probabilities are "
            "taken at their word."
        )
    return tuple(said)
