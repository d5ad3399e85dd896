"""A fitted blind decider as a file: JSON with its numbers in base64, nothing that could run. Fits and answers nothing.

The same head gives the same bytes. A digest over everything else finds any damage.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from echo_iad.domain.parts import EncoderId, FloatArray
from echo_iad.errors import EvaluationError
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.choice import Numbers
from echo_iad.evaluation.blind.features import LAYOUT, Waves
from echo_iad.evaluation.blind.head import LearnedHead, Weights
from echo_iad.evaluation.blind.second_pass import SecondPass

MAX_BYTES = 2**28
"""Largest file that is read."""

_CURE = "Fit it anew with: echo-iad evaluate blind-fit QUESTIONS... --out FILE"


@dataclass(frozen=True)
class _HeadFile:
    """The file's fields, in its order."""

    format: Literal["echo-iad blind decider"]
    layout: int
    version: str
    """Of Echo, when the head was fitted."""
    encoder: EncoderId
    seed: int
    sources: tuple[str, ...]
    """sha256 of the files of questions, in the order given."""
    questions: int
    directions: str
    shifts: str
    folds: Mapping[str, Mapping[Subtask, str]]
    """Object left out -> subtask -> weights."""
    whole: Mapping[Subtask, str]
    second_folds: Mapping[str, Mapping[Subtask, tuple[float, ...]]]
    """The second pass: object left out -> subtask -> weights."""
    second_whole: Mapping[Subtask, tuple[float, ...]]
    sha256: str = ""
    """Digest of the other fields."""


def write_head(path: Path, head: LearnedHead, *, sources: Sequence[str]) -> None:
    """Write a head; a kill leaves the old file or the new one.

    Parameters
    ----------
    path : Path
    head : LearnedHead
    sources : sequence of str
        sha256 of the files of questions that it was fitted on.

    Raises
    ------
    EvaluationError
        The file cannot be written.
    """
    from echo_iad import __version__

    unsigned = _HeadFile(
        format="echo-iad blind decider",
        layout=LAYOUT,
        version=__version__,
        encoder=head.encoder,
        seed=head.seed,
        sources=tuple(sources),
        questions=head.questions,
        directions=_packed(head.waves.directions),
        shifts=_packed(head.waves.shifts),
        folds={group: _packed_weights(weights) for group, weights in sorted(head.folds.items())},
        whole=_packed_weights(head.whole),
        second_folds={group: _plain(rows) for group, rows in sorted(head.second.folds.items())},
        second_whole=_plain(head.second.whole),
    )
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.write_text(_text(replace(unsigned, sha256=_digest(unsigned))), encoding="utf-8")
        fresh.replace(path)
    except OSError as fault:
        raise EvaluationError(_unwritable(path, fault)) from fault


def check_writable(path: Path) -> None:
    """Refuse, before work starts, a file that could not be written.

    Raises
    ------
    EvaluationError
        There is no such folder, or it cannot be written.
    """
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.touch()
        fresh.unlink()
        if path.is_dir():
            raise IsADirectoryError(21, "it is a folder")
    except OSError as fault:
        raise EvaluationError(_unwritable(path, fault)) from fault


def read_head(path: Path) -> LearnedHead:
    """Read a head.

    Raises
    ------
    EvaluationError
        No such file, or it is damaged, no blind decider, or one that another version of Echo fitted in another way.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        if path.stat().st_size > MAX_BYTES:
            msg = f"{path} is larger than {MAX_BYTES >> 20} MiB, so it is no blind decider. {_CURE}"
            raise EvaluationError(msg)
        found = TypeAdapter(_HeadFile).validate_json(path.read_bytes())
    except OSError as fault:
        msg = f"The blind decider {path} cannot be read: {fault.strerror}. {_CURE}"
        raise EvaluationError(msg) from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        msg = f"{path} is no blind decider: {where}: {first['msg']}. {_CURE}"
        raise EvaluationError(msg) from fault
    if found.layout != LAYOUT:
        msg = f"{path} was fitted in the way {found.layout}; this version of Echo knows the way {LAYOUT}. {_CURE}"
        raise EvaluationError(msg)
    if found.sha256 != _digest(found):
        msg = f"{path} is damaged: its contents do not have the digest that they had. {_CURE}"
        raise EvaluationError(msg)
    try:
        return _unpacked(found)
    except ValueError as fault:
        msg = f"{path} is no blind decider: {fault} {_CURE}"
        raise EvaluationError(msg) from fault


def _unpacked(found: _HeadFile) -> LearnedHead:
    shifts = _row(found.shifts)
    return LearnedHead(
        encoder=found.encoder,
        seed=found.seed,
        waves=Waves(_row(found.directions).reshape(found.encoder.dimension, len(shifts)), shifts),
        folds={group: _unpacked_weights(weights) for group, weights in found.folds.items()},
        whole=_unpacked_weights(found.whole),
        questions=found.questions,
        second=SecondPass(
            {group: _arrays(rows) for group, rows in found.second_folds.items()}, _arrays(found.second_whole)
        ),
    )


def _unwritable(path: Path, fault: OSError) -> str:
    return f"The blind decider cannot be written to {path}: {fault.strerror}. Name another file with --out."


def _text(held: _HeadFile) -> str:
    return json.dumps(asdict(held), ensure_ascii=False, indent=1) + "\n"


def _digest(held: _HeadFile) -> str:
    return hashlib.sha256(_text(replace(held, sha256="")).encode()).hexdigest()


def _packed_weights(weights: Weights) -> dict[Subtask, str]:
    return {subtask: _packed(row) for subtask, row in weights.items()}


def _unpacked_weights(weights: Mapping[Subtask, str]) -> dict[Subtask, FloatArray]:
    return {subtask: _row(text) for subtask, text in weights.items()}


def _plain(rows: Mapping[Subtask, Numbers]) -> dict[Subtask, tuple[float, ...]]:
    return {subtask: tuple(row.tolist()) for subtask, row in rows.items()}


def _arrays(rows: Mapping[Subtask, Sequence[float]]) -> dict[Subtask, Numbers]:
    return {subtask: np.array(row, np.float64) for subtask, row in rows.items()}


def _packed(numbers: FloatArray) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers, "<f4").tobytes()).decode("ascii")


def _row(text: str) -> FloatArray:
    row: np.ndarray[Any, np.dtype[np.float32]] = np.frombuffer(base64.b64decode(text, validate=True), "<f4")
    return row.astype(np.float32)
