"""How well good and defective test parts are told apart, object by object, under a stated false-alarm rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from PIL import Image

from echo_iad import Echo
from echo_iad.domain.decisions import Inspection
from echo_iad.domain.evidence import Comparison
from echo_iad.domain.parts import FloatArray
from layouts import TestObject, TestPart
from measures import PixelCounts, Share, image_areas, share


@dataclass(frozen=True)
class Detection:
    """Figures of one object; the parts are inspected with the object named."""

    object: str
    normals: int
    good: int
    defective: int
    image_auroc: float
    average_precision: float
    pixel_auroc: float | None
    """Over all good test parts and those defective ones that have a mask; None without any mask."""
    masks: int
    false_alarms: Share | None
    """Good test parts that were called anomalous at the profile's rate."""
    misses: Share | None
    """Defective test parts that were not."""
    certified: bool
    mean_p_of_good: float | None
    """Mean p-value of the good test parts: 0.5 when they are like the normals, higher = the test is strict."""
    recognised: Share | None
    """Test parts whose object was told right when nobody named it."""


def detect(echo: Echo, tested: TestObject) -> Detection:
    """Inspect every test part of one object."""
    pixels, masks = PixelCounts(), 0
    comparisons: list[Comparison] = []
    recognised = 0
    for part in tested.parts:
        record = echo.inspect(part.path, object=tested.name)
        recognised += echo.inspect(part.path).object == tested.name
        comparison = _comparison(record)
        comparisons.append(comparison)
        if _count_pixels(part, record, comparison, pixels):
            masks += part.defective
    defective = [part.defective for part in tested.parts]
    area, precision = image_areas([comparison.score for comparison in comparisons], defective)
    good = [comparison for comparison, bad in zip(comparisons, defective, strict=True) if not bad]
    bad = [comparison for comparison, bad in zip(comparisons, defective, strict=True) if bad]
    return Detection(
        object=tested.name,
        normals=comparisons[0].normals,
        good=len(good),
        defective=len(bad),
        image_auroc=area,
        average_precision=precision,
        pixel_auroc=pixels.roc_area() if masks else None,
        masks=masks,
        false_alarms=share(sum(one.is_anomalous for one in good), len(good)),
        misses=share(sum(not one.is_anomalous for one in bad), len(bad)),
        certified=comparisons[0].certified,
        mean_p_of_good=round(fmean(one.p_value for one in good), 3) if good else None,
        recognised=share(recognised, len(tested.parts)),
    )


def mean_detection(rows: Iterable[Detection]) -> dict[str, float]:
    """Means over the objects, each object counting alike."""
    rows = list(rows)
    with_masks = [row.pixel_auroc for row in rows if row.pixel_auroc is not None]
    means = {
        "image_auroc": fmean(row.image_auroc for row in rows),
        "average_precision": fmean(row.average_precision for row in rows),
        "false_alarm_rate": fmean(row.false_alarms.share for row in rows if row.false_alarms),
        "miss_rate": fmean(row.misses.share for row in rows if row.misses),
    }
    if with_masks:
        means["pixel_auroc"] = fmean(with_masks)
    return {name: round(value, 4) for name, value in means.items()}


def _comparison(record: Inspection) -> Comparison:
    if record.comparison is None:
        message = f"{record.image} was not compared: {record.decision.reason}"
        raise SystemExit(message)
    return record.comparison


def _count_pixels(part: TestPart, record: Inspection, comparison: Comparison, pixels: PixelCounts) -> bool:
    truth = part.truth(record.width, record.height)
    if truth is None or comparison.anomaly_map is None:
        return False
    pixels.add(_resized(comparison.anomaly_map.values, truth.shape[1], truth.shape[0]), truth)
    return True


def _resized(values: FloatArray, width: int, height: int) -> FloatArray:
    image = Image.fromarray(np.ascontiguousarray(values))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)
