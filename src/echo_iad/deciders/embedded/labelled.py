"""What labelled defects say about texts: the vote on a part's type, spread over options or over known defects.

A text that names a labelled type gets that type's probability; a type that no text names is spread by meaning; what is
of no labelled type is spread evenly. Knows no region and no memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from echo_iad.deciders.embedded.scoring import ScoredOption, Term
from echo_iad.deciders.embedded.words import stem, words
from echo_iad.domain.evidence import DefectVote
from echo_iad.domain.parts import FloatArray

Cosines: TypeAlias = Callable[[Sequence[str], Sequence[str]], FloatArray]
"""Two lists of texts -> (n, m) float32, the cosine of every text with every other."""

LABELLED_WEIGHT = 2.0
_SHARPNESS = 8.0
"""Cosines of sentence vectors to log-likelihood."""
_MISNAMED = 0.02
"""Probability that a defect of a type is meant by a text that does not name it, although another does."""


def shares(texts: Sequence[str], vote: DefectVote, cosines: Cosines) -> list[float]:
    """Probability of each text by the vote.

    Returns
    -------
    list of float
        One for each text, above 0; they sum to one.
    """
    spread = np.full(len(texts), vote.unlike / len(texts))
    for name, share in vote.probabilities.items():
        spread += share * _meant(texts, name.replace("_", " ").replace("-", " "), cosines)
    return [float(value) for value in spread]


def with_labelled(
    options: tuple[ScoredOption, ...], vote: DefectVote | None, cosines: Cosines
) -> tuple[ScoredOption, ...]:
    """Options with a term for what the labelled defects say; as they are without a vote."""
    if vote is None or not options:
        return options
    found = shares([option.text for option in options], vote, cosines)
    return tuple(
        replace(option, terms=(*option.terms, Term("labelled", LABELLED_WEIGHT * math.log(share), vote.words)))
        for option, share in zip(options, found, strict=True)
    )


def with_vote(beliefs: Sequence[float], names: Sequence[str], vote: DefectVote | None, cosines: Cosines) -> list[float]:
    """Beliefs in known defects after the vote: Bayes' rule; as they are without one."""
    if vote is None or not names:
        return list(beliefs)
    joint = [belief * share for belief, share in zip(beliefs, shares(names, vote, cosines), strict=True)]
    return [value / sum(joint) for value in joint]


def _meant(texts: Sequence[str], name: str, cosines: Cosines) -> NDArray[np.float64]:
    """How likely each text is what is said of a type: (n,), sum 1."""
    named = _naming(texts, name)
    if any(named):
        certain = np.array(named, np.float64)
        return (1.0 - _MISNAMED) * certain / certain.sum() + _MISNAMED / len(texts)
    near = np.exp(_SHARPNESS * cosines(texts, [name])[:, 0].astype(np.float64))
    return np.asarray(near / near.sum(), np.float64)


def _naming(texts: Sequence[str], name: str) -> list[bool]:
    """Which texts are a type's name, else which hold all its words in any form."""
    own = words(name)
    exact = [words(text) == own for text in texts]
    if any(exact):
        return exact
    return [bool(own) and all(_holds(text, word) for word in own) for text in texts]


def _holds(text: str, word: str) -> bool:
    """Whether a text holds a form of a word."""
    held = words(text)
    return word in held or any(stem(one, {word}) or stem(word, {one}) for one in held)
