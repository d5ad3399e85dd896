"""What is known about an object's defects, and which of them fits what was seen. Knows no question."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from echo_iad.deciders.embedded.attributes import agreement, color_agreement, expectation, gist
from echo_iad.deciders.embedded.focus import Focus, sentence_focus
from echo_iad.deciders.embedded.kinds import kind_fit
from echo_iad.deciders.embedded.lexicon import Attribute
from echo_iad.deciders.embedded.words import sentences
from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.domain.parts import FloatArray

GOOD = "good"
COLOR_SHARE = 0.2
_SHARPNESS = 2.0
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


def beliefs(
    topics: Sequence[Topic],
    seen: Mapping[Attribute, float],
    colors: Sequence[str] = (),
    kinds: FloatArray | None = None,
) -> list[float]:
    """Probability of each topic from the looks alone.

    Parameters
    ----------
    topics : sequence of Topic
    seen : mapping of Attribute to float
        Measured attributes, -1 to 1.
    colors : sequence of str
        Names of the colours seen where the part differs.
    kinds : (kinds,) float64, optional
        Probability of each of `kind_words.KINDS`.

    Returns
    -------
    list of float
        One for each topic; they sum to one. Equal when nothing was measured.
    """
    weights = [math.exp(_SHARPNESS * _fit(topic, seen, colors) + kind_fit(topic.name, kinds)) for topic in topics]
    return [weight / sum(weights) for weight in weights]


def _fit(topic: Topic, seen: Mapping[Attribute, float], colors: Sequence[str]) -> float:
    text = " ".join(topic.sentences)
    by_name, by_text = agreement(expectation(topic.name), seen), agreement(gist(text), seen)
    return 0.6 * by_name + 0.4 * by_text + COLOR_SHARE * color_agreement(text, colors)
