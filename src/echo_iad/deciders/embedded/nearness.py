"""Is an option about what is asked? Nearness of sentence vectors, which were learned from questions with answers.

A weak witness that breaks ties by meaning rather than by place. Knows no evidence.
"""

from __future__ import annotations

from collections.abc import Sequence

from echo_iad.deciders.embedded.aims import asking_part
from echo_iad.deciders.embedded.case import Case
from echo_iad.deciders.embedded.scoring import Term


def nearness_terms(case: Case, texts: Sequence[str], *, weight: float) -> list[Term]:
    """How near each text is to what is asked, zero mean over the texts."""
    if not texts:
        return []
    near = case.cosines(texts, [asking_part(case.question.text)])[:, 0]
    return [Term("nearness", weight * float(value)) for value in near - near.mean()]
