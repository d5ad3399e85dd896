"""Finds the files that a benchmark's keys name, and trusts no key. Opens no file; lists each folder once.

A key comes from a file that somebody else wrote, so it may only lead below the root, or into a data set or object
that the root's owner laid there as a link: MMAD's own instructions lay data sets out by links.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from echo_iad.images.loading import SUFFIXES

_NO_PART_OF_A_PLAIN_PATH = re.compile(r"[\\:]|/[./]")
_NOT_PLAIN = "the path is not plain: parts joined by /, none of them empty or with a dot before it"


@dataclass(frozen=True)
class Found:
    """A key's file, or why it has none."""

    path: Path | None
    why: str = ""


@dataclass(frozen=True)
class _Listing:
    """What one folder holds."""

    files: Mapping[str, str]
    """Name -> real place."""
    outside: frozenset[str] = frozenset()
    """Names of links that lead out of the benchmark."""
    is_outside: bool = False
    """Whether the folder itself does."""


class FileTree:
    """Files below the root of a benchmark, by key.

    Parameters
    ----------
    root : Path
        The benchmark's folder; keys are paths below it, with ``/``.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._listings: dict[str, _Listing] = {}
        self._found: dict[str, Found] = {}
        self._homes: dict[str, tuple[str, ...]] = {}

    def find(self, key: str) -> Found:
        """The file that a key names exactly; another suffix or another case is another file."""
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._find(key)
        return found

    def pictures(self, folder: str) -> tuple[str, ...]:
        """Keys of the pictures that lie directly in a folder, sorted; none when it is not there."""
        listing = self._listing(folder)
        if listing.is_outside:
            return ()
        keys = (f"{folder}/{name}" for name in sorted(listing.files))
        return tuple(key for key in keys if not refusal(key))

    def real_place(self, key: str) -> str:
        """Where a key's file truly lies: the same for two keys that lead to one file; the key when there is none."""
        folder, _, name = key.rpartition("/")
        return self._listing(folder).files.get(name, key)

    def _find(self, key: str) -> Found:
        why = refusal(key)
        if why:
            return Found(None, why)
        folder, _, name = key.rpartition("/")
        listing = self._listing(folder)
        if listing.is_outside or name in listing.outside:
            return Found(None, "the path leads out of the benchmark through a link")
        if name not in listing.files:
            return Found(None, "the file is not there")
        return Found(self._root / key)

    def _listing(self, folder: str) -> _Listing:
        known = self._listings.get(folder)
        if known is None:
            known = self._listings[folder] = self._listed(folder)
        return known

    def _listed(self, folder: str) -> _Listing:
        homes = self._homes_of(folder)
        place = os.path.realpath(self._root / folder)
        if not _is_below(place, homes):
            return _Listing({}, is_outside=True)
        files, outside = {}, set()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    real = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
                    if not _is_below(real, homes):
                        outside.add(entry.name)
                    elif entry.is_file():
                        files[entry.name] = real
        except OSError:
            return _Listing({})
        return _Listing(files, frozenset(outside))

    def _homes_of(self, folder: str) -> tuple[str, ...]:
        """Real places of the root, the data set and the object: where the owner's own links may lead."""
        home = "/".join(folder.split("/")[:2])
        if home not in self._homes:
            places = (self._root, self._root / home.split("/")[0], self._root / home)
            self._homes[home] = tuple(os.path.realpath(place) for place in places)
        return self._homes[home]


def refusal(key: str) -> str:
    """Why a key names no picture below the root, whatever is there; empty when it may.

    Examples
    --------
    >>> refusal("VisA/cap/test/bad/000.JPG")
    ''
    >>> refusal("VisA/../000.JPG")
    'the path is not plain: parts joined by /, none of them empty or with a dot before it'
    """
    if not key.isprintable() or _NO_PART_OF_A_PLAIN_PATH.search(f"/{key}/"):
        return _NOT_PLAIN
    if f".{key.rpartition('.')[2].lower()}" not in SUFFIXES:
        return f"the name is no picture's; pictures end in {', '.join(sorted(SUFFIXES))}"
    return ""


def _is_below(place: str, homes: tuple[str, ...]) -> bool:
    return any(place == home or place.startswith(home.rstrip(os.sep) + os.sep) for home in homes)
