"""Fields over the picture: noise, distances to shapes and curves, text. Knows no product and no light.

The picture is square and 100 units wide whatever its size in pixels, so a part drawn small is the same part.
Arrays are ``(h, w)`` float32 unless said otherwise; x runs right, y runs down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.spatial import cKDTree

Field: TypeAlias = NDArray[np.floating[Any]]
Colour: TypeAlias = tuple[float, float, float]

UNITS = 100.0
"""Width and height of the picture in units."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Where each pixel lies, in units, and how many pixels a unit has."""

    x: Field
    y: Field
    unit: float

    @property
    def side(self) -> int:
        """Pixels along one side of the whole picture."""
        return round(self.unit * UNITS)

    @classmethod
    def whole(cls, side: int) -> Grid:
        """Pixel centres of the whole picture, ``side`` by ``side`` pixels."""
        axis = ((np.arange(side, dtype=np.float32) + 0.5) * (UNITS / side)).astype(np.float32)
        x, y = np.meshgrid(axis, axis)
        return cls(x, y, side / UNITS)

    def posed(self, centre: tuple[float, float], angle: float, scale: float = 1.0) -> Grid:
        """Return the same pixels seen from a part that lies at ``centre``, turned by ``angle`` degrees (clockwise)."""
        turn = np.deg2rad(angle)
        dx, dy = (self.x - centre[0]) / scale, (self.y - centre[1]) / scale
        cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        return Grid(cos * dx + sin * dy, cos * dy - sin * dx, self.unit * scale)

    def edge(self, distance: Field) -> Field:
        """Coverage of a shape, 0 to 1, smooth over one pixel, from its signed distance in units (inside < 0)."""
        cover: Field = np.clip(0.5 - distance * np.float32(self.unit), 0, 1)
        return cover


def blur(field: Field, sigma: float) -> Field:
    """Gaussian blur of the first two axes; ``sigma`` in pixels."""
    from scipy.ndimage import gaussian_filter

    spread = (sigma, sigma) + (0.0,) * (field.ndim - 2)
    blurred: Field = gaussian_filter(field, spread, mode="nearest").astype(np.float32)
    return blurred


def noise(rng: np.random.Generator, side: int, cells: int | tuple[int, int], octaves: int = 1) -> Field:
    """Smooth noise of about unit deviation over the picture.

    ``cells`` is how many bumps fit along y and x; each octave doubles them at half the strength. The same
    generator gives the same bumps at every ``side``.
    """
    rows, columns = (cells, cells) if isinstance(cells, int) else cells
    total = np.zeros((side, side), np.float32)
    for octave in range(octaves):
        shape = (max(2, rows << octave), max(2, columns << octave))
        bumps = Image.fromarray(rng.standard_normal(shape).astype(np.float32))
        total += np.asarray(bumps.resize((side, side), Image.Resampling.BICUBIC)) * np.float32(0.5**octave * 1.5)
    return total


def smoothstep(value: Field, low: float, high: float) -> Field:
    """0 at or below ``low``, 1 at or above ``high``, smooth between."""
    share: Field = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    return share * share * (3 - 2 * share)


def mix(first: Field, second: Field | float, share: Field) -> Field:
    """``first`` where ``share`` is 0, ``second`` where it is 1."""
    return (first + (second - first) * share).astype(np.float32)


def box(grid: Grid, width: float, height: float, corner: float = 0.0) -> Field:
    """Signed distance to a rectangle round the grid's origin, with rounded corners."""
    qx = np.abs(grid.x) - np.float32(width / 2 - corner)
    qy = np.abs(grid.y) - np.float32(height / 2 - corner)
    outside = np.hypot(np.maximum(qx, 0), np.maximum(qy, 0))
    return (outside + np.minimum(np.maximum(qx, qy), 0) - np.float32(corner)).astype(np.float32)


def curve(points: NDArray[np.float64], samples: int = 240) -> NDArray[np.float64]:
    """Smooth curve through ``points`` (n, 2) in units, as ``(samples, 2)``."""
    from scipy.interpolate import CubicSpline

    step = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    path: NDArray[np.float64] = CubicSpline(step, points)(np.linspace(0, step[-1], samples))
    return path


def curve_distance(grid: Grid, path: NDArray[np.float64], reach: float) -> tuple[Field, Field]:
    """Distance to a curve in units, and the place along it, 0 to 1; far pixels get ``reach`` and 0."""
    distance = np.full(grid.x.shape, reach, np.float32)
    along = np.zeros(grid.x.shape, np.float32)
    low, high = path.min(axis=0) - reach, path.max(axis=0) + reach
    near = (grid.x > low[0]) & (grid.x < high[0]) & (grid.y > low[1]) & (grid.y < high[1])
    pixels = np.stack([grid.x[near], grid.y[near]], axis=1)
    found, index = cKDTree(path).query(pixels, distance_upper_bound=reach)
    distance[near] = np.minimum(found, reach)
    along[near] = np.where(index < len(path), index / (len(path) - 1), 0)
    return distance, along


def blob(grid: Grid, rng: np.random.Generator, radius: float, roughness: float = 0.25) -> Field:
    """Signed distance, roughly, to an irregular round shape about the grid's origin."""
    angle = np.arctan2(grid.y, grid.x)
    outline = np.zeros_like(angle)
    for wave in range(2, 9):
        size, phase = rng.normal(0, roughness / wave), rng.uniform(0, 2 * np.pi)
        outline += np.float32(size) * np.cos(wave * angle + np.float32(phase))
    return (np.hypot(grid.x, grid.y) - np.float32(radius) * (1 + outline)).astype(np.float32)


def linear(red: int, green: int, blue: int) -> Colour:
    """Colour given as sRGB 0 to 255, in linear light 0 to 1.

    >>> [round(part, 3) for part in linear(255, 188, 0)]
    [1.0, 0.503, 0.0]
    """
    shares = (np.array([red, green, blue]) / 255.0 + 0.055) / 1.055
    light = shares**2.4
    light[np.array([red, green, blue]) <= 10] = 0.0
    return float(light[0]), float(light[1]), float(light[2])


def text_mask(text: str, height: float, unit: float, *, weight: float = 0.0) -> Field:
    """Coverage of a line of text, 0 to 1, cut to its ink; font size ``height`` and stroke ``weight`` in units."""
    font = ImageFont.load_default(size=max(2.0, height * unit))
    stroke = weight * unit
    left, top, right, bottom = font.getbbox(text, stroke_width=stroke)
    page = Image.new("L", (round(right - left) + 2, round(bottom - top) + 2))
    ImageDraw.Draw(page).text((1 - left, 1 - top), text, font=font, fill=255, stroke_width=stroke)
    return np.asarray(page, np.float32) / 255
