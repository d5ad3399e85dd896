"""Extracts: which passages a model picked for a question about an object, and what a person said to that.

One extract is kept for each object, question and state of the knowledge. What a person said is never overwritten; when
the knowledge changes it stays, as the extract of the knowledge that it was made from. Knows no model.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.memory.database import Database, Row

_COLUMNS = (
    "object, question_type, question, options, knowledge_sha256, picked, refused, model, made_at, "
    "review, edited, author, reviewed_at, id"
)
_KEY = "object = ? AND question_type = ? AND question_key = ? AND options_sha256 = ?"


class Review(StrEnum):
    """What a person said to an extract."""

    PENDING = "pending"
    """Nothing yet."""
    APPROVED = "approved"
    """It is right as the model picked it."""
    EDITED = "edited"
    """Other passages, or the person's own words, stand in its place."""
    REJECTED = "rejected"
    """It is of no use."""


@dataclass(frozen=True)
class Extract:
    """The passages that bear on one question about one object."""

    object: str
    question_type: QuestionType
    question: Question
    """As it was put; another wording of case, spaces and end marks, and another order of the options, is the same."""
    knowledge_sha256: str
    """Digest of the knowledge that it was picked from."""
    picked: tuple[KnowledgePassage, ...]
    """What the model picked, most helpful first; empty = nothing helps."""
    refused: int
    """How many of the model's picks are not in the knowledge."""
    model: str
    """``BACKEND:NAME`` of the model that picked."""
    made_at: str = ""
    """ISO 8601, UTC; set by the memory."""
    review: Review = Review.PENDING
    edited: tuple[KnowledgePassage, ...] | None = field(default=None, kw_only=True)
    """What a person put in place of the picks."""
    author: str = field(default="", kw_only=True)
    """Who reviewed it; empty while it is pending."""
    reviewed_at: str = field(default="", kw_only=True)
    """ISO 8601, UTC; empty while it is pending."""
    id: int = field(default=0, kw_only=True)
    """Its number in the memory; set by the memory."""

    @property
    def passages(self) -> tuple[KnowledgePassage, ...]:
        """What counts: the person's choice, else the model's."""
        return self.picked if self.edited is None else self.edited

    @property
    def is_reviewed(self) -> bool:
        """Whether a person stands behind what counts."""
        return self.review in {Review.APPROVED, Review.EDITED}


class Extracts:
    """The extracts of one memory; a memory of the first format that is open for reading only has none.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._there = database.has_table("extract")

    def find(
        self, object: str, question_type: QuestionType, question: Question, knowledge_sha256: str
    ) -> Extract | None:
        """The extract for a question, made from this state of the knowledge; None when there is none."""
        if not self._there:
            return None
        sql = f"SELECT {_COLUMNS} FROM extract WHERE {_KEY} AND knowledge_sha256 = ?"  # noqa: S608  constants only
        rows = self._database.rows(sql, (*_key(object, question_type, question), knowledge_sha256))
        return _extract(rows[0]) if rows else None

    def former(self, extract: Extract) -> Extract | None:
        """What a person said last to the same question when the knowledge was another; None when nobody did."""
        sql = (
            f"SELECT {_COLUMNS} FROM extract WHERE {_KEY} AND knowledge_sha256 != ? AND review != 'pending' "  # noqa: S608  constants only
            "ORDER BY reviewed_at DESC, id DESC LIMIT 1"
        )
        key = _key(extract.object, extract.question_type, extract.question)
        rows = self._database.rows(sql, (*key, extract.knowledge_sha256))
        return _extract(rows[0]) if rows else None

    def all(self, object: str | None = None) -> list[Extract]:
        """Every extract of one object, or of all, in the order in which they were made."""
        if not self._there:
            return []
        sql = f"SELECT {_COLUMNS} FROM extract WHERE ?1 IS NULL OR object = ?1 ORDER BY id"  # noqa: S608  constants only
        return [_extract(row) for row in self._database.rows(sql, (object,))]

    def keep(self, extract: Extract) -> None:
        """Store a model's picks as pending; they replace earlier ones, unless a person approved or edited those.

        Raises
        ------
        MemoryStoreError
            The memory is open for reading only, or its folder may not be written.
        MemoryLockedError
            Another process is writing.
        """
        names = (
            "object, question_type, question_key, options_sha256, knowledge_sha256, question, options, picked, "
            "refused, model, made_at, review, author, reviewed_at"
        )
        values = (
            *_key(extract.object, extract.question_type, extract.question),
            extract.knowledge_sha256,
            extract.question.text,
            json.dumps(dict(extract.question.options), ensure_ascii=False),
            _written(extract.picked),
            extract.refused,
            extract.model,
            _now(),
        )
        anew = "question, options, picked, refused, model, made_at, review, author, reviewed_at".split(", ")
        replaced = ", ".join(f"{name} = excluded.{name}" for name in anew)
        with self._database.transaction():
            self._database.change(
                f"INSERT INTO extract ({names}) VALUES ({', '.join('?' * len(values))}, 'pending', '', '') "  # noqa: S608  constants only
                "ON CONFLICT (object, question_type, question_key, options_sha256, knowledge_sha256) "
                f"DO UPDATE SET {replaced} WHERE review IN ('pending', 'rejected')",
                values,
            )

    def review(
        self, seen: Extract, review: Review, *, author: str, edited: Sequence[KnowledgePassage] | None = None
    ) -> bool:
        """Write down what a person says to an extract; it is on the disk when this returns.

        Parameters
        ----------
        seen : Extract
            As the person saw it.
        review : Review
        author : str
            Who says it.
        edited : sequence of KnowledgePassage, optional
            What counts instead of the picks; with `Review.EDITED` alone.

        Returns
        -------
        bool
            False: somebody reviewed it or picked anew since it was seen, so nothing is written down.

        Raises
        ------
        MemoryStoreError
            The memory may not be written.
        MemoryLockedError
            Another process is writing.
        ValueError
            There is no author, or passages and state do not fit.
        """
        if not author.strip() or (edited is not None) is not (review is Review.EDITED):
            msg = f"A review has an author, and passages when it edits. Got {review} by {author!r}."
            raise ValueError(msg)
        passages = None if edited is None else _written(edited)
        with self._database.transaction():
            changed = self._database.change(
                "UPDATE extract SET review = ?, edited = ?, author = ?, reviewed_at = ? "
                "WHERE id = ? AND picked = ? AND review = ? AND author = ? AND reviewed_at = ?",
                (
                    *(review.value, passages, author.strip(), _now()),
                    *(seen.id, _written(seen.picked), seen.review.value, seen.author, seen.reviewed_at),
                ),
            )
        return bool(changed.rowcount)


def question_key(text: str) -> str:
    r"""What tells questions apart: their words, not case, spaces or end marks.

    Examples
    --------
    >>> question_key("  Where is\nthe Dent?") == question_key("where is the dent")
    True
    """
    return re.sub(r"[\s.?!]+$", "", " ".join(unicodedata.normalize("NFKC", text).casefold().split()))


def options_sha256(options: Mapping[str, str]) -> str:
    """Digest of the options' texts, whatever their labels and order."""
    return hashlib.sha256(json.dumps(sorted(map(question_key, options.values()))).encode()).hexdigest()


def _key(object: str, question_type: QuestionType, question: Question) -> tuple[str, str, str, str]:
    return object, question_type.value, question_key(question.text), options_sha256(question.options)


def _written(passages: Sequence[KnowledgePassage]) -> str:
    return json.dumps([asdict(passage) for passage in passages], ensure_ascii=False)


def _read(written: str) -> tuple[KnowledgePassage, ...]:
    return tuple(KnowledgePassage(**fields) for fields in json.loads(written))


def _extract(row: Row) -> Extract:
    name, kind, text, options, knowledge, picked, refused, model, made_at, review, edited, author, when, number = row
    return Extract(
        object=name,
        question_type=QuestionType(kind),
        question=Question(text, json.loads(options)),
        knowledge_sha256=knowledge,
        picked=_read(picked),
        refused=refused,
        model=model,
        made_at=made_at,
        review=Review(review),
        edited=None if edited is None else _read(edited),
        author=author,
        reviewed_at=when,
        id=number,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
