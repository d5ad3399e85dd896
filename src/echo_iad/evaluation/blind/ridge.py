"""Ridge regression over objects' options, in sums that can be added, so that any object can be left out at little cost.

Knows rows of numbers, no question and no object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import FloatArray

PENALTY = 6e-3
"""Ridge penalty for each option of a middling object: habits are learned over objects, so fewer say less."""

LeftOutScores = Mapping[tuple[str, str], FloatArray]
"""Object left out (or `NOBODY`) and object scored -> (n,) its options' scores, by weights that knew neither of them."""
NOBODY = ""
"""Stands for the object left out where none but the scored one is."""


@dataclass(frozen=True, eq=False)
class ObjectSums:
    """All that ridge regression needs to know of one object's options."""

    products: FloatArray
    """(d, d) float32: sum of the outer products of the rows."""
    towards: FloatArray
    """(d,) float32: sum of the rows, weighed by how far each option is right."""
    options: int


def sum_up(numbers: FloatArray, right: FloatArray) -> ObjectSums:
    """Sum one object's options.

    Parameters
    ----------
    numbers : (n, d) float32
        A row for each option; each question's rows have the mean 0.
    right : (n,) float32
        1 for the right option of each question, else 0.
    """
    return ObjectSums(numbers.T @ numbers, right @ numbers, len(numbers))


def solve(parts: Iterable[ObjectSums]) -> FloatArray:
    """(d,) float32: weights learned on the objects of ``parts`` and no other; sums are added, none is taken away.

    Parameters
    ----------
    parts : iterable of ObjectSums
        At least one.
    """
    from scipy.linalg import cho_factor, cho_solve

    held = list(parts)
    products: NDArray[np.float64] = np.zeros(held[0].products.shape)
    towards: NDArray[np.float64] = np.zeros(held[0].towards.shape)
    for part in held:
        products += part.products
        towards += part.towards
    products[np.diag_indices_from(products)] += PENALTY * sum(part.options for part in held) / len(held)
    factor = cho_factor(products, overwrite_a=True)
    return np.asarray(cho_solve(factor, towards), np.float32)


def scores_left_out(
    rows: Mapping[str, FloatArray], sums: Mapping[str, ObjectSums], folds: Mapping[str, FloatArray]
) -> dict[tuple[str, str], FloatArray]:
    """Score every object's options by weights that were learned without it and without one further object.

    Whatever is fitted on such scores and then used for the further object has not met that object's answers, not even
    through the weights.

    Parameters
    ----------
    rows : mapping of str to (n, d) float32
        Object -> its options.
    sums : mapping of str to ObjectSums
        Of the same objects.
    folds : mapping of str to (d,) float32
        Object -> weights learned on all others; an object without any is not there.

    Returns
    -------
    dict
        See `LeftOutScores`; a pair that leaves nothing to learn from is absent.
    """
    scores = {(NOBODY, name): rows[name] @ weights for name, weights in folds.items()}
    if len(rows) > 2:
        for one, other in combinations(rows, 2):
            weights = solve(held for name, held in sums.items() if name not in {one, other})
            scores[one, other], scores[other, one] = rows[other] @ weights, rows[one] @ weights
    return scores
