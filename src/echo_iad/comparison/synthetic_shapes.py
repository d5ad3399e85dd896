"""Shapes that synthetic defects have: ragged blobs and bent lines. Knows no picture.

Deterministic: everything is drawn from the generator that is given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echo_iad.domain.parts import FloatArray

_STEPS = 256  # points that a line is drawn through


@dataclass(frozen=True, eq=False)
class Shape:
    """A shape that has no place yet.

    Attributes
    ----------
    opacity : (r, c) float32
        Of each pixel, 0 to 1; its middle is the middle of the array.
    along : (r, c) float32
        Where a pixel is along a line, 0 to 1; 0 for a shape that is no line.
    """

    opacity: FloatArray
    along: FloatArray


def draw_blob(chance: np.random.Generator, area: float, *, rough: float, soft: float) -> Shape:
    """A ragged ellipse.

    Parameters
    ----------
    area : float
        In pixels.
    rough : float
        How far noise moves its edge, in radii.
    soft : float
        Width of its edge in pixels.
    """
    radius = math.sqrt(area / math.pi)
    side = 2 * math.ceil(2.2 * radius + soft) + 1
    rows, columns = (np.indices((side, side), dtype=np.float32) - side // 2) / radius
    angle, stretch = chance.uniform(0, math.pi), math.exp(chance.uniform(0, 0.4))
    along = (columns * math.cos(angle) + rows * math.sin(angle)) / stretch
    across = (rows * math.cos(angle) - columns * math.sin(angle)) * stretch
    field = np.hypot(along, across) + rough * smooth_noise(chance, (side, side), (5, 11))
    edge = np.partition(field.ravel(), int(area))[int(area)]
    opacity: FloatArray = np.clip((edge - field) * radius / soft + 0.5, 0, 1).astype(np.float32)
    return Shape(_largest_piece(opacity), np.zeros_like(opacity))


def _largest_piece(opacity: FloatArray) -> FloatArray:
    """Without what noise has split off."""
    from scipy.ndimage import label

    labels, _ = label(opacity > 0)
    sizes = np.bincount(labels.ravel(), weights=opacity.ravel())
    sizes[0] = 0
    return np.where(labels == sizes.argmax(), opacity, np.float32(0))


def draw_line(chance: np.random.Generator, area: float) -> Shape:
    """A bent line that thins out at both ends; ``area`` in pixels, about."""
    from scipy.spatial import cKDTree

    width = max(math.sqrt(area / chance.uniform(20, 45)), 1.6)
    length = area / width
    time = np.linspace(0, 1, _STEPS + 1)
    wobble = np.interp(time, np.linspace(0, 1, 9), chance.normal(0, 0.008, 9))
    bend = chance.uniform(-0.5, 0.5) * time * (1 - time)
    way = np.stack([time, bend + wobble], axis=1) * length
    angle = chance.uniform(0, 2 * math.pi)
    way = (way - way.mean(axis=0)) @ np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    half = np.ceil(np.abs(way).max(axis=0) + width).astype(int)
    rows, columns = np.indices((2 * half[0] + 1, 2 * half[1] + 1))
    away, nearest = cKDTree(way).query(np.stack([rows - half[0], columns - half[1]], axis=2))
    along = np.asarray(nearest / _STEPS, dtype=np.float32)
    reach = width / 2 * np.sqrt(np.clip(4 * along * (1 - along), 0.05, 1))
    opacity = np.asarray(np.clip((reach - away) / 1.2 + 0.5, 0, 1), dtype=np.float32)
    return Shape(opacity, along)


def smooth_noise(chance: np.random.Generator, shape: tuple[int, int], cells: Sequence[int]) -> FloatArray:
    """Smooth noise, one layer for each number of cells, finer ones weaker; standard deviation about 1."""
    layers = [
        enlarged(chance.standard_normal((count, count)).astype(np.float32), *shape) / 2**place
        for place, count in enumerate(cells)
    ]
    noise: FloatArray = np.sum(layers, axis=0)
    return (noise / max(float(noise.std()), 1e-6)).astype(np.float32)


def enlarged(values: FloatArray, height: int, width: int) -> FloatArray:
    """Values resized to ``(height, width) float32``, smoothly."""
    from PIL import Image

    return np.asarray(Image.fromarray(values).resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)
