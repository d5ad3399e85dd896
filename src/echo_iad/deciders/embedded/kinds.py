"""Which kind of defect a region looks like: measured looks against what painted defects of known kind measure.

The weights are a softmax regression on defects that `tools/fit_defect_kinds.py` painted on good parts; real defects
and names played no part. They say how a thin dark line differs from a dark hole, whatever the part. Knows no words.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from echo_iad.deciders.embedded.kind_words import KINDS, kind_shares
from echo_iad.domain.evidence import Region
from echo_iad.domain.parts import FloatArray

FEATURES = (
    "length patches raggedness lightness contrast colour foreignness sharpness roughness outline area region fill "
    "range brightness hue saturation texture elongation shift clearness axis fullness"
).split()
"""What is measured, in the order of the model's columns: close up, then on the whole region."""
LIMIT = 3.0
"""Spreads from the painted defects' mean beyond which a measure says no more."""
_DOUBT = 0.3
"""Probability that what is seen is of no painted kind: none is ruled out."""


@dataclass(frozen=True, eq=False)
class KindModel:
    """Softmax regression from looks to kinds.

    Attributes
    ----------
    centre, spread : (features,) float64
        Of the painted defects.
    weights : (kinds, features + 1) float64
        The last column is the constant.
    temperature : float
        Above 0; higher = less sure. From objects that the weights had not seen.
    """

    centre: FloatArray
    spread: FloatArray
    weights: FloatArray
    temperature: float

    def chances(self, looks: FloatArray) -> FloatArray:
        """(n, kinds) float64: probability of each kind, before seeing all alike; each row sums to one.

        Parameters
        ----------
        looks : (n, features) float64
        """
        scaled = np.clip((looks - self.centre) / self.spread, -LIMIT, LIMIT)
        scores = (scaled @ self.weights[:, :-1].T + self.weights[:, -1]) / self.temperature
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances: FloatArray = weights / weights.sum(axis=1, keepdims=True)
        return chances


def kind_chances(region: Region, part_share: float) -> FloatArray | None:
    """(kinds,) float64: probability of each of `KINDS` by the looks of a region; None when it was not seen close up.

    Parameters
    ----------
    region : Region
    part_share : float
        Share of the picture that the part covers, above 0.
    """
    looks = region_looks(region, part_share)
    if looks is None:
        return None
    chances: FloatArray = _model().chances(looks[None])[0]
    return chances


def kind_fit(text: str, chances: FloatArray | None) -> float:
    """Logarithm of how much likelier the looks are under the kinds that a wording names than under any kind.

    Several claims must all hold; they lean on the same measures, so they add up by the root of their number. 0 when
    no kind is named or nothing was seen.

    Parameters
    ----------
    text : str
    chances : (kinds,) float64 or None
        Of `kind_chances`.
    """
    claims = kind_shares(text)
    if chances is None or not claims:
        return 0.0
    likelier = _DOUBT + (1.0 - _DOUBT) * len(KINDS) * chances
    values = [math.log(float(claim @ likelier)) for claim in claims]
    return sum(values) / math.sqrt(len(values))


def region_looks(region: Region, part_share: float) -> FloatArray | None:
    """(features,) float64: the measures of a region, in the order of `FEATURES`; None when it was not seen close up.

    Raises
    ------
    ValueError
        A measure is not a finite number.
    """
    change = region.change
    seen = change.close_up if change is not None else None
    if change is None or seen is None:
        return None
    share = max(part_share, 0.01)
    looks = np.array(
        [
            math.log(seen.length_over_width),
            math.log(seen.patches),
            math.log(max(seen.raggedness, 0.3)),
            seen.lightness / 15,
            abs(seen.lightness) / 15,
            math.log1p(seen.colour_shift),
            math.log1p(seen.foreignness),
            math.log(seen.sharpness + 0.5),
            seen.roughness,
            min(3 * seen.at_outline, 1.0),
            math.log(seen.area_fraction / share + 1e-4) / 2,
            math.log(region.area_fraction / share + 1e-4) / 2,
            math.log(seen.area_fraction / max(region.area_fraction, 1e-6) + 0.01) / 1.5,
            (seen.lightest - seen.darkest) / 40,
            change.brightness / 12,
            math.log1p(change.hue),
            change.saturation / 8,
            change.texture / 0.4,
            math.log(max(region.elongation, 1.0)),
            math.log1p(seen.coarse_colour_shift),
            math.log1p(seen.coarse_contrast),
            math.log(seen.coarse_elongation),
            math.log(max(seen.coarse_fullness, 0.05)),
        ]
    )
    if not np.isfinite(looks).all():
        msg = "A region's change or close-up holds numbers that are not finite."
        raise ValueError(msg)
    return looks


@cache
def _model() -> KindModel:
    text = (resources.files("echo_iad.deciders.embedded") / "defect_kinds.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    if stored["kinds"] != KINDS or stored["features"] != FEATURES:
        msg = "defect_kinds.json does not fit the code: run tools/fit_defect_kinds.py."
        raise ValueError(msg)
    centre, spread, weights = (np.array(stored[name]) for name in ("centre", "spread", "weights"))
    return KindModel(centre, spread, weights, stored["temperature"])
