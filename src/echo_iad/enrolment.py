"""Enrolment: pictures of good parts into a memory, in whole batches. Knows no questions and no decisions.

A batch is one transaction, so a kill at any point leaves whole batches; enrolling the same folder again goes on
where it stopped, since what is stored is known by its digest. `labelling` enrols pictures of defects.
"""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from echo_iad.domain.parts import Framing, ImageEncoding, Picture
from echo_iad.encoders.base import ImageEncoder, TextEncoder
from echo_iad.encoders.framed import FramingImageEncoder, encode_framed
from echo_iad.errors import ImageError
from echo_iad.images.folders import PartPicture
from echo_iad.images.framing import choose_framing, find_pose
from echo_iad.images.loading import ENOUGH_SIDE, load_picture
from echo_iad.images.preparing import encode_jpeg, shrink
from echo_iad.memory.defects import LabelledDefect
from echo_iad.memory.records import NewNormal
from echo_iad.memory.store import Memory

Progress = Callable[[int, int, str], None]
"""Called with what is done, the total, and what is being done."""

_BATCH = 16
_FRAMED_BY = 64
"""So many of an object's first normals choose how its pictures are cut."""
_PREVIEW_SIDE = 384


@dataclass(frozen=True)
class FailedImage:
    """A file that could not be enrolled, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Enrolment:
    """What an enrolment did."""

    added: int
    """Normals that are new."""
    known: int
    """Pictures that were enrolled before, or twice in the folder."""
    failed: tuple[FailedImage, ...]
    """Files that are no usable pictures; the others were enrolled."""
    objects: dict[str, int]
    """Object to the number of its normals now, for the objects in the folder."""
    seconds: float
    defects: Mapping[str, int] = field(default_factory=dict)
    """Type to the number of labelled defects now, for the object whose defects were enrolled."""
    unremarkable: tuple[str, ...] = ()
    """Pictures of defects in which the comparison found nothing beyond the tolerance; they are labelled all the same,
    by their strongest place."""


@dataclass
class _Tally:
    added: int = 0
    known: int = 0
    failed: list[FailedImage] = field(default_factory=list)


def enrol_parts(
    parts: Sequence[PartPicture],
    memory: Memory,
    image_encoder: ImageEncoder,
    text_encoder: TextEncoder,
    progress: Progress | None = None,
) -> Enrolment:
    """Store pictures of good parts that the memory does not know yet.

    Parameters
    ----------
    parts : sequence of PartPicture
    memory : Memory
        Open for writing.
    image_encoder : ImageEncoder
    text_encoder : TextEncoder
        For the names of the objects.
    progress : callable, optional

    Returns
    -------
    Enrolment
        A file that cannot be read is listed as failed; the others are enrolled.
    """
    start = time.perf_counter()
    memory.bind(image_encoder.id, text_encoder.id)
    tally, done = _Tally(), 0
    _frame_objects(parts, memory, image_encoder)
    remaining = iter(parts)
    while batch := list(islice(remaining, _BATCH)):
        _enrol_batch(list(_new_pictures(batch, memory, tally)), memory, image_encoder, tally)
        done += len(batch)
        if progress is not None:
            progress(done, len(parts), batch[-1].object)
    objects = {part.object for part in parts} & set(memory.object_names())
    _name_objects(sorted(objects), memory, text_encoder)
    return Enrolment(
        added=tally.added,
        known=tally.known,
        failed=tuple(tally.failed),
        objects={name: len(memory.ids(name)) for name in sorted(objects)},
        seconds=time.perf_counter() - start,
    )


def _frame_objects(parts: Sequence[PartPicture], memory: Memory, encoder: ImageEncoder) -> None:
    """Choose how the pictures of each new object are cut, from an even choice of its first normals."""
    if not isinstance(encoder, FramingImageEncoder):
        return
    known = set(memory.object_names())
    for name in sorted({part.object for part in parts} - known):
        mine = [part for part in parts if part.object == name]
        some = mine[:: max(1, len(mine) // _FRAMED_BY)][:_FRAMED_BY]
        poses = [find_pose(picture.pixels) for picture in _readable(some)]
        memory.set_framing(name, choose_framing(poses, side=encoder.side))


def _readable(parts: Sequence[PartPicture]) -> Iterator[Picture]:
    for part in parts:
        with suppress(ImageError):
            yield load_picture(part.path, at_least=ENOUGH_SIDE)


def _new_pictures(batch: Sequence[PartPicture], memory: Memory, tally: _Tally) -> Iterator[tuple[PartPicture, Picture]]:
    seen = set()
    for part in batch:
        try:
            picture = load_picture(part.path, at_least=ENOUGH_SIDE)
        except ImageError as fault:
            tally.failed.append(FailedImage(str(part.path), str(fault)))
            continue
        key = (part.object, picture.sha256)
        if key in seen or memory.knows(*key):
            tally.known += 1
            continue
        label = memory.defects.of_picture(*key)
        if label is not None:
            why = f"{part.path} is labelled as the defect {label.type!r} of {part.object}. {how_to_forget(label)}"
            tally.failed.append(FailedImage(str(part.path), why))
            continue
        seen.add(key)
        yield part, picture


def _enrol_batch(
    pictures: Sequence[tuple[PartPicture, Picture]], memory: Memory, encoder: ImageEncoder, tally: _Tally
) -> None:
    if not pictures:
        return
    encodings = encoder.encode_images([picture for _, picture in pictures])
    framings = {part.object: memory.framing(part.object) for part, _ in pictures}
    normals = [
        NewNormal(
            object=part.object,
            path=str(part.path.absolute()),
            sha256=picture.sha256,
            width=picture.width,
            height=picture.height,
            bytes=part.path.stat().st_size,
            preview=encode_jpeg(shrink(picture.pixels, _PREVIEW_SIDE)),
            encoding=encoding,
            enrolled_by=login_name(),
            framed=_framed(encoder, picture, framings[part.object]),
        )
        for (part, picture), encoding in zip(pictures, encodings, strict=True)
    ]
    memory.add(normals)
    tally.added += len(normals)


def _framed(encoder: ImageEncoder, picture: Picture, framing: Framing | None) -> ImageEncoding | None:
    return None if framing is None else encode_framed(encoder, [picture], framing)[0]


def _name_objects(objects: Sequence[str], memory: Memory, encoder: TextEncoder) -> None:
    missing = [name for name in objects if name not in memory.class_texts()]
    texts = [name.replace("_", " ").replace("-", " ") for name in missing]
    for name, text, vector in zip(missing, texts, encoder.encode_texts(texts), strict=True):
        memory.set_class_text(name, text, vector)


def how_to_forget(label: LabelledDefect) -> str:
    """How to take a label back, one sentence."""
    return f"If that is wrong, remove it with: echo-iad memory remove {label.id} --defects --memory DIR"


def login_name() -> str:
    """Who runs this, as the system calls them; ``unknown`` where it has no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no login name in some containers
        return "unknown"
