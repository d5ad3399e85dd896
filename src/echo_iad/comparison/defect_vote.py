"""Nearest labelled regions vote on the type of a defect, with room for a type that nobody has labelled.

A type is as near as its nearest labelled region and the mean of all its regions together: the first alone follows
every odd example, the second alone takes a type of many looks for none (docs/labelled-defects.md). Probability falls
with a power of the distance. A type that nobody labelled would stand about as far from the labelled ones as their
types stand from each other, so that distance is the rival of them all. Knows no picture and no memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from echo_iad.comparison.defect_looks import DefectLook
from echo_iad.domain.evidence import DefectVote, NearDefect
from echo_iad.domain.parts import FloatArray

Grid: TypeAlias = NDArray[np.float64]

NEAREST = 4
"""Labelled regions that a vote names."""
_POWER = 3.0
"""Of the distance; chosen by the likelihood of left-out parts and types (docs/labelled-defects.md)."""
_USUAL_APART = 9.0
"""Distance between types where the labels cannot tell it."""
_PRIOR_WEIGHT = 2.0
"""Labelled regions' worth of evidence that `_USUAL_APART` counts for."""
_LEAST = 0.02
"""Least distance, as a share of that between types: the same picture again makes no certainty."""


@dataclass(frozen=True, eq=False)
class LabelledLook:
    """One labelled region, as it votes."""

    id: int
    type: str
    path: str
    look: DefectLook


class DefectVoter:
    """The labelled regions of one object.

    Parameters
    ----------
    labelled : sequence of LabelledLook
        At least one.

    Raises
    ------
    ValueError
        There is none.
    """

    def __init__(self, labelled: Sequence[LabelledLook]) -> None:
        if not labelled:
            msg = "At least one labelled region is needed. Got none."
            raise ValueError(msg)
        self._labelled = tuple(labelled)
        self._types = sorted({one.type for one in labelled})
        self._members = [np.array([one.type == name for one in labelled]) for name in self._types]
        self._points = np.stack([one.look.point() for one in labelled])
        apart = _squared(self._points, self._points)
        self._spreads = np.array([apart[np.ix_(own, own)].mean() / 2 for own in self._members])
        self._apart = self._between_types(apart)

    def vote(self, look: DefectLook) -> DefectVote:
        """Let the labelled regions vote on one look."""
        distances = _squared(look.point()[None, :], self._points)
        far = np.append(self._to_types(distances)[0], self._apart)
        weights = (np.maximum(far, _LEAST * self._apart) / self._apart) ** -_POWER
        shares = weights / weights.sum()
        order = np.argsort(-shares[:-1], kind="stable").tolist()
        nearest = np.argsort(distances[0], kind="stable")[:NEAREST].tolist()
        return DefectVote(
            probabilities={self._types[place]: float(shares[place]) for place in order},
            unlike=float(shares[-1]),
            nearest=tuple(
                NearDefect(one.id, one.type, one.path, float(distances[0, place]))
                for place in nearest
                for one in (self._labelled[place],)
            ),
            labelled=len(self._labelled),
        )

    def _to_types(self, distances: Grid) -> Grid:
        """(q, t): how far each query is from each type, from its distances to every labelled region, ``(q, n)``."""
        found = [
            distances[:, own].min(axis=1) + np.maximum(distances[:, own].mean(axis=1) - spread, 0.0)
            for own, spread in zip(self._members, self._spreads, strict=True)
        ]
        return np.stack(found, axis=1)

    def _between_types(self, apart: Grid) -> float:
        """How far a labelled region is from the nearest type but its own, the mean."""
        to_types = self._to_types(apart)
        for place, own in enumerate(self._members):
            to_types[own, place] = np.inf
        others = to_types.min(axis=1)
        others = others[np.isfinite(others)]
        return float((others.sum() + _PRIOR_WEIGHT * _USUAL_APART) / (len(others) + _PRIOR_WEIGHT))


def _squared(points: FloatArray, others: FloatArray) -> Grid:
    """Squared Euclidean distances, ``(n, m)`` float64."""
    a, b = points.astype(np.float64), others.astype(np.float64)
    found: Grid = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1)[None, :] - 2.0 * (a @ b.T)
    return np.maximum(found, 0.0)
