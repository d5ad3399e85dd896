"""A good part with a place on it to paint at, and shapes to paint: ragged blobs and bent lines. Seeded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import distance_transform_edt, gaussian_filter

from echo_iad.domain.parts import ByteArray
from echo_iad.images.outline import find_outline

Floats: TypeAlias = NDArray[Any]

_GREY = 3.0
"""Mean difference of a pixel's channels, of 255, below which a picture has no colours."""
_RADII = (0.04, 0.16)
"""Of a defect, against the root of the part's area."""


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


def place_canvas(pixels: ByteArray, kind: str, chance: np.random.Generator) -> Canvas:
    """Choose a place and a size for a defect of one kind: breaks lie at the outline, others inside it."""
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
    radius = math.exp(chance.uniform(math.log(_RADII[0]), math.log(_RADII[1]))) * size
    return Canvas(pixels.astype(np.float32), part, outline is not None, int(row), int(column), radius, chance)


def blob(
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


def soft(distance: Floats, steepness: float) -> Floats:
    """Opacity, 1 inside a distance of 1 and 0 outside; the steeper, the sharper."""
    opacity: Floats = 1 / (1 + np.exp(np.clip((distance - 1) * steepness, -50, 50)))
    return opacity


def line(
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
