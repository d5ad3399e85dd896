"""How probable a defect is by the comparison alone: one curve of score and threshold (docs/decisions/0006).

Knows a comparison's numbers; knows no question and no model.
"""

from __future__ import annotations

import math

from echo_iad.domain.evidence import Comparison

_RISE, _FALL = 6.0, 3.0
"""Log-odds of a defect above and below the threshold: p_anomalous is 0.86 at a score a tenth above it, 0.94 at a
quarter, 0.34 at a fifth below and 0.11 at half. From good parts and painted defects (docs/tolerance.md)."""


def probability_anomalous(comparison: Comparison) -> float:
    """Probability that the part is defective, from the margin.

    With x = log(score / threshold) its log-odds are a multiple of the root of x above the threshold and of x below it:
    increasing, 0.5 at the threshold, steep above it, since few good parts come there, and flat below, since faint
    defects score like good parts. Held on the verdict's side of 0.5, so that number and verdict never contradict each
    other.

    Raises
    ------
    ValueError
        A number is not finite, or the threshold is not above 0.
    """
    for name in ("score", "p_value", "threshold", "margin"):
        value = getattr(comparison, name)
        if not math.isfinite(value):
            msg = f"The comparison's {name} is not a finite number: {value}."
            raise ValueError(msg)
    if comparison.threshold <= 0:
        msg = f"The comparison's threshold must be above 0. Got {comparison.threshold}."
        raise ValueError(msg)
    ratio = math.log(max(1.0 + comparison.margin, 1e-6))
    odds = _RISE * math.sqrt(ratio) if ratio > 0 else _FALL * ratio
    p_anomalous = 1.0 / (1.0 + math.exp(-odds))
    return max(p_anomalous, 0.5) if comparison.is_anomalous else min(p_anomalous, 0.5)
