"""The memory: everything that was enrolled, in one SQLite file. Knows vectors and encoder ids, but no encoder.

``memory.sqlite`` is the only truth; indexes and patch banks in ``cache/`` are made from it and may be deleted at
any time. docs/memory-format.md specifies the file.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import EncoderId, FloatArray, Framing, Normal
from echo_iad.errors import MemoryDamagedError, MemoryStoreError, UnknownObjectError
from echo_iad.memory.binding import bind_encoders, bound_encoder
from echo_iad.memory.blobs import Blob
from echo_iad.memory.cache import CACHE_SUFFIX
from echo_iad.memory.database import Database
from echo_iad.memory.defects import Defects
from echo_iad.memory.extracts import Extracts
from echo_iad.memory.reading import (
    read_class_texts,
    read_framing,
    read_ids,
    read_marks,
    read_objects_by_id,
    read_passages,
    read_paths_by_id,
    read_summaries,
    read_vectors,
    read_vectors_by_id,
)
from echo_iad.memory.records import (
    NewNormal,
    ObjectSummary,
    StoredPassage,
    VectorTable,
    check_object_name,
    check_unit_vector,
)
from echo_iad.memory.verification import find_problems
from echo_iad.memory.writing import (
    delete_normals,
    stamp,
    write_class_text,
    write_framing,
    write_normal,
    write_passages,
)

FILE_NAME = "memory.sqlite"
CACHE_FOLDER = "cache"
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,60}")
_NORMAL = """SELECT n.id, o.name, n.path, n.sha256, n.width, n.height, n.enrolled_at, n.enrolled_by
    FROM normal n JOIN object o ON o.id = n.object_id"""


class Memory:
    """What was enrolled; made by `Memory.open`, used as a context manager.

    Attributes
    ----------
    folder : Path
        Holds ``memory.sqlite`` and ``cache/``.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database

    @classmethod
    def open(cls, folder: Path | str, *, create: bool = False, read_only: bool = False) -> Memory:
        """Open the memory in ``folder``.

        Parameters
        ----------
        folder : Path or str
        create : bool
            Make one when there is none.
        read_only : bool
            Change nothing; works on a folder that may not be written.

        Raises
        ------
        MemoryStoreError
            There is none, or it cannot be read.
        MemoryVersionError
            A newer Echo wrote it.
        MemoryDamagedError
            It is no memory of Echo, or its file is damaged.
        MemoryLockedError
            Another process is creating it right now.
        """
        place = Path(folder)
        path = place / FILE_NAME
        if not os.path.isfile(path) and (read_only or not create):  # noqa: PTH113  Path.is_file raises where it may not look
            msg = f"There is no memory in {place}. Enrol good parts with: echo-iad enrol FOLDER --memory {place}"
            raise MemoryStoreError(msg)
        if create and not read_only:
            try:
                place.mkdir(parents=True, exist_ok=True)
            except OSError as fault:
                msg = f"The memory folder {place} cannot be made: {fault.strerror}. Name another with --memory DIR"
                raise MemoryStoreError(msg) from fault
        return cls(place, Database(path, read_only=read_only))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the memory cannot be used afterwards."""
        self.database.close()

    @property
    def identity(self) -> str:
        """A name that no other memory has."""
        return str(self.database.rows("SELECT identity FROM memory")[0][0])

    @property
    def image_encoder(self) -> EncoderId | None:
        """What made the stored pictures' vectors; None until the first `bind`."""
        return bound_encoder(self.database, "image")

    @property
    def text_encoder(self) -> EncoderId | None:
        """What made the stored class names' vectors; None until the first `bind`."""
        return bound_encoder(self.database, "text")

    def bind(self, image: EncoderId, text: EncoderId) -> None:
        """Say which encoders are in use; a memory without normals takes them as its own.

        Raises
        ------
        ForeignEncoderError
            Its normals were made by another encoder.
        """
        bind_encoders(self.database, self.folder, image, text)

    def add(self, normals: Sequence[NewNormal]) -> list[int]:
        """Store normals, all or none; one that is known already (same object and digest) is not stored again.

        Returns
        -------
        list of int
            Id of each, in order; of the stored one where it is known already.

        Raises
        ------
        MemoryStoreError
            No encoder is bound, or a picture is labelled as a defect of the same object.
        ValueError
            A vector's length differs from the encoder's dimension.
        MemoryLockedError
            Another process is writing.
        """
        encoder = self.image_encoder
        if encoder is None:
            msg = f"The memory {self.folder} is not bound to encoders: call Memory.bind before Memory.add."
            raise MemoryStoreError(msg)
        for new in normals:
            if new.encoding.vector.shape != (encoder.dimension,):
                got = new.encoding.vector.shape
                msg = f"Vectors of the encoder {encoder.name!r} are ({encoder.dimension},). Got {got} for {new.path}."
                raise ValueError(msg)
        if not normals:
            return []
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self.database.transaction():
            before = self.database.rows("SELECT coalesce(max(id), 0) FROM normal")[0][0]
            ids = [write_normal(self.database, new, now) for new in normals]
            stamp(self.database, (new.object for new, number in zip(normals, ids, strict=True) if number > before))
        return ids

    def framing(self, object: str) -> Framing | None:
        """How an object's pictures are cut before they are compared; None = they are taken whole."""
        return read_framing(self.database, object)

    def set_framing(self, object: str, framing: Framing | None) -> None:
        """Say how an object's pictures are cut, before its first normal is stored.

        Raises
        ------
        MemoryStoreError
            It has normals, which were cut otherwise.
        """
        check_object_name(object)
        with self.database.transaction():
            if self.ids(object):
                msg = f"{object!r} has normals: how its pictures are cut cannot change. Remove them first."
                raise MemoryStoreError(msg)
            write_framing(self.database, object, framing)

    def knows(self, object: str, sha256: str) -> bool:
        """Whether this file is enrolled for this object already."""
        sql = "SELECT 1 FROM normal n JOIN object o ON o.id = n.object_id WHERE o.name = ? AND n.sha256 = ?"
        return bool(self.database.rows(sql, (object, sha256)))

    def set_class_text(self, object: str, text: str, vector: FloatArray) -> None:
        """Store an object's class name in words and its text embedding, ``(d,) float32, unit length``."""
        check_object_name(object)
        check_unit_vector(vector, "The vector of a class name")
        encoder = self.text_encoder
        if encoder is None or vector.shape != (encoder.dimension,):
            wanted = "none is bound" if encoder is None else f"({encoder.dimension},)"
            msg = f"A class name's vector must be of the bound text encoder: {wanted}. Got {vector.shape}."
            raise ValueError(msg)
        with self.database.transaction():
            write_class_text(self.database, object, text, vector)

    def class_texts(self) -> dict[str, FloatArray]:
        """Text embeddings of the enrolled objects' class names, ``(d,) float32, unit length`` each."""
        return read_class_texts(self.database)

    def objects(self) -> list[ObjectSummary]:
        """Objects that have normals, by name."""
        return read_summaries(self.database)

    def normals(self, object: str | None = None) -> list[Normal]:
        """List the normals of one object, or all, by id."""
        sql = f"{_NORMAL} WHERE ?1 IS NULL OR o.name = ?1 ORDER BY n.id"
        return [Normal(*row) for row in self.database.rows(sql, (object,))]

    def normal(self, id: int) -> Normal:
        """One normal.

        Raises
        ------
        MemoryStoreError
            No normal has this id.
        """
        rows = self.database.rows(f"{_NORMAL} WHERE n.id = ?", (int(id),))
        if not rows:
            msg = f"The memory {self.folder} has no normal {id}. List them with: echo-iad memory info"
            raise MemoryStoreError(msg)
        return Normal(*rows[0])

    def objects_by_id(self, ids: Iterable[int]) -> dict[int, str]:
        """Look up the objects of several normals; ids that are not there are left out."""
        return read_objects_by_id(self.database, ids)

    def vectors(self, object: str | None = None) -> VectorTable:
        """Read the embeddings of one object, or all, by id; an object that is not enrolled gives an empty table."""
        encoder = self.image_encoder
        return read_vectors(self.database, object, encoder.dimension if encoder else 0)

    def compared_vectors(self, object: str) -> VectorTable:
        """Embeddings of one object's normals as they are compared: of the part cut out, where the object is framed."""
        if self.framing(object) is None:
            return self.vectors(object)
        encoder = self.image_encoder
        return read_vectors(self.database, object, encoder.dimension if encoder else 0, table="framed_vector")

    def count(self) -> int:
        """Count the normals."""
        return int(self.database.rows("SELECT count(*) FROM normal")[0][0])

    def ids(self, object: str | None = None) -> list[int]:
        """List the ids of one object's normals, or all, increasing."""
        return read_ids(self.database, object)

    def object_names(self) -> list[str]:
        """List the objects that have normals, sorted."""
        sql = "SELECT name FROM object o WHERE EXISTS (SELECT 1 FROM normal n WHERE n.object_id = o.id) ORDER BY name"
        return [row[0] for row in self.database.rows(sql)]

    def paths_by_id(self, ids: Iterable[int]) -> dict[int, str]:
        """Look up the paths of several normals; ids that are not there are left out."""
        return read_paths_by_id(self.database, ids)

    def vectors_by_id(self, ids: Iterable[int], *, framed: bool = False) -> dict[int, FloatArray]:
        """Read several embeddings, ``(d,) float32, unit length`` each; ids that are not there are left out.

        Parameters
        ----------
        ids : iterable of int
        framed : bool
            Those of the parts cut out; only normals of framed objects have one.
        """
        return read_vectors_by_id(self.database, ids, table="framed_vector" if framed else "vector")

    def vector_marks(self) -> NDArray[np.int64]:
        """Id and checksum of every embedding, ``(n, 2) int64`` by id: equal marks, equal embeddings."""
        return read_marks(self.database)

    def levels(self, id: int) -> tuple[FloatArray, ...]:
        """Patch features of one normal, ``(h, w, c) float32`` each, finest first; stored with half precision."""
        sql = "SELECT dtype, shape, crc32, data FROM level WHERE normal_id = ? ORDER BY position"
        return tuple(Blob(*row).array() for row in self.database.rows(sql, (int(id),)))

    def preview(self, id: int) -> bytes:
        """Small JPEG of one normal.

        Raises
        ------
        MemoryStoreError
            No normal has this id.
        """
        rows = self.database.rows("SELECT data FROM preview WHERE normal_id = ?", (int(id),))
        if not rows:
            self.normal(id)
            msg = f"The memory {self.folder} has lost the preview of normal {id}. Look with: echo-iad memory verify"
            raise MemoryDamagedError(msg)
        return bytes(rows[0][0])

    def remove(self, ids: Sequence[int]) -> int:
        """Remove normals; ids that are not there are passed over.

        An object without normals goes too, with its labelled defects.

        Returns
        -------
        int
            How many were removed.
        """
        with self.database.transaction():
            return delete_normals(self.database, [int(number) for number in ids])

    def remove_object(self, name: str) -> int:
        """Remove an object with all its normals and labelled defects; its knowledge stays.

        Returns
        -------
        int
            How many normals were removed.

        Raises
        ------
        UnknownObjectError
            It is not enrolled.
        """
        with self.database.transaction():
            ids = self.ids(name)
            if not ids:
                raise UnknownObjectError(name, self.object_names())
            return delete_normals(self.database, ids)

    def add_knowledge(self, passages: Sequence[StoredPassage]) -> int:
        """Store knowledge; what the same file said about the same object before is replaced.

        Returns
        -------
        int
            How many passages were stored.
        """
        with self.database.transaction():
            write_passages(self.database, passages)
        return len(passages)

    def knowledge(self, object: str | None = None) -> list[StoredPassage]:
        """Passages about one object (``""`` = the general ones), or all, in the order of their import."""
        return read_passages(self.database, object)

    @property
    def extracts(self) -> Extracts:
        """What models picked from the knowledge for questions, and what people said to it."""
        return Extracts(self.database)

    @property
    def defects(self) -> Defects:
        """Regions of defective parts that operators have labelled; never counted among the normals."""
        return Defects(self.database)

    def state(self, object: str | None = None) -> str:
        """Stamp that changes with every change to the object's normals, or to any; ``none`` = no such object."""
        if object is None:
            return str(self.database.rows("SELECT state FROM memory")[0][0])
        rows = self.database.rows("SELECT state FROM object WHERE name = ?", (object,))
        return str(rows[0][0]) if rows else "none"

    def verify(self) -> list[str]:
        """Read everything and check it; empty = sound, else one sentence for each problem."""
        try:
            return find_problems(self.database, self.folder / CACHE_FOLDER)
        except MemoryDamagedError as fault:
            return [str(fault)]

    def cache_file(self, name: str) -> Path:
        """Where the cache called ``name`` is kept; any text is a name."""
        plain = name if _PLAIN_NAME.fullmatch(name) else f"{hashlib.sha256(name.encode()).hexdigest()[:32]}"
        return self.folder / CACHE_FOLDER / (plain + CACHE_SUFFIX)
