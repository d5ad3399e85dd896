"""How unlike the normals a part may be before it counts as defective (DESIGN, section 4).

The score of a part is compared with the scores that the normals get when each is left out: conformal p-values
(Vovk, Gammerman and Shafer 2005), whose promise holds for parts that are exchangeable with the enrolled ones. With
too few normals for the rate that was asked for, a Student t prediction from the logarithms of the normal scores
decides, and says that it is not certified: ratios of scores vary alike on all products, differences do not. Knows no
pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import FloatArray

PRIOR_SPREAD = 0.25
"""Standard deviation that the logarithms of good parts' scores usually have: a little above that of the left-out
normals of the drawn sample parts, 0.21; it matters only when normals are few."""
PRIOR_WEIGHT = 8
"""How many normals' worth of evidence the usual spread counts for: it differs little between products."""
_FAR = 3.0
"""Robust spreads above the median, or twice as many below it, beyond which a normal counts as no farther, so that
neither a defective part that was enrolled by mistake nor a copy of another picture widens a fit without limit."""
_LEAST = 1e-6  # what a score of 0 counts as where ratios are told


@dataclass(frozen=True)
class Verdict:
    """Whether a score is within the tolerance, and how sure that is."""

    p_value: float
    threshold: float
    certified: bool
    reason: str
    is_anomalous: bool


def judge(
    score: float, normal_scores: FloatArray, *, false_alarm_rate: float, threshold: float | None = None
) -> Verdict:
    """Compare a score with those of the normals.

    Parameters
    ----------
    score : float
        0 or above; higher = more unlike the normals.
    normal_scores : (n,) float32
        What each normal scores when it is left out, 0 or above; at least one.
    false_alarm_rate : float
        How often a good part may be called defective, 0 to 1 (exclusive).
    threshold : float, optional
        Set by hand: the score above which a part counts as anomalous, instead of the one for the rate.

    Returns
    -------
    Verdict
        ``is_anomalous`` is ``score > threshold``, which without a threshold by hand is the same as
        ``p_value <= false_alarm_rate``.

    Raises
    ------
    ValueError
        The rate is out of range, there is no normal, or a score is no number or below 0.

    Examples
    --------
    >>> normals = np.linspace(1, 2, 99, dtype=np.float32)
    >>> judge(2.5, normals, false_alarm_rate=0.05).p_value
    0.01
    >>> judge(1.5, normals, false_alarm_rate=0.05).is_anomalous
    False
    """
    if not 0 < false_alarm_rate < 1:
        msg = f"The false-alarm rate must lie between 0 and 1. Got {false_alarm_rate}."
        raise ValueError(msg)
    scores = np.append(normal_scores, score)
    if len(scores) < 2 or not np.isfinite(scores).all() or scores.min() < 0:
        msg = (
            "A score and at least one normal score, all finite and not below 0, are needed. "
            f"Got {score} and {len(normal_scores)} normal scores."
        )
        raise ValueError(msg)
    needed = normals_needed(false_alarm_rate)
    certified = len(normal_scores) >= needed
    if certified:
        p_value, limit = _conformal(score, normal_scores, false_alarm_rate)
    else:
        p_value, limit = _predicted(score, normal_scores, false_alarm_rate)
    if threshold is not None:
        reason = f"The threshold {threshold:g} was set by hand, so no false-alarm rate is promised."
        return Verdict(p_value, threshold, certified=False, reason=reason, is_anomalous=score > threshold)
    return Verdict(
        p_value,
        limit,
        certified=certified,
        reason=_reason(len(normal_scores), needed, false_alarm_rate, certified=certified),
        is_anomalous=score > limit,
    )


def normals_needed(false_alarm_rate: float) -> int:
    """The least number of normals that supports a rate: the smallest n with 1 / (n + 1) <= rate.

    Examples
    --------
    >>> normals_needed(0.05), normals_needed(0.01)
    (19, 99)
    """
    return math.ceil(1 / false_alarm_rate - 1 - 1e-9)


def _conformal(score: float, normal_scores: FloatArray, rate: float) -> tuple[float, float]:
    at_least = int(np.count_nonzero(normal_scores.astype(np.float64) >= score))
    count = len(normal_scores)
    # p <= rate  <=>  at_least <= rate * (n + 1) - 1  <=>  the score beats the normal at that place from the top
    allowed = math.floor(rate * (count + 1) - 1 + 1e-9)
    limit = float(np.sort(normal_scores)[::-1][allowed])
    return (1 + at_least) / (count + 1), limit


def _predicted(score: float, normal_scores: FloatArray, rate: float) -> tuple[float, float]:
    """Where the next good part's score will lie, by a normal distribution of the logarithms with a prior spread."""
    from scipy.special import stdtr, stdtrit

    logs = _drawn_in(np.log(np.maximum(normal_scores.astype(np.float64), _LEAST)))
    count = len(logs)
    centre = float(logs.mean())
    freedom = PRIOR_WEIGHT + count - 1
    squares = float(np.square(logs - centre).sum()) + PRIOR_WEIGHT * PRIOR_SPREAD**2
    scale = math.sqrt(squares / freedom * (1 + 1 / count))
    limit = math.exp(centre + float(stdtrit(freedom, 1 - rate)) * scale)
    p_value = float(stdtr(freedom, -(math.log(max(score, _LEAST)) - centre) / scale))
    return p_value, limit


def _drawn_in(logs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring values that lie far from the others nearer, as `_FAR` tells; by a spread that they hardly change."""
    middle = float(np.median(logs))
    spread = 1.4826 * float(np.median(np.abs(logs - middle)))
    pooled = (PRIOR_WEIGHT * PRIOR_SPREAD**2 + len(logs) * spread**2) / (PRIOR_WEIGHT + len(logs))
    reach = _FAR * math.sqrt(pooled)
    return np.clip(logs, middle - 2 * reach, middle + reach)


def _reason(count: int, needed: int, rate: float, *, certified: bool) -> str:
    have = f"{count} normal{'s' if count != 1 else ''}"
    if certified:
        verb = "support" if count != 1 else "supports"
        return f"{have} {verb} a false-alarm rate of {rate:.3g} (needed: {needed})."
    return (
        f"{have} cannot support a false-alarm rate of {rate:.3g}; {needed} are needed. "
        f"The threshold is a fit to the scores of the normals."
    )
