"""What is known against a benchmark's pictures: data faults, and use in known training sets. Marks, never removes.

Opens no picture. A mark says what somebody published about a picture or a whole data set; a picture without a mark may
still have been seen in training, since most models do not say what they were trained on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from echo_iad.errors import EvaluationError

MAX_BYTES = 2**24
"""Largest manifest that is read."""

_FORM = '{"marks": [{"mark": "fault: ...", "patterns": ["DATASET/OBJECT/*"], "source": "..."}]}'


@dataclass(frozen=True)
class KnownMark:
    """Something that is known about the pictures that match."""

    mark: str
    """What a record says, e.g. ``training: NAME`` or ``fault: what``."""
    patterns: tuple[str, ...]
    """Keys of pictures; ``*`` stands for any text, ``/`` included, ``?`` for one sign, ``[0-9]`` for one of several."""
    why: str = ""
    """What was done, or what is wrong."""
    source: str = ""
    """Where it is written."""
    date: str = ""
    """When the source was written, ``YYYY-MM-DD`` or ``YYYY-MM``."""

    def __post_init__(self) -> None:
        if not self.mark.strip() or not self.patterns or not all(self.patterns):
            msg = f"A mark needs a text and patterns. Got {self.mark!r} and {self.patterns}."
            raise ValueError(msg)

    def covers(self, image: str) -> bool:
        """Whether a picture's key matches; capitals count."""
        return self._matcher.match(image) is not None

    @cached_property
    def _matcher(self) -> re.Pattern[str]:
        return re.compile("|".join(translate(pattern) for pattern in self.patterns))


@dataclass(frozen=True)
class Manifest:
    """Marks of pictures, in the order in which a record lists them."""

    marks: tuple[KnownMark, ...] = ()

    def marks_of(self, image: str) -> tuple[str, ...]:
        """What is known against one picture, each mark once.

        Examples
        --------
        >>> manifest = Manifest((KnownMark("fault: blurred", ("VisA/*/00?.JPG",)),))
        >>> manifest.marks_of("VisA/cap/test/bad/001.JPG"), manifest.marks_of("VisA/cap/test/bad/010.JPG")
        (('fault: blurred',), ())
        """
        return tuple(dict.fromkeys(known.mark for known in self.marks if known.covers(image)))

    def plus(self, other: Manifest) -> Manifest:
        """The marks of both, these first."""
        return Manifest(self.marks + other.marks)


def known_manifest() -> Manifest:
    """What ships with Echo: published faults and training sets, each with its source.

    Examples
    --------
    >>> all(known.source and known.date and known.why for known in known_manifest().marks)
    True
    """
    file = resources.files("echo_iad") / "evaluation" / "benchmark" / "data" / "known_marks.json"
    return _manifest(json.loads(file.read_text(encoding="utf-8")), str(file))


def read_manifest(path: Path) -> Manifest:
    """Read marks of your own.

    Parameters
    ----------
    path : Path
        JSON, ``{"marks": [{"mark": ..., "patterns": [...], "why": ..., "source": ..., "date": ...}]}``; the last three
        may be left out.

    Raises
    ------
    EvaluationError
        The file is missing, unreadable, no JSON, or of another form.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            msg = f"The manifest {path} is larger than {MAX_BYTES >> 20} MiB. Mark whole folders with patterns."
            raise EvaluationError(msg)
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        msg = f"The manifest {path} cannot be read: {fault.strerror}. Write {_FORM}."
        raise EvaluationError(msg) from None
    except (ValueError, RecursionError) as fault:
        msg = f"The manifest {path} is no JSON: {fault}. Write {_FORM}."
        raise EvaluationError(msg) from None
    return _manifest(rows, str(path))


def _manifest(rows: Any, source: str) -> Manifest:
    listed = rows.get("marks") if isinstance(rows, dict) else None
    if not isinstance(listed, list):
        msg = f"The manifest {source} has no list of marks. Write {_FORM}."
        raise EvaluationError(msg)
    return Manifest(tuple(_mark(row, index, source) for index, row in enumerate(listed)))


def _mark(row: Any, index: int, source: str) -> KnownMark:
    fault = _fault(row)
    if fault:
        msg = f"Mark {index} of the manifest {source}: {fault}. Write {_FORM}."
        raise EvaluationError(msg)
    return KnownMark(**{**row, "patterns": tuple(row["patterns"])})


def _fault(row: Any) -> str:
    if not isinstance(row, Mapping):
        return "it is no mapping"
    unknown = sorted(set(row) - set(KnownMark.__dataclass_fields__))
    if unknown:
        return f"unknown name {unknown[0]!r}; known are {', '.join(KnownMark.__dataclass_fields__)}"
    patterns = row.get("patterns")
    if not isinstance(patterns, list) or not patterns or not all(isinstance(one, str) and one for one in patterns):
        return "it has no list of patterns"
    texts = {name: value for name, value in row.items() if name != "patterns"}
    if not str(texts.get("mark", "")).strip() or not all(isinstance(value, str) for value in texts.values()):
        return "its mark, why, source and date must be texts, the mark not empty"
    return ""
