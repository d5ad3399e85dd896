"""What the picture itself tells of a part and of what it lies on: colours, shape, surface. Nothing learned, no words.

Measured on a small picture, so fine marks and print are not seen; what a part is made of or for is not known here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from echo_iad.comparison.attributes import colour_name
from echo_iad.domain.parts import BoolArray, ByteArray, FloatArray, Picture
from echo_iad.images.outline import find_outline
from echo_iad.images.preparing import resize, shrink, to_lab

Trait = Literal["long", "round", "angular", "rough", "patterned", "shiny", "dark", "colorful", "several", "plain"]

_SIDE, _FINE_SIDE = 96, 384
_WINDOW = 5  # pixels of the finer picture
_BIN = 8.0  # CIELAB: cells of this size share a colour name
_OFFSET, _RADIX = 100, 1000  # so that the three numbers of a cell are one whole number
_PLACES = np.array([_RADIX**2, _RADIX, 1], np.int64)
_BRIGHT = 70.0  # CIELAB lightness
_CELLS = 12  # coarse cells along a side, for patterns
_LEAST = 12  # places that a look is measured on at least
_ANGLES = np.deg2rad(np.arange(0, 90, 6))


@dataclass(frozen=True)
class Look:
    """What something looks like."""

    colors: Mapping[str, float]
    """Plain name -> share of the places, 0 to 1; they sum to one."""
    traits: Mapping[Trait, float]
    """Trait -> -1 (its opposite) to 1; what could not be measured is absent."""


@dataclass(frozen=True)
class PartFacts:
    """The part and its background."""

    part: Look
    background: Look | None
    """None when the part fills the picture or no outline was found."""


@lru_cache(maxsize=4)
def facts_of(picture: Picture) -> PartFacts:
    """Facts of a picture, measured once for all questions about it."""
    return measure_part(picture.pixels)


def measure_part(pixels: ByteArray) -> PartFacts:
    """Measure a picture.

    Parameters
    ----------
    pixels : (h, w, 3) uint8
    """
    small, fine = shrink(pixels, _SIDE), _fine_spread(shrink(pixels, _FINE_SIDE))
    outline = find_outline(pixels, _SIDE)
    lab = to_lab(small)
    if outline is None:
        return PartFacts(_look(lab, np.ones(lab.shape[:2], bool), fine), None)
    inside = _as_large(outline, *lab.shape[:2])
    if inside.sum() < _LEAST or (~inside).sum() < _LEAST:
        return PartFacts(_look(lab, np.ones(lab.shape[:2], bool), fine), None)
    part = _look(lab, inside, fine)
    behind = _look(lab, ~_grown(inside), fine)
    return PartFacts(Look(part.colors, {**part.traits, **_shape(inside)}), behind)


def _as_large(outline: FloatArray, height: int, width: int) -> BoolArray:
    grey = (np.repeat(outline[:, :, None], 3, axis=2) * 255).astype(np.uint8)
    return np.asarray(resize(grey, width, height)[:, :, 0] > 127)


def _grown(inside: BoolArray) -> BoolArray:
    """With a rim, so that shadows and blurred edges belong to neither side; as it is when that leaves nothing."""
    from scipy.ndimage import binary_dilation

    grown = np.asarray(binary_dilation(inside, iterations=2), bool)
    return grown if (~grown).sum() >= _LEAST else inside


def _look(lab: FloatArray, inside: BoolArray, fine: FloatArray) -> Look:
    places = lab[inside]
    middle = float(np.median(places[:, 0]))
    rough = float(np.median(fine[_as_large(inside.astype(np.float32), *fine.shape)]))
    traits: dict[Trait, float] = {
        "rough": math.tanh(math.log(max(rough, 0.1) / 3.0) / 0.6),
        "patterned": math.tanh(math.log(max(_coarse_spread(lab[:, :, 0], inside), 0.1) / 7.0) / 0.6),
        "dark": math.tanh((45.0 - middle) / 15.0),
        "colorful": math.tanh((float(np.median(np.hypot(places[:, 1], places[:, 2]))) - 15.0) / 8.0),
    }
    if middle < _BRIGHT:  # highlights do not stand out from what is bright itself
        highlights = float((places[:, 0] > middle + 30.0).mean())
        traits["shiny"] = math.tanh((highlights - 0.03) / 0.03)
    traits["plain"] = -max(traits["rough"], traits["patterned"])
    return Look(_colors(places), traits)


def _colors(places: FloatArray) -> dict[str, float]:
    """Share of each plain colour; places of nearly one colour are named together."""
    cells = np.round(places / _BIN).astype(np.int64) + _OFFSET
    codes, counts = np.unique((cells * _PLACES).sum(axis=1), return_counts=True)
    shares: Counter[str] = Counter()
    for code, count in zip(codes, counts, strict=True):
        cell = (code // _PLACES) % _RADIX - _OFFSET
        shares[colour_name((cell * _BIN).astype(np.float32))] += int(count)
    return {name: count / len(places) for name, count in shares.most_common()}


def _fine_spread(pixels: ByteArray) -> FloatArray:
    """Standard deviation of brightness (0 to 100) in 5 x 5 pixels, at every sixth pixel."""
    grey = pixels.mean(axis=2, dtype=np.float32) / np.float32(2.55)
    if min(grey.shape) < _WINDOW:
        return np.zeros((1, 1), np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(grey, (_WINDOW, _WINDOW))[::6, ::6]
    return np.asarray(windows.std(axis=(2, 3)), np.float32)


def _coarse_spread(lightness: FloatArray, inside: BoolArray) -> float:
    """Standard deviation of the means of coarse cells that lie mostly inside."""
    step = max(1, max(lightness.shape) // _CELLS)
    rows, columns = (np.arange(0, side, step) for side in lightness.shape)

    def summed(values: FloatArray) -> FloatArray:
        return np.asarray(np.add.reduceat(np.add.reduceat(values, rows, axis=0), columns, axis=1), np.float32)

    counts = summed(inside.astype(np.float32))
    kept = counts > 0.5 * summed(np.ones_like(lightness))
    return float((summed(np.where(inside, lightness, 0.0))[kept] / counts[kept]).std()) if kept.sum() > 1 else 0.0


def _shape(inside: BoolArray) -> dict[Trait, float]:
    from scipy.ndimage import label

    labels, count = label(inside)
    largest = labels == 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
    points = np.argwhere(largest).astype(np.float64)
    points -= points.mean(axis=0)
    spread = np.linalg.eigvalsh(np.cov(points.T) + 1e-6 * np.eye(2))
    longer = math.sqrt(spread[1] / spread[0])
    reach = float(np.quantile(np.hypot(points[:, 0], points[:, 1]), 0.995)) + 0.5
    turned = (
        points @ np.stack([np.cos(_ANGLES), np.sin(_ANGLES)]),
        points @ np.stack([-np.sin(_ANGLES), np.cos(_ANGLES)]),
    )
    boxes = (np.ptp(turned[0], axis=0) + 1.0) * (np.ptp(turned[1], axis=0) + 1.0)
    return {
        "long": math.tanh(math.log(longer / 1.8) / 0.35),
        "round": math.tanh((len(points) / (math.pi * reach**2) - 0.8) / 0.1),
        "angular": math.tanh((len(points) / float(boxes.min()) - 0.88) / 0.06),
        "several": math.tanh((count - 1.5) / 0.5),
    }
