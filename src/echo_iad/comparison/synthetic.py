"""Synthetic defects: a good part's picture with a flaw painted in, and where it is. Knows no object, nothing learned.

Good parts alone do not tell how a defect would look to a detector; a flaw of known place, painted into their pictures,
tells something of it. Four kinds, since real flaws differ: a *pasted patch* from elsewhere on the same part (CutPaste,
Li et al. 2021, section 3.1) for wrong texture and misplaced pieces; a *scar*, thin and bent (there: CutPaste-Scar); a
*stain*, a ragged blob from smooth noise with an opacity of its own (DRAEM, Zavrtanik et al. 2021, section 3.3); and
*missing material*, filled in from what is around it.

A synthetic defect stands for no real one. It serves to weigh and to calibrate, never to measure how well defects are
found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from echo_iad.comparison.synthetic_shapes import Shape, draw_blob, draw_line, enlarged, smooth_noise
from echo_iad.domain.parts import BoolArray, ByteArray, FloatArray
from echo_iad.images.outline import find_outline
from echo_iad.images.preparing import to_lab

LEAST_SHARE, MOST_SHARE = 0.003, 0.04
"""A defect's area as a share of the picture's."""
LEAST_SIDE = 16
"""Pixels; a picture that is narrower has no room for a defect."""
_MOST_OF_PART = 0.125  # of a part that is small in its picture, a defect covers no more than this share
_MOST_SCAR = 0.01  # a longer scar would be a broad band
_VISIBLE = 5.0  # mean CIELAB distance that a defect makes at least, where one of the tries reaches it
_TRIES = 4  # when one kind is asked for; else each kind once
_CENTRES = 6  # places that are tried for one shape; the one that lies most on the part is taken
_MARGIN = 0.05  # of the picture's sides, where no defect has its centre
_OUTLINE_SIDE = 160
_LOOSE = 0.02  # how far off an outline may be, as a share of the picture's longer side
_SOLID = 0.4  # opacity from which a pixel counts as defective
_CHANGED = 4  # levels by which a pixel differs at least to count as defective
_GREY = 2.0  # mean distance of the channels below which a picture counts as grey


class DefectKind(StrEnum):
    """What is painted."""

    PATCH = "pasted patch"
    SCAR = "scar"
    STAIN = "stain"
    MISSING = "missing material"


@dataclass(frozen=True, eq=False)
class Synthetic:
    """A good part's picture with a synthetic defect.

    Attributes
    ----------
    pixels : (h, w, 3) uint8
        As large as the picture that it was made from.
    mask : (h, w) bool
        Where the defect is.
    kind : DefectKind
    """

    pixels: ByteArray
    mask: BoolArray
    kind: DefectKind


@dataclass(frozen=True, eq=False)
class _Canvas:
    """What is painted on.

    Attributes
    ----------
    pixels : (h, w, 3) float32
        0 to 255.
    part : (h, w) float32
        How surely a pixel belongs to the part, 0 to 1; 1 everywhere where its outline is not known.
    plain : bool
        Whether the outline is known.
    grey : bool
        Whether the picture has no colours; its defects have none either.
    """

    pixels: FloatArray
    part: FloatArray
    plain: bool
    grey: bool


@dataclass(frozen=True, eq=False)
class _Spot:
    """A shape at its place.

    Attributes
    ----------
    rows, columns : slice
        The window of the picture that it lies in.
    opacity : (r, c) float32
        Of each pixel of the window, 0 to 1.
    along : (r, c) float32
        Where a pixel is along a line, 0 to 1; 0 for a shape that is no line.
    """

    rows: slice
    columns: slice
    opacity: FloatArray
    along: FloatArray

    def of(self, values: FloatArray) -> FloatArray:
        """The window's part of an array over the picture."""
        return values[self.rows, self.columns]


@dataclass(frozen=True, eq=False)
class _Painted:
    """A spot and what its window shows where it is opaque, ``(r, c, 3)``, 0 to 255."""

    spot: _Spot
    shown: FloatArray


_Painter: TypeAlias = Callable[[_Canvas, np.random.Generator], _Painted]


def with_defect(pixels: ByteArray, seed: int | Sequence[int], kind: DefectKind | None = None) -> Synthetic:
    """Paint one defect into the picture of a good part.

    It lies on the part where that lies on a plain background (`echo_iad.images.outline`), else anywhere, and
    covers 0.3 to 4 % of the picture, small ones more often; of a part that is small in its picture, at most an eighth.
    What can hardly be seen is painted anew, elsewhere or of another kind; where nothing shows, the clearest try is
    taken.

    Parameters
    ----------
    pixels : (h, w, 3) uint8
        At least `LEAST_SIDE` high and wide.
    seed : int or sequence of int
        The same picture, seed and kind give the same defect.
    kind : DefectKind, optional
        Drawn when left out.

    Raises
    ------
    ValueError
        The picture is too small.

    Examples
    --------
    >>> stripes = np.repeat(np.arange(100, 164, dtype=np.uint8), 3).reshape(1, 64, 3).repeat(64, axis=0)
    >>> made = with_defect(stripes, seed=0, kind=DefectKind.STAIN)
    >>> made.pixels.shape, bool(0.001 < made.mask.mean() < 0.06)
    ((64, 64, 3), True)
    """
    height, width = pixels.shape[:2]
    if min(height, width) < LEAST_SIDE:
        msg = f"A picture of at least {LEAST_SIDE} x {LEAST_SIDE} pixels is needed. Got {width} x {height}."
        raise ValueError(msg)
    chance = np.random.default_rng(seed)
    canvas = _canvas(pixels)
    every = list(DefectKind)
    kinds = [kind] * _TRIES if kind is not None else [every[place] for place in chance.permutation(len(every))]
    faint: list[tuple[float, Synthetic]] = []
    for each in kinds:
        made = _applied(pixels, canvas, _PAINTERS[each](canvas, chance), each)
        seen = _visibility(pixels, made)
        if seen >= _VISIBLE:
            return made
        faint.append((seen, made))
    return max(faint, key=lambda attempt: attempt[0])[1]


def _canvas(pixels: ByteArray) -> _Canvas:
    height, width = pixels.shape[:2]
    outline = find_outline(pixels, _OUTLINE_SIDE)
    known = outline if outline is not None else np.ones((2, 2), np.float32)
    part = np.clip(enlarged(known, height, width), 0, 1)
    values = pixels.astype(np.float32)
    grey = float((values.max(axis=2) - values.min(axis=2)).mean()) < _GREY
    return _Canvas(values, part, plain=outline is not None, grey=grey)


def _applied(pixels: ByteArray, canvas: _Canvas, painted: _Painted, kind: DefectKind) -> Synthetic:
    from scipy.ndimage import gaussian_filter

    spot = painted.spot
    base, opacity = spot.of(canvas.pixels), spot.opacity[:, :, None]
    colour = painted.shown.mean(axis=2, keepdims=True) if canvas.grey else painted.shown
    new = np.clip(np.rint(base + opacity * (colour - base)), 0, 255)
    changed = np.abs(gaussian_filter(new - base, (1.5, 1.5, 0))).max(axis=2) >= _CHANGED  # beyond the camera's noise
    made, mask = pixels.copy(), np.zeros(pixels.shape[:2], dtype=bool)
    made[spot.rows, spot.columns] = new.astype(np.uint8)
    mask[spot.rows, spot.columns] = changed & (spot.opacity >= _SOLID * max(float(spot.opacity.max()), 1e-6))
    return Synthetic(made, mask, kind)


def _visibility(pixels: ByteArray, made: Synthetic) -> float:
    """Mean CIELAB distance that the defect makes; 0 where it changes nothing."""
    if not made.mask.any():
        return 0.0
    before, after = (to_lab(picture[made.mask][None]) for picture in (pixels, made.pixels))
    return float(np.linalg.norm(after - before, axis=2).mean())


# --- kinds -----------------------------------------------------------------------------------------------------------


def _patch(canvas: _Canvas, chance: np.random.Generator) -> _Painted:
    """A piece from elsewhere on the part, turned, resized a little, brighter or darker."""
    from scipy.ndimage import map_coordinates

    spot = _on_part(canvas, draw_blob(chance, _area(canvas, chance), rough=0.15, soft=1.5), chance)
    sources = [_turned(canvas, spot.opacity.shape, chance) for _ in range(_CENTRES)]
    on_part = [map_coordinates(canvas.part, places, order=0, mode="reflect").mean() for places in sources]
    places = sources[int(np.argmax(on_part))]
    channels = [map_coordinates(canvas.pixels[:, :, each], places, order=1, mode="reflect") for each in range(3)]
    return _Painted(spot, np.stack(channels, axis=2) * _gain(chance, 0.02, 0.35))


def _turned(canvas: _Canvas, shape: tuple[int, ...], chance: np.random.Generator) -> FloatArray:
    """Rows and columns, ``(2, r, c)``, of a window that lies elsewhere on the part, turned and perhaps mirrored."""
    row, column = _centre(canvas, chance)
    rows, columns = np.indices(shape, dtype=np.float32)
    rows, columns = rows - shape[0] // 2, (columns - shape[1] // 2) * float(chance.choice([-1.0, 1.0]))
    angle, zoom = chance.uniform(0.3, 2 * math.pi - 0.3), chance.uniform(0.8, 1.25)
    across, down = zoom * math.cos(angle), zoom * math.sin(angle)
    return np.stack([row + across * rows + down * columns, column + across * columns - down * rows]).astype(np.float32)


def _scar(canvas: _Canvas, chance: np.random.Generator) -> _Painted:
    """A thin curved line, darker or brighter than what it crosses, uneven along its way."""
    spot = _on_part(canvas, draw_line(chance, _area(canvas, chance, most=_MOST_SCAR)), chance)
    base = spot.of(canvas.pixels)
    strength = chance.uniform(0.2, 0.8)
    uneven = np.interp(spot.along, np.linspace(0, 1, 9), chance.uniform(0.5, 1.0, 9)).astype(np.float32)
    target = np.float32(chance.choice([15.0, 235.0], p=[0.6, 0.4]))
    return _Painted(spot, base + strength * uneven[:, :, None] * (target - base))


def _stain(canvas: _Canvas, chance: np.random.Generator) -> _Painted:
    """A ragged blob of another colour through which the part still shows."""
    shape = draw_blob(chance, _area(canvas, chance), rough=0.45, soft=chance.uniform(1.0, 8.0))
    spot = _on_part(canvas, shape, chance)
    base = spot.of(canvas.pixels)
    usual = base.reshape(-1, 3).mean(axis=0)
    light = float(np.clip(usual.mean() + chance.choice([-1.0, 1.0]) * chance.uniform(30, 130), 8, 247))
    tint = np.clip(light + chance.normal(0, 25, 3), 0, 255)
    grain = chance.uniform(4, 14) * smooth_noise(chance, base.shape[:2], (5, 17))
    opacity = chance.uniform(0.3, 0.95)
    shown = tint + 0.4 * (base - usual) + grain[:, :, None]
    return _Painted(spot, (base + opacity * (shown - base)).astype(np.float32))


def _missing(canvas: _Canvas, chance: np.random.Generator) -> _Painted:
    """A piece that is not there: broken out of the part's edge, or smoothed away as a cavity would be."""
    shape = draw_blob(chance, _area(canvas, chance), rough=0.2, soft=1.5)
    at_edge = canvas.plain and chance.random() < 0.5
    if at_edge:
        spot = _on_edge(canvas, shape, chance)
        around = (spot.of(canvas.part) < 0.1).astype(np.float32)
    else:
        spot = _on_part(canvas, shape, chance)
        around = (spot.opacity < 0.05) * spot.of(canvas.part)
    base = spot.of(canvas.pixels)
    filled = _filled_in(base, around) * (1.0 if at_edge else float(chance.uniform(0.55, 0.95)))
    return _Painted(spot, filled + _camera_noise(base, chance))


_PAINTERS: dict[DefectKind, _Painter] = {
    DefectKind.PATCH: _patch,
    DefectKind.SCAR: _scar,
    DefectKind.STAIN: _stain,
    DefectKind.MISSING: _missing,
}


# --- sizes and places ------------------------------------------------------------------------------------------------


def _area(canvas: _Canvas, chance: np.random.Generator, most: float = MOST_SHARE) -> float:
    """Pixels that a defect covers; logarithms of shares are drawn evenly."""
    highest = min(most, _MOST_OF_PART * float(canvas.part.mean()))
    share = math.exp(chance.uniform(math.log(min(LEAST_SHARE, highest / 3)), math.log(highest)))
    return max(share * canvas.part.size, 12.0)


def _on_part(canvas: _Canvas, shape: Shape, chance: np.random.Generator) -> _Spot:
    """Lay a shape where most of it lies on the part; what does not is cut off."""
    spots = [_laid(canvas, shape, _centre(canvas, chance)) for _ in range(_CENTRES)]
    cut = [_Spot(spot.rows, spot.columns, spot.opacity * spot.of(canvas.part), spot.along) for spot in spots]
    return max(cut, key=lambda spot: float(spot.opacity.sum()))


def _on_edge(canvas: _Canvas, shape: Shape, chance: np.random.Generator) -> _Spot:
    """Lay a shape on the part's outline; what lies far outside is cut off, since nothing can break out there."""
    from scipy.ndimage import maximum_filter

    edge = np.argwhere((canvas.part > 0.4) & (canvas.part < 0.9))
    if not len(edge):
        return _on_part(canvas, shape, chance)
    row, column = edge[int(chance.integers(len(edge)))]
    spot = _laid(canvas, shape, (int(row), int(column)))
    reach = maximum_filter(spot.of(canvas.part), size=2 * round(_LOOSE * max(canvas.part.shape)) + 1) > 0.5
    return _Spot(spot.rows, spot.columns, spot.opacity * reach, spot.along)


def _centre(canvas: _Canvas, chance: np.random.Generator) -> tuple[int, int]:
    """A place on the part, not at the picture's border."""
    height, width = canvas.part.shape
    inside = np.zeros(canvas.part.shape, dtype=bool)
    rows, columns = math.ceil(_MARGIN * height), math.ceil(_MARGIN * width)
    inside[rows:-rows, columns:-columns] = canvas.part[rows:-rows, columns:-columns] > 0.5
    places = np.flatnonzero(inside)
    if not len(places):
        places = np.flatnonzero(canvas.part >= canvas.part.max())
    row, column = divmod(int(places[int(chance.integers(len(places)))]), width)
    return row, column


def _laid(canvas: _Canvas, shape: Shape, centre: tuple[int, int]) -> _Spot:
    """The shape with its middle at ``centre``, cut at the picture's border."""
    windows, cuts = [], []
    for middle, size, limit in zip(centre, shape.opacity.shape, canvas.part.shape, strict=True):
        start = middle - size // 2
        first, last = max(start, 0), min(start + size, limit)
        windows.append(slice(first, last))
        cuts.append(slice(first - start, last - start))
    rows, columns = cuts
    return _Spot(windows[0], windows[1], shape.opacity[rows, columns], shape.along[rows, columns])


# --- colours ---------------------------------------------------------------------------------------------------------


def _gain(chance: np.random.Generator, least: float, most: float) -> FloatArray:
    """Factors of the three channels: darker or brighter, and a little tinted."""
    gain = math.exp(float(chance.choice([-1.0, 1.0])) * chance.uniform(least, most))
    factors: FloatArray = (gain * np.exp(chance.normal(0, 0.03, 3))).astype(np.float32)
    return factors


def _filled_in(base: FloatArray, around: FloatArray) -> FloatArray:
    """The colours of the pixels ``around`` carried over the whole window, the nearer the stronger."""
    from scipy.ndimage import gaussian_filter

    if float(around.sum()) < 1.0:
        return np.broadcast_to(base.mean(axis=(0, 1)), base.shape).astype(np.float32)
    weighed = np.concatenate([base * around[:, :, None], around[:, :, None]], axis=2)
    width = max(max(base.shape[:2]) / 8, 1.0)
    spread = gaussian_filter(weighed, (width, width, 0)) + 1e-3 * weighed.mean(axis=(0, 1))
    filled: FloatArray = spread[:, :, :3] / spread[:, :, 3:]
    return filled


def _camera_noise(base: FloatArray, chance: np.random.Generator) -> FloatArray:
    """Grain as strong as the window's own finest structure, at most that of a poor camera."""
    from scipy.ndimage import gaussian_filter

    fine = base - gaussian_filter(base, (1, 1, 0))
    strength = min(1.4 * float(np.median(np.abs(fine))), 5.0)
    return (strength * chance.standard_normal(base.shape[:2])).astype(np.float32)[:, :, None]
