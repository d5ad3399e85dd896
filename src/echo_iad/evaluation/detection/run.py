"""Measures a folder in MVTec layout, object by object: enrols its good parts, inspects its test parts, counts.

Each object gets a memory of its own, made for the run and thrown away, so that its figures do not depend on the other
objects. Knows the parts' labels only to count; no label reaches an inspection.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from echo_iad.comparison.comparator import Tolerance
from echo_iad.comparison.features import PatchFeatures
from echo_iad.domain.decisions import Inspection
from echo_iad.domain.parts import ImageEncoding
from echo_iad.domain.questions import Expert, QuestionType
from echo_iad.echo import Echo
from echo_iad.enrolment import Enrolment
from echo_iad.errors import EvaluationError
from echo_iad.evaluation.detection.baseline import BaselineResult, BaselineRun
from echo_iad.evaluation.detection.detectors import EchoMethod
from echo_iad.evaluation.detection.figures import Figures, PartOutcome, Tally, TypeMisses
from echo_iad.evaluation.detection.folders import ExcludedObject, PartsFolder, Truth, read_truth, unlabelled_pictures
from echo_iad.evaluation.detection.latency import Latency, latency_of
from echo_iad.evaluation.detection.measures import metrics_library
from echo_iad.evaluation.detection.shots import ShotPlan, ShotResult, ShotRuns
from echo_iad.evaluation.detection.worst_parts import WorstParts
from echo_iad.evaluation.making.labelled_parts import LabelledObject, LabelledPicture
from echo_iad.images.folders import PartPicture
from echo_iad.reports.cards import ReportItem
from echo_iad.reports.verdicts import Verdict, verdict_of
from echo_iad.settings import Profile

Progress = Callable[[int, int, str], None]
"""Called with what is done, the total, and the object at hand."""
Recorder = Callable[[Inspection], None]
"""Called with each inspection as it comes."""


@dataclass(frozen=True)
class Way:
    """How a folder is measured."""

    profile: Profile
    false_alarm_rate: float
    """How often a good part may be called defective."""
    shots: ShotPlan | None = None
    baseline: bool = False
    """Whether PatchCore judges the same parts beside Echo."""

    def __post_init__(self) -> None:
        Tolerance(self.false_alarm_rate)
        if Expert.VISUAL_COMPARATOR not in self.profile.plans()[QuestionType.DISCRIMINATION].experts:
            msg = (
                f"The profile {self.profile.name} compares no part with good ones, so there is nothing to measure in "
                "a folder. Name another: echo-iad profiles list"
            )
            raise EvaluationError(msg)


@dataclass(frozen=True)
class ObjectResult:
    """Everything that was measured of one object."""

    name: str
    figures: Figures
    outcomes: tuple[PartOutcome, ...]
    types: tuple[TypeMisses, ...]
    normals: int
    certified: bool | None
    """Whether the normals are enough for the rate; None when nothing was compared."""
    certified_reason: str
    masks: int
    """Defective parts in the pixel measures."""
    latency: Latency | None
    shots: tuple[ShotResult, ...]
    notes: tuple[str, ...]
    """What was left out or lacking, in sentences."""
    worst: tuple[ReportItem, ...] = ()
    """The surest mistakes, with their pictures."""
    baseline: BaselineResult | None = None
    """What PatchCore reached on the same features; None when it was not asked for."""

    @property
    def failed(self) -> tuple[PartOutcome, ...]:
        """Parts without a verdict."""
        return tuple(one for one in self.outcomes if one.is_anomalous is None)


def measure_objects(
    folder: PartsFolder, way: Way, *, record: Recorder | None = None, progress: Progress | None = None
) -> Iterator[ObjectResult | ExcludedObject]:
    """Measure one object after the other.

    Parameters
    ----------
    folder : PartsFolder
    way : Way
    record : callable, optional
    progress : callable, optional

    Yields
    ------
    ObjectResult or ExcludedObject
        The latter when none of its good parts can be read.

    Raises
    ------
    MissingExtraError
        scikit-learn is not installed; said before anything is inspected.
    """
    metrics_library()
    total = sum(len(tested.normals) + len(tested.pictures) for tested in folder.objects)
    done = 0
    for tested in folder.objects:
        with tempfile.TemporaryDirectory(prefix="echo-iad-") as place:
            yield _Measuring(tested, way, Path(place), record).run(_shifted(progress, done, total))
        done += len(tested.normals) + len(tested.pictures)


def _shifted(progress: Progress | None, before: int, total: int) -> Progress:
    def show(done: int, _: int, name: str) -> None:
        if progress is not None:
            progress(before + done, total, name)

    return show


@dataclass(frozen=True)
class _Sides:
    """What looks at the same parts beside the inspections."""

    shots: ShotRuns[PatchFeatures] | None
    baseline: BaselineRun | None

    @property
    def any(self) -> bool:
        return self.shots is not None or self.baseline is not None

    def add(
        self, picture: LabelledPicture, inspection: Inspection, encoding: ImageEncoding, truth: Truth, rate: float
    ) -> None:
        if self.shots is not None:
            self.shots.add(picture, encoding, truth, (inspection.width, inspection.height), rate)
        if self.baseline is not None:
            self.baseline.add(picture, inspection, encoding, truth, rate)

    def add_failed(self, outcome: PartOutcome) -> None:
        if self.shots is not None:
            self.shots.add_failed(outcome)
        if self.baseline is not None:
            self.baseline.add_failed(outcome)


class _Measuring:
    """One object on its way."""

    def __init__(self, tested: LabelledObject, way: Way, memory: Path, record: Recorder | None) -> None:
        self._tested = tested
        self._way = way
        self._memory = memory
        self._record = record
        self._tally = Tally()
        self._worst = WorstParts()
        self._first: Inspection | None = None
        self._unknown: Counter[str] = Counter()
        self._copies = 0

    def run(self, progress: Progress) -> ObjectResult | ExcludedObject:
        name, pictures = self._tested.name, self._tested.pictures
        with Echo.from_profile(self._way.profile, memory=self._memory, create=True) as echo:
            parts = [PartPicture(name, path) for path in self._tested.normals]
            enrolled = echo.enrol_parts(parts, progress=progress)
            if not enrolled.objects:
                return ExcludedObject(name, f"none of its good parts can be read: {enrolled.failed[0].reason}")
            sides = self._sides(echo)
            inspections = echo.inspect_many(
                [picture.path for picture in pictures], object=name, false_alarm_rate=self._way.false_alarm_rate
            )
            for done, (picture, inspection) in enumerate(zip(pictures, inspections, strict=True), start=1):
                self._count(echo, picture, inspection, sides)
                progress(len(parts) + done, 0, name)
        return self._result(enrolled, sides)

    def _sides(self, echo: Echo) -> _Sides:
        normals, way = echo.memory.ids(self._tested.name), self._way
        load, profile = echo.memory.levels, way.profile
        return _Sides(
            shots=ShotRuns(normals, load, way.shots, EchoMethod(profile), profile.seed) if way.shots else None,
            baseline=BaselineRun(normals, load, way.shots, profile) if way.baseline else None,
        )

    def _count(self, echo: Echo, picture: LabelledPicture, inspection: Inspection, sides: _Sides) -> None:
        outcome, size = _outcome(picture, inspection), (inspection.width, inspection.height)
        if self._record is not None:
            self._record(inspection)
        compared = inspection.comparison
        if compared is None or compared.anomaly_map is None:
            self._tally.add(outcome, None, Truth(known=False), size)
            sides.add_failed(outcome)
            return
        self._first = self._first or inspection
        truth = read_truth(picture, *size)
        if not truth.known:
            self._unknown[truth.why] += 1
        self._tally.add(outcome, compared.anomaly_map.values, truth, size)
        self._worst.look(outcome, inspection, echo.memory)
        self._copies += echo.memory.knows(picture.object, hashlib.sha256(picture.path.read_bytes()).hexdigest())
        if sides.any:
            encoding = echo.encode(echo.load(picture.path), picture.object)
            sides.add(picture, inspection, encoding, truth, self._way.false_alarm_rate)

    def _result(self, enrolled: Enrolment, sides: _Sides) -> ObjectResult:
        compared = self._first.comparison if self._first else None
        spent = [one.latency_ms for one in self._tally.outcomes if one.latency_ms is not None]
        return ObjectResult(
            name=self._tested.name,
            figures=self._tally.figures(),
            outcomes=tuple(self._tally.outcomes),
            types=self._tally.types(),
            normals=enrolled.objects[self._tested.name],
            certified=compared.certified if compared else None,
            certified_reason=compared.certified_reason if compared else "Nothing was compared.",
            masks=self._tally.masks,
            latency=latency_of(spent),
            shots=sides.shots.results() if sides.shots else (),
            notes=tuple(self._notes(enrolled, sides.shots)),
            worst=self._worst.items,
            baseline=sides.baseline.result() if sides.baseline else None,
        )

    def _notes(self, enrolled: Enrolment, shots: ShotRuns[PatchFeatures] | None) -> Iterator[str]:
        outcomes = self._tally.outcomes
        for kind, wanted in (("good", False), ("defective", True)):
            if not any(one.picture.is_defective is wanted for one in outcomes):
                yield f"There is no {kind} test part, so how well good and defective are told apart cannot be known."
        if enrolled.failed:
            yield f"{_parts(len(enrolled.failed), 'good part')} could not be enrolled: {enrolled.failed[0].reason}"
        if enrolled.known:
            yield f"{_parts(enrolled.known, 'picture')} in train/good {_are(enrolled.known)} the same as another there."
        failed = [one for one in outcomes if one.is_anomalous is None]
        if failed:
            yield f"{_parts(len(failed), 'test part')} got no verdict and count as wrong: {failed[0].why}"
        if self._copies:
            yield f"{_parts(self._copies, 'test picture')} {_are(self._copies)} among the enrolled ones too."
        unlabelled = unlabelled_pictures(self._tested)
        if unlabelled:
            yield f"{_parts(unlabelled, 'picture')} in test, in no folder of a type, {_are(unlabelled)} not measured."
        for why, count in sorted(self._unknown.items()):
            yield f"{_parts(count, 'defective part')} {_are(count)} not in the pixel measures: {why}."
        for count in shots.left_out if shots else ():
            yield f"{count} normals were asked for, and there are {enrolled.objects[self._tested.name]}."


def _outcome(picture: LabelledPicture, inspection: Inspection) -> PartOutcome:
    verdict = verdict_of(inspection)
    compared = inspection.comparison
    decided = compared is not None and verdict in {Verdict.ANOMALOUS, Verdict.GOOD}
    return PartOutcome(
        picture=picture,
        score=compared.score if compared else None,
        is_anomalous=verdict is Verdict.ANOMALOUS if decided else None,
        why="" if decided else inspection.decision.reason,
        margin=compared.margin if compared else 0.0,
        latency_ms=inspection.timings_ms.get("total"),
    )


def _parts(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
