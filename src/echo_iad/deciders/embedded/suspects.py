"""Where the anomaly may be: a map to suspects, each a piece of the map that may be the defect. Knows no words.

What lies above the map's threshold is one suspect, in several pieces if need be. Below it, each piece stands for
itself, since only one of them need be a defect. How much a suspect weighs is how far the map rises there; that a defect
lies on the part rather than beside it is believed before looking. The shares below were chosen on painted defects
(`echo_iad.comparison.synthetic`), not on real ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echo_iad.deciders.embedded.frames import Grid, reduced
from echo_iad.domain.evidence import AnomalyMap

_SHARE = 0.4
"""Share of the highest rise above the map's median that a piece must exceed."""
_BESIDE_PART = 0.3
"""What a rise beside the part counts."""
_CONTRACTION = 0.6
"""A place names where a piece has its middle more than how far it reaches: its cells are drawn so near to it."""


@dataclass(frozen=True, eq=False)
class Suspect:
    """What may be the defect.

    Attributes
    ----------
    mass : (h, w) float64
        Its share in each cell, sum 1, as far as it reaches.
    core : (h, w) float64
        The same drawn towards the middle of each of its pieces, sum 1.
    weight : float
        How likely it is the defect, 0 to 1; all suspects of a map together have 1.
    """

    mass: Grid
    core: Grid
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
    rise = np.maximum(values - np.median(values), 0.0)
    if anomaly_map.foreground is not None:
        on_part = np.clip(2.0 * gaussian_filter(reduced(anomaly_map.foreground), 1.5), 0.0, 1.0)
        rise = rise * (_BESIDE_PART + (1.0 - _BESIDE_PART) * on_part)
    mass = np.maximum(rise - _SHARE * rise.max(), 0.0)
    if not mass.any():  # flat
        mass = (values == values.max()).astype(np.float64)
    return _told_apart(mass, values > anomaly_map.threshold)


def only(mass: Grid) -> tuple[Suspect, ...]:
    """The whole of a mass as the only suspect."""
    return (_suspect(_pieces(mass), 1.0),)


def _told_apart(mass: Grid, above: NDArray[np.bool_]) -> tuple[Suspect, ...]:
    pieces = _pieces(mass)
    sure = [piece for piece in pieces if bool(above[piece > 0].any())]
    groups = [[piece] for piece in pieces if not bool(above[piece > 0].any())]
    total = float(mass.sum())
    return tuple(
        _suspect(group, sum(float(piece.sum()) for piece in group) / total)
        for group in ([sure, *groups] if sure else groups)
    )


def _pieces(mass: Grid) -> list[Grid]:
    """Split a mass into its connected pieces."""
    from scipy.ndimage import label

    numbers, count = label(mass > 0)
    return [np.where(numbers == number, mass, 0.0) for number in range(1, count + 1)]


def _suspect(pieces: Sequence[Grid], weight: float) -> Suspect:
    mass = np.sum(pieces, axis=0)
    core = np.sum([_drawn_in(piece) for piece in pieces], axis=0)
    return Suspect(mass / mass.sum(), core / core.sum(), weight)


def _drawn_in(piece: Grid) -> Grid:
    """Draw a piece towards its middle; one that bends around its middle stays as it is."""
    rows, columns = np.nonzero(piece)
    shares = piece[rows, columns]
    row, column = np.average(rows, weights=shares), np.average(columns, weights=shares)
    if not piece[round(row), round(column)]:
        return piece
    drawn = np.zeros_like(piece)
    near = [
        np.rint(middle + _CONTRACTION * (at - middle)).astype(int) for middle, at in ((row, rows), (column, columns))
    ]
    np.add.at(drawn, (near[0], near[1]), shares)
    return drawn
