"""Is a memory sound? Reads every byte of it and says what contradicts what. Changes nothing."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from echo_iad.memory.blobs import Blob
from echo_iad.memory.cache import CACHE_SUFFIX, cache_fault
from echo_iad.memory.database import Database
from echo_iad.memory.records import UNIT_TOLERANCE


def find_problems(database: Database, caches: Path) -> list[str]:
    """One sentence for each problem; empty = sound."""
    broken = [row[0] for row in database.rows("PRAGMA integrity_check") if row[0] != "ok"]
    if broken:
        return [f"SQLite finds the file damaged: {fault}" for fault in broken]
    with database.snapshot():
        problems = [
            *_relations(database),
            *_vectors(database),
            *_framing(database),
            *_levels(database),
            *_previews(database),
            *_defects(database),
        ]
    return problems + [fault for path in sorted(caches.glob(f"*{CACHE_SUFFIX}")) if (fault := cache_fault(path))]


def _relations(database: Database) -> Iterator[str]:
    for table, row, parent, _ in database.rows("PRAGMA foreign_key_check"):
        yield f"Row {row} of table {table} belongs to no {parent}."
    twice = "SELECT object_id, sha256, count(*) FROM normal GROUP BY object_id, sha256 HAVING count(*) > 1"
    for owner, digest, count in database.rows(twice):
        yield f"The image {digest[:12]} is stored {count} times for object number {owner}."
    for table in ("vector", "preview"):
        lost = f"SELECT id FROM normal WHERE id NOT IN (SELECT normal_id FROM {table})"  # noqa: S608  constants only
        for (number,) in database.rows(lost):
            yield f"Normal {number} has no {table}."
    if database.rows("SELECT 1 FROM normal LIMIT 1") and len(database.rows("SELECT 1 FROM encoder")) != 2:
        yield "There are normals, but it is not known which encoders made them."


def _vectors(database: Database) -> Iterator[str]:
    wanted: dict[str, int] = dict(database.rows("SELECT role, dimension FROM encoder"))
    tables = (
        ("vector", "normal_id", "image"),
        ("framed_vector", "normal_id", "image"),
        ("class_text", "object_id", "text"),
    )
    for table, key, role in tables:
        if not database.has_table(table):
            continue
        sql = f"SELECT {key}, dtype, shape, crc32, data FROM {table}"  # noqa: S608  constants only
        for chunk in database.chunks(sql):
            for number, *columns in chunk:
                fault = _vector_fault(Blob(*columns), wanted.get(role))
                if fault:
                    yield f"The {table} of {key.removesuffix('_id')} {number} is damaged: {fault}."


def _framing(database: Database) -> Iterator[str]:
    if not database.has_table("framing"):
        return
    lacking = """SELECT n.id FROM normal n JOIN framing f ON f.object_id = n.object_id
        WHERE n.id NOT IN (SELECT normal_id FROM framed_vector)"""
    for (number,) in database.rows(lacking):
        yield f"Normal {number} has no framed_vector, but its object is framed."
    needless = """SELECT normal_id FROM framed_vector WHERE normal_id NOT IN
        (SELECT n.id FROM normal n JOIN framing f ON f.object_id = n.object_id)"""
    for (number,) in database.rows(needless):
        yield f"Normal {number} has a framed_vector, but its object is not framed."


def _vector_fault(blob: Blob, dimension: int | None) -> str:
    fault = blob.fault()
    if fault:
        return fault
    if blob.shape != str(dimension):
        return f"its shape is {blob.shape}, its encoder makes {dimension} numbers"
    length = float(np.linalg.norm(blob.array().astype(np.float64)))
    return "" if abs(length - 1.0) <= UNIT_TOLERANCE else f"its length is {length:.6g}, not 1"


def _levels(database: Database) -> Iterator[str]:
    for chunk in database.chunks("SELECT normal_id, position, dtype, shape, crc32, data FROM level", size=64):
        for number, position, *columns in chunk:
            fault = Blob(*columns).fault()
            if fault:
                yield f"Patch features {position} of normal {number} are damaged: {fault}."


def _previews(database: Database) -> Iterator[str]:
    for chunk in database.chunks("SELECT normal_id, crc32, data FROM preview", size=64):
        for number, crc, data in chunk:
            if zlib.crc32(data) != crc:
                yield f"The preview of normal {number} is damaged: its bytes differ from their checksum."


def _defects(database: Database) -> Iterator[str]:
    if not database.has_table("look"):
        return
    for (number,) in database.rows("SELECT id FROM defect WHERE id NOT IN (SELECT defect_id FROM look)"):
        yield f"Labelled defect {number} has no looks."
    both = "SELECT d.id, n.id FROM defect d JOIN normal n ON n.object_id = d.object_id AND n.sha256 = d.sha256"
    for number, normal in database.rows(both):
        yield f"Labelled defect {number} and normal {normal} are the same picture."
    for chunk in database.chunks("SELECT defect_id, name, dtype, shape, crc32, data FROM look", size=512):
        for number, name, *columns in chunk:
            fault = Blob(*columns).fault()
            if fault:
                yield f"The look {name!r} of labelled defect {number} is damaged: {fault}."
