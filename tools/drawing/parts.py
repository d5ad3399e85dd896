"""What a product is to the drawing script: a name, its defects, a way to draw one part. Draws nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_fill_holes, binary_opening, label

from drawing.fields import Grid
from drawing.photography import SUPERSAMPLING, Shot, Surface, develop, render, shade, tone

SEED = 20240
"""Changes every picture; the committed pictures were drawn with it."""


@dataclass(frozen=True)
class Defect:
    """One defect of one part.

    Attributes
    ----------
    kind : str
        Name of its folder.
    x, y : float
        Its centre on the part, in units; what they count from is the product's own.
    size : float
        1 = typical of its kind.
    angle : float
        Degrees, where a direction matters.
    target : str
        Which piece of the part is struck, where pieces have names.
    """

    kind: str
    x: float = 0.0
    y: float = 0.0
    size: float = 1.0
    angle: float = 0.0
    target: str = ""


@dataclass(frozen=True)
class Streams:
    """Separate random streams, so that a defect changes nothing else about its part."""

    part: np.random.Generator
    finish: np.random.Generator
    camera: np.random.Generator
    defect: np.random.Generator


@dataclass(frozen=True)
class Product:
    """A product of the sample set."""

    name: str
    side: int
    """Pixels along one side of its pictures."""
    shot: Shot
    """The station's nominal light and camera."""
    surface: Callable[[Grid, Streams, Defect | None], Surface]
    """Draws one part, with or without a defect."""
    defects: tuple[Defect, ...]
    """The defective parts of the test set, in order."""
    visible: int = 7
    """Grey levels (0 to 255) by which a pixel must differ to belong to a defect's mask."""
    gap: int = 2
    """Gaps in a mask of up to twice so many pixels are closed."""
    train: int = 24
    good: int = 6

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the defects, each once, in order."""
        return tuple(dict.fromkeys(defect.kind for defect in self.defects))


@dataclass(frozen=True, eq=False)
class Drawn:
    """One photograph and, for a defective part, which pixels the defect changed."""

    pixels: NDArray[np.uint8]
    """(h, w, 3) sRGB."""
    changed: NDArray[np.uint8]
    """(h, w) grey levels between the part with and without its defect, before noise; 0 for a good part."""
    mask: NDArray[np.bool_]
    """(h, w) the defect; empty for a good part."""


def _streams(product: Product, split: str, number: int) -> Streams:
    root = np.random.SeedSequence([SEED, crc32(product.name.encode()), crc32(split.encode()), number])
    return Streams(*(np.random.default_rng(child) for child in root.spawn(4)))


def draw(product: Product, split: str, number: int, defect: Defect | None = None, side: int | None = None) -> Drawn:
    """Draw the part ``number`` of ``split`` (a folder such as ``train/good``); a smaller ``side`` is for trials."""
    side = side or product.side
    grid = Grid.whole(side * SUPERSAMPLING)
    streams = _streams(product, split, number)
    light, shot = _lit(product, grid, streams, defect)
    changed = np.zeros((side, side), np.uint8)
    if defect is not None:
        good, _ = _lit(product, grid, _streams(product, split, number), None)
        pair = [tone(render(each, shot)).astype(np.int16) for each in (light, good)]
        changed = np.abs(pair[0] - pair[1]).max(axis=2).astype(np.uint8)
    return Drawn(develop(light, shot, streams.camera), changed, mask_of(changed, product.visible, product.gap))


def _lit(product: Product, grid: Grid, streams: Streams, defect: Defect | None) -> tuple[NDArray[np.float32], Shot]:
    surface = product.surface(grid, streams, defect)
    shot = product.shot.varied(streams.camera)
    return shade(surface, shot, grid.unit), shot


def mask_of(changed: NDArray[np.uint8], visible: int, gap: int) -> NDArray[np.bool_]:
    """Pixels that changed by ``visible`` grey levels or more, gaps closed, lone specks dropped."""
    raw = changed >= visible
    closed = binary_fill_holes(binary_closing(np.pad(raw, gap), iterations=gap))[gap:-gap, gap:-gap]
    kept = binary_opening(closed, np.ones((2, 2), bool)) | (closed & (changed >= 3 * visible))
    pieces, count = label(kept, np.ones((3, 3)))
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    large = np.flatnonzero(sizes >= max(4, 0.02 * sizes[1:].max(initial=0)))
    return np.isin(pieces, large[large > 0])
