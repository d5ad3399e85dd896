"""What a memory knows about an object, as questions get it. Knows no question."""

from __future__ import annotations

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.errors import KnowledgeError, UnknownNameError
from echo_iad.memory.store import Memory


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
