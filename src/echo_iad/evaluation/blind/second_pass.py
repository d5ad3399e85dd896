"""The second pass over the words: what the first pass says of an option, weighed with the questions around it.

A handful of weights for each subtask, learned on other objects than those they answer for. The first pass's scores that
they are learned on come from weights that knew neither the scored object nor the one left out. Knows no picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from echo_iad.encoders.base import TextEncoder
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.choice import Choices, Numbers, fit_weights, joined, starts_of
from echo_iad.evaluation.blind.ridge import NOBODY, LeftOutScores
from echo_iad.evaluation.blind.surroundings import PLACES, TOLD, Surroundings, leaning_of

SCALE = 10.0
"""Brings scores of the first pass to the size of log-odds."""
CENTRE = 0.5
"""Weight of the first pass where there is too little to learn it from."""
PULL = 3e-3

Questions = Sequence[BenchmarkQuestion]


@dataclass(frozen=True, eq=False)
class SecondPass:
    """Weights for every object that was learned from, and for any other."""

    folds: Mapping[str, Mapping[Subtask, Numbers]] = field(default_factory=dict)
    """Key of an object -> subtask -> (1 + `PLACES`,) float64, or (1,) where other questions do not count."""
    whole: Mapping[Subtask, Numbers] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for weights in (self.whole, *self.folds.values()):
            for subtask, row in weights.items():
                if row.shape != (width_of(subtask),) or not np.isfinite(row).all():
                    msg = f"SecondPass: {subtask} takes {width_of(subtask)} finite weights. Got {row.shape}."
                    raise ValueError(msg)

    def weights_for(self, group: str, subtask: Subtask) -> Numbers:
        """The weights that may answer for an object; stated ones where none were learned."""
        return self.folds.get(group, self.whole).get(subtask, centre_of(subtask))


def width_of(subtask: Subtask) -> int:
    """How many weights a subtask takes."""
    return 1 + (PLACES if subtask in TOLD else 0)


def centre_of(subtask: Subtask) -> Numbers:
    """(f,) float64: the weights without any data; the questions around an option do not count then."""
    centre: Numbers = np.zeros(width_of(subtask))
    centre[0] = CENTRE
    return centre


def fit_second_pass(
    asked: Mapping[tuple[str, Subtask], Questions], scores: Mapping[Subtask, LeftOutScores], encoder: TextEncoder
) -> SecondPass:
    """Learn the weights, for each object without that object.

    Parameters
    ----------
    asked : mapping
        Key of an object and subtask -> its questions.
    scores : mapping
        Subtask -> first-pass scores of their options, in order.
    encoder : TextEncoder
        Best one that remembers the texts.
    """
    groups = sorted({group for group, _ in asked})
    fitting = _Fitting(asked, scores)
    first = {left: {subtask: fitting.first(left, subtask) for subtask in Subtask} for left in (NOBODY, *groups)}
    around = _surroundings(asked, fitting, first, encoder)
    found: dict[str, dict[Subtask, Numbers]] = {}
    for left in (NOBODY, *groups):
        second = {subtask: fitting.second(left, subtask, around) for subtask in TOLD}
        known = {**first[left], **second}
        found[left] = {subtask: row for subtask, row in known.items() if row is not None}
    whole = found.pop(NOBODY)
    return SecondPass(found, whole)


_Around = Mapping[tuple[str, str, Subtask], Numbers]
"""Object left out, object described and subtask -> (n, `PLACES`)."""


@dataclass(frozen=True, eq=False)
class _Fitting:
    """Questions with their first-pass scores, and what is learned from them."""

    asked: Mapping[tuple[str, Subtask], Questions]
    scores: Mapping[Subtask, LeftOutScores]

    def others(self, left: str, subtask: Subtask) -> list[str]:
        """Objects that may be learned from when one is left out."""
        return sorted(group for out, group in self.scores.get(subtask, {}) if out == left)

    def scaled(self, left: str, group: str, subtask: Subtask) -> Numbers:
        """(n,) first-pass scores of an object's options; zeros where the first pass knows nothing."""
        held = self.scores.get(subtask, {}).get((left, group))
        if held is None:
            return np.zeros(sum(len(one.options) for one in self.asked[group, subtask]))
        return SCALE * np.asarray(held, np.float64)

    def first(self, left: str, subtask: Subtask) -> Numbers | None:
        """(1,) weight of the first pass alone; None where there is nothing to learn from."""
        columns = {name: self.scaled(left, name, subtask)[:, None] for name in self.others(left, subtask)}
        return self._fit(columns, subtask, centre_of(subtask)[:1])

    def second(self, left: str, subtask: Subtask, around: _Around) -> Numbers | None:
        """(f,) all weights; None where there is nothing to learn from."""
        columns = {
            name: np.hstack([self.scaled(left, name, subtask)[:, None], around[left, name, subtask]])
            for name in self.others(left, subtask)
        }
        return self._fit(columns, subtask, centre_of(subtask))

    def _fit(self, columns: Mapping[str, Numbers], subtask: Subtask, centre: Numbers) -> Numbers | None:
        if not columns:
            return None
        parts = []
        for name, numbers in columns.items():
            parts.append(Choices(numbers, starts_of([len(one.options) for one in self.asked[name, subtask]])))
        right = np.concatenate([right_of(self.asked[name, subtask]) for name in columns])
        return fit_weights(joined(parts), right, centre=centre, pull=PULL)


def right_of(questions: Questions) -> Numbers:
    """(n,) float64: 1 for the right option of each question, else 0."""
    return np.array([float(letter == one.correct) for one in questions for letter in one.options])


def _surroundings(
    asked: Mapping[tuple[str, Subtask], Questions],
    fitting: _Fitting,
    first: Mapping[str, Mapping[Subtask, Numbers | None]],
    encoder: TextEncoder,
) -> _Around:
    """Describe each object's options by its other questions, as they lean when one further object is left out."""
    found: dict[tuple[str, str, Subtask], Numbers] = {}
    for group in sorted({group for group, _ in asked}):
        held = {subtask: asked[group, subtask] for subtask in TOLD if (group, subtask) in asked}
        if not held:
            continue
        around = Surroundings([one for questions in held.values() for one in questions], encoder)
        ends = np.cumsum([sum(len(one.options) for one in questions) for questions in held.values()])
        for left, weights in first.items():
            if left == group:
                continue
            totals = [_weighed(fitting.scaled(left, group, subtask), weights[subtask]) for subtask in held]
            numbers = around.numbers(leaning_of(np.concatenate(totals), around.starts))
            for subtask, rows in zip(held, np.split(numbers, ends[:-1]), strict=True):
                found[left, group, subtask] = rows
    return found


def _weighed(scores: Numbers, weight: Numbers | None) -> Numbers:
    return scores * (CENTRE if weight is None else weight[0])
