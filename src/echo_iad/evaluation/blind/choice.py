"""Choosing among the options of a question with a few weights: the conditional logit model (McFadden 1974).

An option's chance grows with the exponential of a weighted sum of its numbers, and the chances of a question's options
sum to one. The weights are pulled towards stated ones, so that little data changes little. Knows no question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Choices:
    """The options of some questions, one row each, in order."""

    numbers: Numbers
    """(n, f) float64: what speaks for each option."""
    starts: NDArray[np.int64]
    """(q,) first row of each question."""

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(q,) options of each question."""
        return np.diff([*self.starts, len(self.numbers)])

    def chances(self, weights: Numbers) -> Numbers:
        """(n,) probability of each option; those of a question sum to one.

        Parameters
        ----------
        weights : (f,) float64
        """
        return softmax(self.numbers @ weights, self.starts)


def softmax(totals: Numbers, starts: NDArray[np.int64]) -> Numbers:
    """(n,) chances of the options of each question from their sums.

    Examples
    --------
    >>> softmax(np.zeros(4), np.array([0, 2]))
    array([0.5, 0.5, 0.5, 0.5])
    """
    sizes = np.diff([*starts, len(totals)])
    raised = np.exp(totals - np.repeat(np.maximum.reduceat(totals, starts), sizes))
    return np.asarray(raised / np.repeat(np.add.reduceat(raised, starts), sizes), np.float64)


def starts_of(sizes: Sequence[int]) -> NDArray[np.int64]:
    """(q,) first row of each question, from the number of options of each.

    Examples
    --------
    >>> starts_of([2, 4, 3])
    array([0, 2, 6])
    """
    return np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)


def joined(parts: Sequence[Choices]) -> Choices:
    """Several sets of questions as one; at least one set."""
    sizes = np.concatenate([part.sizes for part in parts])
    return Choices(np.concatenate([part.numbers for part in parts]), starts_of(sizes.tolist()))


def fit_weights(choices: Choices, right: Numbers, *, centre: Numbers, pull: float) -> Numbers:
    """Learn weights by the likelihood of the right options.

    Parameters
    ----------
    choices : Choices
    right : (n,) float64
        1 for the right option of each question, else 0.
    centre : (f,) float64
        The weights without any data.
    pull : float
        Above 0: how much of a mean log-likelihood a squared distance from them costs, halved.

    Returns
    -------
    (f,) float64
    """
    from scipy.optimize import minimize

    questions = len(choices.starts)
    chosen = right > 0

    def cost(weights: Numbers) -> tuple[float, Numbers]:
        chances = choices.chances(weights)
        away = weights - centre
        lost = -np.log(np.maximum(chances[chosen], 1e-300)).sum() / questions
        slope = choices.numbers.T @ (chances - right) / questions
        return float(lost + pull * away @ away / 2), slope + pull * away

    return np.asarray(minimize(cost, centre.copy(), jac=True, method="L-BFGS-B").x, np.float64)
