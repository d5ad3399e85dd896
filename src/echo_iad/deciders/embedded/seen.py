"""What the comparator saw, as the answers need it: where the anomaly's mass lies and what it is like.

Knows a comparison; knows no question and no words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from echo_iad.comparison.regions import BESIDE
from echo_iad.deciders.defect_probability import probability_anomalous
from echo_iad.deciders.embedded.frames import Frame, Grid, frames, reduced
from echo_iad.deciders.embedded.kinds import kind_chances
from echo_iad.deciders.embedded.lexicon import Attribute
from echo_iad.domain.evidence import AnomalyMap, Change, CloseUp, Comparison, Region
from echo_iad.domain.parts import FloatArray

_ABSENCE = 0.4
"""Weight of an attribute's absence against its presence."""
_LARGE = 0.04
"""Share of the part from which a region is rather large than small; patches blur the smallest to a hundredth."""
_FAINT_SHARE = 0.01
"""Share of the map whose highest values are the mass when nothing reaches the threshold."""


@dataclass(frozen=True, eq=False)
class Seen:
    """One comparison, distilled."""

    comparison: Comparison
    p_anomalous: float
    """Probability that the part is defective, 0 to 1; on the verdict's side of 0.5."""
    attributes: Mapping[Attribute, float]
    """Attribute to -1 (its opposite) .. 1; an attribute that could not be measured is absent."""
    mass: Grid | None
    """(h, w) float64, sum 1: share of the anomaly in each cell; None without a map."""
    faint: bool
    """Nothing lies above the map's threshold: the mass is the highest part of the map below it."""
    picture: Frame | None
    part: Frame | None
    kinds: FloatArray | None = None
    """(kinds,) float64: probability of each of `kind_words.KINDS`, by the looks; None without a close-up."""

    @property
    def main(self) -> Region | None:
        """The region that weighs most: area times score; of a part that is not anomalous, the most suspect place."""
        regions = _regions(self.comparison)
        return max(regions, key=_weight) if regions else None

    @property
    def colors(self) -> list[str]:
        """Name of the main region's colour; empty without a reference picture."""
        return [self.main.change.colour] if self.main is not None and self.main.change is not None else []


def see(comparison: Comparison) -> Seen:
    """Distil a comparison.

    Raises
    ------
    ValueError
        A number of the comparison or of its map is not finite, or the threshold is not above 0.
    """
    p_anomalous = probability_anomalous(comparison)
    anomaly_map = comparison.anomaly_map
    mass, faint, picture, part = None, not comparison.regions, None, None
    if anomaly_map is not None:
        mass, faint = anomaly_mass(anomaly_map)
        picture, part = frames(anomaly_map)
    attributes = _attributes(comparison, mass, part)
    seen = Seen(comparison, p_anomalous, attributes, mass, faint, picture, part)
    return seen if seen.main is None else replace(seen, kinds=kind_chances(seen.main, part_share(part)))


def part_share(part: Frame | None) -> float:
    """Share of the picture that the part covers; 1 where its outline is not known."""
    return 1.0 if part is None else float(part.inside.mean())


def anomaly_mass(anomaly_map: AnomalyMap) -> tuple[Grid, bool]:
    """Compute the anomaly's mass on the reduced grid, and whether nothing reached the threshold.

    Returns
    -------
    (h, w) float64, sum 1
        Excess over the threshold; without any, excess over its highest hundredth.
    bool
        True when nothing reached the threshold.

    Raises
    ------
    ValueError
        The map or its threshold holds numbers that are not finite.
    """
    values = anomaly_map.values
    if not (math.isfinite(anomaly_map.threshold) and np.isfinite(values).all()):
        msg = "The anomaly map holds numbers that are not finite."
        raise ValueError(msg)
    faint = bool(values.max() <= anomaly_map.threshold)
    floor = float(np.quantile(reduced(values), 1.0 - _FAINT_SHARE)) if faint else anomaly_map.threshold
    mass = reduced(np.maximum(values - np.float32(floor), 0.0))
    if not mass.any():  # smaller than a cell, or flat: the highest cells
        small = reduced(values)
        mass = (small == small.max()).astype(np.float64)
    return mass / mass.sum(), faint


def _regions(comparison: Comparison) -> tuple[Region, ...]:
    """Where the part differs; of one that is not anomalous, where a defect would be if there were one.

    What lies beside the part tells nothing of it, unless it alone was found.
    """
    found = comparison.regions or ((comparison.suspect,) if comparison.suspect is not None else ())
    on_part = tuple(region for region in found if region.part_position != BESIDE)
    return on_part or comparison.regions


def _weight(region: Region) -> float:
    return region.area_fraction * max(region.score, 0.0)


def _attributes(comparison: Comparison, mass: Grid | None, part: Frame | None) -> dict[Attribute, float]:
    """Measured attributes, each squashed to -1 .. 1 around the value where people change the word."""
    regions = _regions(comparison)
    if not regions:
        return {}
    main = max(regions, key=_weight)
    area = sum(region.area_fraction for region in regions) / max(part_share(part), 1e-3)
    strong = sum(_weight(region) >= 0.25 * _weight(main) for region in regions)
    found: dict[Attribute, float] = {
        "elongated": _present(math.log(max(main.elongation, 1.0) / 2.0) / 0.5),
        "large": math.tanh(math.log10(max(area, 1e-6) / _LARGE) / 0.6),
        "many": {1: -0.3, 2: 0.3}.get(strong, 0.8),
    }
    if mass is not None and part is not None:
        found["edge"] = _present((0.3 - float((mass * part.depth).sum())) / 0.15)
    changes = [(region.change, _weight(region)) for region in regions if region.change is not None]
    if changes:
        found |= _changed([change for change, _ in changes], np.array([weight for _, weight in changes]))
    if main.change is not None and main.change.close_up is not None:
        found |= _close(main.change.close_up)
    return found


def _close(seen: CloseUp) -> dict[Attribute, float]:
    """Attributes of the pixels that differ, each -1 to 1 around what painted defects have in the middle."""
    return {
        "elongated": math.tanh(math.log(seen.length_over_width / 2.6) / 0.6),
        "many": {1: -0.3, 2: 0.1}.get(seen.patches, 0.5),
        "dark": math.tanh(-seen.lightness / 15.0),
        "recolored": math.tanh(math.log((1.0 + seen.colour_shift) / 7.0) / 0.7),
        "rough": math.tanh(seen.roughness / 0.4),
        "irregular": math.tanh(math.log(max(seen.raggedness, 0.3) / 1.5) / 0.6),
    }


def _present(strength: float) -> float:
    """Squash to -1 .. 1; absence counts for less than presence.

    A patch sees its neighbourhood, so a region is wider and rounder than the defect in it, and its colour is diluted.
    """
    value = math.tanh(strength)
    return value if value > 0 else _ABSENCE * value


def _changed(changes: list[Change], weights: FloatArray) -> dict[Attribute, float]:
    """Attributes of the change against the reference, the regions' weighted mean."""
    share = weights / weights.sum() if weights.sum() > 0 else np.full(len(changes), 1.0 / len(changes))
    table = np.array([(change.brightness, change.hue, abs(change.saturation), change.texture) for change in changes])
    if not np.isfinite(table).all():
        msg = "A region's change holds numbers that are not finite."
        raise ValueError(msg)
    brightness, hue, saturation, texture = (float(value) for value in share @ table)
    return {
        "dark": math.tanh(-brightness / 12.0),
        "recolored": _present((hue + 0.5 * saturation - 6.0) / 6.0),
        "rough": math.tanh(texture / 0.5),
    }
