"""Whether the probability of a defect means what it says: error and score of the shipped curve beside two others.

Every object and number of normals counts alike, and in each good and defective parts count alike: a defect is as
likely as not. Knows draws, no picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echo_iad.deciders.defect_probability import probability_anomalous
from echo_iad.domain.evidence import Comparison

if TYPE_CHECKING:
    from held_out import Draw

Numbers = NDArray[np.float64]
Curve = Callable[[Numbers], Numbers]
"""Score / threshold -> probability of a defect."""
BINS = 10
_GOOD = ("not enrolled", "good")


def reliability(draws: Sequence[Draw]) -> dict[str, Any]:
    """Expected calibration error, Brier score and bins of the real parts' probabilities, for three curves.

    ``belief`` is r^10 / (1 + r^10), fitted on nothing. ``shipped`` is what Echo gives. ``other_objects`` has the form
    of the shipped one with its two numbers fitted, for each object, on good parts and painted defects of the others.
    """
    learned = {name: fitted([draw for draw in draws if draw.object != name]) for name in _objects(draws)}
    curves: dict[str, Callable[[Draw], Curve]] = {
        "belief": lambda _: lambda ratios: ratios**10 / (1 + ratios**10),
        "shipped": lambda _: shipped,
        "other_objects": lambda draw: curve(*learned[draw.object]),
    }
    report: dict[str, Any] = {name: _figures(draws, of) for name, of in curves.items()}
    rise, fall = fitted(draws)
    report["fitted_on_all"] = {"rise": round(rise, 2), "fall": round(fall, 2)}
    return report


def shipped(ratios: Numbers) -> Numbers:
    """What the embedded decider gives."""
    return np.array([probability_anomalous(_comparison(float(ratio))) for ratio in ratios])


def curve(rise: float, fall: float) -> Curve:
    """The shipped curve's form with other numbers."""

    def of(ratios: Numbers) -> Numbers:
        x = np.log(np.maximum(ratios, 1e-6))
        found: Numbers = 1 / (1 + np.exp(-np.where(x > 0, rise * np.sqrt(np.maximum(x, 0)), fall * x)))
        return found

    return of


def fitted(draws: Sequence[Draw]) -> tuple[float, float]:
    """Both numbers by maximum likelihood on good parts and painted defects."""
    from scipy.optimize import minimize

    ratios, defective, weights = _columns(draws, "painted")

    def loss(logs: Numbers) -> float:
        p = np.clip(curve(*np.exp(logs))(ratios), 1e-9, 1 - 1e-9)
        return float(-(weights * np.log(np.where(defective, p, 1 - p))).sum())

    found = minimize(loss, np.log([8.0, 3.0]), method="Nelder-Mead").x
    return math.exp(found[0]), math.exp(found[1])


def _figures(draws: Sequence[Draw], of: Callable[[Draw], Curve]) -> dict[str, Any]:
    columns = [_columns([draw], "defective", among=draws) for draw in draws]
    p = np.concatenate([of(draw)(ratios) for draw, (ratios, _, _) in zip(draws, columns, strict=True)])
    defective = np.concatenate([one for _, one, _ in columns])
    weights = np.concatenate([one for _, _, one in columns])
    number = np.minimum((p * BINS).astype(int), BINS - 1)
    bins, error = [], 0.0
    for each in np.unique(number):
        inside = number == each
        share = float(weights[inside].sum() / weights.sum())
        told, true = (float(np.average(one[inside], weights=weights[inside])) for one in (p, defective))
        error += share * abs(told - true)
        bins.append({"told": round(told, 3), "true": round(true, 3), "share": round(share, 3)})
    brier = float(np.average(np.square(p - defective), weights=weights))
    return {"ece": round(error, 4), "brier": round(brier, 4), "bins": bins}


def _columns(
    draws: Sequence[Draw], defect: str, *, among: Sequence[Draw] | None = None
) -> tuple[Numbers, NDArray[np.bool_], Numbers]:
    """Ratio, whether defective, and weight of the good parts and of those with a defect of this kind."""
    cells = [(draw.object, draw.of_all, draw.normals) for draw in among or draws]
    ratios, truth, weights = [], [], []
    for draw in draws:
        alike = cells.count((draw.object, draw.of_all, draw.normals))
        for kinds, is_defective in ((_GOOD, False), ((defect,), True)):
            inside = np.isin(draw.kinds, kinds)
            ratios.append(draw.ratios[inside])
            truth.append(np.full(int(inside.sum()), is_defective))
            weights.append(np.full(int(inside.sum()), 0.5 / (alike * max(int(inside.sum()), 1))))
    return np.concatenate(ratios), np.concatenate(truth), np.concatenate(weights)


def _comparison(ratio: float) -> Comparison:
    return Comparison(
        score=ratio,
        p_value=0.5,
        threshold=1.0,
        margin=ratio - 1,
        certified=False,
        certified_reason="",
        false_alarm_rate=0.05,
        is_anomalous=ratio > 1,
        normals=1,
        regions=(),
    )


def _objects(draws: Sequence[Draw]) -> list[str]:
    return sorted({draw.object for draw in draws})
