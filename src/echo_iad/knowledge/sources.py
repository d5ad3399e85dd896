"""Knowledge from files: MMAD's JSON, nested JSON, Markdown or text -> sentences with their sources.

Knows forms of files; knows no memory, no question and no encoder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.errors import KnowledgeError
from echo_iad.knowledge.sentences import plain_line, split_text

GOOD = "good"
"""Topic of what a good part looks like."""

MAX_BYTES = 16 * 2**20
"""Largest file that is read."""

_TEXT_SUFFIXES = frozenset({".md", ".markdown", ".txt"})
_GOOD_NAMES = frozenset({"good", "good part", "good parts", "normal", "normal part", "normal parts", "ok"})
_GENERAL_NAMES = frozenset({"general", "overview"})
_MMAD_TITLE = re.compile(r"^[ \t]*<([^<>\n]{1,200})>[ \t]*$", re.MULTILINE)
_MMAD_LABEL = re.compile(r"^\s*Description\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True)
class ObjectKnowledge:
    """Everything that was read about one object."""

    object: str
    """Its name as the file writes it."""
    passages: tuple[KnowledgePassage, ...]
    """One sentence each, in the order of the file; topics in small letters, ``good`` for good parts."""

    def __post_init__(self) -> None:
        if not self.object.strip() or not self.passages:
            msg = f"ObjectKnowledge needs an object and a passage. Got {self.object!r} and {len(self.passages)}."
            raise ValueError(msg)


@dataclass(frozen=True)
class _Piece:
    """A passage before it is sorted by object."""

    object: str
    passage: KnowledgePassage


def read_knowledge(path: Path, *, object: str | None = None) -> tuple[ObjectKnowledge, ...]:
    """Read a file or folder of knowledge.

    Parameters
    ----------
    path : Path
        A JSON file (``{dataset: {object: {topic: text}}}`` as MMAD writes it, ``{object: {topic: text}}``, or
        ``{object: text}``), a Markdown or text file about one object (``## topic`` opens a topic), or a folder of
        such Markdown and text files, each named after its object; a README and hidden files there are left out.
    object : str, optional
        Read only this object; of a Markdown or text file, and of JSON as ``{topic: text}``, the object's name, which
        is the file's name otherwise.

    Returns
    -------
    tuple of ObjectKnowledge
        One for each object, in the order of the source; an object of two data sets has the passages of both.

    Raises
    ------
    KnowledgeError
        Missing, unreadable, too large, of an unknown form, without any text, or without this object.
    """
    path = Path(path)
    pieces = _merged(_pieces(path, object))
    if not pieces:
        msg = f"The knowledge in {path} holds no text. Write sentences about an object, and import again."
        raise KnowledgeError(msg)
    if object is None:
        return pieces
    found = find_object(pieces, object)
    if found is None:
        names = sorted(known.object for known in pieces)
        nearest = get_close_matches(object, names, n=1)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        msg = f"The knowledge in {path} says nothing about the object {object!r}.{hint} It knows: {', '.join(names)}."
        raise KnowledgeError(msg)
    return (found,)


def find_object(known: Iterable[ObjectKnowledge], name: str) -> ObjectKnowledge | None:
    """Find an object by name; case, spaces, hyphens and underscores do not matter."""
    return next((entry for entry in known if object_key(entry.object) == object_key(name)), None)


def object_key(name: str) -> str:
    """Reduce a name to what tells objects apart: ``Steel Plate`` and ``steel_plate`` are one.

    Examples
    --------
    >>> object_key("Printed-Cap 2") == object_key("printed_cap2")
    True
    """
    return re.sub(r"[\s_-]+", "", name).casefold()


def topic_name(name: str) -> str:
    """Normalise a topic: small letters and spaces; ``good`` for good parts, empty for what is general.

    Examples
    --------
    >>> topic_name("Broken_Edge"), topic_name("Normal"), topic_name("Overview")
    ('broken edge', 'good', '')
    """
    words = " ".join(re.split(r"[\s_-]+", plain_line(name))).strip(" :").lower()
    return GOOD if words in _GOOD_NAMES else "" if words in _GENERAL_NAMES else words


def _pieces(path: Path, name: str | None) -> Iterator[_Piece]:
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if _is_object_file(file))
        if not files:
            msg = f"The folder {path} holds no Markdown or text file. Name each after its object, e.g. cap.md."
            raise KnowledgeError(msg)
        for file in files:
            yield from _text_pieces(_read(file), file.stem, file.name)
    elif path.suffix.lower() == ".json":
        yield from _json_pieces(path, name)
    elif path.suffix.lower() in _TEXT_SUFFIXES or not path.exists():
        yield from _text_pieces(_read(path), name or path.stem, path.name)
    else:
        msg = f"The knowledge file {path} has an unknown form. Allowed: .json, .md, .txt, or a folder of .md and .txt."
        raise KnowledgeError(msg)


def _is_object_file(file: Path) -> bool:
    hidden = file.name.startswith(".") or file.stem.lower() == "readme"
    return file.suffix.lower() in _TEXT_SUFFIXES and not hidden and file.is_file()


def _read(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            msg = f"The knowledge file {path} is too large: {size / 1e6:.0f} MB, allowed are {MAX_BYTES / 1e6:.0f}."
            raise KnowledgeError(msg)
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as fault:
        msg = f"The knowledge {path} does not exist. Check the path."
        raise KnowledgeError(msg) from fault
    except UnicodeDecodeError as fault:
        msg = f"The knowledge file {path} is no text in UTF-8 (byte {fault.start}). Save it as UTF-8."
        raise KnowledgeError(msg) from fault
    except (OSError, ValueError) as fault:
        msg = f"The knowledge file {path} cannot be read: {fault}."
        raise KnowledgeError(msg) from fault


def _text_pieces(text: str, name: str, source: str) -> Iterator[_Piece]:
    for sentence in split_text(text):
        topic = topic_name(sentence.heading)
        place = f"{source} > {topic}" if topic else source
        yield _Piece(name, KnowledgePassage(sentence.text, f"{place}, line {sentence.line}", topic))


def _json_pieces(path: Path, name: str | None) -> Iterator[_Piece]:
    try:
        tree = json.loads(_read(path), object_pairs_hook=_without_repeats(path))
    except RecursionError as fault:
        msg = f"The knowledge file {path} is nested too deeply. Allowed: data set, object, topic, text."
        raise KnowledgeError(msg) from fault
    except ValueError as fault:
        msg = f"The knowledge file {path} is no JSON: {fault}."
        raise KnowledgeError(msg) from fault
    for place, text in _leaves(tree, (), path):
        subject, topic = _subject(place, name, tree)
        source = " > ".join((path.name, *place))
        for part, line in _described(text, topic_name(topic)):
            yield _Piece(subject, KnowledgePassage(line, source, part))


def _without_repeats(path: Path) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries = dict(pairs)
        if len(entries) < len(pairs):
            names = [key for key, _ in pairs]
            twice = next(key for key in names if names.count(key) > 1)
            msg = f"The knowledge file {path} holds the key {twice!r} twice in one place. Join the two texts."
            raise KnowledgeError(msg)
        return entries

    return build


def _leaves(tree: Any, place: tuple[str, ...], path: Path) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(tree, str) and place:
        yield place, tree
    elif isinstance(tree, Mapping) and len(place) < 3:
        for key, below in tree.items():
            yield from _leaves(below, (*place, key), path)
    else:
        where = " > ".join(place) or "the top"
        what = "a deeper level" if isinstance(tree, Mapping) else type(tree).__name__
        msg = (
            f"The knowledge file {path} holds {what} at {where}. "
            "Allowed: {data set: {object: {topic: text}}}, {object: {topic: text}} or {object: text}."
        )
        raise KnowledgeError(msg)


def _subject(place: tuple[str, ...], name: str | None, tree: Mapping[str, Any]) -> tuple[str, str]:
    """Object and topic of a leaf, by its depth."""
    if len(place) > 1:
        return place[-2], place[-1]
    names_objects = name is None or object_key(name) in {object_key(key) for key in tree}
    return (place[0], "") if names_objects or name is None else (name, place[0])


def _described(text: str, topic: str) -> Iterator[tuple[str, str]]:
    """Topic and sentence, for each of MMAD's ``<Title> Description: ...``.

    A title that says more than the topic leads its first sentence; several titles are topics of their own.
    """
    opening, *titled = _MMAD_TITLE.split(text)
    yield from ((topic, sentence.text) for sentence in split_text(_MMAD_LABEL.sub("", opening)))
    titles, bodies = titled[::2], titled[1::2]
    for title, body in zip(map(plain_line, titles), bodies, strict=True):
        part = topic_name(title) if len(titles) > 1 else topic
        lines = [sentence.text for sentence in split_text(_MMAD_LABEL.sub("", body))]
        leads = part not in {GOOD, topic_name(title)}
        for number, line in enumerate(lines or [title]):
            yield part, f"{title}: {line}" if leads and lines and number == 0 else line


def _merged(pieces: Iterable[_Piece]) -> tuple[ObjectKnowledge, ...]:
    """Gather by object, without repeated sentences of one topic."""
    names: dict[str, str] = {}
    gathered: dict[str, dict[tuple[str, str], KnowledgePassage]] = {}
    for piece in pieces:
        key = object_key(piece.object)
        names.setdefault(key, piece.object.strip())
        passage = piece.passage
        gathered.setdefault(key, {}).setdefault((passage.topic, passage.text.casefold()), passage)
    return tuple(ObjectKnowledge(names[key], tuple(passages.values())) for key, passages in gathered.items())
