"""Which enrolled object a part is, or none of them: the rule, on similarities alone. Knows no memory.

A part belongs to the object of its nearest normal unless that normal is too unlike it. How unlike is too unlike is
measured on the object itself: the scale runs from ``unrelated`` (what a picture of something else would reach) to
``own`` (what the object's normals reach among themselves, each left out in turn), and a part is unknown below the
share `KNOWN_SHARE` of the way. Defects leave a part above it, foreign parts stay below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echo_iad.domain.evidence import ObjectMatch
from echo_iad.domain.parts import FloatArray

KNOWN_SHARE = 0.58
"""Share of the way from unrelated to own at which a part counts as the object. One value for every object and
encoder: on nine products, defective parts lay above 0.60 and parts of other products below 0.56."""

CHANCE_WEIGHT = 2
"""How many other objects the estimate by chance counts as, beside those that are enrolled and measured."""

SINGLE_OWN = 0.9
"""What the only normal of an object is taken to be like the next one: a little less than most objects' are."""

NO_OTHER = 2.0
"""Margin when no other object is enrolled: the largest difference of two cosines."""

_MOST = 1000
"""Normals that the spread is measured on: all of most objects, evenly spread ones of a larger object."""


@dataclass(frozen=True)
class Candidate:
    """An enrolled object and how like its nearest normal the part is."""

    object: str
    similarity: float
    """Cosine; higher = more alike."""


@dataclass(frozen=True)
class Spread:
    """How alike an object's normals are, and how alike things are that have nothing to do with it."""

    own: float
    """Median similarity of a normal to the nearest other one; `SINGLE_OWN` when there is one normal only."""
    unrelated: float
    """Similarity to be expected of a picture of something else."""

    def least(self, shift: float) -> float:
        """Give the similarity from which a part counts as this object; ``shift`` is added to it."""
        return self.unrelated + KNOWN_SHARE * (self.own - self.unrelated) + shift


def measure_spread(vectors: FloatArray, others: FloatArray) -> Spread:
    """Measure one object's scale.

    Parameters
    ----------
    vectors : (n, d) float32, unit length
        Its normals, at least one.
    others : (m, d) float32
        Mean vector of each of some other objects' normals; may be empty.

    Examples
    --------
    >>> turned = np.array([[1, 0, 0, 0], [0.8, 0.6, 0, 0]], np.float32)
    >>> round(measure_spread(turned, np.empty((0, 4), np.float32)).own, 3)
    0.8
    """
    step = -(-len(vectors) // _MOST)
    sample = vectors[::step]
    by_chance = float((sample.sum(axis=1) ** 2).mean() / sample.shape[1])
    measured = others @ sample.mean(axis=0)
    unrelated = (CHANCE_WEIGHT * by_chance + float(measured.sum())) / (CHANCE_WEIGHT + len(measured))
    return Spread(_own(sample), unrelated)


def _own(sample: FloatArray) -> float:
    if len(sample) == 1:
        return SINGLE_OWN
    alike = sample @ sample.T
    np.fill_diagonal(alike, -1.0)
    return float(np.median(alike.max(axis=1)))


def match(best: Candidate, other: Candidate | None, spread: Spread, shift: float) -> ObjectMatch:
    """Decide.

    Parameters
    ----------
    best : Candidate
        The object of the nearest normal.
    other : Candidate, optional
        The nearest of the other objects; None when there is none.
    spread : Spread
        Of the best.
    shift : float
        The profile's ``unknown_margin``; higher calls more parts unknown.
    """
    least = spread.least(shift)
    known = best.similarity >= least
    margin = NO_OTHER if other is None else best.similarity - other.similarity
    scale = f"it counts as one from {least:.2f} on (its normals among themselves {spread.own:.2f}"
    reason = (
        f"The nearest normal, of {best.object}, has similarity {best.similarity:.2f}; "
        f"{scale}, unrelated pictures {spread.unrelated:.2f})."
    )
    if not known:
        reason = f"Unlike every enrolled object. {reason}"
    return ObjectMatch(
        name=best.object if known else None,
        named_by_user=False,
        similarity=best.similarity,
        margin=margin,
        reason=reason,
    )
