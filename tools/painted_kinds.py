"""Paints defects of the kinds that the embedded decider tells apart, on pictures of good parts. Seeded.

How each kind looks is general knowledge of surfaces: a scratch is a thin line or a bundle of them, a fracture shows
facets and glints, a film lets the part show through. Knows no product.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates

from echo_iad.domain.parts import ByteArray
from echo_iad.images.outline import find_outline

Floats: TypeAlias = NDArray[Any]
Painted: TypeAlias = tuple[Floats, NDArray[np.bool_]] | None
"""A new picture and where it may have changed; None where this kind cannot be painted."""

_VISIBLE = 6.0
"""Mean difference of a pixel, of 255, below which a defect is left out."""
_GREY = 3.0


@dataclass(frozen=True, eq=False)
class Canvas:
    """A good part, and a place on it.

    Attributes
    ----------
    pixels : (h, w, 3) float32
    part : (h, w) float32
        0 to 1; 1 everywhere where the outline is not known.
    """

    pixels: Floats
    part: Floats
    plain: bool
    row: int
    column: int
    radius: float
    chance: np.random.Generator

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.part.shape[0], self.part.shape[1]

    @property
    def size(self) -> float:
        """Root of the part's area."""
        return math.sqrt(float((self.part > 0.5).sum()))

    @property
    def local(self) -> Floats:
        """Mean colour at the place."""
        rows, columns = slice(max(0, self.row - 8), self.row + 8), slice(max(0, self.column - 8), self.column + 8)
        local: Floats = self.pixels[rows, columns].mean(axis=(0, 1))
        return local

    @property
    def grey(self) -> bool:
        """Whether the picture has no colours."""
        return float((self.pixels.max(axis=2) - self.pixels.min(axis=2)).mean()) < _GREY

    def tint(self, least: float, most: float) -> Floats:
        """A shift of colour without a shift of light; none on a grey picture."""
        shift = self.chance.normal(0, 1, 3)
        shift -= shift.mean()
        return np.zeros(3) if self.grey else shift / np.abs(shift).max() * self.chance.uniform(least, most)

    def over(self, opacity: Floats, target: Floats | np.float32) -> Floats:
        """``target`` laid over the picture."""
        laid: Floats = self.pixels + opacity[..., None] * (target - self.pixels)
        return laid

    def grid(self) -> tuple[Floats, Floats]:
        """Rows and columns against the place."""
        rows, columns = np.mgrid[: self.shape[0], : self.shape[1]].astype(np.float32)
        return rows - self.row, columns - self.column

    def noise(self, width: float) -> Floats:
        """(h, w) smooth noise of unit spread."""
        values = gaussian_filter(self.chance.standard_normal(self.shape), width)
        scaled: Floats = (values - values.mean()) / (values.std() + 1e-9)
        return scaled

    def ramp(self) -> Floats:
        """(h, w) how far a pixel lies from the place along a random direction, in radii."""
        rows, columns = self.grid()
        angle = self.chance.uniform(0, 2 * math.pi)
        ramp: Floats = (np.cos(angle) * columns + np.sin(angle) * rows) / self.radius
        return ramp


def paint(pixels: ByteArray, kind: str, chance: np.random.Generator) -> tuple[ByteArray, NDArray[np.bool_]] | None:
    """Paint one defect.

    Parameters
    ----------
    pixels : (h, w, 3) uint8
    kind : str
        A name of `PAINTERS`.
    chance : numpy.random.Generator

    Returns
    -------
    (h, w, 3) uint8 and (h, w) bool, or None
        The picture and where it changed; None where this kind cannot be painted or would not be seen.
    """
    canvas = _canvas(pixels, kind, chance)
    painted = PAINTERS[kind](canvas)
    if painted is None:
        return None
    new, mask = np.clip(painted[0], 0, 255), painted[1]
    difference = np.abs(new - canvas.pixels).mean(axis=2)
    mask = mask & (gaussian_filter(difference, 1) > _VISIBLE / 2)
    if mask.sum() < 12 or difference[mask].mean() < _VISIBLE:
        return None
    return np.clip(new + chance.normal(0, 1, new.shape), 0, 255).astype(np.uint8), mask


def _canvas(pixels: ByteArray, kind: str, chance: np.random.Generator) -> Canvas:
    height, width = pixels.shape[:2]
    outline = find_outline(pixels, 160)
    part = np.ones((height, width), np.float32)
    if outline is not None:
        part = np.asarray(Image.fromarray(outline.astype(np.float32)).resize((width, height)))
    inside = part > 0.5
    depth = distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
    size = math.sqrt(inside.sum())
    at_edge = outline is not None and (kind == "break" or (kind == "deformation" and chance.random() < 0.8))
    near = depth < 3 if at_edge else depth > min(0.08 * size, 0.3 * depth.max())
    places = np.argwhere(inside & near)
    row, column = places[chance.integers(len(places))]
    radius = math.exp(chance.uniform(math.log(0.04), math.log(0.16))) * size
    return Canvas(pixels.astype(np.float32), part, outline is not None, int(row), int(column), radius, chance)


def _blob(
    canvas: Canvas, radius: float, rough: float, aspect: float = 1.0, offset: Floats | tuple[float, float] = (0.0, 0.0)
) -> Floats:
    """(h, w): below 1 inside a ragged blob."""
    rows, columns = canvas.grid()
    rows, columns = rows - offset[0], columns - offset[1]
    angle = canvas.chance.uniform(0, math.pi)
    along = (np.cos(angle) * columns + np.sin(angle) * rows) / math.sqrt(aspect)
    across = (np.cos(angle) * rows - np.sin(angle) * columns) * math.sqrt(aspect)
    turn = np.arctan2(across, along)
    waves = sum(
        canvas.chance.normal() * np.cos(n * turn + canvas.chance.uniform(0, 2 * math.pi)) / n for n in range(2, 9)
    )
    ragged: Floats = np.hypot(along, across) / (radius * np.maximum(1 + 0.6 * rough * waves, 0.3))
    return ragged


def _soft(distance: Floats, steepness: float) -> Floats:
    soft: Floats = 1 / (1 + np.exp(np.clip((distance - 1) * steepness, -50, 50)))
    return soft


def _line(
    canvas: Canvas,
    length: float,
    bend: float,
    jagged: float,
    angle: float,
    offset: Floats | tuple[float, float] = (0.0, 0.0),
) -> Floats:
    """(h, w): distance of each pixel from a bent line, in pixels."""
    chance, steps = canvas.chance, 60
    t = np.linspace(-0.5, 0.5, steps)
    x = length * t
    y = length * bend * chance.normal() * (2 * t**2 - 0.25) + gaussian_filter(chance.standard_normal(steps), 1) * (
        length * jagged
    )
    columns = canvas.column + offset[1] + np.cos(angle) * x - np.sin(angle) * y
    rows = canvas.row + offset[0] + np.sin(angle) * x + np.cos(angle) * y
    fine = np.linspace(0, steps - 1, int(3 * length) + steps)
    rows, columns = (np.rint(np.interp(fine, np.arange(steps), axis)).astype(int) for axis in (rows, columns))
    height, width = canvas.shape
    kept = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    off = np.ones(canvas.shape, bool)
    off[rows[kept], columns[kept]] = False
    distance: Floats = distance_transform_edt(off)
    return distance


def _scratch(canvas: Canvas) -> Painted:
    """One thin line, or a bundle of lines that lie alike; mostly bright."""
    chance = canvas.chance
    angle, count = chance.uniform(0, math.pi), int(chance.choice([1, 1, 2, 4, 6]))
    length = chance.uniform(0.15, 0.5) * canvas.size / (1 if count < 4 else 2)
    width = max(1.0, min(canvas.shape) * chance.uniform(0.0025, 0.006))
    distance = np.full(canvas.shape, 1e3)
    for each in range(count):
        offset = chance.normal(0, 0.025 * canvas.size, 2) if each else (0.0, 0.0)
        distance = np.minimum(distance, _line(canvas, length, 0.15, 0.0, angle + chance.normal(0, 0.06), offset))
    opacity = np.clip(1.3 - distance / width, 0, 1) * (canvas.part > 0.4)
    light = canvas.local.mean()
    target = min(light + 90, 245) if chance.random() < 0.65 else max(light - 90, 8)
    return canvas.over(opacity * chance.uniform(0.5, 0.95), np.float32(target)), opacity > 0.2


def _crack(canvas: Canvas) -> Painted:
    """A jagged dark line."""
    chance = canvas.chance
    distance = _line(canvas, chance.uniform(0.15, 0.5) * canvas.size, 0.2, 0.06, chance.uniform(0, math.pi))
    width = max(1.2, min(canvas.shape) * chance.uniform(0.003, 0.008))
    opacity = np.clip(1.3 - distance / width, 0, 1) * (canvas.part > 0.4)
    target = np.float32(max(canvas.local.mean() - 90, 8))
    return canvas.over(opacity * chance.uniform(0.6, 0.98), target), opacity > 0.2


def _hole(canvas: Canvas) -> Painted:
    """A sharp dark round place with a bright rim."""
    distance = _blob(canvas, 0.6 * canvas.radius, 0.1, canvas.chance.uniform(1, 1.4))
    new = canvas.over(_soft(distance, 12) * canvas.part, np.float32(canvas.chance.uniform(5, 25)))
    rim = np.exp(-(((distance - 1.1) / 0.12) ** 2)) * canvas.part
    return new + canvas.chance.uniform(0, 45) * rim[..., None], distance < 1


def _stain(canvas: Canvas) -> Painted:
    """A soft blot of another colour."""
    chance = canvas.chance
    distance = _blob(canvas, 1.2 * canvas.radius, 0.4, chance.uniform(1, 2))
    colour = canvas.local + canvas.tint(40, 110) + chance.choice([-1, 1]) * chance.uniform(10, 60)
    opacity = _soft(distance, chance.uniform(3, 9)) * canvas.part * chance.uniform(0.4, 0.9)
    return canvas.over(opacity, np.clip(colour, 5, 250)), distance < 1


def _rust(canvas: Canvas) -> Painted:
    """A brown, grainy blot."""
    if canvas.grey:
        return None
    distance = _blob(canvas, 1.2 * canvas.radius, 0.5, canvas.chance.uniform(1, 2))
    colour = np.array([120, 65, 30.0]) * canvas.chance.uniform(0.7, 1.3) + canvas.noise(1.5)[..., None] * 20
    return canvas.over(_soft(distance, 6) * canvas.part * canvas.chance.uniform(0.5, 0.9), colour), distance < 1


def _fading(canvas: Canvas) -> Painted:
    """A large pale area."""
    distance = _blob(canvas, 2.2 * canvas.radius, 0.3, canvas.chance.uniform(1, 2))
    pale = 0.4 * canvas.pixels + 0.6 * np.float32(min(canvas.local.mean() + 80, 240))
    return canvas.over(_soft(distance, 3) * canvas.part * canvas.chance.uniform(0.5, 0.9), pale), distance < 1


def _contamination(canvas: Canvas) -> Painted:
    """Pieces of something else, or a hair."""
    chance, new, mask = canvas.chance, canvas.pixels, np.zeros(canvas.shape, bool)
    colour = np.clip(chance.uniform(20, 240) + canvas.tint(15, 60), 5, 250)
    if chance.random() < 0.25:
        distance = _line(canvas, 4 * canvas.radius, 1.0, 0.01, chance.uniform(0, math.pi))
        opacity = np.clip(1.5 - distance / max(1.3, 0.004 * min(canvas.shape)), 0, 1) * canvas.part
        return canvas.over(0.9 * opacity, colour), opacity > 0.2
    for each in range(int(chance.integers(1, 6))):
        offset = chance.normal(0, 1.2 * canvas.radius, 2) if each else (0.0, 0.0)
        distance = _blob(canvas, canvas.radius * chance.uniform(0.3, 1.0), 0.5, chance.uniform(1, 2.5), offset)
        opacity = 0.92 * (_soft(distance, chance.uniform(7, 14)) * canvas.part)[..., None]
        new = new + opacity * (colour + 12 * canvas.noise(1.5)[..., None] - new)
        mask |= distance < 1
    return new, mask


def _break(canvas: Canvas) -> Painted:
    """A piece out of the outline, with a rough rim."""
    outside = canvas.part < 0.1
    if not canvas.plain or not outside.any():
        return None
    beyond = np.median(canvas.pixels[outside], axis=0)
    distance = _blob(canvas, 1.6 * canvas.radius, 0.5, canvas.chance.uniform(1, 1.6))
    new = canvas.over(_soft(distance, 14) * (canvas.part > 0.3), beyond + 2 * canvas.noise(1)[..., None])
    rim = np.exp(-(((distance - 1.1) / 0.1) ** 2)) * (canvas.part > 0.5)
    return new + (40 * canvas.noise(2) * rim)[..., None], (distance < 1) & (canvas.part > 0.5)


def _dent(canvas: Canvas) -> Painted:
    """A soft hollow or bump: one side bright, the other dark."""
    distance = _blob(canvas, 1.2 * canvas.radius, 0.1)
    shade = canvas.ramp() * np.exp(-1.2 * distance**2) * canvas.chance.uniform(45, 100)
    return canvas.pixels + (shade * canvas.part)[..., None], distance < 1


def _fold(canvas: Canvas) -> Painted:
    """A long soft ridge: bright on one side, dark on the other."""
    chance = canvas.chance
    distance = _line(canvas, chance.uniform(0.25, 0.55) * canvas.size, 0.15, 0.0, chance.uniform(0, math.pi))
    width = min(canvas.shape) * chance.uniform(0.012, 0.03)
    down, across = np.gradient(gaussian_filter(distance, 1))
    angle = chance.uniform(0, 2 * math.pi)
    side = np.cos(angle) * across + np.sin(angle) * down
    shade = np.exp(-((distance / width) ** 2)) * np.sign(side) * np.sqrt(np.abs(side)) * chance.uniform(40, 90)
    return canvas.pixels + (shade * canvas.part)[..., None], distance < 1.5 * width


def _deformation(canvas: Canvas) -> Painted:
    """The part pushed out of shape."""
    rows, columns = canvas.grid()
    reach = canvas.radius * canvas.chance.uniform(1.5, 2.5)
    pushed = np.exp(-(rows**2 + columns**2) / (2 * (0.55 * reach) ** 2))
    angle, far = canvas.chance.uniform(0, 2 * math.pi), reach * canvas.chance.uniform(0.35, 0.6)
    places = [
        rows + canvas.row + far * np.sin(angle) * pushed,
        columns + canvas.column + far * np.cos(angle) * pushed,
    ]
    channels = [map_coordinates(canvas.pixels[..., each], places, order=1, mode="reflect") for each in range(3)]
    return np.stack(channels, axis=2), pushed > 0.3


def _patch(canvas: Canvas) -> Painted:
    """Another piece of the same part, turned."""
    turned = canvas.pixels[::-1, ::-1]
    if canvas.shape[0] == canvas.shape[1]:
        turned = np.rot90(canvas.pixels, int(canvas.chance.integers(1, 4)))
    distance = _blob(canvas, 1.2 * canvas.radius, 0.2)
    moved = np.roll(turned, tuple(canvas.chance.integers(0, 200, 2)), (0, 1))
    return canvas.over(_soft(distance, 14) * canvas.part, moved), distance < 1


def _abrasion(canvas: Canvas) -> Painted:
    """A rough area, brushed in one direction, brighter or darker."""
    chance = canvas.chance
    distance = _blob(canvas, 1.1 * canvas.radius, 0.3, chance.uniform(1, 2.5))
    along, across = canvas.ramp(), chance.uniform(0.6, 1.2)
    stripes = np.interp(along, np.linspace(-8, 8, 800), gaussian_filter(chance.standard_normal(800), 1.5))
    grain = stripes / (stripes.std() + 1e-9) + 0.6 * canvas.noise(across)
    light = chance.choice([-1, 1], p=[0.3, 0.7]) * chance.uniform(5, 55)
    shade = light + chance.uniform(6, 40) * grain
    return canvas.pixels + (_soft(distance, chance.uniform(5, 12)) * canvas.part * shade)[..., None], distance < 1


def _fracture(canvas: Canvas) -> Painted:
    """Facets of a broken surface, each with a brightness of its own, and glints."""
    chance, radius = canvas.chance, canvas.radius * canvas.chance.uniform(1, 1.6)
    rows, columns = canvas.grid()
    middles = chance.normal(0, 0.8 * radius, (int(chance.integers(5, 14)), 2))
    facet = np.stack([np.hypot(rows - a, columns - b) for a, b in middles]).argmin(axis=0)
    base = canvas.pixels[canvas.part > 0.5].mean(axis=0)
    light = np.clip(base.mean() + chance.normal(0, 45, len(middles)), 8, 245)
    slopes = chance.normal(0, 25, (2, len(middles))) / radius
    shade = light[facet] + slopes[0][facet] * columns + slopes[1][facet] * rows + 8 * canvas.noise(1.5)
    distance = _blob(canvas, radius, 0.7, chance.uniform(1, 2))
    colour = np.clip(shade, 4, 250)[..., None] * np.sqrt(base / base.mean())
    opacity = _soft(distance, 16) * canvas.part
    new = canvas.over(opacity, colour)
    for _ in range(int(chance.integers(0, 5))):
        glint = _blob(canvas, radius * chance.uniform(0.08, 0.25), 0.7, 2.0, chance.normal(0, 0.5 * radius, 2))
        new += (_soft(glint, 14) * canvas.part)[..., None] * (245 - new)
    return new, distance < 1


def _film(canvas: Canvas) -> Painted:
    """An uneven film of one tint; the part shows through."""
    chance = canvas.chance
    distance = _blob(canvas, canvas.radius * chance.uniform(1, 1.8), 0.5, chance.uniform(1, 2))
    uneven = 0.1 * canvas.noise(1.2) + 0.12 * canvas.noise(5)
    opacity = np.clip(_soft(distance, chance.uniform(4, 10)) * (chance.uniform(0.2, 0.65) + uneven), 0, 1) * canvas.part
    tint = np.clip((235 if chance.random() < 0.6 else 25) + canvas.tint(0, 25), 0, 255)
    return canvas.over(opacity, tint), distance < 1


def _drop(canvas: Canvas) -> Painted:
    """A shiny drop or blister: shaded from one side, with a glint."""
    distance = _blob(canvas, 0.7 * canvas.radius, 0.06, canvas.chance.uniform(1, 1.3))
    new = canvas.pixels + (_soft(distance, 20) * canvas.part * canvas.ramp() * 45)[..., None]
    rim = np.exp(-(((distance - 0.95) / 0.1) ** 2)) * canvas.part
    new = new - 30 * rim[..., None]
    glint = _blob(canvas, 0.15 * canvas.radius, 0.1, 1.5, canvas.chance.normal(0, 0.2 * canvas.radius, 2))
    return new + (_soft(glint, 8) * canvas.part)[..., None] * (250 - new), distance < 1


PAINTERS: dict[str, Callable[[Canvas], Painted]] = {
    "scratch": _scratch,
    "crack": _crack,
    "hole": _hole,
    "stain": _stain,
    "rust": _rust,
    "fading": _fading,
    "contamination": _contamination,
    "break": _break,
    "dent": _dent,
    "fold": _fold,
    "deformation": _deformation,
    "patch": _patch,
    "abrasion": _abrasion,
    "fracture": _fracture,
    "film": _film,
    "drop": _drop,
}
"""Kind -> what paints it."""
