"""What labelled defects say about texts: the vote on a part's type, spread over options or over known defects.

A mixture. As far as the defect is of a labelled type, the text that names the type is meant, or among names the one
nearest in meaning where none is it; as far as it is of a type that nobody has labelled, all other evidence decides as
it would without labels. Knows no region and no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from echo_iad.deciders.embedded.scoring import ScoredOption, Term, probabilities
from echo_iad.deciders.embedded.words import stem, words
from echo_iad.domain.evidence import DefectVote, Evidence
from echo_iad.domain.parts import FloatArray

Cosines: TypeAlias = Callable[[Sequence[str], Sequence[str]], FloatArray]
"""Two lists of texts -> (n, m) float32, the cosine of every text with every other."""

_SHARPNESS = 8.0
"""Cosines of sentence vectors to log-likelihood."""
_MISNAMED = 0.02
"""Probability that a defect of a type is meant by a text that does not name it, although another does."""


def with_vote(
    beliefs: Sequence[float], texts: Sequence[str], vote: DefectVote | None, cosines: Cosines | None
) -> list[float]:
    """Beliefs in texts, one of which is meant, after the vote.

    Parameters
    ----------
    beliefs : sequence of float
        Probability of each text by all other evidence; they sum to one.
    texts : sequence of str
        Options, or names of known defects.
    vote : DefectVote, optional
        Without one, or without texts, the beliefs stay as they are.
    cosines : callable, optional
        For texts that are names: a type that none of them names is meant by the one nearest in meaning. None for
        descriptions, whose nearness to a name says little of what it looks like: other evidence decides there.

    Returns
    -------
    list of float
        They sum to one.
    """
    if vote is None or not texts:
        return list(beliefs)
    before = np.array(beliefs, np.float64)
    mixed = vote.unlike * before
    for name, share in vote.probabilities.items():
        mixed = mixed + share * _meant(before, texts, _plain(name), cosines)
    return [float(value) for value in mixed / mixed.sum()]


def with_labelled(
    options: tuple[ScoredOption, ...], vote: DefectVote | None, cosines: Cosines | None
) -> tuple[ScoredOption, ...]:
    """Options with a term for what the labelled defects say; as they are without a vote. See `with_vote`."""
    if vote is None or not options:
        return options
    before = probabilities(options, 1.0)
    after = with_vote([before[one.label] for one in options], [one.text for one in options], vote, cosines)
    return tuple(
        replace(one, terms=(*one.terms, Term("labelled", float(np.log(max(share, 1e-9))) - one.total, vote.words)))
        for one, share in zip(options, after, strict=True)
    )


def with_remark(said: str, evidence: Evidence) -> str:
    """An answer's text or reason with what the labelled defects say, where a defect was found."""
    vote, comparison = evidence.defect_vote, evidence.comparison
    if vote is None or comparison is None or not comparison.is_anomalous:
        return said
    return f"{said} By its looks it is {vote.words}.".strip()


def _plain(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")


def _meant(
    before: NDArray[np.float64], texts: Sequence[str], name: str, cosines: Cosines | None
) -> NDArray[np.float64]:
    """How likely each text is meant when the defect is of one type: (n,), sum 1."""
    named = before * np.array(_naming(texts, name), np.float64)
    if named.sum() > 0:
        return np.asarray((1.0 - _MISNAMED) * named / named.sum() + _MISNAMED / len(texts), np.float64)
    if cosines is None:
        return before
    near = before * np.exp(_SHARPNESS * cosines(texts, [name])[:, 0].astype(np.float64))
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
