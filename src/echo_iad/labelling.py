"""Labelling: pictures of defective parts of one type into the defect memory. Knows no questions and no decisions.

Each picture is compared with the normals of its object; what the comparison finds in it is what the label means.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from echo_iad.comparison.comparator import Tolerance
from echo_iad.comparison.defect_looks import FORM
from echo_iad.domain.parts import Picture
from echo_iad.enrolment import Enrolment, FailedImage, Progress, how_to_forget, login_name
from echo_iad.errors import ImageError, MemoryStoreError, UnknownObjectError
from echo_iad.experts.consulting import Consulting
from echo_iad.images.folders import PartPicture, find_defective_parts
from echo_iad.images.loading import ENOUGH_SIDE, load_picture
from echo_iad.memory.defects import LabelledDefect, check_defect_type
from echo_iad.memory.store import Memory


@dataclass
class _Tally:
    added: int = 0
    known: int = 0
    failed: list[FailedImage] = field(default_factory=list)
    unremarkable: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Label:
    """What an operator says of some pictures: they show this type of defect of this object."""

    object: str
    type: str


def make_label(object: str | None, defect: str, memory: Memory) -> Label:
    """A label that can be given.

    Raises
    ------
    MemoryStoreError
        The type cannot be used, or no object is named.
    UnknownObjectError
        No good part of the object is enrolled.
    """
    check_defect_type(defect)
    if object is None:
        msg = f"Name the product that has the defect {defect!r} with: --object NAME"
        raise MemoryStoreError(msg)
    if object not in memory.object_names():
        raise UnknownObjectError(object, memory.object_names())
    return Label(object, defect)


def label_parts(
    place: Path, label: Label, memory: Memory, consulting: Consulting, progress: Progress | None = None
) -> Enrolment:
    """Store pictures of one type of defect; those that are labelled so already are skipped.

    Parameters
    ----------
    place : Path
        A folder of pictures, or one picture.
    label : Label
    memory : Memory
        Open for writing.
    consulting : Consulting
        Over the same memory; its profile's tolerance says what stands out.
    progress : callable, optional

    Returns
    -------
    Enrolment
        A file that cannot be read, is a normal of the object or has another label is listed as failed; the others are
        stored, each by itself, so that a kill loses one at most.

    Raises
    ------
    ImageError
        There is no picture.
    """
    start = time.perf_counter()
    parts, tally = find_defective_parts(place, object=label.object), _Tally()
    for done, part in enumerate(parts, start=1):
        _label(part, label, memory, consulting, tally)
        if progress is not None:
            progress(done, len(parts), label.object)
    return Enrolment(
        added=tally.added,
        known=tally.known,
        failed=tuple(tally.failed),
        objects={label.object: len(memory.ids(label.object))},
        seconds=time.perf_counter() - start,
        defects=memory.defects.counts(label.object),
        unremarkable=tuple(tally.unremarkable),
    )


def _label(part: PartPicture, label: Label, memory: Memory, consulting: Consulting, tally: _Tally) -> None:
    try:
        picture = load_picture(part.path.absolute(), at_least=ENOUGH_SIDE)
    except ImageError as fault:
        tally.failed.append(FailedImage(str(part.path), str(fault)))
        return
    stored = memory.defects.of_picture(label.object, picture.sha256)
    if why := _refusal(picture, label, memory, stored):
        tally.failed.append(FailedImage(str(part.path), why))
        return
    if stored is not None and stored.form == FORM:
        tally.known += 1
    else:  # new, or described in the form of an earlier Echo
        stored = _describe(picture, label, consulting)
        memory.defects.add([stored])
        tally.added += 1
    if not stored.stood_out:
        tally.unremarkable.append(str(part.path))


def _describe(picture: Picture, label: Label, consulting: Consulting) -> LabelledDefect:
    encoding = consulting.encode(picture, label.object)
    wiring = consulting.wiring
    found = wiring.panel.defects.find(
        picture, encoding, label.object, Tolerance(wiring.profile.tolerance.false_alarm_rate)
    )
    return LabelledDefect(
        object=label.object,
        type=label.type,
        path=picture.path,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
        box=found.look.box,
        stood_out=found.stood_out,
        form=FORM,
        enrolled_by=login_name(),
        looks=found.look.to_arrays(),
    )


def _refusal(picture: Picture, label: Label, memory: Memory, stored: LabelledDefect | None) -> str:
    """Why a picture cannot be labelled so; empty when it can."""
    if memory.knows(label.object, picture.sha256):
        return (
            f"{picture.path} is enrolled as a good part of {label.object}. If that is wrong, remove it first by the "
            f"number that it has in: echo-iad memory info --object {label.object} --memory DIR"
        )
    if stored is not None and stored.type != label.type:
        return f"{picture.path} is labelled {stored.type!r} already. {how_to_forget(stored)}"
    return ""
