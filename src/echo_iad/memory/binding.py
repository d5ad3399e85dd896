"""Which encoders made a memory's vectors, and the refusal of any other. Knows encoder ids, but no encoder."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from echo_iad.domain.parts import EncoderId
from echo_iad.errors import ForeignEncoderError
from echo_iad.memory.database import Database
from echo_iad.memory.writing import write_encoders

Role = Literal["image", "text"]


def bound_encoder(database: Database, role: Role) -> EncoderId | None:
    """What made the stored pictures' or class names' vectors; None until the first `bind_encoders`."""
    columns = "name, weights_sha256, dimension, preparation, space"
    rows = database.rows(f"SELECT {columns} FROM encoder WHERE role = ?", (role,))  # noqa: S608  constants only
    return EncoderId(*rows[0]) if rows else None


def bind_encoders(database: Database, folder: Path, image: EncoderId, text: EncoderId) -> None:
    """Say which encoders are in use; a memory without normals takes them as its own.

    Parameters
    ----------
    database : Database
    folder : Path
        Of the memory, as a refusal names it.
    image, text : EncoderId

    Raises
    ------
    ForeignEncoderError
        The memory's normals were made by another encoder.
    """
    if (bound_encoder(database, "image"), bound_encoder(database, "text")) == (image, text):
        return
    if not database.read_only and not _has_normals(database):
        with database.transaction():
            if not _has_normals(database):
                write_encoders(database, image, text)
    if _has_normals(database):
        _refuse_foreign(database, folder, "image", image)
        _refuse_foreign(database, folder, "text", text)


def _has_normals(database: Database) -> bool:
    return bool(database.rows("SELECT 1 FROM normal LIMIT 1"))


def _refuse_foreign(database: Database, folder: Path, role: Role, encoder: EncoderId) -> None:
    own = bound_encoder(database, role)
    if own == encoder:
        return
    msg = (
        f"The memory {folder} was made by the {role} encoder {_described(own)}; "
        f"this profile uses {_described(encoder)}. Use the profile that it was made with, "
        "or enrol into a new folder: echo-iad enrol FOLDER --memory NEW_DIR"
    )
    raise ForeignEncoderError(msg)


def _described(encoder: EncoderId | None) -> str:
    if encoder is None:
        return "of no name"
    return (
        f"{encoder.name!r} ({encoder.dimension} numbers, weights {encoder.weights_sha256[:8]}, {encoder.preparation})"
    )
