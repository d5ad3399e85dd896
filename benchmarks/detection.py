"""How well good and defective test parts are told apart, object by object, under a stated false-alarm rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from echo_iad import Echo
from echo_iad.domain.decisions import Inspection
from echo_iad.domain.evidence import Comparison
from echo_iad.evaluation.detection.figures import PartOutcome, Tally
from echo_iad.evaluation.detection.folders import Truth, read_truth
from echo_iad.evaluation.detection.measures import Share, share
from echo_iad.evaluation.making.labelled_parts import LabelledObject


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


def detect(echo: Echo, tested: LabelledObject) -> Detection:
    """Inspect every test part of one object."""
    tally = Tally()
    comparisons: list[Comparison] = []
    recognised = 0
    for part in tested.pictures:
        record = echo.inspect(part.path, object=tested.name)
        recognised += echo.inspect(part.path).object == tested.name
        comparison = _comparison(record)
        comparisons.append(comparison)
        size = record.width, record.height
        values = comparison.anomaly_map.values if comparison.anomaly_map else None
        truth = read_truth(part, *size) if values is not None else Truth(known=False)
        tally.add(PartOutcome(part, comparison.score, comparison.is_anomalous), values, truth, size)
    figures = tally.figures()
    if figures.images.auroc is None or figures.images.average_precision is None:
        message = f"{tested.name} needs good and defective test parts."
        raise SystemExit(message)
    good = [one for one, part in zip(comparisons, tested.pictures, strict=True) if not part.is_defective]
    return Detection(
        object=tested.name,
        normals=comparisons[0].normals,
        good=len(good),
        defective=len(comparisons) - len(good),
        image_auroc=figures.images.auroc,
        average_precision=figures.images.average_precision,
        pixel_auroc=figures.pixels.auroc,
        masks=tally.masks,
        false_alarms=figures.false_alarms,
        misses=figures.misses,
        certified=comparisons[0].certified,
        mean_p_of_good=round(fmean(one.p_value for one in good), 3) if good else None,
        recognised=share(recognised, len(comparisons)),
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
