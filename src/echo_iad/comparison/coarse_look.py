"""What changes on a region when its fine structure is smoothed away: on a patterned surface the pattern hides the rest.

On a grained surface a stain is clear because colour hardly varies around it, however much the grain varies in light.
So the change is measured against how much the surroundings vary once they are smoothed as well. Nothing learned here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echo_iad.domain.parts import BoolArray, FloatArray

_WIDTH = 4.0
"""Standard deviation of the smoothing, in pixels of a close-up."""
_USUAL = 0.7
"""Of what the references change at the same place: so much is taken off."""
_LEAST_SPREAD = 0.5
_PEAK_SHARE = 0.6


@dataclass(frozen=True)
class CoarseLook:
    """A region without its fine structure."""

    colour_shift: float
    """Greatest distance in the CIELAB a*b* plane from the surroundings, 0 or more."""
    colour_contrast: float
    """The same over the spread of the surroundings, 0 or more."""
    elongation: float
    """Length over width of what changes most, at least 1."""
    fullness: float
    """Its area over that of its ellipse, about 1 = a full ellipse, less = bent, hollow or in pieces."""


def coarse_look(own: FloatArray, others: Sequence[FloatArray], inside: BoolArray, around: BoolArray) -> CoarseLook:
    """Look at a region without its fine structure.

    Parameters
    ----------
    own : (h, w, 3) float32
        CIELAB of the close-up.
    others : sequence of (h, w, 3) float32
        Of the references; at least one.
    inside, around : (h, w) bool
        The region and its surroundings; at least one place each.
    """
    seen = _smoothed(own)
    usual = np.mean([_against(_smoothed(other), around) for other in others], axis=0)
    change = _against(seen, around) - _USUAL * usual
    shift = float(np.quantile(np.hypot(change[inside, 1], change[inside, 2]), 0.95))
    spread = max(float(np.hypot(*seen[around][:, 1:].std(axis=0))), _LEAST_SPREAD)
    size = np.sqrt(np.square(change).sum(axis=2)) * inside
    length, fullness = _ellipse(inside & (size >= _PEAK_SHARE * size.max()))
    return CoarseLook(shift, shift / spread, length, fullness)


def _smoothed(lab: FloatArray) -> FloatArray:
    from scipy.ndimage import gaussian_filter

    smooth: FloatArray = gaussian_filter(lab, (_WIDTH, _WIDTH, 0), truncate=2.0)
    return smooth


def _against(lab: FloatArray, around: BoolArray) -> FloatArray:
    against: FloatArray = lab - lab[around].mean(axis=0)
    return against


def _ellipse(patch: BoolArray) -> tuple[float, float]:
    """Elongation and fullness of a patch."""
    rows, columns = np.nonzero(patch)
    if len(rows) < 3:
        return 1.0, 1.0
    short, long = np.linalg.eigvalsh(np.cov(np.stack([rows, columns]))) + 1 / 12
    return math.sqrt(long / short), len(rows) / (4 * math.pi * math.sqrt(short * long))
