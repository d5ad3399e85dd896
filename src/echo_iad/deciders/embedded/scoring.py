"""Options' scores: a sum of named terms, each like a log-likelihood. Knows no question and no evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Term:
    """One consideration for or against an option."""

    name: str
    value: float
    """Like a log-likelihood; only differences between options count."""
    note: str = ""
    """What it rests on, as a clause for the reason; empty when it says nothing of its own."""


@dataclass(frozen=True)
class ScoredOption:
    """An option and what speaks for it."""

    label: str
    text: str
    terms: tuple[Term, ...]

    @property
    def total(self) -> float:
        """Sum of the terms."""
        return sum(term.value for term in self.terms)


def probabilities(scored: Sequence[ScoredOption], temperature: float) -> dict[str, float]:
    """Softmax of the totals.

    Parameters
    ----------
    scored : sequence of ScoredOption
        At least one.
    temperature : float
        Above 0; higher = less sure.

    Returns
    -------
    dict of str to float
        Label to probability; they sum to one.

    Raises
    ------
    ValueError
        A total is not finite.

    Examples
    --------
    >>> pair = [ScoredOption("A", "Yes", (Term("x", 0.0),)), ScoredOption("B", "No", (Term("x", 0.0),))]
    >>> probabilities(pair, 1.0)
    {'A': 0.5, 'B': 0.5}
    """
    totals = np.array([option.total for option in scored], np.float64)
    if not np.isfinite(totals).all():
        wrong = [option.label for option in scored if not math.isfinite(option.total)]
        msg = f"The score of option {wrong[0]!r} is not a finite number."
        raise ValueError(msg)
    weights = np.exp((totals - totals.max()) / temperature)
    weights /= weights.sum()
    return {option.label: float(weight) for option, weight in zip(scored, weights, strict=True)}


def best(scored: Sequence[ScoredOption]) -> ScoredOption:
    """Pick the option with the highest total; the first of equals."""
    return max(scored, key=lambda option: option.total)
