"""Two ways to tell good from defective parts by patch features, in one form: Echo's comparison, and PatchCore.

Each learns from normals alone, and the same rule makes a threshold of what its normals score when they are left out.
Decodes and encodes nothing. Knows no label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar, overload

from echo_iad.comparison.comparator import over_picture
from echo_iad.comparison.features import PatchFeatures, patch_features
from echo_iad.comparison.normality import Normality, compare_patches, fit_normality, score_map
from echo_iad.comparison.tolerance import judge
from echo_iad.domain.parts import FloatArray, Frame
from echo_iad.evaluation.detection.patchcore import PatchCore, PatchGrid, fit_patchcore, joined_patches
from echo_iad.settings import Profile

Levels: TypeAlias = Sequence[FloatArray]
"""Patch features of one picture, as in `ImageEncoding.levels`."""
_Features = TypeVar("_Features")
_Seen = TypeVar("_Seen", contravariant=True)


class Loaded(Sequence[_Features]):
    """Features of some normals, made when they are looked at: hundreds would not fit at once.

    Parameters
    ----------
    make : callable
        Id -> features.
    ids : sequence of int
    """

    def __init__(self, make: Callable[[int], _Features], ids: Sequence[int]) -> None:
        self._make = make
        self._ids = ids

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, position: int) -> _Features: ...

    @overload
    def __getitem__(self, position: slice) -> Loaded[_Features]: ...

    def __getitem__(self, position: int | slice) -> _Features | Loaded[_Features]:
        if isinstance(position, slice):
            return Loaded(self._make, self._ids[position])
        return self._make(self._ids[position])


@dataclass(frozen=True, eq=False)
class Sighting:
    """What a detector says of one part.

    Attributes
    ----------
    score : float
        Higher = more unlike the normals.
    threshold : float
        Of the score, for the rate that was asked for.
    values : (h, w) float32
        The anomaly map over what was encoded of the picture.
    """

    score: float
    threshold: float
    values: FloatArray

    @property
    def is_anomalous(self) -> bool:
        """The verdict at the tolerance."""
        return self.score > self.threshold

    @property
    def margin(self) -> float:
        """``score / threshold - 1``."""
        return self.score / self.threshold - 1

    def over_picture(self, frame: Frame | None) -> FloatArray:
        """The anomaly map over the whole picture; ``frame`` is what was encoded of it, None = the whole."""
        return over_picture(self.values, frame)


class Detector(Protocol[_Seen]):
    """Has learned what the normals of one object look like."""

    def look(self, features: _Seen, false_alarm_rate: float) -> Sighting:
        """Score one part, and set the threshold for how often a good one may be called defective."""


class Method(Protocol[_Features]):
    """A way to tell good from defective."""

    def prepare(self, levels: Levels) -> _Features:
        """What detectors look at; made once for a part, however many look at it."""

    def learn(self, normals: Sequence[_Features]) -> Detector[_Features]:
        """Learn from normals; each may be loaded when it is looked at."""


@dataclass(frozen=True, eq=False)
class EchoDetector:
    """Echo's comparison, without outline, regions and words."""

    normality: Normality

    def look(self, features: PatchFeatures, false_alarm_rate: float) -> Sighting:
        """See `Detector`."""
        patches = compare_patches(features, self.normality)
        score = score_map(patches)
        verdict = judge(score, self.normality.scores, false_alarm_rate=false_alarm_rate)
        return Sighting(score, verdict.threshold, patches)


@dataclass(frozen=True)
class EchoMethod:
    """Echo with the budget and the seed of a profile."""

    profile: Profile

    def prepare(self, levels: Levels) -> PatchFeatures:
        """See `Method`."""
        return patch_features(levels)

    def learn(self, normals: Sequence[PatchFeatures]) -> EchoDetector:
        """See `Method`."""
        megabytes, seed = self.profile.comparison.bank_megabytes, self.profile.seed
        return EchoDetector(fit_normality(normals, megabytes=megabytes, seed=seed))


@dataclass(frozen=True, eq=False)
class PatchCoreDetector:
    """The baseline."""

    learned: PatchCore

    def look(self, features: PatchGrid, false_alarm_rate: float) -> Sighting:
        """See `Detector`."""
        found = self.learned.look(features)
        verdict = judge(found.score, self.learned.scores, false_alarm_rate=false_alarm_rate)
        return Sighting(found.score, verdict.threshold, found.values)


@dataclass(frozen=True)
class PatchCoreMethod:
    """PatchCore with the seed of a profile."""

    profile: Profile

    def prepare(self, levels: Levels) -> PatchGrid:
        """See `Method`."""
        return joined_patches(levels)

    def learn(self, normals: Sequence[PatchGrid]) -> PatchCoreDetector:
        """See `Method`."""
        return PatchCoreDetector(fit_patchcore(normals, seed=self.profile.seed))
