"""A board-like thing built up by laying shapes on a surface, each in its own small window. Knows no component."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.ndimage import map_coordinates

from drawing.fields import Colour, Field, Grid, box, mix, smoothstep, text_mask
from drawing.photography import Surface


@dataclass(frozen=True)
class Material:
    """Colour in linear light, strength of highlights, and how metallic, each 0 to 1."""

    colour: Colour
    gloss: float = 0.08
    metal: float = 0.0


@dataclass(frozen=True)
class Pose:
    """Where a piece lies on the board: its centre in units, and its turn in degrees."""

    x: float
    y: float
    angle: float = 0.0

    def beside(self, dx: float, dy: float, angle: float = 0.0) -> Pose:
        """Pose given in this piece's own coordinates."""
        turn = np.deg2rad(self.angle)
        cos, sin = float(np.cos(turn)), float(np.sin(turn))
        return Pose(self.x + cos * dx - sin * dy, self.y + sin * dx + cos * dy, self.angle + angle)


@dataclass(frozen=True, eq=False)
class Window:
    """A cut-out of the picture: its rows and columns, and the piece's own coordinates there."""

    rows: slice
    columns: slice
    grid: Grid


@dataclass(eq=False)
class Canvas:
    """The picture while it is built; ``pose`` is where the board lies in it."""

    frame: Grid
    pose: Pose
    surface: Surface
    rng: np.random.Generator = field(repr=False)

    def window(self, pose: Pose, reach: float) -> Window:
        """Part of the picture within ``reach`` units of ``pose``; poses count from the board's centre."""
        placed = self.pose.beside(pose.x, pose.y, pose.angle)
        unit, side = self.frame.unit, self.frame.side
        low = [min(max(int((at - reach) * unit), 0), side) for at in (placed.x, placed.y)]
        high = [min(max(int((at + reach) * unit) + 2, 0), side) for at in (placed.x, placed.y)]
        rows, columns = slice(low[1], high[1]), slice(low[0], high[0])
        grid = Grid(self.frame.x[rows, columns], self.frame.y[rows, columns], unit)
        return Window(rows, columns, grid.posed((placed.x, placed.y), placed.angle))

    def lay(self, window: Window, cover: Field, material: Material, height: Field | float | None = None) -> None:
        """Cover part of the picture; ``height`` is absolute in units, None leaves it."""
        at = (window.rows, window.columns)
        into = self.surface
        into.albedo[at] = mix(into.albedo[at], np.array(material.colour, np.float32), cover[..., None])
        into.gloss[at] = mix(into.gloss[at], material.gloss, cover)
        into.metal[at] = mix(into.metal[at], material.metal, cover)
        if height is not None:
            into.height[at] = mix(into.height[at], height, cover)

    def level(self, pose: Pose) -> float:
        """Height of the surface at ``pose``."""
        window = self.window(pose, 0.5)
        return float(np.median(self.surface.height[window.rows, window.columns]))

    def block(
        self,
        pose: Pose,
        size: tuple[float, float],
        tall: float,
        material: Material,
        *,
        corner: float = 0.2,
        bevel: float = 0.3,
    ) -> None:
        """Lay a flat block of ``size`` (width, height) that stands ``tall`` above the board's zero, edges bevelled."""
        window = self.window(pose, max(size))
        distance = box(window.grid, *size, corner)
        slope = np.clip(1 + distance / bevel, 0, 1) ** 2
        self.lay(window, window.grid.edge(distance), material, tall - np.float32(0.8 * bevel) * slope)

    def disc(self, pose: Pose, radius: float, tall: float | None, material: Material, *, dome: float = 0.0) -> None:
        """Lay a round plate, raised by ``dome`` in its middle."""
        window = self.window(pose, radius + 1)
        distance = np.hypot(window.grid.x, window.grid.y)
        height = None if tall is None else tall + dome * np.sqrt(np.clip(1 - (distance / radius) ** 2, 0, 1))
        self.lay(window, window.grid.edge(distance - np.float32(radius)), material, height)

    def solder(self, pose: Pose, size: tuple[float, float], base: float, tall: float, material: Material) -> None:
        """Lay a wetted cushion of solder: flat at its rim, ``tall`` in its middle."""
        window = self.window(pose, max(size))
        distance = box(window.grid, *size, min(size) * 0.35)
        cushion = smoothstep(-distance, 0, min(size) * 0.55)
        self.lay(window, window.grid.edge(distance), material, base + np.float32(tall) * cushion)

    def trace(self, points: list[tuple[float, float]], width: float, material: Material, height: float | None) -> None:
        """Lay a track of straight pieces with round ends."""
        for (x0, y0), (x1, y1) in pairwise(points):
            length = float(np.hypot(x1 - x0, y1 - y0))
            pose = Pose((x0 + x1) / 2, (y0 + y1) / 2, float(np.rad2deg(np.arctan2(y1 - y0, x1 - x0))))
            window = self.window(pose, length / 2 + width)
            self.lay(window, window.grid.edge(box(window.grid, length + width, width, width / 2)), material, height)

    def outline(self, pose: Pose, size: tuple[float, float], width: float, material: Material) -> None:
        """Print a rectangle, its line centred on ``size``."""
        window = self.window(pose, max(size))
        self.lay(window, window.grid.edge(np.abs(box(window.grid, *size)) - np.float32(width / 2)), material)

    def text(
        self, pose: Pose, text: str, height: float, material: Material, *, strength: float = 1.0, weight: float = 0.03
    ) -> None:
        """Print a line of text, centred on ``pose``."""
        unit = self.frame.unit
        page = text_mask(text, height, unit, weight=weight)
        window = self.window(pose, max(page.shape) / unit / 2 + 0.5)
        rows = window.grid.y * unit + np.float32(page.shape[0] / 2 - 0.5)
        columns = window.grid.x * unit + np.float32(page.shape[1] / 2 - 0.5)
        cover = map_coordinates(page, [rows, columns], order=1, mode="constant").astype(np.float32)
        self.lay(window, cover * np.float32(strength), material)
