"""Paints defects of the kinds that the embedded decider tells apart, on pictures of good parts. Seeded.

How each kind looks is general knowledge of surfaces: a scratch is a thin line or a bundle of them, a fracture shows
facets and glints, a film lets the part show through. Knows no product.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from echo_iad.domain.parts import ByteArray
from painting_canvas import Canvas, Floats, blob, line, place_canvas, soft

Painted: TypeAlias = tuple[Floats, NDArray[np.bool_]] | None
"""A new picture and where it may have changed; None where this kind cannot be painted."""

_VISIBLE = 6.0
"""Mean difference of a pixel, of 255, below which a defect is left out."""


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
    canvas = place_canvas(pixels, kind, chance)
    painted = PAINTERS[kind](canvas)
    if painted is None:
        return None
    new, mask = np.clip(painted[0], 0, 255), painted[1]
    difference = np.abs(new - canvas.pixels).mean(axis=2)
    mask = mask & (gaussian_filter(difference, 1) > _VISIBLE / 2)
    if mask.sum() < 12 or difference[mask].mean() < _VISIBLE:
        return None
    return np.clip(new + chance.normal(0, 1, new.shape), 0, 255).astype(np.uint8), mask


def _scratch(canvas: Canvas) -> Painted:
    """One thin line, or a bundle of lines that lie alike; mostly bright."""
    chance = canvas.chance
    angle, count = chance.uniform(0, math.pi), int(chance.choice([1, 1, 2, 4, 6]))
    length = chance.uniform(0.15, 0.5) * canvas.size / (1 if count < 4 else 2)
    width = max(1.0, min(canvas.shape) * chance.uniform(0.0025, 0.006))
    distance = np.full(canvas.shape, 1e3)
    for each in range(count):
        offset = chance.normal(0, 0.025 * canvas.size, 2) if each else (0.0, 0.0)
        distance = np.minimum(distance, line(canvas, length, 0.15, 0.0, angle + chance.normal(0, 0.06), offset))
    opacity = np.clip(1.3 - distance / width, 0, 1) * (canvas.part > 0.4)
    light = canvas.local.mean()
    target = min(light + 90, 245) if chance.random() < 0.65 else max(light - 90, 8)
    return canvas.over(opacity * chance.uniform(0.5, 0.95), np.float32(target)), opacity > 0.2


def _crack(canvas: Canvas) -> Painted:
    """A jagged dark line."""
    chance = canvas.chance
    distance = line(canvas, chance.uniform(0.15, 0.5) * canvas.size, 0.2, 0.06, chance.uniform(0, math.pi))
    width = max(1.2, min(canvas.shape) * chance.uniform(0.003, 0.008))
    opacity = np.clip(1.3 - distance / width, 0, 1) * (canvas.part > 0.4)
    target = np.float32(max(canvas.local.mean() - 90, 8))
    return canvas.over(opacity * chance.uniform(0.6, 0.98), target), opacity > 0.2


def _hole(canvas: Canvas) -> Painted:
    """A sharp dark round place with a bright rim, or a prick: a small ragged opening in a soft hollow."""
    chance, is_prick = canvas.chance, canvas.chance.random() < 0.5
    size, rough = (chance.uniform(0.25, 0.5), 0.5) if is_prick else (0.6, 0.1)
    distance = blob(canvas, size * canvas.radius, rough, chance.uniform(1, 2.5 if is_prick else 1.4))
    dark = np.float32(canvas.local * chance.uniform(0.1, 0.4) if is_prick else chance.uniform(5, 25))
    new = canvas.over(soft(distance, 8 if is_prick else 12) * canvas.part, dark)
    rim = np.exp(-(((distance - 1.1) / 0.12) ** 2)) * canvas.part
    new = new + chance.uniform(0, 45) * rim[..., None]
    if not is_prick:
        return new, distance < 1
    around = blob(canvas, canvas.radius, 0.3)
    shade = canvas.ramp() * np.exp(-1.5 * around**2) * (distance > 1) * chance.uniform(15, 60)
    return new + (shade * canvas.part)[..., None], (distance < 1.2) | (around < 0.9)


def _stain(canvas: Canvas) -> Painted:
    """A soft blot of another colour, or a stroke of it."""
    chance = canvas.chance
    colour = canvas.local + canvas.tint(40, 110) + chance.choice([-1, 1]) * chance.uniform(10, 60)
    if chance.random() < 0.25:
        distance = line(canvas, chance.uniform(2, 6) * canvas.radius, 0.4, 0.01, chance.uniform(0, math.pi))
        distance = distance / max(2.0, chance.uniform(0.1, 0.3) * canvas.radius)
    else:
        distance = blob(canvas, 1.2 * canvas.radius, 0.4, chance.uniform(1, 2))
    opacity = soft(distance, chance.uniform(3, 9)) * canvas.part * chance.uniform(0.4, 0.9)
    return canvas.over(opacity, np.clip(colour, 5, 250)), distance < 1


def _rust(canvas: Canvas) -> Painted:
    """A brown, grainy blot."""
    if canvas.grey:
        return None
    distance = blob(canvas, 1.2 * canvas.radius, 0.5, canvas.chance.uniform(1, 2))
    colour = np.array([120, 65, 30.0]) * canvas.chance.uniform(0.7, 1.3) + canvas.noise(1.5)[..., None] * 20
    return canvas.over(soft(distance, 6) * canvas.part * canvas.chance.uniform(0.5, 0.9), colour), distance < 1


def _fading(canvas: Canvas) -> Painted:
    """A large pale area."""
    distance = blob(canvas, 2.2 * canvas.radius, 0.3, canvas.chance.uniform(1, 2))
    pale = 0.4 * canvas.pixels + 0.6 * np.float32(min(canvas.local.mean() + 80, 240))
    return canvas.over(soft(distance, 3) * canvas.part * canvas.chance.uniform(0.5, 0.9), pale), distance < 1


def _contamination(canvas: Canvas) -> Painted:
    """Pieces of something else, a hair, or a thing that lies on the part."""
    chance, draw = canvas.chance, canvas.chance.random()
    if draw < 0.4:
        return _thing(canvas)
    colour = np.clip(chance.uniform(20, 240) + canvas.tint(15, 60), 5, 250)
    if draw < 0.55:
        distance = line(canvas, 4 * canvas.radius, 1.0, 0.01, chance.uniform(0, math.pi))
        opacity = np.clip(1.5 - distance / max(1.3, 0.004 * min(canvas.shape)), 0, 1) * canvas.part
        return canvas.over(0.9 * opacity, colour), opacity > 0.2
    new, mask = canvas.pixels, np.zeros(canvas.shape, bool)
    for each in range(int(chance.integers(1, 6))):
        offset = chance.normal(0, 1.2 * canvas.radius, 2) if each else (0.0, 0.0)
        distance = blob(canvas, canvas.radius * chance.uniform(0.3, 1.0), 0.5, chance.uniform(1, 2.5), offset)
        opacity = 0.92 * (soft(distance, chance.uniform(7, 14)) * canvas.part)[..., None]
        new = new + opacity * (colour + 12 * canvas.noise(1.5)[..., None] - new)
        mask |= distance < 1
    return new, mask


def _thing(canvas: Canvas) -> Painted:
    """A thing of another material, with shades, edges and a surface of its own; it may reach beyond the part."""
    chance, radius = canvas.chance, canvas.radius * canvas.chance.uniform(0.8, 2.2)
    distance = blob(canvas, radius, chance.uniform(0.1, 0.6), math.exp(chance.uniform(0, 2)))
    base = np.clip(canvas.local.mean() + chance.choice([-1, 1]) * chance.uniform(5, 110), 10, 245)
    shade = base + 25 * chance.uniform(-1, 1) * canvas.ramp() + chance.uniform(2, 16) * canvas.noise(1.5)
    shade = shade + chance.uniform(0, 25) * canvas.noise(0.4 * radius)
    opacity = soft(distance, chance.uniform(6, 25)) * chance.uniform(0.4, 1.0)
    if chance.random() < 0.6:
        opacity = opacity * canvas.part
    return canvas.over(opacity, np.clip(shade[..., None] + canvas.tint(5, 50), 3, 252)), distance < 1


def _break(canvas: Canvas) -> Painted:
    """A piece out of the outline, with a rough rim."""
    outside = canvas.part < 0.1
    if not canvas.plain or not outside.any():
        return None
    beyond = np.median(canvas.pixels[outside], axis=0)
    distance = blob(canvas, 1.6 * canvas.radius, 0.5, canvas.chance.uniform(1, 1.6))
    new = canvas.over(soft(distance, 14) * (canvas.part > 0.3), beyond + 2 * canvas.noise(1)[..., None])
    rim = np.exp(-(((distance - 1.1) / 0.1) ** 2)) * (canvas.part > 0.5)
    return new + (40 * canvas.noise(2) * rim)[..., None], (distance < 1) & (canvas.part > 0.5)


def _dent(canvas: Canvas) -> Painted:
    """A soft hollow or bump: one side bright, the other dark."""
    distance = blob(canvas, 1.2 * canvas.radius, 0.1)
    shade = canvas.ramp() * np.exp(-1.2 * distance**2) * canvas.chance.uniform(45, 100)
    return canvas.pixels + (shade * canvas.part)[..., None], distance < 1


def _fold(canvas: Canvas) -> Painted:
    """A long soft ridge: bright on one side, dark on the other."""
    chance = canvas.chance
    distance = line(canvas, chance.uniform(0.25, 0.55) * canvas.size, 0.15, 0.0, chance.uniform(0, math.pi))
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
    distance = blob(canvas, 1.2 * canvas.radius, 0.2)
    moved = np.roll(turned, tuple(canvas.chance.integers(0, 200, 2)), (0, 1))
    return canvas.over(soft(distance, 14) * canvas.part, moved), distance < 1


def _abrasion(canvas: Canvas) -> Painted:
    """A rough area, brushed in one direction, brighter or darker; or a bare spot with a clear edge."""
    chance, is_bare = canvas.chance, canvas.chance.random() < 0.4
    distance = blob(canvas, 1.1 * canvas.radius, 0.3, chance.uniform(1, 2.5))
    along, across = canvas.ramp(), chance.uniform(0.6, 1.2)
    stripes = np.interp(along, np.linspace(-8, 8, 800), gaussian_filter(chance.standard_normal(800), 1.5))
    grain = stripes / (stripes.std() + 1e-9) + 0.6 * canvas.noise(across)
    if is_bare:
        light = canvas.local.mean() + chance.choice([-0.5, 1], p=[0.2, 0.8]) * chance.uniform(30, 100)
        tint = 0.3 * (canvas.local - canvas.local.mean())
        bare = np.clip(light + chance.uniform(5, 25) * grain, 4, 250)[..., None] + tint
        return canvas.over(soft(distance, 16) * canvas.part * chance.uniform(0.6, 0.95), bare), distance < 1
    light = chance.choice([-1, 1], p=[0.3, 0.7]) * chance.uniform(5, 55)
    shade = light + chance.uniform(6, 40) * grain
    return canvas.pixels + (soft(distance, chance.uniform(5, 12)) * canvas.part * shade)[..., None], distance < 1


def _fracture(canvas: Canvas) -> Painted:
    """Facets of a broken surface, each with a brightness of its own, and glints."""
    chance, radius = canvas.chance, canvas.radius * canvas.chance.uniform(0.8, 2.2)
    rows, columns = canvas.grid()
    middles = chance.normal(0, 0.8 * radius, (int(chance.integers(5, 14)), 2))
    facet = np.stack([np.hypot(rows - a, columns - b) for a, b in middles]).argmin(axis=0)
    base = canvas.pixels[canvas.part > 0.5].mean(axis=0)
    light = np.clip(base.mean() + chance.normal(0, 45, len(middles)), 8, 245)
    slopes = chance.normal(0, 25, (2, len(middles))) / radius
    shade = light[facet] + slopes[0][facet] * columns + slopes[1][facet] * rows + 8 * canvas.noise(1.5)
    distance = blob(canvas, radius, 0.7, chance.uniform(1, 2))
    colour = np.clip(shade, 4, 250)[..., None] * np.sqrt(base / base.mean())
    opacity = soft(distance, 16) * canvas.part
    new = canvas.over(opacity, colour)
    for _ in range(int(chance.integers(0, 5))):
        glint = blob(canvas, radius * chance.uniform(0.08, 0.25), 0.7, 2.0, chance.normal(0, 0.5 * radius, 2))
        new += (soft(glint, 14) * canvas.part)[..., None] * (245 - new)
    return new, distance < 1


def _film(canvas: Canvas) -> Painted:
    """An uneven film of one tint; the part shows through."""
    chance = canvas.chance
    distance = blob(canvas, canvas.radius * chance.uniform(1, 1.8), 0.5, chance.uniform(1, 2))
    uneven = 0.1 * canvas.noise(1.2) + 0.12 * canvas.noise(5)
    opacity = np.clip(soft(distance, chance.uniform(4, 10)) * (chance.uniform(0.2, 0.65) + uneven), 0, 1) * canvas.part
    tint = np.clip((235 if chance.random() < 0.6 else 25) + canvas.tint(0, 25), 0, 255)
    return canvas.over(opacity, tint), distance < 1


def _drop(canvas: Canvas) -> Painted:
    """A shiny drop or blister: shaded from one side, with a glint."""
    distance = blob(canvas, 0.7 * canvas.radius, 0.06, canvas.chance.uniform(1, 1.3))
    new = canvas.pixels + (soft(distance, 20) * canvas.part * canvas.ramp() * 45)[..., None]
    rim = np.exp(-(((distance - 0.95) / 0.1) ** 2)) * canvas.part
    new = new - 30 * rim[..., None]
    glint = blob(canvas, 0.15 * canvas.radius, 0.1, 1.5, canvas.chance.normal(0, 0.2 * canvas.radius, 2))
    return new + (soft(glint, 8) * canvas.part)[..., None] * (250 - new), distance < 1


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
