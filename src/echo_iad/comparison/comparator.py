"""Query against normals: map, score, verdict, regions and their looks. Knows no memory, no encoder, no question."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from echo_iad.comparison.attributes import with_changes
from echo_iad.comparison.features import patch_features
from echo_iad.comparison.normality import Normality, compare_patches, score_map
from echo_iad.comparison.regions import Patch, find_regions
from echo_iad.comparison.tolerance import judge
from echo_iad.comparison.views import LaidView, View, WholeView
from echo_iad.domain.evidence import AnomalyMap, Comparison, Region
from echo_iad.domain.parts import ByteArray, FloatArray, Frame, ImageEncoding, Picture
from echo_iad.errors import ToleranceError
from echo_iad.images.framing import put_back
from echo_iad.images.outline import find_part, outline_of

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


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison whose regions have not been looked at yet."""

    comparison: Comparison
    """Its regions have no change."""
    patches: tuple[Patch, ...]
    """The places of its regions; of a part that is not anomalous, those of its suspect."""


@dataclass(frozen=True, eq=False)
class ReferencePicture:
    """A picture of a reference, (h, w, 3) uint8, and where its part lies; None when the pictures are taken whole."""

    pixels: ByteArray
    frame: Frame | None


def compare(picture: Picture, encoding: ImageEncoding, normality: Normality, tolerance: Tolerance) -> Compared:
    """Compare one part with the normals of its object.

    Parameters
    ----------
    picture : Picture
    encoding : ImageEncoding
        Of the query, as the object's normals were encoded.
    normality : Normality
        Of its object.
    tolerance : Tolerance
    """
    values = compare_patches(patch_features(encoding.levels), normality)
    score = score_map(values)
    verdict = judge(score, normality.scores, false_alarm_rate=tolerance.false_alarm_rate, threshold=tolerance.threshold)
    anomaly_map = AnomalyMap(
        values=over_picture(values, encoding.frame),
        threshold=verdict.threshold,
        extent=min(normality.extent, verdict.threshold),
        foreground=_foreground(picture, encoding.frame),
        aspect=picture.width / picture.height,
    )
    patches = find_regions(anomaly_map, picture.width, picture.height)
    comparison = Comparison(
        score=score,
        p_value=verdict.p_value,
        threshold=verdict.threshold,
        margin=score / verdict.threshold - 1,
        certified=verdict.certified,
        certified_reason=verdict.reason,
        false_alarm_rate=tolerance.false_alarm_rate,
        is_anomalous=verdict.is_anomalous,
        normals=len(normality.scores),
        regions=(),
        outline_found=None if encoding.frame is None else encoding.frame.is_found,
        anomaly_map=anomaly_map,
    )
    patches = patches if verdict.is_anomalous else patches[:1]
    return Compared(_with_regions(comparison, [patch.region for patch in patches]), patches)


def with_looks(
    compared: Compared, picture: Picture, frame: Frame | None, references: Sequence[ReferencePicture]
) -> Comparison:
    """The comparison with what its regions look like beside the references.

    Parameters
    ----------
    compared : Compared
    picture : Picture
        The query.
    frame : Frame, optional
        Of its encoding.
    references : sequence of ReferencePicture
        Without any, regions have no change.
    """
    comparison, anomaly_map = compared.comparison, compared.comparison.anomaly_map
    foreground = None if anomaly_map is None else anomaly_map.foreground
    beside = [_laid_alike(reference, frame) for reference in references]
    return _with_regions(comparison, with_changes(compared.patches, WholeView(picture.pixels), beside, foreground))


def _with_regions(comparison: Comparison, regions: Sequence[Region]) -> Comparison:
    if comparison.is_anomalous:
        return replace(comparison, regions=tuple(regions))
    return replace(comparison, suspect=next(iter(regions), None))


def _foreground(picture: Picture, frame: Frame | None) -> FloatArray | None:
    """The part's outline on the grid of the map, from where it was looked for already."""
    return outline_of(find_part(picture.pixels) if frame is None else frame.part, MAP_SIDE)


def _laid_alike(reference: ReferencePicture, frame: Frame | None) -> View:
    """A reference with its part where the query's part lies; as it is when the object's pictures are whole."""
    if frame is None or reference.frame is None:
        return WholeView(reference.pixels)
    return LaidView(reference.pixels, reference.frame, frame)


def over_picture(patches: FloatArray, frame: Frame | None) -> FloatArray:
    """Values of patches over the whole picture, ``(MAP_SIDE, MAP_SIDE)`` float32.

    Parameters
    ----------
    patches : (h, w) float32
    frame : Frame, optional
        Where in the picture they were looked at; None = everywhere.
    """
    if frame is not None:
        return put_back(patches, frame, MAP_SIDE)
    from PIL import Image

    small = Image.fromarray(np.ascontiguousarray(patches, dtype=np.float32))
    return np.asarray(small.resize((MAP_SIDE, MAP_SIDE), Image.Resampling.BILINEAR), dtype=np.float32)
