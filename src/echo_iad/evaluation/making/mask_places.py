"""Where the ground truth of a defect lies, in words that a person can check by eye. Knows no picture and no question.

A grid divides the picture into fields. A place is said only where it is clear: most of the region lies in one field.
Another field is a wrong answer only where next to nothing of the region lies in it or near its border.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echo_iad.domain.parts import BoolArray, FloatArray

_MOST = 0.75
"""Share of the region that its own field must hold."""
_NEXT_TO_NOTHING = 0.1
"""Share of the region that may lie in a field that is called wrong, or near it."""
_NEAR = 0.05
"""How far beyond its borders a field is still meant by its name, as a share of the picture's side."""


@dataclass(frozen=True)
class Grid:
    """A way to divide the picture into fields of equal size."""

    rows: int
    columns: int
    places: tuple[str, ...]
    """What the fields are called, row by row."""

    def __post_init__(self) -> None:
        if len(set(self.places)) != self.rows * self.columns:
            msg = f"A grid of {self.rows} x {self.columns} needs as many names. Got {self.places}."
            raise ValueError(msg)


GRIDS = (
    Grid(
        rows=3,
        columns=3,
        places=(
            *("In the upper left", "In the upper centre", "In the upper right"),
            *("In the centre left", "In the very centre", "In the centre right"),
            *("In the lower left", "In the lower centre", "In the lower right"),
        ),
    ),
    Grid(
        rows=2,
        columns=2,
        places=(
            *("In the upper left quarter", "In the upper right quarter"),
            *("In the lower left quarter", "In the lower right quarter"),
        ),
    ),
    Grid(rows=3, columns=1, places=("In the upper third", "In the middle third", "In the lower third")),
    Grid(rows=1, columns=3, places=("In the left third", "In the middle third", "In the right third")),
)
"""From the finest to the coarsest. Places of different grids are never offered together."""


@dataclass(frozen=True)
class RegionPlace:
    """Where a region lies on one grid."""

    place: str | None
    """The field that holds most of it; None: no single field does."""
    clearly_not: frozenset[str]
    """The fields that are wrong beyond dispute."""


def place_of(mask: BoolArray, grid: Grid) -> RegionPlace:
    """Name the place of a region.

    Parameters
    ----------
    mask : (h, w) bool
        True where the defect is; at least one pixel.
    grid : Grid

    Examples
    --------
    >>> mask = np.zeros((90, 90), bool)
    >>> mask[5:20, 5:20] = True
    >>> found = place_of(mask, GRIDS[0])
    >>> found.place, "In the upper centre" in found.clearly_not
    ('In the upper left', True)
    """
    if mask.ndim != 2 or not mask.any():
        msg = f"A mask must be (h, w) with at least one pixel of a defect. Got {mask.shape}, {int(mask.sum())} pixels."
        raise ValueError(msg)
    own, near = _shares(mask, grid, 0.0), _shares(mask, grid, _NEAR)
    best = int(own.argmax())
    return RegionPlace(
        place=grid.places[best] if own[best] >= _MOST else None,
        clearly_not=frozenset(
            place for place, share in zip(grid.places, near, strict=True) if share <= _NEXT_TO_NOTHING
        ),
    )


def _shares(mask: BoolArray, grid: Grid, beyond: float) -> FloatArray:
    """(rows * columns,): the share of the region in each field, grown by ``beyond`` at each side."""
    down, across = _within(mask.shape[0], grid.rows, beyond), _within(mask.shape[1], grid.columns, beyond)
    inside: FloatArray = (down @ mask.astype(np.float32) @ across.T / mask.sum()).astype(np.float32)
    return inside.ravel()


def _within(length: int, fields: int, beyond: float) -> FloatArray:
    """(fields, length): 1 where a pixel's middle lies in each field of a side."""
    middles = (np.arange(length) + 0.5) / length
    starts = np.arange(fields)[:, None] / fields
    inside: FloatArray = ((middles >= starts - beyond) & (middles < starts + 1 / fields + beyond)).astype(np.float32)
    return inside
