"""What was measured in a folder, and its form as JSON. Measures nothing and writes no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from echo_iad import __version__
from echo_iad.evaluation.detection.baseline import BASELINE
from echo_iad.evaluation.detection.figures import MEASURES, Figures
from echo_iad.evaluation.detection.folders import ExcludedObject
from echo_iad.evaluation.detection.measures import Share
from echo_iad.evaluation.detection.run import ObjectResult, Way
from echo_iad.evaluation.detection.shots import ShotResult, mean_of_objects

_SHARED = ("image_auroc", "balanced_accuracy", "false_alarm_rate", "miss_rate", "pixel_auroc", "aupro")
"""Keys that other programs read; they come first."""


@dataclass(frozen=True)
class FolderResult:
    """Everything that was measured in a folder."""

    way: Way
    objects: tuple[ObjectResult, ...]
    excluded: tuple[ExcludedObject, ...]
    peak_megabytes: int | None = None
    """Most memory that the process held so far; None where the system does not tell."""

    def mean(self) -> dict[str, float | None]:
        """Mean of each measure over the objects that have it, each object counting alike."""
        return _means([measured.figures for measured in self.objects])

    def baseline_mean(self) -> dict[str, float | None]:
        """The same for the baseline; every value is None when there is none."""
        return _means([measured.baseline.figures for measured in self.objects if measured.baseline])

    def mean_shots(self) -> tuple[tuple[ShotResult, int], ...]:
        """With few normals: the mean over the objects that have so many, and how many these are."""
        return mean_of_objects([measured.shots for measured in self.objects])

    def baseline_mean_shots(self) -> tuple[tuple[ShotResult, int], ...]:
        """The same for the baseline."""
        return mean_of_objects([measured.baseline.shots for measured in self.objects if measured.baseline])

    def lacking(self) -> tuple[str, ...]:
        """What was left out or lacking, in sentences."""
        notes = [f"{measured.name}: {note}" for measured in self.objects for note in measured.notes]
        return (*notes, *(f"{entry.name} was not measured: {entry.why}." for entry in self.excluded))

    def to_values(self) -> dict[str, Any]:
        """The content of ``detection.json``."""
        return {
            "version": __version__,
            "profile": self.way.profile.name,
            "profile_sha256": self.way.profile.sha256(),
            "seed": self.way.profile.seed,
            "asked_false_alarm_rate": self.way.false_alarm_rate,
            "detection": {measured.name: _object_values(measured) for measured in self.objects},
            "mean": self.mean(),
            "shots": {measured.name: _shot_values(measured.shots) for measured in self.objects if measured.shots},
            "shots_mean": _mean_shot_values(self.mean_shots()),
            "baseline": self._baseline_values(),
            "peak_megabytes": self.peak_megabytes,
            "excluded": [asdict(entry) for entry in self.excluded],
        }

    def _baseline_values(self) -> dict[str, Any] | None:
        if not self.way.baseline:
            return None
        found = {measured.name: measured.baseline for measured in self.objects if measured.baseline}
        return {
            "method": BASELINE,
            "detection": {
                name: {**each.figures.named(), "latency_ms": asdict(each.latency) if each.latency else None}
                for name, each in found.items()
            },
            "mean": self.baseline_mean(),
            "shots": {name: _shot_values(each.shots) for name, each in found.items() if each.shots},
            "shots_mean": _mean_shot_values(self.baseline_mean_shots()),
        }


def _object_values(measured: ObjectResult) -> dict[str, Any]:
    named = measured.figures.named()
    defective = sum(one.picture.is_defective for one in measured.outcomes)
    return {
        **{name: named[name] for name in _SHARED},
        "images": len(measured.outcomes),
        "average_precision": named["average_precision"],
        "false_alarm_interval": _interval(measured.figures.false_alarms),
        "miss_interval": _interval(measured.figures.misses),
        "good": len(measured.outcomes) - defective,
        "defective": defective,
        "failed": [{"image": str(one.picture.path), "why": one.why} for one in measured.failed],
        "normals": measured.normals,
        "certified": measured.certified,
        "certified_reason": measured.certified_reason,
        "masks": measured.masks,
        "regions": measured.figures.pixels.regions,
        "types": {
            kind.type: {"parts": kind.misses.cases, "missed": kind.misses.hits, "miss_rate": kind.misses.share}
            for kind in measured.types
        },
        "notes": list(measured.notes),
        "latency_ms": asdict(measured.latency) if measured.latency else None,
    }


def _shot_values(results: Sequence[ShotResult]) -> dict[str, Any]:
    return {
        str(result.normals): {
            "draws": result.draws,
            **{
                name: None if spread is None else {"mean": spread.mean, "std": spread.std}
                for name, spread in result.measures
            },
        }
        for result in results
    }


def _mean_shot_values(means: Sequence[tuple[ShotResult, int]]) -> dict[str, Any]:
    return {
        normals: {"objects": objects, **values}
        for result, objects in means
        for normals, values in _shot_values([result]).items()
    }


def _means(figures: Sequence[Figures]) -> dict[str, float | None]:
    named = [one.named() for one in figures]
    return {measure: _mean([one[measure] for one in named]) for measure in MEASURES}


def _interval(found: Share | None) -> list[float] | None:
    return None if found is None else [found.low, found.high]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 4) if known else None
