"""What a model wrote when it was asked which sentences help -> sentences of the knowledge, word for word.

Strict: the model picks by number, or repeats a sentence exactly; whatever else it writes never becomes knowledge. Knows
no model.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from echo_iad.domain.evidence import KnowledgePassage

_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"\A```(?:json)?\s*(.*?)\s*```\Z", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True)
class Picks:
    """What a model picked."""

    passages: tuple[KnowledgePassage, ...]
    """Each once, in the model's order, with relevance 1; empty = it says that nothing helps."""
    refused: int
    """How many of its picks are not in the knowledge: numbers out of range, and words of its own."""


def read_picks(written: str, passages: Sequence[KnowledgePassage]) -> Picks | None:
    """Read a list of numbers, counted from 1, and of sentences that are repeated exactly.

    Parameters
    ----------
    written : str
        A JSON list and nothing else, at most in a code fence or after thoughts in ``<think>``.
    passages : sequence of KnowledgePassage
        What the model was shown, in that order.

    Returns
    -------
    Picks or None
        None when it is no list, or when nothing in the list is in the knowledge.

    Examples
    --------
    >>> known = [KnowledgePassage("It is blue.", "cap.md"), KnowledgePassage("It is round.", "cap.md")]
    >>> picks = read_picks('[2, "It is blue.", "It is green.", 7]', known)
    >>> [passage.text for passage in picks.passages], picks.refused
    (['It is round.', 'It is blue.'], 2)
    >>> read_picks("Number 2 helps most.", known) is None
    True
    """
    listed = _listed(written)
    if listed is None:
        return None
    places = [_place(entry, passages) for entry in listed]
    found = list(dict.fromkeys(place for place in places if place is not None))
    if listed and not found:
        return None
    return Picks(tuple(replace(passages[place], relevance=1.0) for place in found), places.count(None))


def knowledge_sha256(passages: Sequence[KnowledgePassage]) -> str:
    """Digest of passages, whatever their order: the same digest, the same knowledge."""
    said = sorted((passage.topic, passage.text, passage.source) for passage in passages)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _listed(written: str) -> list[object] | None:
    text = _THOUGHT.sub("", written).strip()
    fenced = _FENCE.match(text)
    try:
        listed = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        return None
    return listed if isinstance(listed, list) else None


def _place(entry: object, passages: Sequence[KnowledgePassage]) -> int | None:
    """0-based place of the passage that an entry of the list means; None = it means none."""
    if isinstance(entry, str) and not _NUMBER.fullmatch(entry.strip()):
        return next((place for place, passage in enumerate(passages) if passage.text == entry.strip()), None)
    if isinstance(entry, bool) or not isinstance(entry, int | str):
        return None
    number = int(entry)
    return number - 1 if 1 <= number <= len(passages) else None
