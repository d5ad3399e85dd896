"""The SQLite file of a memory: opening, transactions, and SQLite's faults in Echo's words. Knows no table's meaning.

Write-ahead log, foreign keys, every commit on the disk before it returns, one writer at a time.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, TypeAlias

from echo_iad.errors import (
    MemoryDamagedError,
    MemoryLockedError,
    MemoryStoreError,
    MemoryVersionError,
)
from echo_iad.memory.migrations import APPLICATION_ID, NEWEST, STEPS

BUSY_SECONDS = 5.0
"""How long a writer waits for another one before it gives up."""

Row: TypeAlias = tuple[Any, ...]


class Database:
    """One connection to a memory's SQLite file; safe to share between threads."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self._lock = RLock()
        with self._in_words():
            self._connection = _connect_reading(path) if read_only else _connect(path, "mode=rwc")
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.DatabaseError as fault:
                error = _in_words(fault, self.path)
                if error is None:
                    raise
                raise error from fault

    def chunks(self, sql: str, values: Sequence[Any] = (), *, size: int = 2048) -> Iterator[list[Row]]:
        """Read the rows of a query, ``size`` at a time, from one snapshot."""
        with self._lock, self._in_words():
            cursor = self._connection.execute(sql, values)
            while chunk := cursor.fetchmany(size):
                yield chunk

    def has_table(self, name: str) -> bool:
        """Whether a table is there: an earlier format that is open for reading only lacks the newer ones."""
        return bool(self.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)))

    def change(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """One statement of a transaction."""
        return self._connection.execute(sql, values)

    def change_all(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement of a transaction, once for each row."""
        self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that happens inside is stored together or not at all.

        Raises
        ------
        MemoryLockedError
            Another process is writing.
        """
        with self._lock, self._in_words():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads inside see one state, whatever a writer does meanwhile."""
        with self._lock, self._in_words():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection; the database cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    def _prepare(self) -> None:
        version = self._checked_version()
        if self.read_only and version == 0:
            msg = f"The memory {self.path.parent} holds nothing yet. {_enrol(self.path)}"
            raise MemoryStoreError(msg)
        self._connection.execute("PRAGMA foreign_keys = ON")
        if self.read_only:
            return
        self._use_write_ahead_log()
        self._connection.execute("PRAGMA synchronous = FULL")
        while version < NEWEST:
            version = self._step(version)

    def _checked_version(self) -> int:
        with self.snapshot():  # another process may be making the tables right now
            version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
            application = self._connection.execute("PRAGMA application_id").fetchone()[0]
            tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application != APPLICATION_ID and (tables or version):
            msg = f"{self.path} is an SQLite file of another program, not a memory of Echo. Name another folder."
            raise MemoryDamagedError(msg)
        if version > NEWEST:
            msg = (
                f"The memory {self.path.parent} has format version {version}; this Echo knows versions up to {NEWEST}. "
                "Upgrade with: pip install --upgrade echo-iad"
            )
            raise MemoryVersionError(msg)
        return version

    def _use_write_ahead_log(self) -> None:
        """Switch the journal; SQLite does not wait for others here, so this does."""
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                if self._connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                    self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as fault:
                if _code(fault) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

    def _step(self, version: int) -> int:
        with self.transaction():
            now = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
            if now == version:  # else another process took the step while this one waited
                for statement in STEPS[version]:
                    self._connection.execute(statement)
                now = version + 1
                self._connection.execute(f"PRAGMA user_version = {now}")
        return now

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as fault:
            error = _in_words(fault, self.path)
            if error is None:
                raise
            raise error from fault


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _connect_reading(path: Path) -> sqlite3.Connection:
    """Connect for reading, also in a folder where SQLite may not write its side files."""
    connection = _connect(path, "mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError as fault:
        connection.close()
        log = path.with_name(path.name + "-wal")
        if _code(fault) not in _NO_SIDE_FILES or (log.exists() and log.stat().st_size):
            raise
        return _connect(path, "immutable=1")  # nobody can be writing: all is in the one file
    return connection


_NO_SIDE_FILES = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def _code(fault: sqlite3.DatabaseError) -> int:
    return int(getattr(fault, "sqlite_errorcode", 0)) & 0xFF


def _in_words(fault: sqlite3.DatabaseError, path: Path) -> MemoryStoreError | None:
    folder = path.parent
    match _code(fault):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            waited = f"waited {BUSY_SECONDS:g} seconds"
            msg = f"The memory {folder} is being written by another process ({waited}). Try again when it is done."
            return MemoryLockedError(msg)
        case sqlite3.SQLITE_READONLY:
            return MemoryStoreError(f"The memory {folder} is open for reading only, or its folder may not be written.")
        case sqlite3.SQLITE_NOTADB:
            return MemoryDamagedError(f"{path} is no SQLite file, so {folder} is no memory of Echo. {_restore(path)}")
        case sqlite3.SQLITE_CORRUPT:
            return MemoryDamagedError(f"The memory {folder} is damaged: {fault}. {_restore(path)}")
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_FULL | sqlite3.SQLITE_PERM:
            return MemoryStoreError(f"The memory {folder} cannot be used: {fault}. Check the disk and its permissions.")
    return None


def _enrol(path: Path) -> str:
    return f"Enrol good parts with: echo-iad enrol FOLDER --memory {path.parent}"


def _restore(path: Path) -> str:
    return f"Restore a copy, or move it away and enrol again: echo-iad enrol FOLDER --memory {path.parent}"
