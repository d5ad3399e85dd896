"""What is known about an object's defects, and which of them fits what was seen. Knows no question."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from echo_iad.deciders.embedded.attributes import agreement, expectation, gist
from echo_iad.deciders.embedded.focus import Focus, sentence_focus
from echo_iad.deciders.embedded.lexicon import Attribute
from echo_iad.deciders.embedded.words import sentences
from echo_iad.domain.evidence import KnowledgePassage

GOOD = "good"
_GENERAL = frozenset({"", "combined", "general", "overview"})


@dataclass(frozen=True)
class Topic:
    """One defect and the sentences about it."""

    name: str
    """In words: ``broken edge``."""
    sentences: tuple[str, ...]
    source: str

    def told(self, focus: Focus) -> tuple[str, ...]:
        """Sentences that tell of ``focus``; all of them when none does."""
        return tuple(line for line in self.sentences if sentence_focus(line) is focus) or self.sentences


def defect_topics(passages: Sequence[KnowledgePassage]) -> tuple[Topic, ...]:
    """List the defects that the knowledge names, in its order."""
    return tuple(topic for topic in _grouped(passages) if topic.name not in _GENERAL | {GOOD})


def good_sentences(passages: Sequence[KnowledgePassage]) -> tuple[str, ...]:
    """List what is known of good parts, and what is general."""
    return tuple(line for topic in _grouped(passages) if topic.name in _GENERAL | {GOOD} for line in topic.sentences)


def _grouped(passages: Sequence[KnowledgePassage]) -> list[Topic]:
    groups: dict[str, list[KnowledgePassage]] = {}
    for passage in passages:
        groups.setdefault(passage.topic.replace("_", " ").replace("-", " ").strip().lower(), []).append(passage)
    return [
        Topic(name, tuple(line for passage in group for line in sentences(passage.text)), group[0].source)
        for name, group in groups.items()
    ]


def beliefs(topics: Sequence[Topic], seen: Mapping[Attribute, float], *, sharpness: float = 2.0) -> list[float]:
    """Probability of each topic from the looks alone: its name's and its text's expectations against the seen.

    Returns
    -------
    list of float
        One for each topic; they sum to one. Equal when nothing was measured.
    """
    fits = [
        0.6 * agreement(expectation(topic.name), seen) + 0.4 * agreement(gist(" ".join(topic.sentences)), seen)
        for topic in topics
    ]
    weights = [math.exp(sharpness * fit) for fit in fits]
    return [weight / sum(weights) for weight in weights]
