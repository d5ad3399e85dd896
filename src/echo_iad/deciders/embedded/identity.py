"""Questions outside the five types (what is this, what is it for): from the object's name and knowledge."""

from __future__ import annotations

import re

import numpy as np

from echo_iad.deciders.embedded.case import Answer, Case
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
    """Choose the option nearest to the name and to a sentence about good parts, alone and with the question."""
    texts = list(case.question.options.values())
    asked = [f"{case.question.text} {text}" for text in texts]
    value = np.zeros(len(texts))
    if name:
        value += case.cosines(texts, [name])[:, 0]
    if lines:
        value += case.cosines(texts, lines).max(axis=1) + case.cosines(asked, lines).max(axis=1)
    options = tuple(
        ScoredOption(label, text, (Term("knowledge", _SHARPNESS * float(score)),))
        for (label, text), score in zip(case.question.options.items(), value - value.mean(), strict=True)
    )
    return Answer("", _reason(case, name, known=bool(lines)), options)


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
