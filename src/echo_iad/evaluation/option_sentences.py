"""Sentences of knowledge as options: one for each type of defect, told apart by what they say and by nothing else.

A sentence serves a question when it tells what the question asks for: looks, effect or cause. It is used as it stands,
without the type's own name where that can be left out, or cut after its first clause. Sentences that are offered
together must not say the same, and are chosen to be alike in length. Knows no picture.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from echo_iad.domain.parts import FloatArray
from echo_iad.encoders.base import TextEncoder
from echo_iad.encoders.remembering import remembering
from echo_iad.knowledge.roles import PROTOTYPES, Role, cues
from echo_iad.knowledge.sources import GOOD, ObjectKnowledge, topic_name

_SAME = 0.78
"""Cosine from which two sentences say too much of the same to be told apart by looking."""
_OWN_SHARE = 0.25
"""Share of an option's longer words that the knowledge must not use of the other types: else it fits them as well."""
_MOST_UNEQUAL = 1.6
"""The longest option against the shortest, in letters."""
_WORDS = range(4, 41)
_MOST_CANDIDATES = 6
"""For each type: four types have at most 6 ** 4 = 1,296 choices."""
_SHARPNESS = 8.0
_TITLE = re.compile(r"^[^.:,;]{2,60}: (?=[A-Z])")
_OPENING = re.compile(
    r"^(?:visually|overall|additionally|typically|usually|generally|furthermore|moreover), ", re.IGNORECASE
)
_CLAUSE_END = re.compile(
    r"(?:;|, (?:which|so that|so|because|but|while|suggesting|indicating|making|leading|resulting|potentially|"
    r"and it|and the)\b"
    r"| (?:so that|because)\b)"
)
_NOT_ALWAYS = re.compile(
    r"^(?:in (?:some|certain|many|other)|some|sometimes|occasionally|often|a few|others)\b", re.IGNORECASE
)
_NEGATED = re.compile(
    r"^\S+(?: \S+){0,4}? (?:does|do|is|are|can|may|will|has|have)(?:n't|not| not| no)\b", re.IGNORECASE
)
_REMEDY = re.compile(
    r"\b(?:can|could|may|must|should)(?: \w+)? be (?:repaired|reworked|removed|sealed|cleaned|washed|picked|polished|"
    r"soldered|replaced|corrected|mended|fixed)\b",
    re.IGNORECASE,
)
_ARTICLE = r"(?:a|an|the|this|such an?)"
_THIRD_PERSON = r" (?!this|its|as)[a-z]+[^s\W]s\b"
_VERB = rf"(?= (?:is|was|has|can|may|might|could|will|would|also|often|usually|typically|mostly)\b|{_THIRD_PERSON})"
_AFTER_IT = rf"(?=[,.;:]|$| (?:is|has|can|may|could|will|the|a|an|in|on|to)\b|{_THIRD_PERSON})"
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
        self._chosen: dict[tuple[frozenset[str], Role], dict[str, str] | None] = {}
        for topic in topics:
            others = [_named(other) for other in topics if other != topic and other not in topic]
            said = [_TITLE.sub("", passage.text) for passage in known.passages if passage.topic == topic]
            self._words[topic] = frozenset().union(*map(_long_words, said))
            said = [text for text in said if not any(other.search(text) for other in others)]
            self._add(topic, [form for text in said for form in _forms(text, topic)])

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


def _forms(text: str, topic: str) -> Iterator[str]:
    """Yield the sentence without the type's name, and the same cut after its first clause."""
    plain = _without_name(_OPENING.sub("", text), topic)
    if any(unfit.search(plain) for unfit in (_NEGATED, _NOT_ALWAYS, _REMEDY)):
        return  # what a defect does not do, or does now and then, is no answer about one picture
    forms = [plain]
    cut = _CLAUSE_END.search(plain)
    if cut:
        forms.append(f"{plain[: cut.start()].rstrip(' ,;')}.")
    yield from (form for form in forms if len(form.split()) in _WORDS and form.count("(") == form.count(")"))


def _without_name(text: str, topic: str) -> str:
    """Say "it" for the type, so that an option does not give its type away, where English allows it."""
    own = _pattern(topic)
    anything = f"(?:{own}|defect|anomaly|fault|flaw)"
    plain = re.sub(rf"^at {_ARTICLE} {own}\b,?", "There", text, flags=re.IGNORECASE)
    plain = re.sub(
        rf"^(along|around|near|beside|below|under|behind) {_ARTICLE} {own}\b,?", r"\1 it", plain, flags=re.IGNORECASE
    )
    plain = re.sub(rf"^{_ARTICLE} {anything}{_VERB}", "It", plain, flags=re.IGNORECASE)
    plain = re.sub(rf" at {_ARTICLE} {own}{_AFTER_IT}", " there", plain, flags=re.IGNORECASE)
    plain = re.sub(rf" (of|in|with|from|through) {_ARTICLE} {own}{_AFTER_IT}", r" \1 it", plain, flags=re.IGNORECASE)
    return plain[:1].upper() + plain[1:]


def _named(topic: str) -> re.Pattern[str]:
    return re.compile(rf"\b{_pattern(topic)}(?:s|es)?\b", re.IGNORECASE)


def _pattern(topic: str) -> str:
    return "[ _-]".join(map(re.escape, topic.split()))


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
