"""What a run's answers can rest on of the knowledge in a memory, as digests. Knows no question and no model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from echo_iad.knowledge.extraction import knowledge_sha256
from echo_iad.knowledge.stored import known_about
from echo_iad.memory.extracts import Extract, Review, options_sha256, question_key
from echo_iad.memory.store import Memory
from echo_iad.settings import KnowledgeSettings


def knowledge_digests(memory: Memory, objects: Iterable[str], settings: KnowledgeSettings) -> dict[str, str]:
    """Digest of what may reach a decision about each object: equal digests, equal knowledge.

    That is all passages and, where a model picks among them, what people said to its picks. Picks that nobody saw are
    left out, for a run makes them as it goes.

    Parameters
    ----------
    memory : Memory
    objects : iterable of str
    settings : KnowledgeSettings

    Returns
    -------
    dict of str to str
        Object -> hex digest, sorted; empty when the settings want no knowledge.
    """
    if settings.mode == "none":
        return {}
    picked = settings.mode == "context" and settings.extractor == "model"
    return {name: _digest(memory, name, picked=picked) for name in sorted(set(objects))}


def _digest(memory: Memory, name: str, *, picked: bool) -> str:
    known = knowledge_sha256(known_about(memory, name))
    extracts = memory.extracts.all(name) if picked else []
    usable = [each for each in extracts if each.knowledge_sha256 == known and each.review is not Review.PENDING]
    return hashlib.sha256(json.dumps([known, sorted(map(_said_to, usable))]).encode()).hexdigest()


def _said_to(extract: Extract) -> tuple[str, ...]:
    """What a person said to an extract: the question, the verdict, and the passages that count, in their order."""
    asked = (extract.question_type.value, question_key(extract.question.text), options_sha256(extract.question.options))
    passages = json.dumps([(passage.topic, passage.text, passage.source) for passage in extract.passages])
    return (*asked, extract.review.value, passages)
