"""A region seen close up: which of its pixels differ, and what those look like. Nothing learned here.

A region of an anomaly map is wider and rounder than the defect in it, and a picture squeezed onto the map's grid has
lost a scratch. So the region is cut out of the picture and out of the references at one small size, whatever its own.
A pixel differs as far as its colour lies from the nearest that a reference has within a small shift; where parts do
not lie alike, the differences around the region are large too, and only what exceeds those counts.

Knows no object, no outline that is not given, and no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from echo_iad.comparison.coarse_look import coarse_look
from echo_iad.comparison.views import Box, View, WholeView
from echo_iad.domain.evidence import CloseUp
from echo_iad.domain.parts import BoolArray, ByteArray, FloatArray
from echo_iad.images.preparing import to_lab

_SIDE = 80
"""Rows and columns of a close-up."""
_AROUND = 1.7
"""Side of what is cut out over the region's longer side."""
_LEAST = 0.1
"""Of the picture's shorter side: what is cut out is at least so wide, else nothing of the surroundings is seen."""
_SHIFTS = (-3, 0, 3)
_CLEAR = 4.0
"""CIELAB distance from which a difference is seen at once."""
_PEAK_SHARE = 0.5
_PATCH_SHARE = 0.15
"""A further patch counts when it has this share of the largest one's area."""
_AT_OUTLINE = 0.06
_FEW = 60
_PALETTE = 160


@dataclass(frozen=True, eq=False)
class _Cut:
    """What is cut out: a square of the picture in shares of its sides, with the region and the part in it."""

    box: Box
    inside: BoolArray
    part: BoolArray
    scale: float
    """Area of a pixel as a share of the picture."""

    @cached_property
    def around(self) -> BoolArray:
        """The part around the region; everything around it where that is little."""
        from scipy.ndimage import binary_dilation

        outside = ~binary_dilation(self.inside, iterations=3)
        for choice in (outside & self.part, outside, ~self.inside):
            if choice.sum() >= _FEW:
                return choice
        return np.ones_like(self.inside)


def close_up(query: WholeView, references: Sequence[View], inside: BoolArray, foreground: FloatArray | None) -> CloseUp:
    """Look at one region.

    Parameters
    ----------
    query : WholeView
    references : sequence of View
        At least one.
    inside : (side, side) bool
        The region on the grid of the map, which spans the whole picture; at least one place.
    foreground : (side, side) float32, 0 to 1, or None
        The part's outline on the same grid; None when it is not known.
    """
    cut = _cut(inside, foreground, query.aspect)
    own = to_lab(query.piece(cut.box, _SIDE, _SIDE))
    others = [to_lab(reference.piece(cut.box, _SIDE, _SIDE)) for reference in references]
    smooth, smooth_others = _smoothed(own), [_smoothed(other) for other in others]
    differing = _differing(smooth, smooth_others, cut)
    largest, patches = _patches(differing)
    around = cut.around
    before, after = smooth[around].mean(axis=0), smooth[differing].mean(axis=0)
    slope = _slope(own[:, :, 0])
    usual = float(np.mean([_slope(other[:, :, 0])[cut.inside].mean() for other in others]))
    coarse = coarse_look(own, others, cut.inside, around)
    return CloseUp(
        area_fraction=float(differing.sum() * cut.scale),
        length_over_width=_length_over_width(largest),
        patches=patches,
        raggedness=_raggedness(largest),
        lightness=float(after[0] - before[0]),
        colour_shift=float(np.hypot(*(after[1:] - before[1:]))),
        foreignness=_foreignness(smooth, smooth_others, cut),
        sharpness=float(slope[_border(differing)].mean()),
        roughness=float(np.log((slope[cut.inside].mean() + 0.3) / (usual + 0.3))),
        at_outline=_at_outline(cut),
        lightest=float(np.quantile(own[:, :, 0][differing], 0.95)),
        darkest=float(np.quantile(own[:, :, 0][differing], 0.05)),
        coarse_colour_shift=coarse.colour_shift,
        coarse_contrast=coarse.colour_contrast,
        coarse_elongation=coarse.elongation,
        coarse_fullness=coarse.fullness,
    )


def _cut(inside: BoolArray, foreground: FloatArray | None, aspect: float) -> _Cut:
    rows, columns = inside.shape
    ys, xs = np.nonzero(inside)
    left, right = xs.min() / columns, (xs.max() + 1) / columns
    top, bottom = ys.min() / rows, (ys.max() + 1) / rows
    wide, high = max(aspect, 1.0), max(1 / aspect, 1.0)  # the picture's sides; the shorter is 1
    side = min(max((right - left) * wide, (bottom - top) * high) * _AROUND, 1.0)
    side = max(side, _LEAST)
    width, height = side / wide, side / high
    x = float(np.clip((left + right) / 2, width / 2, 1 - width / 2))
    y = float(np.clip((top + bottom) / 2, height / 2, 1 - height / 2))
    box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    shares = _share(inside, box)
    close: BoolArray = shares > 127
    if close.sum() < 4:
        close = shares > 0
    part = np.ones_like(close) if foreground is None else _share(foreground, box) > 127
    return _Cut(box, close if close.any() else np.ones_like(close), part, width * height / close.size)


def _share(values: BoolArray | FloatArray, box: Box) -> ByteArray:
    """Values on the grid of the map, 0 to 1, close up: 0 to 255."""
    return WholeView((255 * values).astype(np.uint8)).piece(box, _SIDE, _SIDE)


def _smoothed(lab: FloatArray) -> FloatArray:
    from scipy.ndimage import gaussian_filter

    smooth: FloatArray = gaussian_filter(lab, (1, 1, 0), truncate=2.5)
    return smooth.astype(np.float32, copy=False)


def _differing(own: FloatArray, others: Sequence[FloatArray], cut: _Cut) -> BoolArray:
    """(h, w) bool: pixels of the region that differ from every reference more than its surroundings do."""
    nearest = np.full(own.shape[:2], np.inf, np.float32)
    for other in others:
        for down in _SHIFTS:
            for across in _SHIFTS:
                shifted = np.roll(other, (down, across), (0, 1))
                apart = own - shifted
                np.minimum(nearest, np.einsum("ijk,ijk->ij", apart, apart), out=nearest)
    apart = np.sqrt(nearest)
    values = apart[cut.inside]
    least = max(_CLEAR, float(np.quantile(apart[cut.around], 0.9)), _PEAK_SHARE * float(np.quantile(values, 0.95)))
    differing: BoolArray = cut.inside & (apart > least)
    if differing.sum() < max(8, 0.02 * cut.inside.sum()):
        differing = cut.inside & (apart >= np.quantile(values, 0.8))
    return differing


def _patches(differing: BoolArray) -> tuple[BoolArray, int]:
    """The largest connected patch, and how many there are that are not much smaller."""
    from scipy.ndimage import label

    labels, _ = label(differing, np.ones((3, 3)))
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    largest: BoolArray = labels == int(areas.argmax())
    return largest, int((areas >= _PATCH_SHARE * areas.max()).sum())


def _length_over_width(patch: BoolArray) -> float:
    """Length of a patch over twice its greatest depth: a bent line is as long as it is, not as its ellipse."""
    from scipy.ndimage import distance_transform_edt

    if patch.sum() < 3:
        return 1.0
    width = 2 * float(distance_transform_edt(np.pad(patch, 1)).max())
    rows, columns = np.nonzero(patch)
    length = 4 * float(np.sqrt(np.linalg.eigvalsh(np.cov(np.stack([rows, columns])))[1]))
    return max(length / width, 1.0)


def _border(patch: BoolArray) -> BoolArray:
    from scipy.ndimage import binary_erosion

    border: BoolArray = patch & ~binary_erosion(patch)
    return border


def _raggedness(patch: BoolArray) -> float:
    """Squared length of the border over that of a disk of the same area."""
    return float(_border(patch).sum() ** 2 / (4 * np.pi * patch.sum()))


def _foreignness(own: FloatArray, others: Sequence[FloatArray], cut: _Cut) -> float:
    """How far the most foreign colours lie from every colour around the region and on the references."""
    beside = own[cut.around]
    known = [beside[:: max(1, len(beside) // _PALETTE)], *(other[::7, ::7].reshape(-1, 3) for other in others)]
    palette = np.concatenate(known)
    shown = own[cut.inside]
    shown = shown[:: max(1, len(shown) // 400)]
    squared = (shown**2).sum(axis=1)[:, None] + (palette**2).sum(axis=1)[None] - 2 * shown @ palette.T
    return float(np.sqrt(np.quantile(np.maximum(squared, 0.0).min(axis=1), 0.95)))


def _slope(lightness: FloatArray) -> FloatArray:
    """(h, w) float32: change of lightness from pixel to pixel."""
    down, across = np.gradient(lightness)
    slope: FloatArray = np.hypot(down, across)
    return slope


def _at_outline(cut: _Cut) -> float:
    """Share of the region that lies near the part's outline; 0 where the outline is not in sight."""
    from scipy.ndimage import binary_dilation, binary_erosion

    reach = round(_AT_OUTLINE * _SIDE)
    band = binary_dilation(cut.part, iterations=reach) & ~binary_erosion(cut.part, iterations=reach, border_value=1)
    return float(band[cut.inside].mean())
