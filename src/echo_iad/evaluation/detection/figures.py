"""How well good and defective parts were told apart, from what each test part came to. Inspects nothing itself.

No answer is not a pass, and not a find either: a part without a verdict counts as wrong on its own side, a defective
one as missed, a good one as a false alarm. Areas need a score, so such a part has no share in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from echo_iad.domain.parts import FloatArray
from echo_iad.evaluation.detection.folders import Truth
from echo_iad.evaluation.detection.measures import ImageAreas, PixelAreas, PixelCounts, Share, image_areas, share
from echo_iad.evaluation.making.labelled_parts import LabelledPicture

MEASURES = (
    "image_auroc",
    "average_precision",
    "balanced_accuracy",
    "false_alarm_rate",
    "miss_rate",
    "pixel_auroc",
    "aupro",
)
"""Names of the figures, each 0 to 1; for the two rates lower is better."""


@dataclass(frozen=True)
class PartOutcome:
    """What one test part came to."""

    picture: LabelledPicture
    score: float | None
    """Higher = more unlike the normals; None when it was not compared."""
    is_anomalous: bool | None
    """The verdict at the tolerance; None = no verdict."""
    why: str = ""
    """Why there is no verdict."""
    margin: float = 0.0
    """``score / threshold - 1``."""
    latency_ms: float | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether the verdict is not the right one; no verdict never is."""
        return self.is_anomalous != self.picture.is_defective


@dataclass(frozen=True)
class Figures:
    """What many outcomes come to."""

    images: ImageAreas
    pixels: PixelAreas
    false_alarms: Share | None
    """Good parts without the verdict good; None without good parts."""
    misses: Share | None
    """Defective parts without the verdict anomalous; None without defective parts."""

    @property
    def balanced_accuracy(self) -> float | None:
        """Mean of what is right among good and among defective parts; None without parts of both kinds."""
        if self.false_alarms is None or self.misses is None:
            return None
        wrong = self.false_alarms.hits / self.false_alarms.cases + self.misses.hits / self.misses.cases
        return round(1 - wrong / 2, 4)

    def named(self) -> dict[str, float | None]:
        """Every one of `MEASURES`, by name."""
        values = (
            self.images.auroc,
            self.images.average_precision,
            self.balanced_accuracy,
            self.false_alarms.share if self.false_alarms else None,
            self.misses.share if self.misses else None,
            self.pixels.auroc,
            self.pixels.aupro,
        )
        return dict(zip(MEASURES, values, strict=True))


@dataclass(frozen=True)
class TypeMisses:
    """How many defective parts of one type were not found."""

    type: str
    misses: Share


@dataclass
class Tally:
    """Gathers outcomes one at a time; keeps no map."""

    outcomes: list[PartOutcome] = field(default_factory=list)
    masks: int = 0
    """Defective parts whose ground truth is in the pixel measures."""
    pixels: PixelCounts = field(default_factory=PixelCounts)

    def add(self, outcome: PartOutcome, map_values: FloatArray | None, truth: Truth, size: tuple[int, int]) -> None:
        """Count one part.

        Parameters
        ----------
        outcome : PartOutcome
        map_values : (h, w) float32, optional
            Its anomaly map over the whole picture, of any size; None when it was not compared.
        truth : Truth
        size : (int, int)
            Width and height of the picture, in which pixels are counted.
        """
        self.outcomes.append(outcome)
        if map_values is None or not truth.known:
            return
        self.masks += outcome.picture.is_defective
        self.pixels.add(enlarged(map_values, *size), truth.regions)

    def figures(self) -> Figures:
        """Measure what was counted so far."""
        scored = [(one.score, one.picture.is_defective) for one in self.outcomes if one.score is not None]
        good = [one.is_wrong for one in self.outcomes if not one.picture.is_defective]
        bad = [one.is_wrong for one in self.outcomes if one.picture.is_defective]
        return Figures(
            images=image_areas([score for score, _ in scored], [defective for _, defective in scored]),
            pixels=self.pixels.areas(),
            false_alarms=share(sum(good), len(good)),
            misses=share(sum(bad), len(bad)),
        )

    def types(self) -> tuple[TypeMisses, ...]:
        """Misses of each type of defect, by name."""
        names = sorted({one.picture.type for one in self.outcomes if one.picture.is_defective})
        return tuple(TypeMisses(name, _misses(self.outcomes, name)) for name in names)


def found_at(outcomes: Sequence[PartOutcome], rate: float) -> float | None:
    """Share of defective parts above a threshold that lets at most this share of the good *test* parts above it.

    One point of the ROC curve: what another threshold would reach. Chosen by looking at test parts, so no promise.

    Parameters
    ----------
    outcomes : sequence of PartOutcome
        Parts without a score are passed over.
    rate : float
        0 to 1.

    Returns
    -------
    float or None
        None without good or without defective parts.
    """
    good = sorted(
        (one.score for one in outcomes if one.score is not None and not one.picture.is_defective), reverse=True
    )
    bad = [one.score for one in outcomes if one.score is not None and one.picture.is_defective]
    if not good or not bad:
        return None
    allowed = int(rate * len(good) + 1e-9)
    found = len(bad) if allowed >= len(good) else sum(score > good[allowed] for score in bad)
    return round(found / len(bad), 4)


def enlarged(values: FloatArray, width: int, height: int) -> FloatArray:
    """A map of another size, bilinear; ``(height, width) float32``."""
    image = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)


def _misses(outcomes: Sequence[PartOutcome], name: str) -> Share:
    wrong = [one.is_wrong for one in outcomes if one.picture.type == name]
    found = share(sum(wrong), len(wrong))
    assert found is not None
    return found
