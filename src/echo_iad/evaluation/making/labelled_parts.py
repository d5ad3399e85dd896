"""A folder in MVTec layout -> pictures with their labels and masks. Opens no picture.

``<object>/train/good/*``, ``<object>/test/<type>/*``, ``<object>/ground_truth/<type>/<stem>_mask.png``; or one such
object alone. The type ``good`` is no defect.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from echo_iad.errors import EvaluationError, UnknownNameError
from echo_iad.images.loading import SUFFIXES, find_pictures

GOOD = "good"
_LAYOUT = "OBJECT/train/good/*, OBJECT/test/TYPE/*, OBJECT/ground_truth/TYPE/NAME_mask.png"


@dataclass(frozen=True)
class LabelledPicture:
    """A test picture and what is known about it."""

    object: str
    type: str
    """Name of its folder; ``good`` for a good part."""
    name: str
    """Path below the folder of its type, with ``/``."""
    path: Path
    mask: Path | None
    """Ground truth; None where there is none."""

    @property
    def is_defective(self) -> bool:
        """Whether it shows a defect."""
        return self.type != GOOD


@dataclass(frozen=True)
class LabelledObject:
    """One product: good parts to learn from, and labelled parts to be asked about."""

    name: str
    normals: tuple[Path, ...]
    normals_folder: Path
    pictures: tuple[LabelledPicture, ...]
    """By type, in natural order."""


def read_labelled_parts(root: Path, *, objects: Collection[str] | None = None) -> tuple[LabelledObject, ...]:
    """List the products of a folder.

    Parameters
    ----------
    root : Path
    objects : collection of str, optional
        Only these.

    Returns
    -------
    tuple of LabelledObject
        By name; those with test pictures.

    Raises
    ------
    EvaluationError
        No folder, not in MVTec layout, no object named, or a name of a file that is no text.
    UnknownNameError
        One of ``objects`` is not there.
    """
    if not root.is_dir():
        what = "is no folder" if root.exists() else "does not exist"
        msg = f"{root} {what}. Wanted is a folder with: {_LAYOUT}"
        raise EvaluationError(msg)
    folders = [root.resolve()] if (root / "test").is_dir() else sorted(root.iterdir())
    places = {folder.name: folder for folder in folders if (folder / "test").is_dir() and folder.name[0] != "."}
    if not places:
        msg = f"{root} is not in MVTec layout: no folder OBJECT/test in it. Wanted: {_LAYOUT}"
        raise EvaluationError(msg)
    if objects is not None and not objects:
        msg = f"No object is named. {root} holds: {', '.join(places)}."
        raise EvaluationError(msg)
    for name in objects or ():
        if name not in places:
            raise UnknownNameError("object", name, places)
    found = [_read_object(folder) for name, folder in places.items() if objects is None or name in objects]
    if not any(entry.pictures for entry in found):
        msg = f"{root} holds no test pictures. Wanted: {_LAYOUT}"
        raise EvaluationError(msg)
    return tuple(entry for entry in found if entry.pictures)


def _read_object(folder: Path) -> LabelledObject:
    normals = folder / "train" / GOOD
    types = sorted(place for place in (folder / "test").iterdir() if place.is_dir() and place.name[0] != ".")
    return LabelledObject(
        name=_text(folder),
        normals=tuple(map(_named, find_pictures(normals))) if normals.is_dir() else (),
        normals_folder=normals,
        pictures=tuple(_read_picture(folder, place, path) for place in types for path in find_pictures(place)),
    )


def _read_picture(folder: Path, place: Path, path: Path) -> LabelledPicture:
    inside = _named(path).relative_to(place)
    truth = folder / "ground_truth" / place.name / inside.parent
    named = [truth / f"{inside.stem}{end}{suffix}" for end in ("_mask", "") for suffix in sorted(SUFFIXES)]
    return LabelledPicture(
        object=folder.name,
        type=_text(place),
        name=inside.as_posix(),
        path=path,
        mask=next((file for file in named if file.is_file()), None) if place.name != GOOD else None,
    )


def _named(path: Path) -> Path:
    _text(path)
    return path


def _text(path: Path) -> str:
    try:
        path.name.encode()
    except UnicodeEncodeError as fault:
        msg = f"The name {path.name!r} in {str(path.parent)!r} is no text in UTF-8. Rename it."
        raise EvaluationError(msg) from fault
    return path.name
