"""How well good and defective test parts are told apart, object by object, and by a plain PatchCore beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from echo_iad import Echo
from echo_iad.domain.decisions import Inspection
from echo_iad.domain.evidence import Comparison
from echo_iad.evaluation.detection.baseline import BaselineRun
from echo_iad.evaluation.detection.figures import Figures, PartOutcome, Tally
from echo_iad.evaluation.detection.folders import read_truth
from echo_iad.evaluation.detection.latency import Latency, latency_of
from echo_iad.evaluation.detection.measures import Share, share
from echo_iad.evaluation.making.labelled_parts import LabelledObject


@dataclass(frozen=True)
class Reached:
    """What one method reached on one object, under the profile's false-alarm rate."""

    image_auroc: float
    average_precision: float
    balanced_accuracy: float
    pixel_auroc: float | None
    """Over all good test parts and those defective ones that have a mask; None without any mask."""
    aupro: float | None
    false_alarms: Share
    """Good test parts that were called anomalous at the profile's rate."""
    misses: Share
    """Defective test parts that were not."""
    latency_ms: Latency | None
    """From the file to the verdict, with other things between: beside each other, not absolute."""


@dataclass(frozen=True)
class Detection:
    """Figures of one object; the parts are inspected with the object named."""

    object: str
    normals: int
    good: int
    defective: int
    masks: int
    echo: Reached
    patchcore: Reached
    certified: bool
    mean_p_of_good: float
    """Mean p-value of the good test parts: 0.5 when they are like the normals, higher = the test is strict."""
    recognised: Share | None
    """Test parts whose object was told right when nobody named it."""

    def to_values(self) -> dict[str, Any]:
        """Its row in edge.json: Echo's figures beside the counts, those of PatchCore in their own place."""
        values = asdict(self)
        return {**values, **values.pop("echo")}


def detect(echo: Echo, tested: LabelledObject) -> Detection:
    """Inspect every test part of one object."""
    tally = Tally()
    rate = echo.profile.tolerance.false_alarm_rate
    baseline = BaselineRun(echo.memory.ids(tested.name), echo.memory.levels, None, echo.profile)
    comparisons: list[Comparison] = []
    recognised = 0
    for part in tested.pictures:
        record = echo.inspect(part.path, object=tested.name)
        recognised += echo.inspect(part.path).object == tested.name
        comparison = _comparison(record)
        comparisons.append(comparison)
        truth = read_truth(part, record.width, record.height)
        values = comparison.anomaly_map.values if comparison.anomaly_map else None
        outcome = PartOutcome(
            part, comparison.score, comparison.is_anomalous, latency_ms=record.timings_ms.get("total")
        )
        tally.add(outcome, values, truth, (record.width, record.height))
        baseline.add(part, record, echo.encode(echo.load(part.path), tested.name), truth, rate)
    beside = baseline.result()
    good = [one for one, part in zip(comparisons, tested.pictures, strict=True) if not part.is_defective]
    return Detection(
        object=tested.name,
        normals=comparisons[0].normals,
        good=len(good),
        defective=len(comparisons) - len(good),
        masks=tally.masks,
        echo=_reached(tested.name, tally.figures(), tally.outcomes),
        patchcore=_reached(tested.name, beside.figures, beside.outcomes),
        certified=comparisons[0].certified,
        mean_p_of_good=round(fmean(one.p_value for one in good), 3),
        recognised=share(recognised, len(comparisons)),
    )


def mean_detection(rows: Iterable[Reached]) -> dict[str, float]:
    """Means over the objects, each object counting alike."""
    rows = list(rows)
    means = {
        "image_auroc": [row.image_auroc for row in rows],
        "average_precision": [row.average_precision for row in rows],
        "balanced_accuracy": [row.balanced_accuracy for row in rows],
        "false_alarm_rate": [row.false_alarms.share for row in rows],
        "miss_rate": [row.misses.share for row in rows],
        "pixel_auroc": [row.pixel_auroc for row in rows if row.pixel_auroc is not None],
        "aupro": [row.aupro for row in rows if row.aupro is not None],
        "p50_ms": [row.latency_ms.p50 for row in rows if row.latency_ms],
        "p95_ms": [row.latency_ms.p95 for row in rows if row.latency_ms],
    }
    return {name: round(fmean(values), 4) for name, values in means.items() if values}


def _reached(name: str, figures: Figures, outcomes: Sequence[PartOutcome]) -> Reached:
    images, balanced = figures.images, figures.balanced_accuracy
    if images.auroc is None or images.average_precision is None or balanced is None:
        message = f"{name} needs good and defective test parts."
        raise SystemExit(message)
    assert figures.false_alarms is not None
    assert figures.misses is not None
    return Reached(
        image_auroc=images.auroc,
        average_precision=images.average_precision,
        balanced_accuracy=balanced,
        pixel_auroc=figures.pixels.auroc,
        aupro=figures.pixels.aupro,
        false_alarms=figures.false_alarms,
        misses=figures.misses,
        latency_ms=latency_of(one.latency_ms for one in outcomes if one.latency_ms is not None),
    )


def _comparison(record: Inspection) -> Comparison:
    if record.comparison is None:
        message = f"{record.image} was not compared: {record.decision.reason}"
        raise SystemExit(message)
    return record.comparison
