"""What a folder in MVTec layout gives to measure, and what it lacks, in words. Opens no picture but masks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from echo_iad.domain.parts import BoolArray
from echo_iad.errors import EvaluationError
from echo_iad.evaluation.detection.measures import TrueRegions, true_regions
from echo_iad.evaluation.making.labelled_parts import GOOD, LabelledObject, LabelledPicture, read_labelled_parts
from echo_iad.images.loading import find_pictures

_LAYOUT = "OBJECT/train/good/*, OBJECT/test/TYPE/*, OBJECT/ground_truth/TYPE/NAME_mask.png"


@dataclass(frozen=True)
class ExcludedObject:
    """A folder that looks like an object and cannot be measured."""

    name: str
    why: str


@dataclass(frozen=True)
class PartsFolder:
    """What is measured, and what is not."""

    objects: tuple[LabelledObject, ...]
    """By name; each with normals and test pictures."""
    excluded: tuple[ExcludedObject, ...]


@dataclass(frozen=True, eq=False)
class Truth:
    """Where one part is defective, as far as that is known."""

    known: bool
    defective: BoolArray | None = None
    """(h, w); None = nowhere, when it is known."""
    why: str = ""
    """Why it is not known, without the name of the picture."""

    @cached_property
    def regions(self) -> TrueRegions | None:
        """Its regions, found once; None = nowhere, or not known."""
        return None if self.defective is None else true_regions(self.defective)


def read_parts_folder(root: Path, *, objects: Collection[str] | None = None) -> PartsFolder:
    """List the objects of a folder, those without normals or test pictures apart.

    Parameters
    ----------
    root : Path
        MVTec layout, or one object of it.
    objects : collection of str, optional
        Only these.

    Raises
    ------
    EvaluationError
        No folder, not in MVTec layout, or none of its objects can be measured.
    UnknownNameError
        One of ``objects`` is not there.
    """
    try:
        found = read_labelled_parts(root, objects=objects)
        excluded = [_excluded(folder) for folder in _untested(root, {entry.name for entry in found}, objects)]
    except OSError as fault:
        msg = f"{root} cannot be read: {fault}. Check its permissions."
        raise EvaluationError(msg) from fault
    excluded += [
        ExcludedObject(entry.name, f"no good parts to learn from in {entry.normals_folder}")
        for entry in found
        if not entry.normals
    ]
    measured = tuple(entry for entry in found if entry.normals)
    if not measured:
        msg = f"Nothing in {root} can be measured: {said(excluded)}. Wanted: {_LAYOUT}"
        raise EvaluationError(msg)
    return PartsFolder(measured, tuple(sorted(excluded, key=lambda entry: entry.name)))


def said(excluded: Collection[ExcludedObject]) -> str:
    """Excluded objects in one phrase.

    Examples
    --------
    >>> said([ExcludedObject("valve", "no test pictures")])
    'valve (no test pictures)'
    """
    return "; ".join(f"{entry.name} ({entry.why})" for entry in excluded)


def unlabelled_pictures(tested: LabelledObject) -> int:
    """How many test pictures lie in no folder of a type, so that nobody knows what they show."""
    folder = tested.normals_folder.parents[1] / "test"
    return sum(path.parent == folder for path in find_pictures(folder))


def read_truth(picture: LabelledPicture, width: int, height: int) -> Truth:
    """Where a test part is defective.

    Parameters
    ----------
    picture : LabelledPicture
    width, height : int
        Of the upright picture, in pixels; a mask must have the same size.

    Returns
    -------
    Truth
        Good parts are defective nowhere, whatever masks there are.
    """
    if not picture.is_defective:
        return Truth(known=True)
    if picture.mask is None:
        return Truth(known=False, why="there is no mask")
    from PIL import Image

    try:
        with Image.open(picture.mask) as opened:
            if opened.size != (width, height):
                size = f"{opened.width} x {opened.height}"
                return Truth(known=False, why=f"the mask has {size} pixels and the picture {width} x {height}")
            mask = np.asarray(opened.convert("L")) > 0
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        return Truth(known=False, why=f"the mask {picture.mask} cannot be read: {fault}")
    if not mask.any():
        return Truth(known=False, why="the mask shows no defect")
    return Truth(known=True, defective=mask)


def _untested(root: Path, tested: Collection[str], objects: Collection[str] | None) -> list[Path]:
    """Folders beside the objects that have good parts or a folder ``test``, and no test picture."""
    if (root / "test").is_dir():
        return []
    looking = [folder for folder in sorted(root.iterdir()) if folder.is_dir() and folder.name[0] != "."]
    return [
        folder
        for folder in looking
        if folder.name not in tested
        and (objects is None or folder.name in objects)
        and ((folder / "test").is_dir() or (folder / "train" / GOOD).is_dir())
    ]


def _excluded(folder: Path) -> ExcludedObject:
    lacking = "no test pictures in folders of types" if (folder / "test").is_dir() else "no folder test"
    return ExcludedObject(folder.name, f"{lacking} in {folder}")
