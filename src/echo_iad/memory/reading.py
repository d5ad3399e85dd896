"""Whole tables at once: the vectors of many normals, the passages of a source. Knows the tables, not their use."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import FloatArray, Framing
from echo_iad.errors import MemoryDamagedError
from echo_iad.memory.blobs import Blob
from echo_iad.memory.database import Database, Row
from echo_iad.memory.records import ObjectSummary, StoredPassage, VectorTable


def read_framing(database: Database, object: str) -> Framing | None:
    """How an object's pictures are cut; None = they are taken whole."""
    if not database.has_table("framing"):
        return None
    rows = database.rows(
        "SELECT f.rows, f.columns, f.turned, f.scale, f.middle_along, f.middle_across "
        "FROM framing f JOIN object o ON o.id = f.object_id WHERE o.name = ?",
        (object,),
    )
    if not rows:
        return None
    height, width, turned, scale, along, across = rows[0]
    return Framing(height, width, turned=bool(turned), scale=scale, middle=(along, across))


def read_vectors(
    database: Database, object: str | None, dimension: int, *, table: Literal["vector", "framed_vector"] = "vector"
) -> VectorTable:
    """Read the vectors of one object, or all, by id; never more than one copy of them in memory."""
    where = "" if object is None else "WHERE n.object_id = (SELECT id FROM object WHERE name = ?)"
    values = () if object is None else (object,)
    joined = f"FROM normal n JOIN {table} v ON v.normal_id = n.id {where}"
    with database.snapshot():
        count = database.rows(f"SELECT count(*) {joined}", values)[0][0]
        ids, owners = np.empty(count, np.int64), np.empty(count, np.int64)
        vectors = np.empty((count, dimension), np.float32)
        names: dict[int, str] = dict(database.rows("SELECT id, name FROM object"))
        start = 0
        sql = f"SELECT n.id, n.object_id, v.data, v.crc32 {joined} ORDER BY n.id"
        for chunk in database.chunks(sql, values):
            part = slice(start, start + len(chunk))
            ids[part] = [row[0] for row in chunk]
            owners[part] = [row[1] for row in chunk]
            vectors[part] = _stacked(chunk, dimension)
            start = part.stop
    codes, ordered = _coded(owners, names)
    return VectorTable(ids, vectors, codes, ordered)


def read_ids(database: Database, object: str | None) -> list[int]:
    """List the ids of one object's normals, or all, increasing."""
    if object is None:
        return [row[0] for row in database.rows("SELECT id FROM normal ORDER BY id")]
    sql = "SELECT id FROM normal WHERE object_id = (SELECT id FROM object WHERE name = ?) ORDER BY id"
    return [row[0] for row in database.rows(sql, (object,))]


def read_paths_by_id(database: Database, ids: Iterable[int]) -> dict[int, str]:
    """Look up the paths of several normals; ids that are not there are left out."""
    wanted = [int(number) for number in ids]
    marks = ",".join("?" * len(wanted))
    return dict(database.rows(f"SELECT id, path FROM normal WHERE id IN ({marks})", wanted))  # noqa: S608  question marks only


def read_objects_by_id(database: Database, ids: Iterable[int]) -> dict[int, str]:
    """Look up the objects of several normals; ids that are not there are left out."""
    wanted = [int(number) for number in ids]
    marks = ",".join("?" * len(wanted))
    sql = f"SELECT n.id, o.name FROM normal n JOIN object o ON o.id = n.object_id WHERE n.id IN ({marks})"  # noqa: S608  question marks only
    return dict(database.rows(sql, wanted))


def read_vectors_by_id(
    database: Database, ids: Iterable[int], *, table: Literal["vector", "framed_vector"] = "vector"
) -> dict[int, FloatArray]:
    """Read several embeddings by id; ids that are not there are left out."""
    wanted = json.dumps([int(number) for number in ids])
    where = "normal_id IN (SELECT value FROM json_each(?))"
    sql = f"SELECT normal_id, dtype, shape, crc32, data FROM {table} WHERE {where}"  # noqa: S608  constants only
    return {number: Blob(*columns).array() for number, *columns in database.rows(sql, (wanted,))}


def read_marks(database: Database) -> NDArray[np.int64]:
    """Read id and checksum of every embedding; ``(n, 2) int64`` by id."""
    rows = database.rows("SELECT normal_id, crc32 FROM vector ORDER BY normal_id")
    return np.array(rows, np.int64).reshape(len(rows), 2)


def _stacked(chunk: list[Row], dimension: int) -> FloatArray:
    data = b"".join(row[2] for row in chunk)
    if len(data) != 4 * dimension * len(chunk):
        msg = f"Vectors near normal {chunk[0][0]} are not {dimension} numbers long. Look with: echo-iad memory verify"
        raise MemoryDamagedError(msg)
    damaged = [row[0] for row in chunk if zlib.crc32(row[2]) != row[3]]
    if damaged:
        msg = f"The vector of normal {damaged[0]} differs from its checksum. Look with: echo-iad memory verify"
        raise MemoryDamagedError(msg)
    return np.frombuffer(data, "<f4").reshape(len(chunk), dimension)


def _coded(owners: NDArray[np.int64], names: dict[int, str]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    present, inverse = np.unique(owners, return_inverse=True)
    ordered = sorted(names[number] for number in present.tolist())
    rank = {name: code for code, name in enumerate(ordered)}
    codes = np.array([rank[names[number]] for number in present.tolist()], np.int32)
    return codes[inverse], tuple(ordered)


def read_passages(database: Database, object: str | None) -> list[StoredPassage]:
    """Passages of one object, or all, in the order of their import."""
    sql = "SELECT object, topic, text, source, review FROM passage WHERE ?1 IS NULL OR object = ?1 ORDER BY id"
    return [StoredPassage(*row) for row in database.rows(sql, (object,))]


def read_class_texts(database: Database) -> dict[str, FloatArray]:
    """Text embeddings of the enrolled objects' class names, by object."""
    rows = database.rows(
        "SELECT o.name, c.dtype, c.shape, c.crc32, c.data FROM class_text c JOIN object o ON o.id = c.object_id "
        "WHERE EXISTS (SELECT 1 FROM normal n WHERE n.object_id = o.id) ORDER BY o.name"
    )
    return {name: Blob(*columns).array() for name, *columns in rows}


def read_summaries(database: Database) -> list[ObjectSummary]:
    """Objects that have normals, by name, with what their normals take."""
    rows = database.rows(
        "SELECT o.name, count(*), o.state, sum("
        "(SELECT length(v.data) FROM vector v WHERE v.normal_id = n.id) + "
        "(SELECT coalesce(sum(length(l.data)), 0) FROM level l WHERE l.normal_id = n.id) + "
        "(SELECT length(p.data) FROM preview p WHERE p.normal_id = n.id)) "
        "FROM object o JOIN normal n ON n.object_id = o.id GROUP BY o.id ORDER BY o.name"
    )
    return [ObjectSummary(name, count, (size or 0) / 1e6, state) for name, count, state, size in rows]
