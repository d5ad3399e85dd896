"""From a surface to its photograph: light, shadow, highlights, lens, sensor. Knows no product.

A surface is a height map with its colour and gloss; it is lit by one near softbox and the room, seen from
straight above, and developed as a camera would: blur, vignette, noise, tone curve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drawing.fields import UNITS, Field, Grid, blur, noise

SUPERSAMPLING = 3
"""Pixels drawn along x and y for each pixel of the picture."""


@dataclass(frozen=True, eq=False)
class Surface:
    """What the camera looks at.

    Attributes
    ----------
    albedo : (h, w, 3) float32, 0 to 1
        Colour in linear light.
    height : (h, w) float32
        In units, towards the camera.
    gloss : (h, w) float32, 0 to 1
        Strength of the highlights.
    metal : (h, w) float32, 0 to 1
        1 = only reflects, in its own colour.
    """

    albedo: Field
    height: Field
    gloss: Field
    metal: Field


@dataclass(frozen=True)
class Shot:
    """Light and camera of one photograph.

    Attributes
    ----------
    azimuth : float
        Degrees, where the softbox stands; 0 = right, 90 = towards the lower edge.
    elevation : float
        Degrees above the surface.
    level : float
        Brightness, 1 = nominal.
    warmth : float
        Positive = warmer light, a few hundredths.
    room : float
        Share of the light that comes from everywhere.
    grain : float
        Sensor noise, 1 = nominal.
    softness : float
        Blur of the lens, in pixels of the picture.
    """

    azimuth: float
    elevation: float
    level: float = 1.0
    warmth: float = 0.0
    room: float = 0.45
    grain: float = 1.0
    softness: float = 0.5

    def varied(self, rng: np.random.Generator) -> Shot:
        """Return the same station at another moment: light, exposure and focus a little different."""
        return Shot(
            azimuth=self.azimuth + rng.normal(0, 5),
            elevation=self.elevation + rng.normal(0, 1.5),
            level=self.level * float(np.exp(rng.normal(0, 0.045))),
            warmth=self.warmth + rng.normal(0, 0.012),
            room=self.room + rng.normal(0, 0.02),
            grain=self.grain * rng.uniform(0.8, 1.25),
            softness=self.softness * rng.uniform(0.85, 1.25),
        )


def _unit_vectors(x: Field, y: Field, z: Field | float) -> tuple[Field, Field, Field]:
    length = np.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


def _cast_shadow(height: Field, shot: Shot, unit: float, steps: int = 36) -> Field:
    """0 in full shadow, 1 in full light; the penumbra widens with the distance from what casts it."""
    rise = np.tan(np.deg2rad(shot.elevation))
    tallest = float(height.max() - np.percentile(height, 2))
    reach = max(1.0, tallest / rise * unit)
    toward = np.deg2rad(shot.azimuth)
    light = np.ones_like(height)
    for step in range(1, steps + 1):
        run = reach * (step / steps) ** 1.3
        dx, dy = round(run * np.cos(toward)), round(run * np.sin(toward))
        blocker = _shifted(height, dx, dy)
        above = blocker - height - np.float32(run / unit * rise)
        penumbra = np.float32(0.12 + 0.25 * run / unit)
        light = np.minimum(light, np.clip(1 - above / penumbra, 0, 1))
    return blur(light, 0.35 * unit / 3)


def _shifted(field: Field, dx: int, dy: int) -> Field:
    """``field`` as seen ``dx`` pixels further right and ``dy`` further down; the border repeats."""
    rows = np.clip(np.arange(field.shape[0]) + dy, 0, field.shape[0] - 1)
    columns = np.clip(np.arange(field.shape[1]) + dx, 0, field.shape[1] - 1)
    shifted: Field = field[np.ix_(rows, columns)]
    return shifted


def _occlusion(height: Field, unit: float) -> Field:
    """How open each place is to the room, 0 to 1: hollows and feet of walls are darker."""
    openness = np.ones_like(height)
    for width, strength in ((0.5, 0.9), (1.6, 0.32), (4.0, 0.08)):
        buried = np.maximum(blur(height, width * unit) - height, 0)
        openness *= np.exp(-np.float32(strength) * buried)
    return openness


def shade(surface: Surface, shot: Shot, unit: float) -> Field:
    """Light that reaches the camera, ``(h, w, 3)`` linear, about 0 to 1."""
    side = surface.height.shape[0]
    grid = Grid.whole(side)
    slope_y, slope_x = np.gradient(surface.height * np.float32(unit))
    nx, ny, nz = _unit_vectors(-slope_x, -slope_y, 1.0)
    azimuth, elevation, far = np.deg2rad(shot.azimuth), np.deg2rad(shot.elevation), 190.0
    reach = far * np.cos(elevation)
    to_light_x = np.float32(UNITS / 2 + reach * np.cos(azimuth)) - grid.x
    to_light_y = np.float32(UNITS / 2 + reach * np.sin(azimuth)) - grid.y
    lx, ly, lz = _unit_vectors(to_light_x, to_light_y, far * np.sin(elevation))
    vx, vy, vz = _unit_vectors(UNITS / 2 - grid.x, UNITS / 2 - grid.y, 330.0)

    lit = _cast_shadow(surface.height, shot, unit)
    openness = _occlusion(surface.height, unit)
    facing = np.clip(nx * lx + ny * ly + nz * lz + 0.12, 0, None) / 1.12
    mirror = 2 * (nx * vx + ny * vy + nz * vz)
    rx, ry, rz = mirror * nx - vx, mirror * ny - vy, mirror * nz - vz
    toward = rx * lx + ry * ly + rz * lz - 1
    softbox = (0.45 * np.exp(7 * toward) + 0.9 * np.exp(45 * toward)) * (0.25 + 0.75 * lit)
    room = (0.30 + 0.22 * rz - 0.18 * ry) * openness

    diffuse = shot.room * openness + (1.25 - shot.room) * facing * lit
    matt = surface.albedo * (diffuse * (1 - surface.metal))[..., None]
    sheen = (surface.gloss * (softbox * 0.75 + room * 0.08) * (1 - surface.metal))[..., None]
    mirror_light = (surface.metal * (softbox * 1.15 + room * 0.85 + 0.25 * diffuse))[..., None]
    return (matt + sheen + mirror_light * surface.albedo).astype(np.float32)


def develop(light: Field, shot: Shot, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Picture that the camera saves: ``(h, w, 3)`` uint8 sRGB, ``SUPERSAMPLING`` times smaller than ``light``."""
    clean = render(light, shot)
    side = clean.shape[0]
    deviation = np.sqrt(0.000035 + 0.00022 * clean) * np.float32(shot.grain)
    grain = blur(rng.standard_normal((side, side, 3)).astype(np.float32), 0.55) * np.float32(1.5)
    drift = noise(rng, side, 5)[..., None] * np.float32(0.004)
    return tone(clean * (1 + drift) + grain * deviation)


def render(light: Field, shot: Shot) -> Field:
    """``light`` through lens and exposure without noise: ``(h, w, 3)`` linear at the picture's size."""
    soft = blur(light, shot.softness * SUPERSAMPLING)
    glow = blur(np.maximum(light - 0.75, 0), 2.2 * SUPERSAMPLING)
    side = light.shape[0] // SUPERSAMPLING
    small = (soft + 0.25 * glow).reshape(side, SUPERSAMPLING, side, SUPERSAMPLING, 3).mean(axis=(1, 3))
    grid = Grid.whole(side)
    off_centre = ((grid.x - UNITS / 2) ** 2 + (grid.y - UNITS / 2) ** 2) / (UNITS / 2) ** 2
    balance = np.array([1 + shot.warmth, 1.0, 1 - shot.warmth], np.float32)
    exposed: Field = small * ((1 - 0.09 * off_centre) * shot.level)[..., None] * balance
    return exposed.astype(np.float32)


def tone(light: Field) -> NDArray[np.uint8]:
    """Linear light to sRGB bytes, with a soft shoulder instead of clipped highlights."""
    light = np.clip(light, 0, None)
    rolled = np.where(light > 0.7, 0.7 + 0.3 * (1 - np.exp(-(light - 0.7) / 0.3)), light)
    coded = np.where(rolled <= 0.0031308, 12.92 * rolled, 1.055 * np.power(rolled, 1 / 2.4) - 0.055)
    levels: NDArray[np.uint8] = np.rint(np.clip(coded, 0, 1) * 255).astype(np.uint8)
    return levels
