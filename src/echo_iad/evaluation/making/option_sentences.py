"""Sentences of knowledge as options: one for each type of defect, told apart by what they say and by nothing else.

A sentence serves a question when it tells what the question asks for: looks, effect or cause. Sentences that are
offered together must not say the same, and are chosen to be alike in length. Knows no picture; how a sentence becomes
an option is `option_wording`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from echo_iad.domain.parts import FloatArray
from echo_iad.encoders.base import TextEncoder
from echo_iad.encoders.remembering import remembering
from echo_iad.evaluation.making.option_wording import naming, option_forms, without_title
from echo_iad.knowledge.roles import PROTOTYPES, Role, cues
from echo_iad.knowledge.sources import GOOD, ObjectKnowledge, topic_name

_SAME = 0.78
"""Cosine from which two sentences say too much of the same to be told apart by looking."""
_SAME_TYPE = 0.9
"""Cosine between all that is said of two types, above which they are one type to the eye."""
_OWN_SHARE = 0.25
"""Share of an option's longer words that the knowledge must not use of the other types: else it fits them as well."""
_MOST_UNEQUAL = 1.6
"""The longest option against the shortest, in letters."""
_MOST_CANDIDATES = 6
"""For each type: four types have at most 6 ** 4 = 1,296 choices."""
_OF_THE_WHOLE = ("It ", "There ", "Around it ", "Along it ", "These ", "The surface ", "The defect")
"""How a sentence begins that is about the type as such."""
_CUED = 0.7
"""One cue word."""
_CAUSAL = re.compile(
    r"\b(?:caused by|due to|because of|results? (?:of|from)|resulting from|(?:stem|arise|come)s? from|attributed to|"
    r"indicative of|indicat\w+ (?:of )?(?:handling|manufactur|production|process)\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class _Sentence:
    text: str
    vector: FloatArray
    """(d,) float32, unit length."""


class OptionSentences:
    """What may be offered about the defects of one object.

    Parameters
    ----------
    known : ObjectKnowledge
    text_encoder : TextEncoder
        Tells whether two sentences say the same.
    """

    def __init__(self, known: ObjectKnowledge, text_encoder: TextEncoder) -> None:
        self._encoder = remembering(text_encoder)
        topics = dict.fromkeys(passage.topic for passage in known.passages if passage.topic not in {"", GOOD})
        self._found: dict[tuple[str, Role], tuple[_Sentence, ...]] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._centres: dict[str, FloatArray] = {}
        self._chosen: dict[tuple[frozenset[str], Role], dict[str, str] | None] = {}
        for topic in topics:
            others = [naming(other) for other in topics if other != topic and other not in topic]
            said = [without_title(passage.text) for passage in known.passages if passage.topic == topic]
            self._centres[topic] = _centre(self._encoder.encode_texts(said))
            self._words[topic] = frozenset().union(*map(_long_words, said))
            said = [text for text in said if not any(other.search(text) for other in others)]
            self._add(topic, [form for text in said for form in option_forms(text, topic)])

    def _add(self, topic: str, texts: Sequence[str]) -> None:
        texts = list(dict.fromkeys(texts))
        vectors = self._encoder.encode_texts(texts) if texts else np.empty((0, self._encoder.id.dimension), np.float32)
        told = [told_by(text, vector, self._encoder) for text, vector in zip(texts, vectors, strict=True)]
        for role in (Role.LOOKS, Role.EFFECT, Role.CAUSE):
            said = [
                _Sentence(*one)
                for one, tells in zip(zip(texts, vectors, strict=True), told, strict=True)
                if tells is role
            ]
            self._found[topic, role] = tuple(said)

    def tells(self, kind: str, role: Role) -> bool:
        """Whether the knowledge has a sentence that tells this about a type."""
        return bool(self._found.get((topic_name(kind), role)))

    def choose(self, types: Sequence[str], role: Role) -> dict[str, str] | None:
        """Find an option for each type, alike in length and different in what they say.

        Parameters
        ----------
        types : sequence of str
            Different types.
        role : Role
            ``LOOKS``, ``EFFECT`` or ``CAUSE``.

        Returns
        -------
        dict of str to str, or None
            Type -> option; None when no such set exists. The order of the types does not matter.
        """
        key = frozenset(types), role
        if key not in self._chosen:
            self._chosen[key] = self._best(sorted(types), role)
        return self._chosen[key]

    def _best(self, types: Sequence[str], role: Role) -> dict[str, str] | None:
        centres = [self._centres[topic_name(kind)] for kind in types if self.tells(kind, role)]
        if any(float(one @ other) > _SAME_TYPE for one, other in combinations(centres, 2)):
            return None
        fit = [self._distinct(kind, [other for other in types if other != kind], role) for kind in types]
        rated = [(_cost(choice), number, choice) for number, choice in enumerate(product(*fit))]
        if not rated:
            return None
        cost, _, choice = min(rated, key=lambda entry: entry[:2])
        return {kind: one.text for kind, one in zip(types, choice, strict=True)} if cost < math.inf else None

    def _distinct(self, kind: str, others: Sequence[str], role: Role) -> list[_Sentence]:
        """Sentences about a type that the knowledge does not say of the others too."""
        theirs = [one for other in others for one in self._found.get((topic_name(other), role), ())]
        words = frozenset[str]().union(*(self._words.get(topic_name(other), frozenset()) for other in others))
        own = self._found.get((topic_name(kind), role), ())
        return [one for one in own if _own_share(one.text, words) >= _OWN_SHARE and not _says(one, theirs)][
            :_MOST_CANDIDATES
        ]


def _long_words(text: str) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in re.findall(r"\w{4,}", text.casefold()))


def _own_share(text: str, of_others: frozenset[str]) -> float:
    words = _long_words(text)
    return len(words - of_others) / max(1, len(words))


def _centre(vectors: FloatArray) -> FloatArray:
    """(d,): the direction of the mean."""
    mean: FloatArray = vectors.mean(axis=0)
    centre: FloatArray = mean / np.linalg.norm(mean)
    return centre


def _says(one: _Sentence, others: Sequence[_Sentence]) -> bool:
    return any(float(one.vector @ other.vector) > _SAME for other in others)


def _cost(choice: Sequence[_Sentence]) -> float:
    """What speaks against offering sentences together: one meaning, several lengths, a part of a type."""
    lengths = [len(one.text) for one in choice]
    if max(lengths) > _MOST_UNEQUAL * min(lengths):
        return math.inf
    about_parts = sum(not one.text.startswith(_OF_THE_WHOLE) for one in choice) / len(choice)
    likeness = max(float(a.vector @ b.vector) for a, b in combinations(choice, 2))
    return likeness + math.log(max(lengths) / min(lengths)) + about_parts


def told_by(text: str, vector: FloatArray, encoder: TextEncoder) -> Role | None:
    """What a sentence tells: looks, effect or cause, where its words and its meaning agree on it; None elsewhere.

    Parameters
    ----------
    text : str
    vector : (d,) float32, unit length
        Its embedding.
    encoder : TextEncoder
        The one that made it.
    """
    word = dict(zip(Role, cues(text), strict=True))
    silent = {Role.NAME} if _CAUSAL.search(text) else {Role.NAME, Role.CAUSE}
    near = {role: float((encoder.encode_texts(PROTOTYPES[role]) @ vector).max()) for role in set(Role) - silent}
    meant = max(sorted(near), key=near.__getitem__)
    if meant in {Role.NORMAL, Role.PLACE} and word[Role.LOOKS] > max(word[Role.NORMAL], word[Role.PLACE]):
        meant = Role.LOOKS
    told = {role: word[role] for role in (Role.LOOKS, Role.EFFECT, Role.CAUSE) if role not in silent}
    return meant if meant in told and told[meant] >= max(_CUED, *told.values()) else None
