"""Query against normals: map, score, verdict and regions in one call. Knows no memory, no encoder, no question."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echo_iad.comparison.attributes import with_changes
from echo_iad.comparison.features import patch_features
from echo_iad.comparison.normality import Normality, compare_patches, score_map
from echo_iad.comparison.regions import find_regions
from echo_iad.comparison.tolerance import judge
from echo_iad.domain.evidence import AnomalyMap, Comparison, Region
from echo_iad.domain.parts import ByteArray, FloatArray, Picture
from echo_iad.errors import ToleranceError
from echo_iad.images.outline import find_outline

MAP_SIDE = 160
"""Rows and columns of the anomaly map; it spans the whole picture, whatever its aspect."""


@dataclass(frozen=True)
class Tolerance:
    """What the user allows.

    Attributes
    ----------
    false_alarm_rate : float
        How often a good part may be called defective, 0 to 1 (exclusive).
    threshold : float, optional
        A score set by hand, above 0; takes the place of the one for the rate.

    Raises
    ------
    ToleranceError
        The rate or the threshold is out of range.
    """

    false_alarm_rate: float
    threshold: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.false_alarm_rate < 1:
            msg = f"The false-alarm rate must lie between 0 and 1, e.g. 0.05. Got {self.false_alarm_rate}."
            raise ToleranceError(msg)
        if self.threshold is not None and not (math.isfinite(self.threshold) and self.threshold > 0):
            msg = f"A threshold set by hand must be a number above 0. Got {self.threshold}."
            raise ToleranceError(msg)


def compare(
    picture: Picture,
    levels: Sequence[FloatArray],
    normality: Normality,
    references: Sequence[ByteArray],
    tolerance: Tolerance,
) -> Comparison:
    """Compare one part with the normals of its object.

    Parameters
    ----------
    picture : Picture
    levels : sequence of (h, w, c) float32
        The query's patch features.
    normality : Normality
        Of its object.
    references : sequence of (h, w, 3) uint8
        Pictures of the references; without any, regions have no change.
    tolerance : Tolerance
    """
    patches = compare_patches(patch_features(levels), normality)
    score = score_map(patches)
    verdict = judge(score, normality.scores, false_alarm_rate=tolerance.false_alarm_rate, threshold=tolerance.threshold)
    anomaly_map = AnomalyMap(
        values=_enlarged(patches),
        threshold=verdict.threshold,
        extent=min(normality.extent, verdict.threshold),
        foreground=find_outline(picture.pixels, MAP_SIDE),
        aspect=picture.width / picture.height,
    )
    regions = _regions(anomaly_map, picture, references)
    return Comparison(
        score=score,
        p_value=verdict.p_value,
        threshold=verdict.threshold,
        margin=score / verdict.threshold - 1,
        certified=verdict.certified,
        certified_reason=verdict.reason,
        false_alarm_rate=tolerance.false_alarm_rate,
        is_anomalous=verdict.is_anomalous,
        normals=len(normality.scores),
        regions=regions if verdict.is_anomalous else (),
        suspect=next(iter(regions), None) if not verdict.is_anomalous else None,
        anomaly_map=anomaly_map,
    )


def _regions(anomaly_map: AnomalyMap, picture: Picture, references: Sequence[ByteArray]) -> tuple[Region, ...]:
    patches = find_regions(anomaly_map, picture.width, picture.height)
    return with_changes(patches, picture.pixels, references, anomaly_map.foreground)


def _enlarged(patches: FloatArray) -> FloatArray:
    from PIL import Image

    small = Image.fromarray(np.ascontiguousarray(patches, dtype=np.float32))
    return np.asarray(small.resize((MAP_SIDE, MAP_SIDE), Image.Resampling.BILINEAR), dtype=np.float32)
