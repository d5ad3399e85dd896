"""How many tokens a picture becomes, by the arithmetic of each family's picture processor. Knows sizes, no picture.

What is counted are the places that the picture's features take. The few control words that some families write around
them count as text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field


@dataclass(frozen=True)
class FixedTokens:
    """The same for every picture (LLaVA)."""

    kind: Literal["fixed"]
    tokens: int

    def count(self, height: int, width: int, *, alone: bool = True) -> int:
        """Tokens of a picture of any size."""
        return self.tokens


@dataclass(frozen=True)
class PixelTokens:
    """One for each square of so many pixels (Qwen-VL)."""

    kind: Literal["pixels"]
    unit: int
    """Side of a square, pixels."""
    least: int
    """A picture with fewer pixels is enlarged."""
    most: int
    """A picture with more pixels is reduced."""

    def count(self, height: int, width: int, *, alone: bool = True) -> int:
        """Tokens of a picture; sides in pixels.

        Examples
        --------
        >>> PixelTokens("pixels", unit=28, least=3136, most=12845056).count(448, 448)
        256
        """
        rows, columns = round(height / self.unit), round(width / self.unit)
        pixels = rows * columns * self.unit**2
        if pixels > self.most:
            scale = math.sqrt(height * width / self.most)
            rows, columns = (max(1, math.floor(side / scale / self.unit)) for side in (height, width))
        elif pixels < self.least:
            scale = math.sqrt(self.least / (height * width))
            rows, columns = (math.ceil(side * scale / self.unit) for side in (height, width))
        return rows * columns


@dataclass(frozen=True)
class TileTokens:
    """So many for each square tile of the grid that is nearest in shape, and for the whole (InternVL)."""

    kind: Literal["tiles"]
    side: int
    """Of a tile, pixels."""
    most: int
    """Tiles of the grid, at most."""
    tokens: int
    """Of a tile."""

    def count(self, height: int, width: int, *, alone: bool = True) -> int:
        """Tokens of a picture; sides in pixels.

        Examples
        --------
        >>> TileTokens("tiles", side=448, most=12, tokens=256).count(448, 896)
        768
        """
        tiles = self._tiles(height, width)
        return self.tokens * (tiles + (tiles > 1))

    def _tiles(self, height: int, width: int) -> int:
        sides = range(1, self.most + 1)
        grids = [(columns, rows) for columns in sides for rows in sides if columns * rows <= self.most]
        best, least = 1, math.inf
        for columns, rows in sorted(grids, key=math.prod):
            difference = abs(width / height - columns / rows)
            filled = height * width > self.side**2 * columns * rows / 2
            if difference < least or (difference == least and filled):
                best, least = columns * rows, difference
        return best


@dataclass(frozen=True)
class CropTokens:
    """The whole, and a grid of crops without their padding, a token more for each row (LLaVA-NeXT, LLaVA-OneVision)."""

    kind: Literal["crops"]
    side: int
    """Of a crop, pixels."""
    tokens: int
    """Of a crop; a square number."""
    grids: tuple[tuple[int, int], ...]
    """Rows and columns of the grids to choose from."""
    most: int = 0
    """Crops whose tokens are kept, at most; more are pooled. 0 = all."""
    together: int = 0
    """Tokens of each of several pictures in one prompt; 0 = as alone."""

    def count(self, height: int, width: int, *, alone: bool = True) -> int:
        """Tokens of a picture; sides in pixels.

        Examples
        --------
        >>> CropTokens("crops", side=336, tokens=576, grids=((1, 2), (2, 1), (2, 2))).count(672, 672)
        2928
        """
        if self.together and not alone:
            return self.together
        across = math.isqrt(self.tokens)
        rows, columns = (cells * across for cells in self._grid(height, width))
        if width / height > columns / rows:
            rows -= (rows - int(round(height * columns / width, 7))) // 2 * 2
        else:
            columns -= (columns - int(round(width * rows / height, 7))) // 2 * 2
        excess = math.sqrt(rows * columns / (self.most * self.tokens)) if self.most else 0.0
        if excess > 1.1:
            rows, columns = int(rows // excess), int(columns // excess)
        return self.tokens + rows * columns + rows

    def _grid(self, height: int, width: int) -> tuple[int, int]:
        """The grid that shows most of the picture, with the least padding among equals."""

        def worth(grid: tuple[int, int]) -> tuple[int, int]:
            rows, columns = grid
            scale = min(columns * self.side / width, rows * self.side / height)
            shown = min(int(width * scale) * int(height * scale), width * height)
            return shown, shown - rows * columns * self.side**2

        return max(self.grids, key=worth)


@dataclass(frozen=True)
class SplitTokens:
    """So many for each square of the enlarged picture, and for the whole (Idefics3, SmolVLM)."""

    kind: Literal["splits"]
    side: int
    """Of a square, pixels."""
    longest: int
    """The longer side is brought to this many pixels."""
    tokens: int
    """Of a square."""

    def count(self, height: int, width: int, *, alone: bool = True) -> int:
        """Tokens of a picture; sides in pixels.

        Examples
        --------
        >>> SplitTokens("splits", side=512, longest=2048, tokens=64).count(480, 640)
        832
        """
        longer, shorter = max(height, width), min(height, width)
        shorter = max(1, _even(int(self.longest * shorter / longer)))
        columns = math.ceil(self.longest / self.side)
        rows = math.ceil(int(columns * self.side * shorter / self.longest) / self.side)
        tiles = rows * columns
        return self.tokens * (tiles + (tiles > 1))


@dataclass(frozen=True)
class SliceTokens:
    """The whole, and as many slices as the picture is times larger than one, in a grid of its shape (MiniCPM-V)."""

    kind: Literal["slices"]
    side: int
    """A slice has about so many pixels squared."""
    most: int
    """Slices, at most."""
    tokens: int = 0
    """Of a slice; 0 = one for each `unit` squared."""
    unit: int = 0
    """Side of a token's square, pixels."""

    def count(self, height: int, width: int, *, alone: bool = True) -> int:
        """Tokens of a picture; sides in pixels.

        Examples
        --------
        >>> SliceTokens("slices", side=448, most=9, tokens=64).count(896, 896)
        320
        """
        rows, columns = self._grid(height, width)
        slices = rows * columns
        if self.tokens:
            return self.tokens * (1 + slices)
        whole = self._fitted(height, width, enlarge=not slices)
        if not slices:
            return whole
        sides = (max(round(side / cells) * cells, cells) / cells for side, cells in ((height, rows), (width, columns)))
        return whole + slices * self._fitted(*sides, enlarge=True)

    def _fitted(self, height: float, width: float, *, enlarge: bool) -> int:
        """Tokens of a view that is brought to the area of a slice; a smaller one only when it may be enlarged."""
        if enlarge or height * width > self.side**2:
            ratio = width / height
            height = int(self.side / math.sqrt(ratio))
            width = int(height * ratio)
        return math.prod(max(round(side / self.unit), 1) for side in (height, width))

    def _grid(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of the slices; zeros when the whole is enough."""
        wanted = min(math.ceil(height * width / self.side**2), self.most)
        if wanted <= 1:
            return 0, 0
        numbers = [number for number in (wanted - 1, wanted, wanted + 1) if 1 < number <= self.most]
        grids = [(rows, number // rows) for number in numbers for rows in _divisors(number)]
        shape = math.log(width / height)
        return min(grids, key=lambda grid: (abs(shape - math.log(grid[1] / grid[0])), -grid[0]))


ImageTokens: TypeAlias = Annotated[
    FixedTokens | PixelTokens | TileTokens | CropTokens | SplitTokens | SliceTokens, Field(discriminator="kind")
]
"""A rule. Its ``count(height, width, alone=True)`` gives the tokens of a picture of so many pixels, alone or not."""

DEFAULT_RULE = PixelTokens("pixels", unit=28, least=3136, most=12845056)
"""For a model that is not in the catalogue: one token for each 28 x 28 pixels."""


def _even(side: int) -> int:
    return side + side % 2


def _divisors(number: int) -> Iterable[int]:
    return (divisor for divisor in range(1, number + 1) if number % divisor == 0)
