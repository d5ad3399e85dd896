"""The learned blind decider's head: which option sounds right, learned on other objects than those it answers for.

A head ranks the options of a question by one number each, a weighted sum of `blind.features`. The weights are ridge
regression of "is the right option" on options less the mean of their question, one set for each subtask. For every
object there is a set that was fitted without it (leave one object out, over all data sets), and one was fitted on all
objects, for those that were not there. Knows no picture, no file and no other decider.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from echo_iad.domain.parts import EncoderId, FloatArray
from echo_iad.encoders.base import TextEncoder
from echo_iad.errors import EvaluationError
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.features import Waves, draw_waves, numbers_in_a_row, option_rows, spoken_name
from echo_iad.evaluation.blind.ridge import LeftOutScores, scores_left_out, solve, sum_up
from echo_iad.evaluation.blind.second_pass import SecondPass, fit_second_pass, right_of
from echo_iad.knowledge.sources import object_key

Weights = Mapping[Subtask, FloatArray]
"""Subtask -> (d,) float32; without a subtask that there was nothing to learn for."""
Progress = Callable[[int, int, str], None]
"""Called with what is done, what there is, and what is being worked on."""


@dataclass(frozen=True, eq=False)
class LearnedHead:
    """Weights for every object that was learned from, and for any other."""

    encoder: EncoderId
    """Which encoder read the texts; no other one's vectors may be put in."""
    seed: int
    waves: Waves
    folds: Mapping[str, Weights]
    """Key of an object (`group_of`) -> what was learned without that object."""
    whole: Weights
    """What was learned on all objects; for objects that are none of ``folds``."""
    questions: int
    """How many were learned from."""
    second: SecondPass = field(default_factory=SecondPass)
    """How far the questions around an option count, for the text prior; `choose` does without."""

    def __post_init__(self) -> None:
        wanted = (numbers_in_a_row(self.encoder.dimension, len(self.waves.shifts)),)
        for weights in (self.whole, *self.folds.values()):
            for subtask, row in weights.items():
                if row.shape != wanted or not np.isfinite(row).all():
                    msg = f"LearnedHead: the weights for {subtask} must be {wanted} finite numbers. Got {row.shape}."
                    raise ValueError(msg)

    def weights_for(self, object: str) -> Weights:
        """The weights that may answer for an object: never any that its own questions had a part in."""
        return self.folds.get(group_of(object), self.whole)

    def choose(self, questions: Sequence[BenchmarkQuestion], encoder: TextEncoder) -> list[str | None]:
        """The option that sounds right, for each question; None where nothing was learned for its subtask.

        Raises
        ------
        EvaluationError
            The head was fitted with another text encoder.
        """
        scored = self.score(questions, encoder)
        return [
            None if scores is None else list(one.options)[int(np.argmax(scores))]
            for one, scores in zip(questions, scored, strict=True)
        ]

    def score(self, questions: Sequence[BenchmarkQuestion], encoder: TextEncoder) -> list[FloatArray | None]:
        """(k,) float32 for each question: how right its options sound; None where nothing was learned for its subtask.

        Raises
        ------
        EvaluationError
            The head was fitted with another text encoder.
        """
        if encoder.id != self.encoder:
            msg = (
                f"The blind decider was fitted with the text encoder {self.encoder.name!r} "
                f"({self.encoder.weights_sha256[:12]}), and this is {encoder.id.name!r} "
                f"({encoder.id.weights_sha256[:12]}). Fit it anew with: echo-iad evaluate blind-fit"
            )
            raise EvaluationError(msg)
        found: list[FloatArray | None] = [None] * len(questions)
        for (group, subtask), places in _places(questions).items():
            row = self.weights_for(group).get(subtask)
            if row is None:
                continue
            options = option_rows([questions[place] for place in places], encoder, self.waves)
            for place, scores in zip(places, np.split(options.numbers @ row, options.starts[1:]), strict=True):
                found[place] = scores
        return found


def group_of(object: str) -> str:
    """What tells objects apart when one is left out: the name alone, over all data sets.

    Examples
    --------
    >>> group_of("VisA/Metal_Cap") == group_of("metal cap")
    True
    """
    return object_key(spoken_name(object))


def nothing_to_learn_from(questions: Sequence[BenchmarkQuestion]) -> str:
    """Why no head can answer these questions after learning from them; empty when one can.

    Examples
    --------
    >>> nothing_to_learn_from([])
    'To learn on other objects takes questions about at least 2 objects; these are about 0.'
    """
    objects = {group_of(question.object) for question in questions}
    if len(objects) < 2:
        return f"To learn on other objects takes questions about at least 2 objects; these are about {len(objects)}."
    return ""


def fit_head(
    questions: Sequence[BenchmarkQuestion], encoder: TextEncoder, *, seed: int, progress: Progress | None = None
) -> LearnedHead:
    """Learn which options sound right.

    Parameters
    ----------
    questions : sequence of BenchmarkQuestion
        About at least two objects.
    encoder : TextEncoder
        Best one that remembers the texts.
    seed : int
        Decides the random Fourier features; the same questions, encoder and seed give the same head.
    progress : callable, optional

    Raises
    ------
    EvaluationError
        The questions are about fewer than two objects.
    """
    why = nothing_to_learn_from(questions)
    if why:
        msg = f"{why} Give more files of questions."
        raise EvaluationError(msg)
    waves = draw_waves(encoder.id.dimension, seed)
    asked = {
        (group, subtask): [questions[place] for place in places]
        for (group, subtask), places in sorted(_places(questions).items())
    }
    folds: dict[str, dict[Subtask, FloatArray]] = {group: {} for group, _ in asked}
    whole: dict[Subtask, FloatArray] = {}
    scores: dict[Subtask, LeftOutScores] = {}
    for done, subtask in enumerate(Subtask):
        if progress:
            progress(done, len(Subtask), subtask)
        held = {group: one for (group, of), one in asked.items() if of is subtask}
        if held:
            learned = _learn(held, encoder, waves)
            whole[subtask], scores[subtask] = learned.whole, learned.scores
            for group, row in learned.folds.items():
                folds[group][subtask] = row
    return LearnedHead(encoder.id, seed, waves, folds, whole, len(questions), fit_second_pass(asked, scores, encoder))


@dataclass(frozen=True, eq=False)
class _Learned:
    """What was learned for one subtask."""

    whole: FloatArray
    folds: Mapping[str, FloatArray]
    scores: LeftOutScores


def _learn(asked: Mapping[str, Sequence[BenchmarkQuestion]], encoder: TextEncoder, waves: Waves) -> _Learned:
    """Learn one subtask's weights from each object's questions."""
    rows = {group: option_rows(held, encoder, waves).numbers for group, held in asked.items()}
    sums = {group: sum_up(rows[group], right_of(held).astype(np.float32)) for group, held in asked.items()}
    folds = {group: solve(held for other, held in sums.items() if other != group) for group in sums if len(sums) > 1}
    return _Learned(solve(sums.values()), folds, scores_left_out(rows, sums, folds))


def _places(questions: Sequence[BenchmarkQuestion]) -> dict[tuple[str, Subtask], list[int]]:
    """Group and subtask -> places of their questions."""
    found: dict[tuple[str, Subtask], list[int]] = defaultdict(list)
    for place, question in enumerate(questions):
        found[group_of(question.object), question.subtask].append(place)
    return dict(found)
