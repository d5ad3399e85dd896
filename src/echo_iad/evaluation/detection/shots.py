"""The same test parts against few of the normals, drawn again and again. Encodes nothing: features are made once.

A draw is nested: with the same seed, the normals of a small number are among those of a larger one. With all normals
a run learns exactly what the plain run learned, so its figures are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev

import numpy as np

from echo_iad.comparison.comparator import MAP_SIDE
from echo_iad.comparison.features import PatchFeatures
from echo_iad.comparison.normality import Normality, compare_patches, fit_normality, score_map
from echo_iad.comparison.tolerance import judge
from echo_iad.evaluation.detection.figures import MEASURES, PartOutcome, Tally, enlarged
from echo_iad.evaluation.detection.folders import Truth
from echo_iad.evaluation.making.labelled_parts import LabelledPicture
from echo_iad.settings import Profile


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
    """What so many normals reach."""

    normals: int
    draws: int
    """1 when there are no more normals to draw from."""
    measures: tuple[tuple[str, Spread | None], ...]
    """In the order of `MEASURES`; None where it cannot be known."""


@dataclass
class Draw:
    """One choice of normals, and what the test parts came to with it."""

    count: int
    normality: Normality
    tally: Tally = field(default_factory=Tally)


class ShotRuns:
    """All draws of one object side by side, so that each test part is looked at once.

    Parameters
    ----------
    normals : sequence of int
        Ids of all enrolled normals, in the order of the memory.
    load : callable
        Id -> features of that normal.
    plan : ShotPlan
        Numbers beyond the normals are left out; `ShotRuns.left_out` names them.
    profile : Profile
        Seed and budget of the bank.
    false_alarm_rate : float
    """

    def __init__(
        self,
        normals: Sequence[int],
        load: Callable[[int], PatchFeatures],
        plan: ShotPlan,
        profile: Profile,
        false_alarm_rate: float,
    ) -> None:
        self.left_out = tuple(count for count in plan.counts if count > len(normals))
        self._rate = false_alarm_rate
        self._draws = [
            Draw(count, _learned([load(normal) for normal in chosen], profile))
            for count in plan.counts
            if count <= len(normals)
            for chosen in _choices(normals, count, plan.repeats, profile.seed)
        ]

    def add(self, picture: LabelledPicture, features: PatchFeatures, truth: Truth, size: tuple[int, int]) -> None:
        """Compare one test part with every draw."""
        for draw in self._draws:
            patches = compare_patches(features, draw.normality)
            score = score_map(patches)
            verdict = judge(score, draw.normality.scores, false_alarm_rate=self._rate)
            outcome = PartOutcome(picture, score, verdict.is_anomalous, margin=score / verdict.threshold - 1)
            draw.tally.add(outcome, enlarged(patches, MAP_SIDE, MAP_SIDE), truth, size)

    def add_failed(self, outcome: PartOutcome) -> None:
        """Count a part that no draw can look at."""
        for draw in self._draws:
            draw.tally.add(outcome, None, Truth(known=False), (0, 0))

    def results(self) -> tuple[ShotResult, ...]:
        """Mean and spread of each measure, by number of normals."""
        counts = sorted({draw.count for draw in self._draws})
        return tuple(self._result(count) for count in counts)

    def _result(self, count: int) -> ShotResult:
        named = [draw.tally.figures().named() for draw in self._draws if draw.count == count]
        spreads = tuple((measure, _spread([one[measure] for one in named])) for measure in MEASURES)
        return ShotResult(count, len(named), spreads)


def _learned(normals: Sequence[PatchFeatures], profile: Profile) -> Normality:
    return fit_normality(normals, megabytes=profile.comparison.bank_megabytes, seed=profile.seed)


def _choices(normals: Sequence[int], count: int, repeats: int, seed: int) -> list[list[int]]:
    if count == len(normals):
        return [list(normals)]
    orders = [np.random.default_rng([seed, repeat]).permutation(len(normals)) for repeat in range(repeats)]
    return [[normals[place] for place in sorted(order[:count].tolist())] for order in orders]


def _spread(values: Sequence[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    return Spread(round(fmean(known), 4), round(stdev(known), 4) if len(known) > 1 else 0.0, len(known))
