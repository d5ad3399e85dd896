"""The learned blind decider's head: which option sounds right, learned on other objects than those it answers for.

A head ranks the options of a question by one number each, a weighted sum of `blind.features`. The weights are ridge
regression of "is the right option" on options less the mean of their question, one set for each subtask. For every
object there is a set that was fitted without it (leave one object out, over all data sets), and one was fitted on all
objects, for those that were not there. Knows no picture, no file and no other decider.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import EncoderId, FloatArray
from echo_iad.encoders.base import TextEncoder
from echo_iad.errors import EvaluationError
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.features import Waves, draw_waves, numbers_in_a_row, option_rows, spoken_name
from echo_iad.knowledge.sources import object_key

PENALTY = 6e-3
"""Ridge penalty for each option of a middling object: habits are learned over objects, so fewer say less."""

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
        if encoder.id != self.encoder:
            msg = (
                f"The blind decider was fitted with the text encoder {self.encoder.name!r} "
                f"({self.encoder.weights_sha256[:12]}), and this is {encoder.id.name!r} "
                f"({encoder.id.weights_sha256[:12]}). Fit it anew with: echo-iad evaluate blind-fit"
            )
            raise EvaluationError(msg)
        chosen: list[str | None] = [None] * len(questions)
        for (group, subtask), places in _places(questions).items():
            row = self.weights_for(group).get(subtask)
            if row is None:
                continue
            asked = [questions[place] for place in places]
            options = option_rows(asked, encoder, self.waves)
            for place, question, best in zip(places, asked, options.best(options.numbers @ row), strict=True):
                chosen[place] = list(question.options)[best]
        return chosen


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
    groups = sorted({group_of(question.object) for question in questions})
    folds: dict[str, dict[Subtask, FloatArray]] = {group: {} for group in groups}
    whole: dict[Subtask, FloatArray] = {}
    for done, subtask in enumerate(Subtask):
        if progress:
            progress(done, len(Subtask), subtask)
        sums = {
            group: _sums([questions[place] for place in places], encoder, waves)
            for (group, asked), places in sorted(_places(questions).items())
            if asked is subtask
        }
        if sums:
            whole[subtask] = _solve(list(sums.values()))
        for group in groups:
            others = [held for other, held in sums.items() if other != group]
            if others:
                folds[group][subtask] = _solve(others)
    return LearnedHead(encoder.id, seed, waves, folds, whole, len(questions))


@dataclass(frozen=True, eq=False)
class _Sums:
    """All that ridge regression needs to know of one object's options."""

    products: FloatArray
    """(d, d) float32: sum of the outer products of the rows."""
    towards: FloatArray
    """(d,) float32: sum of the rows, weighed by how far each option is right."""
    options: int


def _sums(questions: Sequence[BenchmarkQuestion], encoder: TextEncoder, waves: Waves) -> _Sums:
    rows = option_rows(questions, encoder, waves).numbers
    right = np.array([float(letter == one.correct) for one in questions for letter in one.options], np.float32)
    return _Sums(rows.T @ rows, right @ rows, len(rows))


def _solve(parts: Sequence[_Sums]) -> FloatArray:
    """Ridge regression over the objects of ``parts`` and no other: their sums are added, none is taken away."""
    from scipy.linalg import cho_factor, cho_solve

    products: NDArray[np.float64] = np.zeros(parts[0].products.shape)
    towards: NDArray[np.float64] = np.zeros(parts[0].towards.shape)
    for part in parts:
        products += part.products
        towards += part.towards
    products[np.diag_indices_from(products)] += PENALTY * sum(part.options for part in parts) / len(parts)
    factor = cho_factor(products, overwrite_a=True)
    return np.asarray(cho_solve(factor, towards), np.float32)


def _places(questions: Sequence[BenchmarkQuestion]) -> dict[tuple[str, Subtask], list[int]]:
    """Group and subtask -> places of their questions."""
    found: dict[tuple[str, Subtask], list[int]] = defaultdict(list)
    for place, question in enumerate(questions):
        found[group_of(question.object), question.subtask].append(place)
    return dict(found)
