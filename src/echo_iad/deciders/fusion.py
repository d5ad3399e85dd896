"""Comparison and a model's word, weighed against each other. Pure numbers; knows no picture and no model.

Both are put as log-odds and added. The weights come from how each tells good parts from the same parts with synthetic
defects, which takes no labelled defect: a logistic regression for each, shrunk since such parts are few. Who does not
tell them apart for sure does not count at all. Each is weighed on its own, not both together: together, the one that
finds synthetic defects more easily would get nearly all the weight, and real ones may be harder for it.

Only the slope is taken from the comparison's regression: where it is undecided is the user's tolerance. A model may
lean to one side, so its own neutral point is learned too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echo_iad.deciders.defect_probability import probability_anomalous
from echo_iad.domain.evidence import Comparison, Fusion

LEAST_PARTS = 4
"""Fewer tell nothing about a model."""
ALONE = 10.0
"""Weight that a comparison is believed to have beside a model: the first belief of docs/decisions/0006. Where the model
does not count, no weight is used: the comparison's own curve is."""
_MOST_LOG_ODDS = 13.8  # a probability nearer to 0 or 1 than 1e-6 says no more than that
_DOUBT = 1.645  # standard errors above chance that a separation must have: one in twenty has them by chance
_PRECISION = 1.0  # of the belief about a weight, in standard deviations of what it weighs
_LEAST_SPREAD = 1e-3  # of what is weighed

_Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Line:
    """A logistic regression: log-odds of "defective" are ``slope * (value - neutral)``."""

    slope: float
    neutral: float


def log_odds(p: float) -> float:
    """Natural logarithm of ``p / (1 - p)``; a probability of 0 or 1 counts as one that is within 1e-6 of it.

    Raises
    ------
    ValueError
        It is no probability.

    Examples
    --------
    >>> log_odds(0.5), round(log_odds(1.0), 1)
    (0.0, 13.8)
    """
    if not 0 <= p <= 1:
        msg = f"A probability lies between 0 and 1. Got {p}."
        raise ValueError(msg)
    if p in {0, 1}:
        return math.copysign(_MOST_LOG_ODDS, p - 0.5)
    return min(max(math.log(p) - math.log1p(-p), -_MOST_LOG_ODDS), _MOST_LOG_ODDS)


def log_ratio(comparison: Comparison) -> float:
    """``log(score / threshold)``; above 0 = anomalous."""
    return math.log(max(1.0 + comparison.margin, 1e-6))


def learn_fusion(
    comparator_normal: Sequence[float],
    comparator_synthetic: Sequence[float],
    model_normal: Sequence[float],
    model_synthetic: Sequence[float],
) -> Fusion:
    """Learn both weights from good parts and the same parts with synthetic defects.

    Parameters
    ----------
    comparator_normal, comparator_synthetic : (n,) float
        ``log(score / threshold)`` of each part, as it is and with its defect; higher = more unlike the normals. Which
        threshold it is does not matter for the weights, as long as it is the same for all.
    model_normal, model_synthetic : (n,) float
        Log-odds that the model gives for "defective", of the same parts; `log_odds` makes them. Those beyond 13.8
        count as 13.8.

    Returns
    -------
    Fusion
        The comparison alone, with the weight `ALONE`, when the model's separation is not above chance for sure; the
        model alone when that of the comparison is not and the model's is. The order of the parts does not matter.

    Raises
    ------
    ValueError
        There are fewer than 4 parts, not as many of each, or a number is missing.

    Examples
    --------
    >>> scores = [-0.3, -0.2, -0.4, -0.1, -0.3, -0.2], [0.5, 0.1, 0.9, 0.4, -0.1, 0.6]
    >>> learn_fusion(*scores, [2.0] * 6, [2.0] * 6).model
    0.0
    >>> helped = learn_fusion(*scores, [0.1, 1.0, -0.5, 0.7, 0.2, 0.4], [3.0, 2.2, 4.0, 1.9, 3.1, 2.5])
    >>> helped.model > 0, 0.7 < helped.neutral < 2.2
    (True, True)
    """
    comparator = _paired(comparator_normal, comparator_synthetic, math.inf)
    model = _paired(model_normal, model_synthetic, _MOST_LOG_ODDS)
    if comparator.shape != model.shape:
        msg = f"Comparison and model must have seen the same parts. Got {len(comparator[0])} and {len(model[0])}."
        raise ValueError(msg)
    parts = comparator.shape[1]
    separation_comparator, separation_model = separation(*comparator), separation(*model)
    trust_comparator, trust_model = trust(separation_comparator, parts), trust(separation_model, parts)
    said = _regression(model, believed=0.0)
    if not trust_model * said.slope:
        return comparator_alone(separation_comparator, separation_model, parts)
    compared = _regression(comparator, believed=ALONE)
    return Fusion(
        comparator=trust_model * trust_comparator * compared.slope + (1 - trust_model) * ALONE,
        model=trust_model * said.slope,
        neutral=said.neutral,
        separation_comparator=separation_comparator,
        separation_model=separation_model,
        parts=parts,
    )


def comparator_alone(separation_comparator: float, separation_model: float, parts: int) -> Fusion:
    """A fusion in which the model's word does not count: the verdict is the comparison's."""
    return Fusion(ALONE, 0.0, 0.0, separation_comparator, separation_model, parts)


def fused_p_anomalous(comparison: Comparison, p_model: float, fusion: Fusion) -> float:
    """Probability that the part is defective, by both.

    Parameters
    ----------
    comparison : Comparison
    p_model : float
        What the model gives for "defective", 0 to 1.
    fusion : Fusion
        Of the part's object.

    Returns
    -------
    float
        0 to 1; above 0.5 = defective. It rises with the score and with ``p_model``. With a model that does not count
        it is what the comparison alone gives, above 0.5 exactly where that calls the part anomalous.

    Raises
    ------
    ValueError
        ``p_model`` is no probability.
    """
    said = log_odds(p_model)
    if fusion.model:
        fused = fusion.comparator * log_ratio(comparison) + fusion.model * (said - fusion.neutral)
        return 0.5 * (1.0 + math.tanh(fused / 2))
    p_anomalous = probability_anomalous(comparison)
    return max(p_anomalous, math.nextafter(0.5, 1.0)) if comparison.is_anomalous else p_anomalous


def separation(normal: Sequence[float] | _Numbers, defective: Sequence[float] | _Numbers) -> float:
    """AUROC: how often a defective part gets the higher number of the two, ties counting half; 0 to 1.

    Examples
    --------
    >>> separation([1.0, 2.0], [2.0, 3.0])
    0.875
    """
    low, high = np.asarray(normal)[:, None], np.asarray(defective)[None]
    return float((high > low).mean() + (high == low).mean() / 2)


def trust(separation: float, parts: int) -> float:
    """How far a separation counts, 0 to 1: not at all within 1.645 standard errors of chance, fully one error beyond.

    The standard error is that of a Mann-Whitney test (1947) between as many good parts as defective ones that cannot
    be told apart.

    Examples
    --------
    >>> trust(0.6, 16), round(trust(0.7, 16), 2), trust(0.9, 16)
    (0.0, 0.28, 1.0)
    """
    error = math.sqrt((2 * parts + 1) / (12 * parts * parts))
    return min(max((separation - 0.5) / error - _DOUBT, 0.0), 1.0)


def _paired(normal: Sequence[float], synthetic: Sequence[float], limit: float) -> _Numbers:
    """``(2, n)`` float64 within ``limit`` of 0: the parts as they are, and with defects, each in rising order."""
    if len(normal) != len(synthetic) or len(normal) < LEAST_PARTS:
        got = f"Got {len(normal)} and {len(synthetic)}."
        msg = f"At least {LEAST_PARTS} parts are needed, each as it is and with a defect. {got}"
        raise ValueError(msg)
    values: _Numbers = np.clip(np.array([normal, synthetic], dtype=np.float64), -limit, limit)
    if not np.isfinite(values).all():
        msg = "Every part needs finite numbers. Leave out the parts that were not compared or not answered."
        raise ValueError(msg)
    return np.sort(values, axis=1)


def _regression(values: _Numbers, believed: float) -> _Line:
    """Logistic regression with a slope of 0 or more, drawn towards what was believed.

    The belief about the slope is a normal distribution whose standard deviation makes the log-odds rise by 1 over one
    standard deviation of the values; few parts, or parts that are told apart without fail, do not move it far.

    Parameters
    ----------
    values : (2, n) float64
        Of good parts, and of defective ones.
    believed : float
        The slope, before any part is seen.
    """
    from scipy.optimize import minimize

    middle, spread = float(values.mean()), max(float(values.std()), _LEAST_SPREAD)
    scaled = ((values - middle) / spread).ravel()
    sides = np.repeat([-1.0, 1.0], values.shape[1])
    prior = believed * spread

    def cost(line: _Numbers) -> tuple[float, _Numbers]:
        surplus = sides * (line[0] * scaled + line[1])
        pull = sides * np.exp(-np.logaddexp(0.0, surplus))
        away = float(line[0]) - prior
        change = np.array([_PRECISION * away - pull @ scaled, -pull.sum()])
        return float(np.logaddexp(0.0, -surplus).sum()) + _PRECISION / 2 * away**2, change

    found = minimize(cost, [prior, 0.0], jac=True, method="L-BFGS-B", bounds=[(0.0, None), (None, None)])
    rise, level = found.x.tolist()
    neutral = middle - spread * level / rise if rise > 0 else middle
    return _Line(rise / spread, min(max(neutral, float(values.min())), float(values.max())))
