"""What it buys to answer less: accuracy against coverage as ``abstain_below`` rises, and the area below that curve.

The curve is that of selective classification (El-Yaniv and Wiener 2010; Geifman and El-Yaniv 2017, section 2), turned
to accuracy. Answers that are equally sure are given or withheld together, so certainties that tell nothing gain
nothing. Knows answers and how sure they are; knows no decider and no subtask's rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.calibration import Certainty
from echo_iad.evaluation.scores.scored_answers import ScoredAnswers

ALL = "all"
"""Key of the curve over all subtasks together."""
MOST_POINTS = 50
"""Points that a curve keeps; its area is of all of them."""


@dataclass(frozen=True)
class AbstentionPoint:
    """What is reached when answers that are less sure are withheld."""

    abstain_below: float
    """The least lead that is answered."""
    coverage: float
    """Share of the questions that are answered, 0 to 1."""
    accuracy: float
    """Share of the answered that are right, 0 to 1."""


@dataclass(frozen=True)
class AbstentionCurve:
    """Accuracy against coverage, from all that can be answered down to the surest answer."""

    questions: int
    points: tuple[AbstentionPoint, ...]
    """Coverage falls, ``abstain_below`` rises; empty where nothing was answered."""
    accuracy: float | None
    """With every answer given; None where nothing was answered."""
    area: float | None
    """Mean accuracy over all coverages: above ``accuracy`` when the surer answers are the right ones."""
    best_area: float | None
    """What the area would be with all right answers surer than all wrong ones."""

    def at(self, coverage: float) -> AbstentionPoint | None:
        """The surest answers that are at least this share of the questions; None where there are not so many."""
        reached = [point for point in self.points if point.coverage >= coverage - 1e-12]
        return reached[-1] if reached else None

    def accuracy_at(self, coverage: float) -> float | None:
        """Accuracy of these, 0 to 1."""
        point = self.at(coverage)
        return None if point is None else point.accuracy


def abstention_curve(certainties: ArrayLike, right: ArrayLike, *, questions: int | None = None) -> AbstentionCurve:
    """Withhold the unsurest answers, one after the other.

    Parameters
    ----------
    certainties : (n,) float
        How sure each answer is: the lead that ``abstain_below`` is compared with, or a probability.
    right : (n,) bool
        Whether each answer is right.
    questions : int, optional
        How many were asked, where some have no answer at all; ``n`` when left out.

    Raises
    ------
    ValueError
        The two differ in length, a certainty is not finite, or fewer questions than answers are given.

    Examples
    --------
    >>> curve = abstention_curve([0.9, 0.6, 0.6, 0.1], [True, True, False, False])
    >>> [(point.coverage, round(point.accuracy, 2)) for point in curve.points]
    [(1.0, 0.5), (0.75, 0.67), (0.25, 1.0)]
    """
    sure, correct = np.asarray(certainties, dtype=np.float64), np.asarray(right, dtype=np.bool_)
    asked = len(sure) if questions is None else questions
    if sure.ndim != 1 or sure.shape != correct.shape or not np.isfinite(sure).all() or asked < len(sure):
        msg = (
            "As many finite certainties as outcomes are needed, and not more than questions. "
            f"Got {sure.shape}, {correct.shape} and {asked}."
        )
        raise ValueError(msg)
    if not len(sure):
        return AbstentionCurve(asked, (), None, None, None)
    levels, given, accuracies = _steps(sure, correct)
    kept = np.unique(np.linspace(0, len(levels) - 1, MOST_POINTS).round().astype(np.int64))[::-1]
    points = tuple(
        AbstentionPoint(float(levels[one]), float(given[one] / asked), float(accuracies[one])) for one in kept
    )
    return AbstentionCurve(
        asked,
        points,
        float(correct.mean()),
        _area(given, accuracies),
        _area(*_steps(correct.astype(np.float64), correct, ties=False)[1:]),
    )


def abstention_curves(scored: ScoredAnswers) -> dict[str, AbstentionCurve]:
    """The curve of each subtask of a run, and under `ALL` that of all of them together.

    A question without an answer, or without its probability, counts as asked and never as answered.
    """
    held: defaultdict[str, list[Certainty | None]] = defaultdict(list)
    for answer in scored.answers:
        held[answer.subtask.value].append(answer.certainty)
        held[ALL].append(answer.certainty)
    return {name: _curve_of(held[name]) for name in (*(s.value for s in Subtask), ALL) if name in held}


def _curve_of(certainties: Sequence[Certainty | None]) -> AbstentionCurve:
    known = [one for one in certainties if one is not None]
    return abstention_curve([one.lead for one in known], [one.right for one in known], questions=len(certainties))


def _steps(
    sure: NDArray[np.float64], correct: NDArray[np.bool_], *, ties: bool = True
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Level, number of answers given and their accuracy at each step, the surest first; equals make one step."""
    order = np.argsort(-sure, kind="stable")
    levels, hits = sure[order], np.cumsum(correct[order])
    last = np.append(levels[1:] != levels[:-1], True) if ties else np.ones(len(levels), dtype=np.bool_)
    given = np.flatnonzero(last) + 1
    return levels[last], given, hits[last] / given


def _area(given: NDArray[np.int64], accuracies: NDArray[np.float64]) -> float:
    """Mean accuracy over the answers, each at the step at which it is given."""
    return float((np.diff(given, prepend=0) * accuracies).sum() / given[-1])
