"""Whole tables at once: the vectors of many normals, the passages of a source. Knows the tables, not their use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import FloatArray
from echo_iad.errors import MemoryDamagedError
from echo_iad.memory.database import Database, Row
from echo_iad.memory.records import StoredPassage, VectorTable


def read_vectors(database: Database, object: str | None, dimension: int) -> VectorTable:
    """Read the vectors of one object, or all, by id; never more than one copy of them in memory."""
    where = "" if object is None else "WHERE n.object_id = (SELECT id FROM object WHERE name = ?)"
    values = () if object is None else (object,)
    joined = f"FROM normal n JOIN vector v ON v.normal_id = n.id {where}"
    with database.snapshot():
        count = database.rows(f"SELECT count(*) {joined}", values)[0][0]
        ids, owners = np.empty(count, np.int64), np.empty(count, np.int64)
        vectors = np.empty((count, dimension), np.float32)
        names: dict[int, str] = dict(database.rows("SELECT id, name FROM object"))
        start = 0
        sql = f"SELECT n.id, n.object_id, v.data {joined} ORDER BY n.id"
        for chunk in database.chunks(sql, values):
            part = slice(start, start + len(chunk))
            ids[part] = [row[0] for row in chunk]
            owners[part] = [row[1] for row in chunk]
            vectors[part] = _stacked(chunk, dimension)
            start = part.stop
    codes, ordered = _coded(owners, names)
    return VectorTable(ids, vectors, codes, ordered)


def _stacked(chunk: list[Row], dimension: int) -> FloatArray:
    data = b"".join(row[2] for row in chunk)
    if len(data) != 4 * dimension * len(chunk):
        msg = f"Vectors near normal {chunk[0][0]} are not {dimension} numbers long. Look with: echo-iad memory verify"
        raise MemoryDamagedError(msg)
    return np.frombuffer(data, "<f4").reshape(len(chunk), dimension)


def _coded(owners: NDArray[np.int64], names: dict[int, str]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    present, inverse = np.unique(owners, return_inverse=True)
    ordered = sorted(names[number] for number in present.tolist())
    rank = {name: code for code, name in enumerate(ordered)}
    codes = np.array([rank[names[number]] for number in present.tolist()], np.int32)
    return codes[inverse], tuple(ordered)


def replace_passages(database: Database, passages: Sequence[StoredPassage]) -> int:
    """Store passages in one transaction; the same (object, source) is replaced."""
    sources = sorted({(passage.object, passage.source) for passage in passages})
    rows = [(p.object, p.source, p.topic, p.text, p.review) for p in passages]
    with database.transaction():
        database.change_all("DELETE FROM passage WHERE object = ? AND source = ?", sources)
        database.change_all("INSERT INTO passage (object, source, topic, text, review) VALUES (?, ?, ?, ?, ?)", rows)
    return len(rows)


def read_passages(database: Database, object: str | None) -> list[StoredPassage]:
    """Passages of one object, or all, in the order of their import."""
    sql = "SELECT object, topic, text, source, review FROM passage WHERE ?1 IS NULL OR object = ?1 ORDER BY id"
    return [StoredPassage(*row) for row in database.rows(sql, (object,))]
