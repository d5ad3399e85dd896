"""MMAD's JSON -> pictures and their questions, as the file has them. Looks up no file.

Every entry is taken for a stranger's: what cannot be used is named with its reason, and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from echo_iad.evaluation.benchmark.file_tree import refusal
from echo_iad.evaluation.benchmark.questions import Excluded
from echo_iad.evaluation.benchmark.subtasks import MMAD_TYPES, Subtask

CONVERSATION = "conversation"
"""MMAD's scripts ask the first list whose name starts so; ``annotated_conversation`` is another."""

_LEAST_PARTS = 4
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class AskedQuestion:
    """A question that can be asked."""

    index: int
    """0-based place in the conversation."""
    subtask: Subtask
    text: str
    options: Mapping[str, str]
    correct: str


@dataclass(frozen=True)
class PictureEntry:
    """A picture whose key may be looked up."""

    image: str
    questions: tuple[AskedQuestion, ...]
    random_templates: tuple[str, ...]
    similar_templates: tuple[str, ...]
    mask: str | None
    """Key of the mask, whether or not it is there."""

    @property
    def dataset(self) -> str:
        """First part of the key."""
        return self.image.split("/")[0]

    @property
    def product(self) -> str:
        """Second part of the key: the object."""
        return self.image.split("/")[1]

    @property
    def templates(self) -> tuple[str, ...]:
        """Keys of both lists, each once, whether or not they are there."""
        return tuple(dict.fromkeys(self.random_templates + self.similar_templates))

    @property
    def defective(self) -> bool:
        """False below a folder named ``good``; the object's own name does not count."""
        return "good" not in self.image.split("/")[2:-1]


@dataclass(frozen=True)
class Entries:
    """What a file of questions holds."""

    pictures: tuple[PictureEntry, ...]
    excluded: tuple[Excluded, ...]


def read_entries(rows: Mapping[str, Any]) -> Entries:
    """Sort the file's entries into those that can be asked about and those that cannot.

    Parameters
    ----------
    rows : mapping of str to anything
        The parsed file: key of a picture -> its entry.

    Examples
    --------
    >>> rows = {"VisA/cap/test/bad/0.JPG": {"conversation": [{"Question": "Where?", "Answer": "C"}]}}
    >>> read_entries(rows).excluded[0].why
    'the question has no type of MMAD: None'
    """
    pictures, excluded = [], []
    for image, row in rows.items():
        why = _picture_fault(image, row)
        if why:
            excluded.append(Excluded(_printable(image), why))
            continue
        questions = []
        for index, asked in enumerate(_conversation(row)):
            question = _question(index, asked)
            if isinstance(question, AskedQuestion):
                questions.append(question)
            else:
                excluded.append(Excluded(image, question, index))
        pictures.append(_picture(image, row, questions))
    return Entries(tuple(pictures), tuple(excluded))


def is_entry(row: Any) -> bool:
    """Whether something has the form of a picture's entry: it holds a list of questions."""
    return isinstance(row, dict) and bool(_conversation(row))


def _picture_fault(image: str, row: Any) -> str:
    if refusal(image):
        return refusal(image)
    if image.count("/") + 1 < _LEAST_PARTS:
        return "the path has no data set, object and type: wanted DATASET/OBJECT/.../TYPE/PICTURE"
    if not is_entry(row):
        return f"the entry has no list of questions under a name that starts with {CONVERSATION!r}"
    return ""


def _conversation(row: Mapping[str, Any]) -> list[Any]:
    listed = next((value for name, value in row.items() if name.startswith(CONVERSATION)), None)
    return listed if isinstance(listed, list) else []


def _picture(image: str, row: Mapping[str, Any], questions: Iterable[AskedQuestion]) -> PictureEntry:
    mask = row.get("mask_path")
    return PictureEntry(
        image=image,
        questions=tuple(questions),
        random_templates=_texts(row.get("random_templates")),
        similar_templates=_texts(row.get("similar_templates")),
        mask="/".join([*image.split("/")[:2], mask]) if isinstance(mask, str) and mask else None,
    )


def _question(index: int, asked: Any) -> AskedQuestion | str:
    """The question, or why it cannot be asked."""
    if not isinstance(asked, dict):
        return "the question is no mapping"
    kind, text, options, answer = (asked.get(name) for name in ("type", "Question", "Options", "Answer"))
    if not isinstance(kind, str) or kind not in MMAD_TYPES:
        return f"the question has no type of MMAD: {_shortened(kind)}"
    if not _is_text(text):
        return "the question has no text"
    if not isinstance(options, dict) or len(options) < 2:
        return "the question has fewer than two options"
    if not all(_is_text(letter) and _is_text(option) for letter, option in options.items()):
        return "an option has no text"
    if not isinstance(answer, str) or answer not in options:
        return f"the answer {_shortened(answer)} is none of the options {', '.join(options)}"
    return AskedQuestion(index, MMAD_TYPES[kind], text, options, answer)


def _is_text(value: Any) -> TypeGuard[str]:
    """Words that can be written down again: half a surrogate pair, which JSON can hold, cannot."""
    return isinstance(value, str) and bool(value.strip()) and (value.isascii() or not _SURROGATE.search(value))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()


def _shortened(value: Any) -> str:
    return _printable(repr(value))[:60]


def _printable(text: str) -> str:
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
