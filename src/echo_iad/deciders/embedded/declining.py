"""Declines what the evidence cannot answer: as an abstention, or as the option that says so. Decides nothing else."""

from __future__ import annotations

import math

from echo_iad.deciders.embedded.case import Answer, Case
from echo_iad.deciders.embedded.polarity import cannot_tell
from echo_iad.deciders.embedded.scoring import ScoredOption, Term
from echo_iad.deciders.embedded.unanswerable import why_unanswerable

_SURE = 0.9
"""Probability that a question which no picture answers is answered by "it cannot be told", where that is offered."""


def decline(case: Case) -> Answer | None:
    """Decline a question that neither the picture nor what is known of the object answers; None when one of them may.

    Among options that all claim something the evidence still chooses: one of them is right, whoever asks knows why.
    """
    passages = (*case.evidence.object_knowledge, *case.evidence.knowledge)
    why = why_unanswerable(case.question.text, [passage.text for passage in passages])
    if not why:
        return None
    options = case.question.options
    if not options:
        return Answer("", why, abstains=True)
    unsure = [label for label, text in options.items() if cannot_tell(text)]
    if not unsure:
        return None
    chance = {True: _SURE / len(unsure), False: (1.0 - _SURE) / max(len(options) - len(unsure), 1)}
    scored = (
        ScoredOption(label, text, (Term("cannot be told", math.log(chance[label in unsure])),))
        for label, text in options.items()
    )
    return Answer("", why, tuple(scored))
