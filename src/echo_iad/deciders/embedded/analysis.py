"""What does the defect do, and why does it matter? A defect's effect is a harm; knowledge and looks narrow the rest.

A question is first sent to the evidence that can answer it (`aims`). Knows no picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from echo_iad.deciders.embedded.aims import Aim, aim_of, asking_part
from echo_iad.deciders.embedded.another import look_for_another
from echo_iad.deciders.embedded.appearance import describe, knowledge_terms
from echo_iad.deciders.embedded.attributes import agreement
from echo_iad.deciders.embedded.case import Answer, Case
from echo_iad.deciders.embedded.claims import sweep, tells_of_looks
from echo_iad.deciders.embedded.effects import denies, harm
from echo_iad.deciders.embedded.focus import question_focus
from echo_iad.deciders.embedded.identity import identify
from echo_iad.deciders.embedded.lexicon import CONSEQUENCES, Attribute, Expectation
from echo_iad.deciders.embedded.localization import locate
from echo_iad.deciders.embedded.nearness import nearness_terms
from echo_iad.deciders.embedded.polarity import denies_defect
from echo_iad.deciders.embedded.scoring import ScoredOption, Term, with_deniers
from echo_iad.deciders.embedded.sentences import capital, looks, verdict
from echo_iad.deciders.embedded.words import stem, words

_HARM_WEIGHT = 1.2
_DENIAL = -2.5
_LOOKS_WEIGHT = 1.0
_SWEEP_WEIGHT = 0.4
"""A claim that goes further is less likely; by how much more when the defect is small, by how much less when large."""
_VISIBLE_WEIGHT = 0.5
"""What a picture showed changes the looks for sure, and everything else perhaps."""
_NEARNESS = 2.0
"""Cosines to log-likelihood: 0.1 closer to what is asked is worth 0.2."""
_BESIDE_KNOWLEDGE = 0.5
"""Where the object's knowledge tells what follows, what holds of any part counts half beside it."""


def analyse(case: Case) -> Answer:
    """Answer what the defect does, or whatever else is asked about a known defect.

    Without a comparison the knowledge alone may answer, and the reason says so; without knowledge either, it abstains
    on an open question.
    """
    aim = aim_of(case.question.text)
    if aim is Aim.OBJECT:
        return identify(case)
    if case.seen is None and not case.topics:
        why = (
            f"The part was not compared with good parts ({case.nothing_compared}), and nothing is known of its defects."
        )
        return Answer("", why, abstains=True)
    if case.seen is not None:
        if aim is Aim.ANOTHER:
            return look_for_another(case)
        if aim is Aim.PLACE and case.seen.mass is not None:
            return locate(case)
        if aim in (Aim.LOOK, Aim.EXTENT):
            return _near_to_the_question(case, describe(case))
    return _what_follows(case, aim)


def _near_to_the_question(case: Case, answer: Answer) -> Answer:
    near = nearness_terms(case, list(case.question.options.values()), weight=_NEARNESS)
    options = tuple(
        replace(option, terms=(*option.terms, term)) for option, term in zip(answer.options, near, strict=True)
    )
    return replace(answer, options=options)


def _what_follows(case: Case, aim: Aim) -> Answer:
    """Effects, causes and remedies."""
    seen = case.seen
    texts = list(case.question.options.values())
    known = knowledge_terms(case, texts, focus=question_focus(asking_part(case.question.text)))
    near = nearness_terms(case, texts, weight=_NEARNESS * _generally(case))
    options = tuple(
        ScoredOption(label, text, (about, close, *_effect_terms(case, text, aim)))
        for (label, text), about, close in zip(case.question.options.items(), known, near, strict=True)
    )
    if seen is not None:
        deniers = [label for label, text in case.question.options.items() if denies_defect(text) and not denies(text)]
        options = with_deniers(options, deniers, seen.p_anomalous)
    text, source = _effect_sentence(case)
    return Answer(text, _reason(case, source), options)


def _effect_terms(case: Case, text: str, aim: Aim) -> tuple[Term, ...]:
    modest = Term("claim", -_SWEEP_WEIGHT * sweep(text) * _small(case) * _generally(case))
    if aim is not Aim.EFFECT:  # causes and remedies do no harm, but praise is wrong
        return (Term("harm", _HARM_WEIGHT * min(harm(text), 0.0)), modest)
    if denies(text):
        return (Term("denial", _DENIAL),)
    wanted = -1.0 if harm(asking_part(case.question.text)) < 0 else 1.0
    harmed = wanted * harm(text)
    terms = [Term("harm", _HARM_WEIGHT * harmed, "a defect does harm"), modest]
    if harmed >= 0:
        terms.append(Term("visible", _VISIBLE_WEIGHT * tells_of_looks(text) * _generally(case)))
    if case.seen is not None:
        terms.append(Term("consequence", _LOOKS_WEIGHT * agreement(consequence(text), case.seen.attributes)))
    return tuple(terms)


def _generally(case: Case) -> float:
    """How much counts what holds of any part: less where something is known of this one."""
    return _BESIDE_KNOWLEDGE if case.topics else 1.0


def _small(case: Case) -> float:
    """How small the defect is: 0 for one that covers much of the part, 2 for a speck, 1 when nothing was measured."""
    return 1.0 - (case.seen.attributes.get("large", 0.0) if case.seen is not None else 0.0)


def consequence(text: str) -> Expectation:
    """Tell what a defect with this effect would look like, from general knowledge of parts."""
    sums: dict[Attribute, float] = {}
    for word in words(text):
        if root := stem(word, CONSEQUENCES):
            for name, value in CONSEQUENCES[root].items():
                sums[name] = sums.get(name, 0.0) + value
    return {name: max(-1.0, min(1.0, value)) for name, value in sums.items()}


def _effect_sentence(case: Case) -> tuple[str, str]:
    """Pick the sentence of the likeliest topic that tells most of harm, with its source."""
    seen = case.seen
    if seen is not None and not seen.comparison.is_anomalous:
        return f"No defect was found, so no effect is expected. {verdict(seen.comparison)}", ""
    if not case.topics:
        shown = looks(seen) if seen is not None else "nothing"
        return capital(f"the comparison shows {shown}; nothing is known about the effects of this object's defects"), ""
    topic = case.topics[int(np.argmax(case.topic_beliefs))]
    lines = topic.told(question_focus(case.question.text))
    if not lines:
        return capital(f"the part shows {topic.name!r}; its effect is not described"), topic.source
    scores = _relevance(case, lines)
    return f"{lines[int(np.argmax(scores))]} ({topic.name}; {topic.source})", topic.source


def _relevance(case: Case, lines: Sequence[str]) -> list[float]:
    near = case.cosines([case.question.text], lines)[0]
    return [float(cosine) + 0.5 * harm(line) for cosine, line in zip(near, lines, strict=True)]


def _reason(case: Case, source: str) -> str:
    seen = case.seen
    by = f"; knowledge: {source}" if source else ""
    if seen is None:
        return f"Nothing was compared ({case.nothing_compared}); this rests on the object's knowledge alone{by}."
    doubt = "" if seen.comparison.is_anomalous else ", though the comparison calls this part normal"
    return f"A defect's effect is a harm, and the comparison shows {looks(seen)}{doubt}{by}."
