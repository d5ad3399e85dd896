"""Electronic components as they look from above: footprint on the board and body on top. Knows no layout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from drawing.canvas import Canvas, Material, Pose
from drawing.fields import linear

BOARD = 1.6
"""Height of the board's upper face in units."""
TIN = Material(linear(196, 198, 202), 0.5, 0.95)
PASTE = Material(linear(176, 178, 182), 0.4, 0.85)
GOLD = Material(linear(224, 182, 104), 0.5, 0.95)
EPOXY = Material(linear(46, 46, 49), 0.20)
LASER = Material(linear(150, 150, 150), 0.1)
SILK = Material(linear(226, 228, 222), 0.12)
HOLE = Material(linear(10, 10, 10), 0.0)


@dataclass(frozen=True)
class Part:
    """One component of the bill of materials and its place on the board."""

    ref: str
    kind: str
    pose: Pose
    marking: str = ""
    label: tuple[float, float] = (0.0, 0.0)
    """Where its reference is printed, from its centre; (0, 0) = nowhere."""

    def moved(self, dx: float, dy: float, angle: float) -> Part:
        """Return the component put down beside its place."""
        return replace(self, pose=Pose(self.pose.x + dx, self.pose.y + dy, self.pose.angle + angle))


@dataclass(frozen=True)
class _Chip:
    """Measures and colour of a two-terminal chip."""

    length: float
    width: float
    tall: float
    body: Material


CHIPS = {
    "resistor": _Chip(4.0, 2.2, 0.8, Material(linear(38, 38, 42), 0.25)),
    "capacitor": _Chip(3.8, 2.3, 1.5, Material(linear(168, 128, 92), 0.22)),
    "large_capacitor": _Chip(5.4, 3.2, 2.0, Material(linear(158, 118, 84), 0.22)),
    "diode": _Chip(4.6, 2.6, 1.5, Material(linear(42, 42, 44), 0.25)),
}


@dataclass(frozen=True)
class _Package:
    """Measures of a chip with leads: body, pins on each long (and short) side, pitch."""

    size: tuple[float, float]
    pins: int
    pitch: float
    four_sided: bool = False


PACKAGES = {
    "so8": _Package((7.2, 8.6), 4, 2.0),
    "so14": _Package((7.2, 14.8), 7, 2.0),
    "qfp44": _Package((17.5, 17.5), 11, 1.42, four_sided=True),
}


def pins(package: _Package) -> list[Pose]:
    """Where the leads meet the board, from the package's centre; each looks outwards along its own x."""
    row = (np.arange(package.pins) - (package.pins - 1) / 2) * package.pitch
    sides = [(0.0, package.size[0]), (180.0, package.size[0])]
    if package.four_sided:
        sides += [(90.0, package.size[1]), (270.0, package.size[1])]
    return [Pose(0, 0, turn).beside(width / 2 + 0.95, float(step)) for turn, width in sides for step in row]


def _chip_pads(canvas: Canvas, part: Part) -> None:
    chip = CHIPS[part.kind]
    for side in (-1, 1):
        pad = part.pose.beside(side * (chip.length / 2 - 0.1), 0)
        canvas.solder(pad, (1.9, chip.width + 0.5), BOARD, 0.25, PASTE)


def _chip_body(canvas: Canvas, part: Part) -> None:
    chip, pose = CHIPS[part.kind], part.pose
    for side in (-1, 1):
        canvas.solder(
            pose.beside(side * (chip.length / 2 + 0.15), 0), (1.5, chip.width + 0.1), BOARD, 0.75 * chip.tall, TIN
        )
    canvas.block(pose, (chip.length, chip.width), BOARD + chip.tall, TIN, corner=0.15)
    canvas.block(pose, (chip.length - 1.3, chip.width), BOARD + chip.tall + 0.06, chip.body, corner=0.05, bevel=0.15)
    if part.kind == "resistor":
        canvas.text(pose, part.marking, 1.55, SILK, strength=0.85)
    if part.kind == "diode":
        canvas.block(pose.beside(-0.95, 0), (0.45, chip.width), BOARD + chip.tall + 0.07, SILK, corner=0.02)


def _leaded_pads(canvas: Canvas, part: Part) -> None:
    for pin in pins(PACKAGES[part.kind]):
        canvas.solder(part.pose.beside(pin.x, pin.y, pin.angle), (2.5, 0.92), BOARD, 0.18, PASTE)


def _leaded_body(canvas: Canvas, part: Part) -> None:
    package, pose = PACKAGES[part.kind], part.pose
    for pin in pins(package):
        foot = pose.beside(pin.x, pin.y, pin.angle)
        canvas.block(foot.beside(0.25, 0), (1.5, 0.62), BOARD + 0.42, TIN, corner=0.1, bevel=0.2)
        canvas.block(foot.beside(-0.75, 0), (0.8, 0.62), BOARD + 1.0, TIN, corner=0.1, bevel=0.2)
    width, height = package.size
    canvas.block(pose, package.size, BOARD + 1.9, EPOXY, corner=0.25, bevel=0.55)
    dot = pose.beside(-width / 2 + 1.5, -height / 2 + 1.5)
    canvas.disc(dot, 0.6, BOARD + 1.72, EPOXY)
    lines = part.marking.split("/")
    turn = 0.0 if package.four_sided else 90.0
    for row, line in enumerate(lines):
        down = (row - (len(lines) - 1) / 2) * 2.5
        at = pose.beside(0, down) if package.four_sided else pose.beside(-down, 0, turn)
        canvas.text(at, line, 2.3 if package.four_sided else 1.9, LASER, strength=0.7)


def _can_pads(canvas: Canvas, part: Part) -> None:
    radius = 7.0 if part.kind == "can_large" else 5.0
    for side in (-1, 1):
        canvas.solder(part.pose.beside(side * radius * 0.8, 0), (radius * 0.75, 1.6), BOARD, 0.2, PASTE)


def _can_body(canvas: Canvas, part: Part) -> None:
    """Aluminium capacitor on its black base, with the dark sector of the negative pole."""
    radius = 7.0 if part.kind == "can_large" else 5.0
    tall = 5.2 if part.kind == "can_large" else 4.2
    canvas.block(part.pose, (2 * radius + 0.6,) * 2, BOARD + 0.9, EPOXY, corner=1.6)
    window = canvas.window(part.pose, radius + 1)
    distance = np.hypot(window.grid.x, window.grid.y)
    shell = Material(linear(176, 178, 180), 0.4, 0.75)
    rounding = np.clip((distance - (radius - 0.9)) / 0.9, 0, 1)
    canvas.lay(window, window.grid.edge(distance - np.float32(radius)), shell, tall + BOARD - 0.9 * rounding**2)
    inner = window.grid.edge(distance - np.float32(radius - 0.75))
    canvas.lay(
        window, inner * window.grid.edge(window.grid.x + np.float32(radius * 0.42)), Material(linear(44, 44, 50), 0.25)
    )
    for line, text in enumerate(part.marking.split("/")):
        canvas.text(
            part.pose.beside(radius * 0.22, (line - 0.5) * 2.2), text, 2.1, Material(linear(50, 50, 56)), weight=0.05
        )


def _header_pads(canvas: Canvas, part: Part) -> None:
    for place in np.arange(8) - 3.5:
        canvas.solder(part.pose.beside(float(place) * 3.4, 0), (2.2, 2.2), BOARD, 0.2, PASTE)
        canvas.disc(part.pose.beside(float(place) * 3.4, 0), 0.55, None, HOLE)


def _header_body(canvas: Canvas, part: Part) -> None:
    """White shrouded connector with eight gold pins and a key slot."""
    shell = Material(linear(214, 210, 196), 0.25)
    canvas.block(part.pose, (30.5, 8.0), BOARD + 4.0, shell, corner=0.4)
    canvas.block(part.pose, (28.3, 5.8), BOARD + 1.0, Material(linear(178, 174, 160), 0.15), corner=0.3, bevel=0.1)
    for place in (-9.0, 9.0):
        canvas.block(part.pose.beside(place, 3.5), (2.6, 1.3), BOARD + 1.0, shell, corner=0.05, bevel=0.1)
    for place in np.arange(8) - 3.5:
        canvas.block(part.pose.beside(float(place) * 3.4, 0), (0.95, 0.95), BOARD + 3.6, GOLD, corner=0.2, bevel=0.35)


def _crystal_pads(canvas: Canvas, part: Part) -> None:
    for side in (-1, 1):
        canvas.solder(part.pose.beside(side * 5.2, 0), (3.0, 1.8), BOARD, 0.2, PASTE)


def _crystal_body(canvas: Canvas, part: Part) -> None:
    can = Material(linear(188, 188, 186), 0.4, 0.8)
    canvas.block(part.pose, (11.0, 4.6), BOARD + 0.7, can, corner=2.3, bevel=0.2)
    canvas.block(part.pose, (10.0, 3.7), BOARD + 2.4, can, corner=1.8, bevel=0.7)
    canvas.text(part.pose, part.marking, 2.0, Material(linear(64, 64, 66)), weight=0.05)


def _inductor_body(canvas: Canvas, part: Part) -> None:
    core = Material(linear(66, 66, 70), 0.15)
    canvas.block(part.pose, (8.6, 8.6), BOARD + 2.7, core, corner=1.8, bevel=0.6)
    canvas.disc(part.pose, 3.1, BOARD + 2.55, Material(linear(58, 58, 61), 0.12))
    canvas.text(part.pose, part.marking, 2.6, SILK, strength=0.85, weight=0.05)


def _inductor_pads(canvas: Canvas, part: Part) -> None:
    for side in (-1, 1):
        canvas.solder(part.pose.beside(side * 4.0, 0), (2.2, 5.0), BOARD, 0.3, PASTE)


def _led_body(canvas: Canvas, part: Part) -> None:
    canvas.block(part.pose, (4.2, 3.0), BOARD + 0.8, TIN, corner=0.15)
    canvas.block(part.pose, (3.0, 3.0), BOARD + 1.3, Material(linear(216, 212, 198), 0.3), corner=0.1)
    canvas.disc(part.pose, 1.15, BOARD + 1.25, Material(linear(222, 190, 92), 0.6), dome=0.45)


def _led_pads(canvas: Canvas, part: Part) -> None:
    for side in (-1, 1):
        canvas.solder(part.pose.beside(side * 2.1, 0), (1.9, 3.0), BOARD, 0.25, PASTE)


Draw = Callable[[Canvas, Part], None]
_DRAWN: dict[str, tuple[Draw, Draw]] = {
    **dict.fromkeys(CHIPS, (_chip_pads, _chip_body)),
    **dict.fromkeys(PACKAGES, (_leaded_pads, _leaded_body)),
    "can_large": (_can_pads, _can_body),
    "can_small": (_can_pads, _can_body),
    "header": (_header_pads, _header_body),
    "crystal": (_crystal_pads, _crystal_body),
    "inductor": (_inductor_pads, _inductor_body),
    "led": (_led_pads, _led_body),
}


def draw_footprint(canvas: Canvas, part: Part) -> None:
    """Draw the pads of ``part`` and its printed reference."""
    _DRAWN[part.kind][0](canvas, part)
    if part.label != (0.0, 0.0):
        canvas.text(Pose(part.pose.x + part.label[0], part.pose.y + part.label[1]), part.ref, 2.0, SILK, strength=0.9)


def draw_body(canvas: Canvas, part: Part) -> None:
    """Draw the component itself, soldered where ``part.pose`` says."""
    _DRAWN[part.kind][1](canvas, part)
