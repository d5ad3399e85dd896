"""The Context-Specific Relevance Extractor (paper, section 3.2): which sentences of the knowledge a question needs.

The paper asks GPT-4o; here a sentence counts by four signs: nearness in meaning to the question, its topic, its role
(names, places, looks, causes, effects, normal), and what the chosen ones already say. Nothing is fitted. Knows a text
encoder by its protocol, and no object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.domain.parts import FloatArray
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.encoders.base import TextEncoder
from echo_iad.encoders.remembering import remembering
from echo_iad.knowledge.roles import PROTOTYPES, Role, cues
from echo_iad.knowledge.sources import GOOD

Mode: TypeAlias = Literal["none", "domain", "context"]

_WANTED: dict[QuestionType, Mapping[Role, float]] = {
    QuestionType.DISCRIMINATION: {Role.NORMAL: 1.0},
    QuestionType.CLASSIFICATION: {Role.NAME: 1.0, Role.LOOKS: 0.5},
    QuestionType.LOCALIZATION: {Role.PLACE: 1.0},
    QuestionType.DESCRIPTION: {Role.LOOKS: 1.0},
    QuestionType.ANALYSIS: {Role.EFFECT: 1.0, Role.CAUSE: 0.5},
    QuestionType.OTHER: {Role.NAME: 1.0, Role.NORMAL: 0.5},
}
"""What each type of question wants to read."""

_ABOUT_GOOD = frozenset({QuestionType.DISCRIMINATION, QuestionType.OTHER})
_WEIGHTS = np.array([0.5, 0.3, 0.2], np.float32)
"""Of meaning, role and topic: meaning has to find what the question is about."""
_WEIGHTS_NAMED = np.array([0.3, 0.4, 0.3], np.float32)
"""The same when the question names its topic: the role has to choose among the topic's sentences."""
_ASKED_FOR = 3.0
"""What the question's own cue words add to a role that its type wants."""
_NOT_NAMED = 0.5
"""A topic that fits the type of question, against one that the question names (1)."""
_OFFERED = 0.8
"""A topic that an option names."""
_UNFIT = 0.1
"""A topic of the other kind, or any other when the question names one."""
_SAME = 0.95
"""Cosine from which two sentences say the same."""
_REPETITION = 0.3
"""What nearness to a chosen sentence costs."""
_ANOTHER_TOPIC = 0.25
"""What a second sentence of one topic costs when the question is which defect it is."""
_FLOOR = 0.6
"""Share of the best relevance below which a sentence does not help."""
_SHARPNESS = 8.0
_EMPTY_WORDS = frozenset(
    "a an and any are at bad by defect defects defective anomaly anomalies anomalous damage damaged for from in is it "
    "its item object of on or part parts picture product image surface the this to which what with".split()
)


@dataclass(frozen=True, eq=False)
class _Ranked:
    """Passages with all that the choice needs."""

    passages: tuple[KnowledgePassage, ...]
    vectors: FloatArray
    """(n, d) float32, unit length."""
    relevance: FloatArray
    """(n,) float32, 0 to 1; higher = more relevant."""


class RelevanceExtractor:
    """Chooses the passages that a question needs.

    Parameters
    ----------
    text_encoder : TextEncoder
        Nearness in meaning; each sentence is encoded once and remembered.
    capacity : int
        Sentences remembered.
    """

    def __init__(self, text_encoder: TextEncoder, *, capacity: int = 4096) -> None:
        self._encoder = remembering(text_encoder, capacity=capacity)

    def extract(
        self,
        passages: Sequence[KnowledgePassage],
        question: Question,
        question_type: QuestionType,
        *,
        mode: Mode,
        limit: int,
        seen: Sequence[str] = (),
    ) -> tuple[KnowledgePassage, ...]:
        """Choose from everything that is known about the object.

        Parameters
        ----------
        passages : sequence of KnowledgePassage
        question : Question
            Its options count, too.
        question_type : QuestionType
        mode : {"none", "domain", "context"}
            Nothing; all passages as they are; or those that the question needs.
        limit : int
            At most so many in ``context``.
        seen : sequence of str
            What the comparator saw, e.g. ``("darker spot", "in the centre")``.

        Returns
        -------
        tuple of KnowledgePassage
            ``context``: with relevance, most relevant first, fewer than ``limit`` when the others do not help;
            ``domain``: in the order given, not ranked.
        """
        if limit < 1:
            msg = f"limit must be 1 or more. Got {limit}."
            raise ValueError(msg)
        if mode == "none" or not passages:
            return ()
        if mode == "domain":
            return tuple(passages)
        ranked = self._rank(tuple(passages), question, question_type, seen)
        chosen = _choose(ranked, limit, spread=question_type is QuestionType.CLASSIFICATION)
        return tuple(replace(ranked.passages[i], relevance=round(float(ranked.relevance[i]), 4)) for i in chosen)

    def _rank(
        self,
        passages: tuple[KnowledgePassage, ...],
        question: Question,
        question_type: QuestionType,
        seen: Sequence[str],
    ) -> _Ranked:
        vectors = self._encoder.encode_texts([passage.text for passage in passages])
        query = self._encoder.encode_texts([". ".join((question.text.strip(), *question.options.values(), *seen))])[0]
        topics = [passage.topic for passage in passages]
        meaning = 0.7 * (vectors @ query) + 0.3 * _by_topic(vectors @ query, topics)
        topic_fit = _topic_fit(topics, question, question_type, seen)
        signs = (np.clip(meaning, 0, 1), self._role_fit(passages, vectors, question.text, question_type), topic_fit)
        relevance = (_WEIGHTS_NAMED if topic_fit.max() == 1 else _WEIGHTS) @ np.stack(signs)
        return _Ranked(passages, vectors, relevance)

    def _role_fit(
        self, passages: Sequence[KnowledgePassage], vectors: FloatArray, asked: str, question_type: QuestionType
    ) -> FloatArray:
        """(n,): how much of what the question wants each sentence does, 0 to 1."""
        wanted = np.array([_WANTED[question_type].get(role, 0.0) for role in Role], np.float32)
        wanted *= 1 + _ASKED_FOR * np.array(cues(asked), np.float32)  # "what caused it" wants causes before effects
        words = np.array([cues(passage.text) for passage in passages], np.float32)
        likeness = np.stack(
            [(vectors @ self._encoder.encode_texts(PROTOTYPES[role]).T).max(axis=1) for role in Role], axis=1
        )
        shares = np.exp(_SHARPNESS * (likeness - likeness.max(axis=1, keepdims=True)))
        shares /= shares.sum(axis=1, keepdims=True)
        fit: FloatArray = (words + shares) @ wanted / (2 * wanted.sum())
        return fit


def _by_topic(values: FloatArray, topics: Sequence[str]) -> FloatArray:
    """(n,): the mean of each passage's topic."""
    _, places = np.unique(np.array(topics), return_inverse=True)
    return (np.bincount(places, weights=values) / np.bincount(places))[places].astype(np.float32)


def _topic_fit(
    topics: Sequence[str], question: Question, question_type: QuestionType, seen: Sequence[str]
) -> FloatArray:
    """(n,): 1 for topics that the question names; without any, by its options and by what its type is about."""
    named = _content([question.text, *seen])
    mentions = {topic: _mention(topic, named) for topic in topics}
    if max(mentions.values()) == 1:
        return np.array([1 if mentions[topic] == 1 else _UNFIT for topic in topics], np.float32)
    offered = _content(question.options.values())
    about_good = question_type in _ABOUT_GOOD
    fits = {
        topic: max(
            _NOT_NAMED if (topic in {GOOD, ""}) == about_good else _UNFIT, mention, _OFFERED * _mention(topic, offered)
        )
        for topic, mention in mentions.items()
    }
    return np.array([fits[topic] for topic in topics], np.float32)


def _mention(topic: str, words: frozenset[str]) -> float:
    """Share of the topic's words that are among ``words``."""
    own = _content([topic])
    return sum(any(_alike(word, other) for other in words) for word in own) / len(own) if own else 0.0


def _content(texts: Iterable[str]) -> frozenset[str]:
    words = re.findall(r"[a-z0-9]+", " ".join(texts).lower().replace("colour", "color"))
    return frozenset(word for word in words if word not in _EMPTY_WORDS)


def _alike(first: str, second: str) -> bool:
    """Whether two words are forms of one: the first six letters, or all of the shorter one from four on."""
    shared = min(6, len(first), len(second))
    same_stem = shared >= 4 and first[:shared] == second[:shared]
    return same_stem or first.rstrip("s") == second.rstrip("s")


def _choose(ranked: _Ranked, limit: int, *, spread: bool) -> list[int]:
    """Indices, most relevant first: greedily the best after the cost of saying again what is chosen."""
    floor = _FLOOR * float(ranked.relevance.max())
    worth = np.where(ranked.relevance >= floor, ranked.relevance, -np.inf)
    nearest = np.zeros(len(worth), np.float32)
    topics = np.array([passage.topic for passage in ranked.passages])
    cost = np.zeros(len(worth), np.float32)
    chosen: list[int] = []
    while len(chosen) < min(limit, len(worth)):
        best = int(np.argmax(worth - _REPETITION * nearest - cost))
        if worth[best] == -np.inf:
            break
        chosen.append(best)
        nearest = np.maximum(nearest, ranked.vectors @ ranked.vectors[best])
        worth[nearest >= _SAME] = -np.inf
        worth[best] = -np.inf
        cost[topics == topics[best]] = _ANOTHER_TOPIC * spread
    return sorted(chosen, key=lambda index: -ranked.relevance[index])
