"""Statements that change a memory's tables; each call belongs inside a transaction. Knows the tables, not their use."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple

from echo_iad.domain.parts import EncoderId, FloatArray, Framing
from echo_iad.errors import MemoryStoreError
from echo_iad.memory.blobs import to_blob
from echo_iad.memory.database import Database
from echo_iad.memory.records import NewNormal, StoredPassage


def write_encoders(database: Database, image: EncoderId, text: EncoderId) -> None:
    """Make these the memory's encoders; what others made goes."""
    database.change("DELETE FROM object")
    rows = [("image", *astuple(image)), ("text", *astuple(text))]
    database.change_all("INSERT OR REPLACE INTO encoder VALUES (?, ?, ?, ?, ?, ?)", rows)


def write_normal(database: Database, new: NewNormal, now: str) -> int:
    """Store one normal, or find it stored; its id.

    Raises
    ------
    MemoryStoreError
        The picture is labelled as a defect of the same object.
    """
    owner = _object_id(database, new.object)
    known = database.rows("SELECT id FROM normal WHERE object_id = ? AND sha256 = ?", (owner, new.sha256))
    if known:
        return int(known[0][0])
    if database.rows("SELECT 1 FROM defect WHERE object_id = ? AND sha256 = ?", (owner, new.sha256)):
        msg = f"{new.path} is labelled as a defective {new.object}, so it cannot be enrolled as a good part."
        raise MemoryStoreError(msg)
    number = database.change(
        "INSERT INTO normal (object_id, path, sha256, width, height, bytes, enrolled_at, enrolled_by) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (owner, new.path, new.sha256, new.width, new.height, new.bytes, now, new.enrolled_by),
    ).lastrowid
    assert number is not None  # an INSERT always has one: for the type checker
    vector = to_blob(new.encoding.vector, "<f4")
    database.change("INSERT INTO vector VALUES (?, ?, ?, ?, ?)", (number, *astuple(vector)))
    if new.framed is not None:
        framed = to_blob(new.framed.vector, "<f4")
        database.change("INSERT INTO framed_vector VALUES (?, ?, ?, ?, ?)", (number, *astuple(framed)))
    levels = [(number, at, *astuple(to_blob(level, "<f2"))) for at, level in enumerate(new.compared.levels)]
    database.change_all("INSERT INTO level VALUES (?, ?, ?, ?, ?, ?)", levels)
    database.change("INSERT INTO preview VALUES (?, ?, ?)", (number, zlib.crc32(new.preview), new.preview))
    return number


def write_framing(database: Database, object: str, framing: Framing | None) -> None:
    """Store how an object's pictures are cut; None = they are taken whole. What was stored before is replaced."""
    owner = _object_id(database, object)
    database.change("DELETE FROM framing WHERE object_id = ?", (owner,))
    if framing is not None:
        row = (owner, framing.rows, framing.columns, framing.turned, framing.scale, *framing.middle)
        database.change("INSERT INTO framing VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def write_class_text(database: Database, object: str, text: str, vector: FloatArray) -> None:
    """Store an object's class name and its embedding; an earlier one is replaced."""
    row = (_object_id(database, object), text, *astuple(to_blob(vector, "<f4")))
    database.change("INSERT OR REPLACE INTO class_text VALUES (?, ?, ?, ?, ?, ?)", row)


def delete_normals(database: Database, ids: Iterable[int]) -> int:
    """Remove normals, and objects that have none left; how many normals there were."""
    owner = "SELECT o.name FROM normal n JOIN object o ON o.id = n.object_id WHERE n.id = ?"
    found = {number: row[0] for number in set(ids) for row in database.rows(owner, (number,))}
    database.change_all("DELETE FROM normal WHERE id = ?", [(number,) for number in sorted(found)])
    stamp(database, found.values())
    empty = "DELETE FROM object WHERE name = ? AND NOT EXISTS (SELECT 1 FROM normal n WHERE n.object_id = object.id)"
    database.change_all(empty, [(name,) for name in sorted(set(found.values()))])
    return len(found)


def stamp(database: Database, objects: Iterable[str]) -> None:
    """Give the memory and the changed objects new states."""
    names = [(name,) for name in sorted(set(objects))]
    if names:
        database.change("UPDATE memory SET state = lower(hex(randomblob(8)))")
        database.change_all("UPDATE object SET state = lower(hex(randomblob(8))) WHERE name = ?", names)


def write_passages(database: Database, passages: Sequence[StoredPassage]) -> None:
    """Store passages; what the same files said about the same objects is replaced."""
    told = {(passage.object, _file(passage.source)) for passage in passages}
    before = database.rows("SELECT id, object, source FROM passage")
    outdated = [(number,) for number, object, source in before if (object, _file(source)) in told]
    rows = [(p.object, p.source, p.topic, p.text, p.review) for p in passages]
    database.change_all("DELETE FROM passage WHERE id = ?", outdated)
    database.change_all("INSERT INTO passage (object, source, topic, text, review) VALUES (?, ?, ?, ?, ?)", rows)


def _file(source: str) -> str:
    """The file of ``FILE > place, line N``: a sentence may have moved within it, or be gone."""
    return source.partition(" > ")[0].partition(", line ")[0]


def _object_id(database: Database, name: str) -> int:
    database.change("INSERT OR IGNORE INTO object (name, state) VALUES (?, lower(hex(randomblob(8))))", (name,))
    return int(database.rows("SELECT id FROM object WHERE name = ?", (name,))[0][0])
