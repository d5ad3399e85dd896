"""How well a place holds the anomaly: densities on one grid. Knows no words and no picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from echo_iad.deciders.embedded.frames import Grid
from echo_iad.deciders.embedded.suspects import Suspect

_STRAY = 0.03
"""Share of an anomaly's mass that may lie anywhere, whatever place is said."""
_USUAL_SPREAD = 0.6
"""What is all over a place reaches at least this share of how far the place does."""
_LEAST_SPREAD = 0.02


def fit(density: Grid, mass: Grid) -> float:
    """Mean log-density of the anomaly's mass, relative to a place that says nothing.

    Higher = better; 0 = as good as no place at all. The tightest place that holds the mass wins; mass outside costs.

    Parameters
    ----------
    density, mass : (h, w) float64
        Both 0 or more, sum 1.
    """
    relative = (1.0 - _STRAY) * density * density.size + _STRAY
    return float((mass * np.log(relative)).sum())


def fit_of_suspects(density: Grid, suspects: Sequence[Suspect], *, all_over: bool = False) -> float:
    """`fit` when one of several suspects is the defect: the log of the weighted mean likelihood.

    Parameters
    ----------
    density : (h, w) float64
        0 or more, sum 1.
    suspects : sequence of Suspect
        At least one.
    all_over : bool
        The defect is said to be all over the place; then one that reaches less far costs.
    """
    values = [fit(density, suspect.mass) for suspect in suspects]
    if all_over:
        values = [
            value + _lack_of_spread(density, suspect.mass) for value, suspect in zip(values, suspects, strict=True)
        ]
    return math.log(sum(suspect.weight * math.exp(value) for suspect, value in zip(suspects, values, strict=True)))


def _lack_of_spread(density: Grid, mass: Grid) -> float:
    share = _reach(mass) / max(_reach(density), 1e-9)
    return min(math.log(max(share, _LEAST_SPREAD) / _USUAL_SPREAD), 0.0)


def _reach(mass: Grid) -> float:
    """Root mean square distance from the centre of the mass, in cells."""
    rows, columns = np.indices(mass.shape)
    row, column = float((rows * mass).sum()), float((columns * mass).sum())
    return float(np.sqrt((((rows - row) ** 2 + (columns - column) ** 2) * mass).sum()))
