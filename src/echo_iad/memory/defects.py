"""The defect memory: regions of defective parts that operators have labelled, beside the normals and never among them.

A labelled region is what the comparator found in a picture of a defective part, with the looks that were measured
there. The memory holds looks as arrays with names and a form; what they mean is `echo_iad.comparison.defect_looks`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime

import numpy as np

from echo_iad.domain.parts import FloatArray
from echo_iad.errors import MemoryStoreError, UnknownObjectError
from echo_iad.memory.blobs import Blob, to_blob
from echo_iad.memory.database import Database, Row

_NO_DEFECT = frozenset({"good", "normal", "ok"})
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST = 100
_COLUMNS = (
    "o.name, d.type, d.path, d.sha256, d.width, d.height, d.x0, d.y0, d.x1, d.y1, d.stood_out, d.form, "
    "d.enrolled_by, d.enrolled_at, d.id"
)
_JOINED = "FROM defect d JOIN object o ON o.id = d.object_id"


@dataclass(frozen=True)
class LabelledDefect:
    """One labelled region of one defective part."""

    object: str
    type: str
    """What the operator calls the defect."""
    path: str
    """Where the file was."""
    sha256: str
    """Hex digest of the file's bytes; one label for each picture of an object."""
    width: int
    """Pixels of the upright picture."""
    height: int
    """Pixels of the upright picture."""
    box: tuple[int, int, int, int]
    """x0, y0, x1, y1 of the region, in pixels of the upright picture; x1 and y1 lie outside."""
    stood_out: bool
    """Whether the comparison called the part anomalous; else the region is the strongest below the tolerance."""
    form: str
    """How the looks were measured; only looks of one form can be compared."""
    enrolled_by: str
    """Login name."""
    enrolled_at: str = ""
    """ISO 8601, UTC; set by the memory."""
    id: int = 0
    """Its number among the labelled defects; set by the memory and never used again."""
    looks: Mapping[str, FloatArray] = field(default_factory=dict, compare=False, repr=False)
    """Name to a float32 array."""

    def __post_init__(self) -> None:
        check_defect_type(self.type)
        if not _SHA256.fullmatch(self.sha256):
            msg = f"LabelledDefect.sha256 must be 64 hex digits in lower case. Got {self.sha256!r}."
            raise ValueError(msg)
        x0, y0, x1, y1 = self.box
        if not (0 <= x0 < x1 <= self.width and 0 <= y0 < y1 <= self.height):
            msg = f"LabelledDefect.box must lie in the picture, {self.width} x {self.height}. Got {self.box}."
            raise ValueError(msg)
        for name, look in self.looks.items():
            if not np.isfinite(look).all():
                msg = f"LabelledDefect.looks[{name!r}] must be finite."
                raise ValueError(msg)


class Defects:
    """The labelled defects of one memory; one of an earlier format that is open for reading only has none.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._there = database.has_table("defect")

    def add(self, defects: Sequence[LabelledDefect]) -> list[int]:
        """Store labelled defects, all or none; an earlier one of the same object and picture is replaced.

        Returns
        -------
        list of int
            Their numbers.

        Raises
        ------
        UnknownObjectError
            No normal of an object is enrolled.
        MemoryStoreError
            A picture is enrolled as a good part, or the memory may not be written.
        MemoryLockedError
            Another process is writing.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.transaction():
            return [self._write(defect, now) for defect in defects]

    def _write(self, defect: LabelledDefect, now: str) -> int:
        owner = self._owner(defect)
        self._database.change("DELETE FROM defect WHERE object_id = ? AND sha256 = ?", (owner, defect.sha256))
        values = (
            *(owner, defect.type, defect.path, defect.sha256, defect.width, defect.height),
            *(*defect.box, int(defect.stood_out), defect.form, now, defect.enrolled_by),
        )
        number = self._database.change(
            "INSERT INTO defect (object_id, type, path, sha256, width, height, x0, y0, x1, y1, stood_out, form, "  # noqa: S608  question marks only
            f"enrolled_at, enrolled_by) VALUES ({', '.join('?' * len(values))})",
            values,
        ).lastrowid
        assert number is not None  # an INSERT always has one: for the type checker
        looks = [(number, name, *astuple(to_blob(look, "<f4"))) for name, look in defect.looks.items()]
        self._database.change_all("INSERT INTO look VALUES (?, ?, ?, ?, ?, ?)", looks)
        return number

    def _owner(self, defect: LabelledDefect) -> int:
        """The object's number, where the picture may be stored as its defect."""
        sql = "SELECT id FROM object o WHERE name = ? AND EXISTS (SELECT 1 FROM normal n WHERE n.object_id = o.id)"
        found = self._database.rows(sql, (defect.object,))
        if not found:
            names = self._database.rows("SELECT DISTINCT o.name FROM object o JOIN normal n ON n.object_id = o.id")
            raise UnknownObjectError(defect.object, [row[0] for row in names])
        owner = int(found[0][0])
        if self._database.rows("SELECT 1 FROM normal WHERE object_id = ? AND sha256 = ?", (owner, defect.sha256)):
            msg = f"{defect.path} is enrolled as a good part of {defect.object}, so it cannot show a defect."
            raise MemoryStoreError(msg)
        return owner

    def all(self, object: str | None = None) -> list[LabelledDefect]:
        """Every labelled defect of one object, or of all, by number; without looks."""
        return self._found("?1 IS NULL OR o.name = ?1", (object,))

    def of_picture(self, object: str, sha256: str) -> LabelledDefect | None:
        """The label of a picture, without looks; None when it has none."""
        found = self._found("o.name = ? AND d.sha256 = ?", (object, sha256))
        return found[0] if found else None

    def _found(self, where: str, values: Sequence[str | None]) -> list[LabelledDefect]:
        if not self._there:
            return []
        sql = f"SELECT {_COLUMNS} {_JOINED} WHERE {where} ORDER BY d.id"
        return [_defect(row, {}) for row in self._database.rows(sql, values)]

    def with_looks(self, object: str, form: str) -> list[LabelledDefect]:
        """The labelled defects of one object whose looks have this form, with their looks, by number.

        Raises
        ------
        MemoryDamagedError
            A look is damaged.
        """
        if not self._there:
            return []
        with self._database.snapshot():
            sql = f"SELECT {_COLUMNS} {_JOINED} WHERE o.name = ? AND d.form = ? ORDER BY d.id"
            found = self._database.rows(sql, (object, form))
            looks: dict[int, dict[str, FloatArray]] = {}
            sql = (
                f"SELECT l.defect_id, l.name, l.dtype, l.shape, l.crc32, l.data {_JOINED} "
                "JOIN look l ON l.defect_id = d.id WHERE o.name = ? AND d.form = ? ORDER BY l.name"
            )
            for number, name, *columns in self._database.rows(sql, (object, form)):
                looks.setdefault(number, {})[name] = Blob(*columns).array()
        return [_defect(row, looks.get(row[-1], {})) for row in found]

    def counts(self, object: str) -> dict[str, int]:
        """Type to how many labelled defects there are, by type."""
        types = [defect.type for defect in self.all(object)]
        return {name: types.count(name) for name in sorted(set(types))}

    def state(self, object: str) -> tuple[int, int]:
        """How many labelled defects an object has, and the last number: another pair after every change."""
        if not self._there:
            return 0, 0
        rows = self._database.rows(f"SELECT count(*), coalesce(max(d.id), 0) {_JOINED} WHERE o.name = ?", (object,))
        return int(rows[0][0]), int(rows[0][1])

    def remove(self, ids: Sequence[int]) -> int:
        """Remove labelled defects, all or none; how many there were.

        Raises
        ------
        MemoryStoreError
            No labelled defect has one of these numbers, or the memory may not be written.
        """
        with self._database.transaction():
            known = {defect.id for defect in self.all()}
            unknown = sorted(set(ids) - known)
            if unknown:
                msg = f"The memory has no labelled defect {unknown[0]}. List them with: echo-iad memory info --defects"
                raise MemoryStoreError(msg)
            self._database.change_all("DELETE FROM defect WHERE id = ?", [(number,) for number in sorted(set(ids))])
        return len(set(ids))


def check_defect_type(name: str) -> None:
    """Refuse a type that could not be typed or listed, or that says that there is no defect.

    Raises
    ------
    MemoryStoreError
        It is empty, has spaces around it, is longer than 100 characters, holds a control character, or means good.
    """
    if name.casefold() in _NO_DEFECT:
        msg = f"{name!r} is no type of defect. Enrol good parts without --defect."
        raise MemoryStoreError(msg)
    if not name or name != name.strip() or len(name) > _LONGEST or not name.isprintable():
        msg = (
            f"A type of defect must have 1 to {_LONGEST} printable characters without spaces around them. "
            f"Got {name[:50]!r}; name it with --defect TYPE."
        )
        raise MemoryStoreError(msg)


def _defect(row: Row, looks: Mapping[str, FloatArray]) -> LabelledDefect:
    return LabelledDefect(
        object=row[0],
        type=row[1],
        path=row[2],
        sha256=row[3],
        width=row[4],
        height=row[5],
        box=(row[6], row[7], row[8], row[9]),
        stood_out=bool(row[10]),
        form=row[11],
        enrolled_by=row[12],
        enrolled_at=row[13],
        id=row[14],
        looks=looks,
    )
