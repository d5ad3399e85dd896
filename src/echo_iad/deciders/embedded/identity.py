"""Questions outside the five types (what is this, what is it for): from the object's name and knowledge."""

from __future__ import annotations

import math
import re

import numpy as np

from echo_iad.deciders.embedded.aims import asking_part
from echo_iad.deciders.embedded.case import Answer, Case
from echo_iad.deciders.embedded.effects import denies, harm
from echo_iad.deciders.embedded.fact_words import color_fit, looked_at, trait_fit
from echo_iad.deciders.embedded.part_facts import facts_of
from echo_iad.deciders.embedded.polarity import Side, valence
from echo_iad.deciders.embedded.scoring import ScoredOption, Term
from echo_iad.deciders.embedded.topics import good_sentences

_SHARPNESS = 10.0
"""Cosines of sentence vectors to log-likelihood: 0.1 closer is worth 1."""
_ASKS_NAME = re.compile(
    r"\b(what|which) (kind|type|sort) of (object|product|part|item|thing|component)\b|"
    r"\b(what|which) (object|product|part|item|thing|component) is\b|"
    r"\bwhat('s| is| are) (this|that|it|these|the) ?(object|product|part|item|thing|component)?s? ?(called)?\W*$|"
    r"\b(its|the) name\b"
)
_CONDITION = re.compile(
    r"\b(?:conditions?|state|quality|consistency|intact|damaged?|defects?|flaws?|worn|wear|signs? of|match(?:es)?|"
    r"compare[ds]?|meets?|standards?|healthy|appear|appears|appearance)\b"
)
"""What may be as it should be or not: the verdict of the comparison tells."""
_NEARNESS = 4.0
"""Cosines to log-likelihood: 0.1 closer to the question about this object is worth 0.4."""
_COLOR_WEIGHT = 1.5
_TRAIT_WEIGHT = 1.0
"""What was measured outweighs the nearness of sentences."""
_NO_DESIGN = -1.0
"""Log-likelihood that a question about a purpose or a feature is answered by damage or by a denial."""
_ANSWERS_FROM = 0.35
"""Least cosine between an open question and a sentence that answers it."""


def identify(case: Case) -> Answer:
    """Answer a question about the object itself; abstains when the object is unknown and nothing is known of it."""
    name = (case.evidence.object.name or "").replace("_", " ")
    lines = good_sentences(case.evidence.object_knowledge or case.evidence.knowledge)
    if not name and not lines:
        return Answer("", f"The object is not known: {case.evidence.object.reason.rstrip('.')}.", abstains=True)
    if case.question.options:
        return _choose(case, name, lines)
    return _tell(case, name, lines)


def _choose(case: Case, name: str, lines: tuple[str, ...]) -> Answer:
    """Choose the option that fits what is known of good parts, what the picture shows, and what is asked."""
    texts = list(case.question.options.values())
    asked = [f"{case.question.text} {text}" for text in texts]
    value = np.zeros(len(texts))
    if name and _ASKS_NAME.search(asking_part(case.question.text).lower()):
        value += case.cosines(texts, [name])[:, 0]
    if lines:
        value += case.cosines(texts, lines).max(axis=1) + case.cosines(asked, lines).max(axis=1)
    near = _NEARNESS * case.cosines(texts, [f"{name}: {asking_part(case.question.text)}"])[:, 0]
    options = tuple(
        ScoredOption(
            label,
            text,
            (
                Term("knowledge", _SHARPNESS * float(known)),
                Term("nearness", float(close)),
                *_picture_terms(case, text),
                Term("flaw", _flaw(case, text)),
            ),
        )
        for (label, text), known, close in zip(
            case.question.options.items(), value - value.mean(), near - near.mean(), strict=True
        )
    )
    return Answer("", _reason(case, name, known=bool(lines)), options)


def _picture_terms(case: Case, text: str) -> tuple[Term, ...]:
    """Colours, shape and surface that an option names, against those measured on the picture."""
    if case.evidence.exhibits is None:
        return ()
    look = looked_at(case.question.text, text, facts_of(case.evidence.exhibits.query))
    if look is None:
        return ()
    return (
        Term("colour", _COLOR_WEIGHT * color_fit(text, look)),
        Term("traits", _TRAIT_WEIGHT * trait_fit(text, look)),
    )


def _flaw(case: Case, text: str) -> float:
    """Log-probability that a part is as an option says, where it speaks of damage or of its absence."""
    side = valence(text)
    if case.seen is None or not _CONDITION.search(case.question.text.lower()):  # a design is no damage
        return _NO_DESIGN if side is Side.DEFECTIVE or harm(text) > 0 or denies(text) else 0.0
    p_side = {Side.DEFECTIVE: case.seen.p_anomalous, Side.GOOD: 1.0 - case.seen.p_anomalous, Side.NEITHER: 0.5}[side]
    return math.log(max(p_side, 1e-3))


def _tell(case: Case, name: str, lines: tuple[str, ...]) -> Answer:
    if name and _ASKS_NAME.search(case.question.text.lower()):
        return Answer(f"It is enrolled as {name!r}.", case.evidence.object.reason)
    near = case.cosines([case.question.text], lines)[0] if lines else np.zeros(0)
    if not len(near) or near.max() < _ANSWERS_FROM:
        return Answer("", "Neither the enrolled name nor the object's knowledge answers this question.", abstains=True)
    return Answer(lines[int(near.argmax())], _reason(case, name, known=True))


def _reason(case: Case, name: str, *, known: bool) -> str:
    sources = [passage.source for passage in case.evidence.object_knowledge or case.evidence.knowledge]
    base = f"the enrolled object {name!r}" if name else "the knowledge given"
    return f"From {base}" + (f" and what is known of good ones ({sources[0]})." if known and sources else ".")
