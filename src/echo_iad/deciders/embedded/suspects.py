"""Where the anomaly may be: a map to suspects, each a piece of the map that may be the defect. Knows no words.

What lies above the map's threshold is one suspect, in several pieces if need be. Below it, each piece stands for
itself, since only one of them need be a defect. How much a suspect weighs is how far the map rises there; that a defect
lies on the part rather than beside it is believed before looking. The shares below were chosen on painted defects
(`echo_iad.comparison.synthetic`), not on real ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echo_iad.deciders.embedded.frames import Grid, reduced
from echo_iad.domain.evidence import AnomalyMap

_SHARE = 0.3
"""Share of the highest rise above what is usual on the part, its median, that a piece must exceed."""
_BESIDE_PART = 0.3
"""What a rise beside the part counts."""


@dataclass(frozen=True, eq=False)
class Suspect:
    """What may be the defect.

    Attributes
    ----------
    mass : (h, w) float64
        Its share in each cell, sum 1.
    weight : float
        How likely it is the defect, 0 to 1; all suspects of a map together have 1.
    """

    mass: Grid
    weight: float


def suspects(anomaly_map: AnomalyMap) -> tuple[Suspect, ...]:
    """Find what may be the defect, on the reduced grid; at least one.

    Raises
    ------
    ValueError
        The map or its threshold holds numbers that are not finite.
    """
    from scipy.ndimage import gaussian_filter

    if not (math.isfinite(anomaly_map.threshold) and np.isfinite(anomaly_map.values).all()):
        msg = "The anomaly map holds numbers that are not finite."
        raise ValueError(msg)
    values = reduced(anomaly_map.values)
    on_part = np.ones_like(values)
    if anomaly_map.foreground is not None:
        on_part = np.clip(2.0 * gaussian_filter(reduced(anomaly_map.foreground), 1.5), 0.0, 1.0)
    part = values[on_part > 0.5] if (on_part > 0.5).any() else values
    rise = np.maximum(values - np.median(part), 0.0) * (_BESIDE_PART + (1.0 - _BESIDE_PART) * on_part)
    mass = np.maximum(rise - _SHARE * rise.max(), 0.0)
    if not mass.any():  # flat
        mass = (values == values.max()).astype(np.float64)
    return _told_apart(mass, values > anomaly_map.threshold)


def only(mass: Grid) -> tuple[Suspect, ...]:
    """Make the whole of a mass the only suspect."""
    return (Suspect(mass / mass.sum(), 1.0),)


def _told_apart(mass: Grid, above: NDArray[np.bool_]) -> tuple[Suspect, ...]:
    from scipy.ndimage import label

    numbers, count = label(mass > 0)
    sure = [number for number in range(1, count + 1) if bool(above[numbers == number].any())]
    groups = [sure] if sure else []
    groups += [[number] for number in range(1, count + 1) if number not in sure]
    pieces = [np.where(np.isin(numbers, group), mass, 0.0) for group in groups]
    return tuple(Suspect(piece / piece.sum(), float(piece.sum() / mass.sum())) for piece in pieces)
