"""Options' scores: a sum of named terms, each like a log-likelihood. Knows no question and no evidence."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

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


def with_deniers(
    scored: Sequence[ScoredOption], deniers: Container[str], p_anomalous: float
) -> tuple[ScoredOption, ...]:
    """Weigh the options that say "no defect" against the others by the verdict's probability.

    The best of the others stands for a defective part, so that the choice between the sides follows the verdict
    whatever the terms say. Without a denier, or with nothing else, the options stay as they are.
    """
    others = [option.total for option in scored if option.label not in deniers]
    if not others or len(others) == len(scored):
        return tuple(scored)
    shift = math.log(max(p_anomalous, 1e-6)) - max(others)
    good = Term("no defect", math.log(max(1.0 - p_anomalous, 1e-6)))
    return tuple(
        replace(option, terms=(good,) if option.label in deniers else (*option.terms, Term("defect", shift)))
        for option in scored
    )


def best(scored: Sequence[ScoredOption]) -> ScoredOption:
    """Pick the option with the highest total; of equals, by their text, so that their order never matters."""
    return max(scored, key=lambda option: (round(option.total, 9), option.text))
