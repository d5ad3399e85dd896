"""Drawn parts of one product whose good look differs from design to design: plates with 4 x 4 places for marks.

Whether a part is good cannot be seen on it alone. A good plate has each place empty with probability one half, else a
mark in one of four colours; a defective one is a good plate of its design with one place changed, and the changes are
chosen so that all defective plates together look exactly as all good ones do: each change is as likely as its reverse.
Beside a good part of the same design the change is plain. Seeded; knows no model and no file format.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

PLACES = 4
"""Places in a row, and rows."""
SIDE = 128
"""Of a picture, in pixels."""
MISSING, EXTRA, WRONG_COLOUR, MOVED = KINDS = ("missing_mark", "extra_mark", "wrong_colour", "moved_mark")
"""What can be wrong with a part."""

_PLACE = SIDE // PLACES
_RADIUS = 9.5
_RIM = 4
_COLOURS = np.array([[200, 40, 40], [235, 190, 40], [40, 80, 190], [30, 30, 30]], np.float32)
"""Of marks; index = number of the colour less one."""
_BELT = np.array([96, 100, 104], np.float32)
_LIGHT = 0.05
"""How far the lamp of one picture departs from that of another, as a share."""
_GRAIN = 2.5
"""Standard deviation of the sensor's noise, in steps of 0 to 255."""
_SENSORS = 64
"""Patterns of noise that pictures choose from."""


@dataclass(frozen=True, eq=False)
class Design:
    """How the good parts of one batch look."""

    marks: npt.NDArray[np.int64]
    """(16,) places row by row: 0 = empty, 1 to 4 = a mark of that colour."""
    housing: tuple[float, float, float]
    """Red, green and blue of the plate, 0 to 255."""


@dataclass(frozen=True)
class Fault:
    """A defective part's look, and what is wrong with it."""

    kind: str
    """One of ``KINDS``."""
    look: Design


def random_design(chance: np.random.Generator) -> Design:
    """Choose a design: each place empty or marked with equal probability, all colours alike."""
    places = PLACES * PLACES
    marks = chance.integers(1, len(_COLOURS) + 1, places) * (chance.random(places) < 0.5)
    red, green, blue = chance.uniform(150, 235) + chance.uniform(-20, 20, 3)
    return Design(marks, (red, green, blue))


def random_fault(design: Design, chance: np.random.Generator) -> Fault:
    """Change one place of a design.

    A place is drawn. If it holds a mark, that is gone or has another colour, with equal probability; if it is empty, it
    gets a mark of any colour, or one of the part's other marks. So each change is as likely as its reverse.
    """
    marks = design.marks.copy()
    place = int(chance.integers(len(marks)))
    marked = np.flatnonzero(marks)
    if marks[place]:
        kind = (MISSING, WRONG_COLOUR)[int(chance.integers(2))]
        others = np.setdiff1d(np.arange(1, len(_COLOURS) + 1), marks[place])
        marks[place] = 0 if kind == MISSING else chance.choice(others)
    elif chance.integers(2) and len(marked):
        kind, source = MOVED, int(chance.choice(marked))
        marks[place], marks[source] = marks[source], 0
    else:
        kind = EXTRA
        marks[place] = chance.integers(1, len(_COLOURS) + 1)
    return Fault(kind, replace(design, marks=marks))


def draw_part(look: Design, chance: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Photograph one part: no two pictures of a design are alike in light, grain and the exact place of each mark.

    Returns
    -------
    (128, 128, 3) uint8
        Upright RGB.
    """
    plate = np.broadcast_to(np.array(look.housing, np.float32), (SIDE, SIDE, 3)).copy()
    for place in np.flatnonzero(look.marks):
        row, column = divmod(int(place), PLACES)
        tile = plate[row * _PLACE : (row + 1) * _PLACE, column * _PLACE : (column + 1) * _PLACE]
        cover = _mark(chance)
        tile += cover * (_COLOURS[look.marks[place] - 1] - tile)
    for edge in (plate[:_RIM], plate[-_RIM:], plate[:, :_RIM], plate[:, -_RIM:]):
        edge[:] = _BELT
    light = 1 + chance.uniform(-_LIGHT, _LIGHT)
    grain = _grains()[chance.integers(_SENSORS)]
    seen: npt.NDArray[np.uint8] = np.clip(plate * light + grain, 0, 255).astype(np.uint8)
    return seen


@cache
def _grains() -> npt.NDArray[np.float32]:
    """Noise to choose from, (n, h, w, 3)."""
    chance = np.random.default_rng(0)
    return chance.standard_normal((_SENSORS, SIDE, SIDE, 3), dtype=np.float32) * _GRAIN


def _mark(chance: np.random.Generator) -> npt.NDArray[np.float32]:
    """A round mark about the middle of its place: (32, 32, 1) coverage, 0 to 1."""
    across, down = _PLACE / 2 + chance.uniform(-1, 1, 2)
    radius = _RADIUS * chance.uniform(0.95, 1.05)
    steps = np.arange(_PLACE, dtype=np.float32) + 0.5
    distance = np.hypot(steps[None] - across, steps[:, None] - down)
    cover: npt.NDArray[np.float32] = np.clip(radius - distance + 0.5, 0, 1).astype(np.float32)[..., None]
    return cover
