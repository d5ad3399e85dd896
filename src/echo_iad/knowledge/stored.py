"""What a memory knows about an object, and which of its extracts were made from that. Knows no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.errors import KnowledgeError, UnknownNameError
from echo_iad.knowledge.extraction import knowledge_sha256
from echo_iad.knowledge.sources import ObjectKnowledge
from echo_iad.memory.extracts import Extract, options_sha256, question_key
from echo_iad.memory.records import StoredPassage
from echo_iad.memory.store import Memory


@dataclass(frozen=True)
class LatestExtract:
    """The newest extract for one question."""

    extract: Extract
    is_stale: bool
    """Whether the knowledge has changed since: the model has to be asked again."""


@dataclass(frozen=True)
class KnowledgeImport:
    """What an import of knowledge did."""

    passages: int
    """Sentences that the files hold."""
    objects: tuple[str, ...]
    """Whom they are about, sorted; ``""`` = every object."""


def store_knowledge(memory: Memory, found: Sequence[ObjectKnowledge]) -> KnowledgeImport:
    """Remember what was read from files; what the same files told before is replaced."""
    stored = [
        StoredPassage(object=about.object, topic=passage.topic, text=passage.text, source=passage.source)
        for about in found
        for passage in about.passages
    ]
    memory.add_knowledge(stored)
    return KnowledgeImport(len(stored), tuple(sorted({passage.object for passage in stored})))


def known_about(memory: Memory, object: str) -> tuple[KnowledgePassage, ...]:
    """All passages about an object, then the general ones; empty when there are none."""
    stored = [*memory.knowledge(object), *memory.knowledge("")]
    return tuple(KnowledgePassage(passage.text, passage.source, passage.topic) for passage in stored)


def described_objects(memory: Memory, object: str | None = None) -> list[str]:
    """Objects that the memory has knowledge about, sorted, or the one that is named.

    Raises
    ------
    KnowledgeError
        There is no knowledge about any object.
    UnknownNameError
        There is none about the one that is named.
    """
    names = sorted({passage.object for passage in memory.knowledge()} - {""})
    if not names:
        cure = f"echo-iad knowledge import FILE_OR_FOLDER --memory {memory.folder}"
        msg = f"The memory {memory.folder} knows nothing about any object. Import what is known with: {cure}"
        raise KnowledgeError(msg)
    if object is not None and object not in names:
        kind = "object with knowledge"
        raise UnknownNameError(kind, object, names)
    return names if object is None else [object]


def latest_extracts(memory: Memory, object: str | None = None) -> list[LatestExtract]:
    """For each question its extract from the knowledge as it is now, or else the newest; in the order of making.

    Parameters
    ----------
    memory : Memory
    object : str, optional
        Of this object alone.
    """
    found: dict[tuple[str, ...], LatestExtract] = {}
    states: dict[str, str] = {}
    for extract in memory.extracts.all(object):
        if extract.object not in states:
            states[extract.object] = knowledge_sha256(known_about(memory, extract.object))
        question = extract.question
        key = (extract.object, extract.question_type, question_key(question.text), options_sha256(question.options))
        is_stale = extract.knowledge_sha256 != states[extract.object]
        if not is_stale or key not in found or found[key].is_stale:
            found[key] = LatestExtract(extract, is_stale)
    return sorted(found.values(), key=lambda latest: latest.extract.id)
