"""Writes made questions as a benchmark in MMAD's own form: a folder that ``echo-iad evaluate mmad`` takes as it is.

``mmad.json``, ``domain_knowledge.json``, ``how_made.json``, and the pictures below ``own/<object>``: hard links to
the files they come from where the disk allows, copies elsewhere. Never writes into the folder they come from.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from echo_iad import __version__
from echo_iad.errors import EvaluationError
from echo_iad.evaluation.benchmark.file_tree import refusal
from echo_iad.evaluation.benchmark.subtasks import MMAD_TYPES, PAPER_SUBTASKS
from echo_iad.evaluation.making.labelled_parts import GOOD, LabelledObject, LabelledPicture
from echo_iad.evaluation.making.made_questions import MadePicture, MadeQuestions

QUESTIONS = "mmad.json"
KNOWLEDGE = "domain_knowledge.json"
HOW = "how_made.json"
DATASET = "own"
"""First part of each key. MMAD's rule calls a picture normal whose whole key holds ``good``: so this name does not."""

_TEMPLATES = 8
"""As MMAD lists for each picture."""
_TYPE_NAMES = {subtask: name for name, subtask in reversed(MMAD_TYPES.items())}


@dataclass(frozen=True)
class WrittenBenchmark:
    """What was written."""

    folder: Path
    linked: int
    copied: int


def write_mmad(made: MadeQuestions, folder: Path, *, source: Path, copy: bool = False) -> WrittenBenchmark:
    """Write questions, knowledge and pictures into a new folder; the questions last, so that they come whole.

    Parameters
    ----------
    made : MadeQuestions
    folder : Path
        Is made; must be empty when it is there.
    source : Path
        Folder of the parts, which ``folder`` must not lie in.
    copy : bool
        Copy every picture instead of linking it.

    Raises
    ------
    EvaluationError
        The folder is not empty, lies in ``source``, or cannot be written; a name cannot be a key.
    """
    files = dict(_files(made))
    for key in files:
        why = refusal(key)
        if why:
            msg = f"The picture {str(files[key])!r} cannot be named in the benchmark: {why}. Rename it or its folder."
            raise EvaluationError(msg)
    check_new_folder(folder, source)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        linked = sum(_place(path, folder / key, copy=copy) for key, path in files.items())
        _write_json(folder / KNOWLEDGE, _knowledge(made))
        _write_json(folder / HOW, _how(made))
        _write_json(folder / QUESTIONS, _rows(made))
    except OSError as fault:
        msg = (
            f"{fault.filename or folder} cannot be written: {fault.strerror or fault}. Name another folder with --out."
        )
        raise EvaluationError(msg) from fault
    return WrittenBenchmark(folder, linked=linked, copied=len(files) - linked)


def check_new_folder(folder: Path, source: Path) -> None:
    """Refuse, before work starts, a folder that `write_mmad` would refuse.

    Parameters
    ----------
    folder : Path
        For the benchmark.
    source : Path
        Folder of the parts.

    Raises
    ------
    EvaluationError
        It is no folder, is not empty, or lies in ``source``.
    """
    if folder.resolve().is_relative_to(source.resolve()):
        msg = f"{folder} lies in {source}, and nothing is written there. Name another folder with --out."
        raise EvaluationError(msg)
    if folder.exists() and not folder.is_dir():
        msg = f"{folder} is no folder. Name a new one with --out."
        raise EvaluationError(msg)
    if folder.is_dir() and any(folder.iterdir()):
        msg = f"{folder} is not empty. Remove it, or name a new folder with --out."
        raise EvaluationError(msg)


def _files(made: MadeQuestions) -> Iterator[tuple[str, Path]]:
    """Key and file of every picture, mask and normal."""
    for entry in made.objects:
        yield from zip(_normal_keys(entry), entry.normals, strict=True)
    for one in made.pictures:
        yield _key(one.picture), one.picture.path
        if one.picture.mask:
            yield f"{DATASET}/{one.picture.object}/{_mask_path(one.picture)}", one.picture.mask


def _key(picture: LabelledPicture) -> str:
    return f"{DATASET}/{picture.object}/{_image_path(picture)}"


def _image_path(picture: LabelledPicture) -> str:
    return f"image/{picture.type}/{picture.name}"


def _mask_path(picture: LabelledPicture) -> str:
    suffix = picture.mask.suffix if picture.mask else ""
    return f"mask/{picture.type}/{PurePosixPath(picture.name).with_suffix('')}_mask{suffix}"


def _normal_keys(entry: LabelledObject) -> list[str]:
    names = (path.relative_to(entry.normals_folder).as_posix() for path in entry.normals)
    return [f"{DATASET}/{entry.name}/train/{GOOD}/{name}" for name in names]


def _place(source: Path, target: Path, *, copy: bool) -> bool:
    """Put a file there; whether it was linked."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source = source.resolve()
    if not copy:
        try:
            os.link(source, target)
        except OSError:  # another disk, or a disk or system without hard links
            pass
        else:
            return True
    shutil.copyfile(source, target)
    return False


def _rows(made: MadeQuestions) -> dict[str, Any]:
    normals = {entry.name: _normal_keys(entry) for entry in made.objects}
    rng = np.random.default_rng(made.seed)
    return {_key(one.picture): _row(one, normals[one.picture.object], rng) for one in made.pictures}


def _row(one: MadePicture, normals: Sequence[str], rng: np.random.Generator) -> dict[str, Any]:
    drawn = rng.permutation(len(normals))[:_TEMPLATES]
    return {
        "image_path": _image_path(one.picture),
        "conversation": [
            {
                "Question": asked.text,
                "Answer": asked.correct,
                "Options": dict(asked.options),
                "type": _TYPE_NAMES[asked.subtask],
                "annotation": True,
            }
            for asked in one.questions
        ],
        "mask_path": _mask_path(one.picture) if one.picture.mask else None,
        "similar_templates": [],
        "random_templates": sorted(normals[place] for place in drawn),
    }


def _knowledge(made: MadeQuestions) -> dict[str, dict[str, dict[str, str]]]:
    """``{data set: {object: {topic: text}}}``, with the names of the folders."""
    topics: dict[str, dict[str, str]] = {}
    for entry in made.knowledge:
        said: dict[str, list[str]] = {}
        for passage in entry.passages:
            said.setdefault(passage.topic or "general", []).append(passage.text)
        topics[entry.object] = {topic: " ".join(texts) for topic, texts in said.items()}
    return {DATASET: topics}


def _how(made: MadeQuestions) -> dict[str, Any]:
    return {
        "made_by": f"echo-iad {__version__}",
        "seed": made.seed,
        "questions": {subtask: made.count(subtask) for subtask in PAPER_SUBTASKS},
        "chance": {subtask: _rounded(made.chance(subtask)) for subtask in PAPER_SUBTASKS},
        "not_asked": [asdict(entry) for entry in made.not_asked],
    }


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 2)


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    path.write_bytes(text.encode())
