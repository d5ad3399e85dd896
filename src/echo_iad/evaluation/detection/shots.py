"""The same test parts against few of the normals, drawn again and again. Encodes nothing: features are made once.

A draw is nested: with the same seed, the normals of a small number are among those of a larger one. With all normals
a run learns exactly what the plain run learned, so its figures are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Generic, TypeVar

import numpy as np

from echo_iad.domain.parts import Frame, ImageEncoding
from echo_iad.evaluation.detection.detectors import Detector, Levels, Loaded, Method
from echo_iad.evaluation.detection.figures import MEASURES, PartOutcome, Tally
from echo_iad.evaluation.detection.folders import Truth
from echo_iad.evaluation.making.labelled_parts import LabelledPicture

_Features = TypeVar("_Features")


@dataclass(frozen=True)
class ShotPlan:
    """With how many normals, and how often."""

    counts: tuple[int, ...]
    """Numbers of normals, rising, each at least 1."""
    repeats: int = 5
    """Draws for each number."""

    def __post_init__(self) -> None:
        if any(count < 1 for count in self.counts) or list(self.counts) != sorted(set(self.counts)):
            msg = f"ShotPlan.counts must rise and be at least 1. Got {self.counts}."
            raise ValueError(msg)
        if self.repeats < 1:
            msg = f"ShotPlan.repeats must be at least 1. Got {self.repeats}."
            raise ValueError(msg)


@dataclass(frozen=True)
class Spread:
    """One measure over several draws."""

    mean: float
    std: float
    """Standard deviation (of a sample), 0 with one draw."""
    draws: int


@dataclass(frozen=True)
class ShotResult:
    """What so many normals reach, draw by draw."""

    normals: int
    figures: tuple[tuple[float | None, ...], ...]
    """One row a draw, its columns in the order of `MEASURES`; None where a figure cannot be known."""

    @property
    def draws(self) -> int:
        """How often it was drawn: 1 when there are no more normals to draw from."""
        return len(self.figures)

    @property
    def measures(self) -> tuple[tuple[str, Spread | None], ...]:
        """Mean and spread over the draws, in the order of `MEASURES`."""
        return tuple(zip(MEASURES, map(_spread, zip(*self.figures, strict=True)), strict=True))


def mean_of_objects(results: Sequence[Sequence[ShotResult]]) -> tuple[tuple[ShotResult, int], ...]:
    """For each number of normals, the mean over the objects that have so many, and how many these are.

    The mean is taken draw by draw, so its spread is that of the mean. An object with fewer draws (it has no more
    normals) counts with the last of them in the others.

    Parameters
    ----------
    results : sequence of sequences of ShotResult
        Those of each object.

    Examples
    --------
    >>> bolt = ShotResult(4, ((0.8,) * 7, (0.9,) * 7))
    >>> nut = ShotResult(4, ((1.0,) * 7,))
    >>> ((both, objects),) = mean_of_objects([[bolt], [nut]])
    >>> [round(row[0], 2) for row in both.figures], objects
    ([0.9, 0.95], 2)
    """
    means = []
    for count in sorted({result.normals for each in results for result in each}):
        alike = [result for each in results for result in each if result.normals == count]
        draws = max(result.draws for result in alike)
        rows = [[result.figures[min(draw, result.draws - 1)] for result in alike] for draw in range(draws)]
        figures = tuple(tuple(_mean(values) for values in zip(*row, strict=True)) for row in rows)
        means.append((ShotResult(count, figures), len(alike)))
    return tuple(means)


@dataclass
class Draw(Generic[_Features]):
    """One choice of normals, and what the test parts came to with it."""

    count: int
    detector: Detector[_Features]
    tally: Tally = field(default_factory=Tally)

    def add(
        self,
        picture: LabelledPicture,
        features: _Features,
        frame: Frame | None,
        truth: Truth,
        size: tuple[int, int],
        rate: float,
    ) -> None:
        """Look at one test part, of which a frame was encoded, and count it."""
        seen = self.detector.look(features, rate)
        outcome = PartOutcome(picture, seen.score, seen.is_anomalous, margin=seen.margin)
        self.tally.add(outcome, seen.over_picture(frame), truth, size)


class ShotRuns(Generic[_Features]):
    """All draws of one object side by side, so that each test part is looked at once.

    Parameters
    ----------
    normals : sequence of int
        Ids of all enrolled normals, in the order of the memory.
    load : callable
        Id -> levels of that normal.
    plan : ShotPlan
        Numbers beyond the normals are left out; `ShotRuns.left_out` names them.
    method : Method
    seed : int
        Draws the normals.
    """

    def __init__(
        self,
        normals: Sequence[int],
        load: Callable[[int], Levels],
        plan: ShotPlan,
        method: Method[_Features],
        seed: int,
    ) -> None:
        self._method = method
        self.left_out = tuple(count for count in plan.counts if count > len(normals))
        self._draws = [
            Draw(count, method.learn(Loaded(lambda normal: method.prepare(load(normal)), chosen)))
            for count in plan.counts
            if count <= len(normals)
            for chosen in choices(normals, count, plan.repeats, seed)
        ]

    def add(
        self, picture: LabelledPicture, encoding: ImageEncoding, truth: Truth, size: tuple[int, int], rate: float
    ) -> None:
        """Compare one test part with every draw, at a false-alarm rate."""
        features = self._method.prepare(encoding.levels)
        for draw in self._draws:
            draw.add(picture, features, encoding.frame, truth, size, rate)

    def add_failed(self, outcome: PartOutcome) -> None:
        """Count a part that no draw can look at."""
        for draw in self._draws:
            draw.tally.add(outcome, None, Truth(known=False), (0, 0))

    def results(self) -> tuple[ShotResult, ...]:
        """What each number of normals reached."""
        counts = sorted({draw.count for draw in self._draws})
        return tuple(self._result(count) for count in counts)

    def _result(self, count: int) -> ShotResult:
        named = [draw.tally.figures().named() for draw in self._draws if draw.count == count]
        return ShotResult(count, tuple(tuple(one[measure] for measure in MEASURES) for one in named))


def choices(normals: Sequence[int], count: int, repeats: int, seed: int) -> list[list[int]]:
    """Normals of each draw, in their order; one draw when all are taken."""
    if count == len(normals):
        return [list(normals)]
    orders = [np.random.default_rng([seed, repeat]).permutation(len(normals)) for repeat in range(repeats)]
    return [[normals[place] for place in sorted(order[:count].tolist())] for order in orders]


def _spread(values: Sequence[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    return Spread(round(fmean(known), 4), round(stdev(known), 4) if len(known) > 1 else 0.0, len(known))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
