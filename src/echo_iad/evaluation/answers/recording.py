"""The folder of one run: ``run.json`` says what it is, ``records.jsonl`` grows by a line an answer. Knows no decider.

A kill at any moment leaves whole lines and perhaps one torn one, which is cut off when the run goes on. Failed answers
are dropped then, and asked again; nothing is lost and nothing doubled.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from echo_iad.errors import EvaluationError
from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.result_files import prepare_folder, told_of, write_whole

if TYPE_CHECKING:
    from pydantic import TypeAdapter

RECORDS = "records.jsonl"
IDENTITY = "run.json"

Key = tuple[str, int]
"""Image and question index."""

_OF_OBJECTS = ("normals", "knowledge")
"""Fields of `RunIdentity` that have a digest for each object."""
_FAILED = f'"status":"{AnswerStatus.FAILED}"'.encode()
_SYNC_SECONDS = 1.0
RECORD_BYTES = 4096
"""A generous record."""


@dataclass(frozen=True)
class RunIdentity:
    """What makes the records of a run comparable; a run goes on only as what it was."""

    profile: str
    profile_sha256: str
    questions_sha256: str
    seed: int
    version: str
    model: str | None = None
    normals: Mapping[str, str] = field(default_factory=dict)
    """Object -> digest of its normals; a run may go on with further objects, not with other normals of the same."""
    knowledge: Mapping[str, str] = field(default_factory=dict)
    """Object -> digest of what is known about it, where that may reach a decision; further objects as with normals."""
    choices: Mapping[str, Any] = field(default_factory=dict)
    """What else was chosen: templates, format, assisted or not."""
    changed: Sequence[str] = ()
    """Settings that differ from the shipped profile, in words; the digest of the profile stands for them."""


class RunFolder:
    """The records of one run, open for writing by this process alone.

    Use `RunFolder.open`.

    Attributes
    ----------
    done : set of (str, int)
        Questions that have their answer.
    """

    def __init__(self, folder: Path, stream: IO[bytes], lock: IO[bytes], done: set[Key]) -> None:
        self.folder = folder
        self.done = done
        self._stream = stream
        self._lock = lock
        self._synced = time.monotonic()

    @classmethod
    def open(cls, folder: Path, identity: RunIdentity, *, questions: Iterable[Key], resume: bool) -> Self:
        """Begin a run, or go on with one.

        Parameters
        ----------
        folder : Path
        identity : RunIdentity
        questions : iterable of (str, int)
            All that will be asked; records of other questions must not be there.
        resume : bool
            Whether records that are there may be kept.

        Raises
        ------
        EvaluationError
            The folder cannot be written, holds records and ``resume`` is False, or is another run's; another process
            is writing it.
        """
        wanted = set(questions)
        prepare_folder(folder, expected_bytes=len(wanted) * RECORD_BYTES)
        path = folder / RECORDS
        lock = _lock(folder)
        try:
            begun = path.exists() and path.stat().st_size > 0
            if begun:
                _allow(folder, resume=resume)
                _check_identity(folder, identity)
            write_whole(folder / IDENTITY, json.dumps(asdict(identity), indent=1, ensure_ascii=False))
            done = _mend(path, wanted) if begun else set()
            return cls(folder, path.open("ab", buffering=0), lock, done)
        except BaseException:
            lock.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let another process have the folder.

        Raises
        ------
        EvaluationError
            The disk is gone.
        """
        try:
            if not self._stream.closed:
                with told_of(self.folder):
                    self._sync()
        finally:
            self._stream.close()
            self._lock.close()

    def append(self, record: AnswerRecord) -> None:
        """Write an answer: the end of this process does not lose it, a power cut what is younger than a second.

        Raises
        ------
        EvaluationError
            The disk is full or gone; what was written before stays.
        """
        with told_of(self.folder):
            left = memoryview(to_line(record))
            while left:
                left = left[self._stream.write(left) :]
            if time.monotonic() - self._synced > _SYNC_SECONDS:
                self._sync()
        self.done.add(record.key)

    def _sync(self) -> None:
        os.fsync(self._stream.fileno())
        self._synced = time.monotonic()

    def sort(self, order: Sequence[Key]) -> None:
        """Bring the lines into the order of the questions: a resumed run ends as one that was never stopped."""
        path = self.folder / RECORDS
        places = {key: place for place, key in enumerate(order)}
        lines = [(places[line.key], line.start, line.end) for line in _lines(path)]
        sorted_lines = sorted(lines)
        if sorted_lines == lines:
            return
        with path.open("rb") as stream:
            write_whole(path, (_part(stream, start, end) for _, start, end in sorted_lines))


def read_records(path: Path) -> Iterator[AnswerRecord]:
    """Read the records of a run: its folder, or its ``records.jsonl``. A torn last line is left out.

    Raises
    ------
    EvaluationError
        No such file, or a line that is no record; the message names the line.
    """
    file = path / RECORDS if path.is_dir() else path
    try:
        with file.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.endswith(b"\n"):
                    yield _from_line(line, file, number)
    except OSError as fault:
        msg = f"No records are in {path}: {fault.strerror}. Make them with: echo-iad evaluate mmad ROOT --out DIR"
        raise EvaluationError(msg) from fault


def read_identity(folder: Path) -> RunIdentity:
    """Read what a run is.

    Raises
    ------
    EvaluationError
        The folder holds no run.
    """
    try:
        identity = RunIdentity(**json.loads((folder / IDENTITY).read_text(encoding="utf-8")))
        return replace(identity, changed=tuple(identity.changed))
    except (OSError, ValueError, TypeError) as fault:
        msg = f"{folder} is no folder of a run: {IDENTITY} cannot be read ({fault})."
        raise EvaluationError(msg) from fault


def to_line(record: AnswerRecord) -> bytes:
    """One record as one line of JSON, with its line feed."""
    return _adapter().dump_json(record) + b"\n"


@cache
def _adapter() -> TypeAdapter[AnswerRecord]:
    from pydantic import TypeAdapter

    return TypeAdapter(AnswerRecord)


def _from_line(line: bytes, file: Path, number: int) -> AnswerRecord:
    from pydantic import ValidationError

    try:
        return _adapter().validate_json(line)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        msg = f"{file}, line {number} is no record of an answer: {where}: {first['msg']}"
        raise EvaluationError(msg) from fault


def _allow(folder: Path, *, resume: bool) -> None:
    if not resume:
        msg = f"{folder} holds the records of an earlier run. Go on with --resume, or name another --out."
        raise EvaluationError(msg)


def _check_identity(folder: Path, identity: RunIdentity) -> None:
    before, now = _flat(read_identity(folder)), _flat(identity)
    changed = [name for name in now if name in before and before[name] != now[name]]
    if changed:
        told = "; ".join(f"{name} was {before[name]} and is {now[name]}" for name in changed)
        msg = (
            f"{folder} holds another run, whose records must not be mixed with this one's: {told}. Name another --out."
        )
        raise EvaluationError(msg)


def _flat(identity: RunIdentity) -> dict[str, str]:
    """Everything that makes a run what it is, in words; digests by their first characters."""
    values = asdict(identity)
    del values["changed"]
    values |= values.pop("choices")
    for kind in _OF_OBJECTS:
        values |= {f"{kind} of {name}": sha for name, sha in values.pop(kind).items()}
    return {name: str(value)[:12] if _is_digest(name) else str(value) for name, value in values.items()}


def _is_digest(name: str) -> bool:
    return name.endswith("_sha256") or name.startswith(tuple(f"{kind} of " for kind in _OF_OBJECTS))


def _mend(path: Path, wanted: set[Key]) -> set[Key]:
    """Drop a torn last line and failed answers; the keys of what stays."""
    kept: dict[Key, _Line] = {}
    dropped = False
    for line in _lines(path):
        if line.key not in wanted:
            image, index = line.key
            msg = (
                f"{path} holds an answer about {image}, question {index}, which is not asked now. Go on with the same "
                "--questions, --objects and --subtasks and at least the same --limit, or name another --out."
            )
            raise EvaluationError(msg)
        if line.failed or line.key in kept:
            dropped = True
        else:
            kept[line.key] = line
    if dropped or max((line.end for line in kept.values()), default=0) < path.stat().st_size:
        with path.open("rb") as stream:
            write_whole(path, (_part(stream, line.start, line.end) for line in kept.values()))
    return set(kept)


@dataclass(frozen=True)
class _Line:
    """Where a whole line lies in the file, and what a resumed run must know of it."""

    key: Key
    failed: bool
    start: int
    end: int


def _lines(path: Path) -> Iterator[_Line]:
    start = 0
    with path.open("rb") as stream:
        for line in stream:
            end = start + len(line)
            if line.endswith(b"\n"):
                yield _Line(_key(line), _FAILED in line, start, end)
            start = end


def _key(line: bytes) -> Key:
    """Read the key of a line alone, since a resumed run reads all of them."""
    try:
        values = json.loads(line[: line.index(b',"dataset":')] + b"}")
        return values["image"], values["question_index"]
    except (ValueError, KeyError) as fault:
        msg = f"A line of {RECORDS} is no record of an answer: {line[:80]!r}"
        raise EvaluationError(msg) from fault


def _part(stream: IO[bytes], start: int, end: int) -> bytes:
    stream.seek(start)
    return stream.read(end - start)


def _lock(folder: Path) -> IO[bytes]:
    """Keep other processes from writing a folder; the system lets go when this one ends, however it ends."""
    stream = (folder / ".lock").open("ab")
    try:
        _lock_exclusively(stream)
    except OSError as fault:
        stream.close()
        msg = f"Another process is writing {folder}. Wait for it, or name another --out."
        raise EvaluationError(msg) from fault
    return stream


def _lock_exclusively(stream: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
