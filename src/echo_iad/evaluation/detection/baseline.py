"""The same parts judged by PatchCore in the same run: what a well-known method makes of the same features.

It is given the encodings that Echo made, so its time is that of reading and encoding, which Echo spent, and its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from echo_iad.domain.decisions import Inspection
from echo_iad.domain.parts import ImageEncoding
from echo_iad.evaluation.detection.detectors import Levels, Loaded, PatchCoreMethod
from echo_iad.evaluation.detection.figures import Figures, PartOutcome
from echo_iad.evaluation.detection.folders import Truth
from echo_iad.evaluation.detection.latency import Latency, latency_of
from echo_iad.evaluation.detection.shots import Draw, ShotPlan, ShotResult, ShotRuns
from echo_iad.evaluation.making.labelled_parts import LabelledPicture
from echo_iad.settings import Profile

BASELINE = "PatchCore"
"""Its name in tables."""
_SHARED_STEPS = ("decode", "encode")
"""Of `Inspection.timings_ms`: what both methods need."""


@dataclass(frozen=True)
class BaselineResult:
    """What the baseline reached on one object."""

    figures: Figures
    outcomes: tuple[PartOutcome, ...]
    latency: Latency | None
    """From the file to its verdict."""
    shots: tuple[ShotResult, ...]


class BaselineRun:
    """The baseline on one object: with all normals, and with few if that is asked for.

    Parameters
    ----------
    normals : sequence of int
        Ids of all enrolled normals.
    load : callable
        Id -> levels of that normal.
    plan : ShotPlan, optional
    profile : Profile
    """

    def __init__(
        self, normals: Sequence[int], load: Callable[[int], Levels], plan: ShotPlan | None, profile: Profile
    ) -> None:
        method = PatchCoreMethod(profile)
        self._method = method
        everyone = Loaded(lambda normal: method.prepare(load(normal)), normals)
        self._whole = Draw(len(normals), method.learn(everyone))
        self._shots = None if plan is None else ShotRuns(normals, load, plan, method, profile.seed)
        self._spent: list[float] = []

    def add(
        self, picture: LabelledPicture, inspection: Inspection, encoding: ImageEncoding, truth: Truth, rate: float
    ) -> None:
        """Look at one test part, at a false-alarm rate."""
        size = (inspection.width, inspection.height)
        start = time.perf_counter()
        seen = self._whole.detector.look(self._method.prepare(encoding.levels), rate)
        own = 1000 * (time.perf_counter() - start)
        self._spent.append(own + sum(inspection.timings_ms.get(step, 0.0) for step in _SHARED_STEPS))
        outcome = PartOutcome(picture, seen.score, seen.is_anomalous, margin=seen.margin, latency_ms=self._spent[-1])
        self._whole.tally.add(outcome, seen.over_picture(encoding.frame), truth, size)
        if self._shots is not None:
            self._shots.add(picture, encoding, truth, size, rate)

    def add_failed(self, outcome: PartOutcome) -> None:
        """Count a part that cannot be looked at."""
        self._whole.tally.add(outcome, None, Truth(known=False), (0, 0))
        if self._shots is not None:
            self._shots.add_failed(outcome)

    def result(self) -> BaselineResult:
        """What was counted so far."""
        tally = self._whole.tally
        shots = self._shots.results() if self._shots else ()
        return BaselineResult(tally.figures(), tuple(tally.outcomes), latency_of(self._spent), shots)
