"""What does the defect do, and why does it matter? A defect's effect is a harm; knowledge and looks narrow the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from echo_iad.deciders.embedded.appearance import knowledge_terms
from echo_iad.deciders.embedded.attributes import agreement
from echo_iad.deciders.embedded.case import Answer, Case
from echo_iad.deciders.embedded.effects import denies, harm
from echo_iad.deciders.embedded.focus import Focus, question_focus
from echo_iad.deciders.embedded.lexicon import CONSEQUENCES, Attribute, Expectation
from echo_iad.deciders.embedded.polarity import denies_defect
from echo_iad.deciders.embedded.scoring import ScoredOption, Term, with_deniers
from echo_iad.deciders.embedded.sentences import capital, looks, verdict
from echo_iad.deciders.embedded.words import stem, words

_HARM_WEIGHT = 1.2
_DENIAL = -2.5
_LOOKS_WEIGHT = 1.0


def analyse(case: Case) -> Answer:
    """Answer what the defect does.

    Without a comparison the knowledge alone may answer, and the reason says so; without knowledge either, it abstains
    on an open question.
    """
    seen = case.seen
    if seen is None and not case.topics:
        why = (
            f"The part was not compared with good parts ({case.nothing_compared}), and nothing is known of its defects."
        )
        return Answer("", why, abstains=True)
    texts = list(case.question.options.values())
    known = knowledge_terms(case, texts, focus=question_focus(case.question.text))
    options = tuple(
        ScoredOption(label, text, (term, *_effect_terms(case, text)))
        for (label, text), term in zip(case.question.options.items(), known, strict=True)
    )
    if seen is not None:
        deniers = [label for label, text in case.question.options.items() if denies_defect(text) and not denies(text)]
        options = with_deniers(options, deniers, seen.p_anomalous)
    text, source = _effect_sentence(case)
    return Answer(text, _reason(case, source), options)


def _effect_terms(case: Case, text: str) -> tuple[Term, ...]:
    if question_focus(case.question.text) is not Focus.EFFECT:  # causes and remedies do no harm, but praise is wrong
        return (Term("harm", _HARM_WEIGHT * min(harm(text), 0.0)),)
    if denies(text):
        return (Term("denial", _DENIAL),)
    wanted = -1.0 if harm(case.question.text) < 0 else 1.0
    terms = [Term("harm", wanted * _HARM_WEIGHT * harm(text), "a defect does harm")]
    if case.seen is not None:
        terms.append(Term("consequence", _LOOKS_WEIGHT * agreement(consequence(text), case.seen.attributes)))
    return tuple(terms)


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
