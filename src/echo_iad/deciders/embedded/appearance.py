"""Which type, and what does it look like? Options against the object's knowledge and against what was seen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from echo_iad.deciders.embedded.attributes import agreement, color_agreement, expectation, strongest
from echo_iad.deciders.embedded.case import Answer, Case
from echo_iad.deciders.embedded.focus import Focus
from echo_iad.deciders.embedded.frames import Grid
from echo_iad.deciders.embedded.kind_words import MEANINGS, generality, kind_shares, wholesomeness
from echo_iad.deciders.embedded.kinds import kind_fit
from echo_iad.deciders.embedded.labelled import with_labelled, with_remark
from echo_iad.deciders.embedded.localization import place_term
from echo_iad.deciders.embedded.places import parse_place
from echo_iad.deciders.embedded.polarity import denies_defect
from echo_iad.deciders.embedded.scoring import ScoredOption, Term, with_deniers
from echo_iad.deciders.embedded.seen import Seen
from echo_iad.deciders.embedded.sentences import attribute, capital, doubt, looks, quoted, verdict, where
from echo_iad.deciders.embedded.words import first_full
from echo_iad.domain.questions import QuestionType

KNOWLEDGE_WEIGHTS: Mapping[QuestionType, float] = MappingProxyType(
    {QuestionType.CLASSIFICATION: 1.5, QuestionType.DESCRIPTION: 0.5, QuestionType.ANALYSIS: 0.5}
)
"""A type's name comes from the knowledge; what is described has been seen; what follows is partly general."""
KIND_WEIGHT = 0.95
MEANING_WEIGHT = 1.0
NAMED_MEANING_WEIGHT = 0.5
"""Of a wording whose kind was read from its words already; 0 where the object's knowledge tells its defects."""
LOOKS_WEIGHT = 0.9
COLOR_WEIGHT = 0.9
"""About the means of what made questions for names and for looks of painted defects gave, on six objects."""
PLACE_WEIGHT = 0.6
GENERAL_WEIGHT = 1.0
WHOLESOME_WEIGHT = 1.0
"""These three are chosen by reasoning; the development questions were in sight, and no fit was made to them."""
_BESIDE_KNOWLEDGE = 0.5
"""What the looks count for a type's name when they have already chosen among the known types."""
_UNSPECIFIC = 0.75
_PLACE_PHRASE = re.compile(r"\b(on|at|in|near|along|around|across|inside|towards?|between|throughout)\b.*")
"""Only a phrase with a preposition places a defect: the ``jagged edges`` are its own."""
_SHARPNESS = 8.0
"""Cosines of sentence vectors to log-likelihood: 0.1 closer is worth 0.8."""


def describe(case: Case) -> Answer:
    """Answer which type of defect it is or what it looks like.

    Without a comparison the knowledge alone may answer, and the reason says so; without knowledge either, it abstains.
    """
    if case.seen is None and not case.topics:
        why = (
            f"The part was not compared with good parts ({case.nothing_compared}), and nothing is known of its defects."
        )
        return Answer("", why, abstains=True)
    texts = list(case.question.options.values())
    known = knowledge_terms(case, texts)
    meant = meaning_terms(case, texts)
    share = _BESIDE_KNOWLEDGE if case.topics and case.question_type is QuestionType.CLASSIFICATION else 1.0
    options = tuple(
        ScoredOption(label, text, (knows, *_scaled((means, *_seen_terms(text, case.seen)), share)))
        for (label, text), knows, means in zip(case.question.options.items(), known, meant, strict=True)
    )
    are_names = case.question_type is QuestionType.CLASSIFICATION
    options = with_labelled(options, case.evidence.defect_vote, case.cosines if are_names else None)
    if case.seen is not None:
        deniers = [label for label, text in case.question.options.items() if denies_defect(text)]
        options = with_deniers(options, deniers, case.seen.p_anomalous)
    return Answer(with_remark(_open_text(case), case.evidence), with_remark(_reason(case), case.evidence), options)


def _scaled(terms: Sequence[Term], share: float) -> tuple[Term, ...]:
    return tuple(replace(term, value=share * term.value) for term in terms)


def knowledge_terms(case: Case, texts: Sequence[str], *, focus: Focus | None = None) -> list[Term]:
    """How well each text fits the known defects, each weighted by how well it fits what was seen.

    The term is log sum over topics of belief x exp(sharpness x cosine), zero mean over the texts.
    """
    if not case.topics or not texts:
        return [Term("knowledge", 0.0) for _ in texts]
    similar = topic_similarity(case, texts, focus=focus)
    values = np.log((np.array(case.topic_beliefs) * np.exp(_SHARPNESS * similar)).sum(axis=1))
    weight = KNOWLEDGE_WEIGHTS[case.question_type]
    return [Term("knowledge", weight * float(value)) for value in values - values.mean()]


def meaning_terms(case: Case, texts: Sequence[str]) -> list[Term]:
    """How well each text fits the kinds that were seen, by its meaning: most of all for wordings that name no kind.

    Log of the mean of exp(sharpness x cosine) over the kinds as seen, less the same over all kinds alike.
    """
    named_weight = 0.0 if case.topics else NAMED_MEANING_WEIGHT
    weights = {text: named_weight if kind_shares(text) else MEANING_WEIGHT for text in texts}
    read = [text for text in texts if weights[text]]
    if case.seen is None or case.seen.kinds is None or not read:
        return [Term("meaning", 0.0) for _ in texts]
    near = np.exp(_SHARPNESS * case.cosines(read, MEANINGS))
    values = dict(zip(read, np.log(near @ case.seen.kinds) - np.log(near.mean(axis=1)), strict=True))
    return [Term("meaning", weights[text] * float(values.get(text, 0.0))) for text in texts]


def topic_similarity(case: Case, texts: Sequence[str], *, focus: Focus | None) -> Grid:
    """(texts, topics) float64: how near each text is to each topic.

    Without a focus, the mean of its cosines with the topic's name and with its nearest sentence. With one, its cosine
    with the nearest sentence of that focus, less its nearness to all that is known: an effect must be specific.
    """
    columns = []
    for topic in case.topics:
        lines = topic.told(focus) if focus is not None else topic.sentences
        columns.append(case.cosines(texts, lines).max(axis=1) if lines else np.zeros(len(texts)))
    nearest = np.stack(columns, axis=1).astype(np.float64)
    if focus is None:
        names = case.cosines(texts, [topic.name for topic in case.topics])
        return np.asarray((names + nearest) / 2.0, np.float64)
    known = [line for topic in case.topics for line in topic.sentences]
    everything = case.cosines(texts, known).mean(axis=1, keepdims=True) if known else 0.0
    return np.asarray(nearest - _UNSPECIFIC * everything, np.float64)


def _seen_terms(text: str, seen: Seen | None) -> tuple[Term, ...]:
    if seen is None:
        return ()
    expected = expectation(text)
    fitting = strongest(expected, seen.attributes)
    note = attribute(fitting, seen.attributes[fitting]) if fitting else ""
    terms = [
        Term("kind", KIND_WEIGHT * kind_fit(text, seen.kinds)),
        Term("looks", LOOKS_WEIGHT * agreement(expected, seen.attributes), note),
        Term("wording", GENERAL_WEIGHT * generality(text) - WHOLESOME_WEIGHT * wholesomeness(text)),
    ]
    terms.append(Term("colour", COLOR_WEIGHT * color_agreement(text, seen.colors)))
    phrase = _PLACE_PHRASE.search(text.lower())
    place = parse_place(phrase.group()) if phrase else None
    if place is not None and place.is_known and seen.mass is not None and seen.picture and seen.part:
        terms.append(Term("place", PLACE_WEIGHT * place_term(place, seen.mass, (seen.picture, seen.part)).value))
    return tuple(terms)


def _open_text(case: Case) -> str:
    seen = case.seen
    if seen is not None and not seen.comparison.is_anomalous:
        return f"No defect was found. {verdict(seen.comparison)}"
    parts = []
    if seen is not None:
        region = seen.main
        place = f", {where(region)}" if region is not None else ""
        parts.append(capital(f"the comparison shows {looks(seen)}{place}"))
    if case.topics:
        best = int(np.argmax(case.topic_beliefs))
        topic = case.topics[best]
        sure = f"probability {case.topic_beliefs[best]:.0%} among the known defects, by its looks"
        parts.append(capital(f"of the known defects, {topic.name!r} fits best ({sure})"))
        if case.question_type is QuestionType.DESCRIPTION and topic.sentences:
            parts.append(f"What is known of it: {first_full(topic.sentences)} ({topic.source})")
    return " ".join(parts)


def _reason(case: Case) -> str:
    seen = case.seen
    if seen is None:
        return f"Nothing was compared ({case.nothing_compared}); this rests on the object's knowledge alone."
    known = f"; nearest knowledge: {quoted(case.evidence.knowledge[0])}" if case.evidence.knowledge else ""
    return f"Seen: {looks(seen)}{doubt(seen.comparison)}{known}".rstrip(".") + "."
