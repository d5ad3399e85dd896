"""What was measured in a folder, and its form as JSON. Measures nothing and writes no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from echo_iad import __version__
from echo_iad.evaluation.detection.figures import MEASURES
from echo_iad.evaluation.detection.folders import ExcludedObject
from echo_iad.evaluation.detection.measures import Share
from echo_iad.evaluation.detection.run import ObjectResult, Way
from echo_iad.evaluation.detection.shots import ShotResult

_SHARED = ("image_auroc", "balanced_accuracy", "false_alarm_rate", "miss_rate", "pixel_auroc", "aupro")
"""Keys that other programs read; they come first."""


@dataclass(frozen=True)
class FolderResult:
    """Everything that was measured in a folder."""

    way: Way
    objects: tuple[ObjectResult, ...]
    excluded: tuple[ExcludedObject, ...]

    def mean(self) -> dict[str, float | None]:
        """Mean of each measure over the objects that have it, each object counting alike."""
        named = [measured.figures.named() for measured in self.objects]
        return {measure: _mean([one[measure] for one in named]) for measure in MEASURES}

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
            "excluded": [asdict(entry) for entry in self.excluded],
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


def _interval(found: Share | None) -> list[float] | None:
    return None if found is None else [found.low, found.high]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 4) if known else None
