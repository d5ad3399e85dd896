"""Which pictures in a folder are good parts, and of which object; or which show a defect. Opens no picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from echo_iad.errors import ImageError
from echo_iad.images.loading import find_pictures

_GOOD = Path("train") / "good"


@dataclass(frozen=True)
class PartPicture:
    """A picture of a part that is yet to be enrolled."""

    object: str
    path: Path


def find_good_parts(folder: Path, *, object: str | None = None) -> list[PartPicture]:
    """Pictures to enrol, in a stable order.

    Parameters
    ----------
    folder : Path
        MVTec layout (``<object>/train/good/*``), one object of it (``train/good/*``), folders of pictures per object
        (``<object>/*``), or plain pictures, which need ``object``.
    object : str, optional
        Name of the product when the folder holds one.

    Raises
    ------
    ImageError
        The folder is missing, holds no pictures in any of these layouts, or holds several objects although one was
        named.
    """
    if not folder.is_dir():
        msg = f"There is no folder {folder}."
        raise ImageError(msg)
    found = _found(folder, object)
    if not found:
        msg = (
            f"{folder} holds no pictures to enrol. Wanted: OBJECT/train/good/*, OBJECT/*, or plain pictures with "
            "--object NAME."
        )
        raise ImageError(msg)
    return found


def find_defective_parts(place: Path, *, object: str) -> list[PartPicture]:
    """Pictures of defective parts: one file, or the pictures of a plain folder, in a stable order.

    Raises
    ------
    ImageError
        It is missing, or a folder without pictures of its own.
    """
    if place.is_file():
        return [PartPicture(object, place)]
    if not place.is_dir():
        msg = f"There is no picture and no folder {place}."
        raise ImageError(msg)
    found = _direct_pictures(place)
    if not found:
        msg = f"{place} holds no pictures of its own. Wanted with --defect: pictures that show one type of defect."
        raise ImageError(msg)
    return [PartPicture(object, path) for path in found]


def _found(folder: Path, object: str | None) -> list[PartPicture]:
    if (folder / _GOOD).is_dir():
        return _listed(folder / _GOOD, object or folder.resolve().name)
    plain = _direct_pictures(folder)
    if plain and object is None:
        msg = f"{folder} holds {len(plain)} plain pictures. Name their product with: --object NAME"
        raise ImageError(msg)
    if plain and object is not None:
        return [PartPicture(object, path) for path in plain]
    found = [part for child in _subfolders(folder) for part in _of_object(child)]
    objects = {part.object for part in found}
    if found and object is not None and objects != {object}:
        msg = f"{folder} holds the objects {', '.join(sorted(objects))}; --object {object} cannot name them all."
        raise ImageError(msg)
    return found


def _of_object(folder: Path) -> list[PartPicture]:
    if (folder / _GOOD).is_dir():
        return _listed(folder / _GOOD, folder.name)
    return [PartPicture(folder.name, path) for path in _direct_pictures(folder)]


def _listed(folder: Path, object: str) -> list[PartPicture]:
    return [PartPicture(object, path) for path in find_pictures(folder)]


def _direct_pictures(folder: Path) -> list[Path]:
    return [path for path in find_pictures(folder) if path.parent == folder]


def _subfolders(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))
