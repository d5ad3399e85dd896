"""The circuit board: a small green controller board in a dark fixture. Units count from the board's centre."""

from __future__ import annotations

import numpy as np

from drawing.canvas import Canvas, Material, Pose
from drawing.components import (
    BOARD,
    GOLD,
    HOLE,
    PACKAGES,
    SILK,
    TIN,
    Part,
    draw_body,
    draw_footprint,
    pins,
)
from drawing.fields import Grid, blob, box, curve, curve_distance, linear, mix, noise, smoothstep
from drawing.parts import Defect, Product, Streams
from drawing.photography import Shot, Surface

SIZE = (87.0, 79.0)
POUR = Material(linear(22, 96, 62), 0.34)
"""Copper under green lacquer."""
MOAT = Material(linear(14, 66, 44), 0.30)
"""Bare laminate under green lacquer: no copper there."""
FIXTURE = np.array(linear(56, 57, 60), np.float32)
VIA_RADIUS = 0.75

PARTS = (
    Part("U1", "qfp44", Pose(-3.0, 2.0), "CX44F/2419-07"),
    Part("U2", "so8", Pose(27.0, -18.5), "LDR/33A", (0.0, -6.2)),
    Part("U3", "so14", Pose(29.0, 7.5), "74T/Q125", (0.0, -9.0)),
    Part("C1", "can_large", Pose(-31.0, -22.5, 90), "470/25V", (10.2, -6.5)),
    Part("C2", "can_small", Pose(-32.5, -6.0, 90), "100/16V", (7.9, 4.8)),
    Part("J1", "header", Pose(-1.0, 32.5), "", (18.2, 0.0)),
    Part("Y1", "crystal", Pose(-3.0, -17.5), "16.000", (-9.0, 0.0)),
    Part("L1", "inductor", Pose(-31.5, 10.5), "220", (0.0, 6.4)),
    Part("D1", "led", Pose(33.5, 22.5, 90), "", (0.0, -4.4)),
    Part("D2", "diode", Pose(-31.5, 22.5), "", (0.0, 3.0)),
    Part("R1", "resistor", Pose(13.5, -28.0), "103", (0.0, -2.6)),
    Part("R2", "resistor", Pose(5.0, -28.0), "103", (0.0, -2.6)),
    Part("R3", "resistor", Pose(-3.5, -28.0), "472", (0.0, -2.6)),
    Part("R4", "resistor", Pose(-12.0, -28.0), "220", (0.0, -2.6)),
    Part("R5", "resistor", Pose(26.0, 22.0, 90), "331", (0.0, -4.7)),
    Part("R6", "resistor", Pose(16.5, 21.0), "103", (0.0, -2.6)),
    Part("R7", "resistor", Pose(-17.5, 22.5), "101", (0.0, 2.8)),
    Part("R8", "resistor", Pose(-8.0, 22.5), "101", (0.0, 2.8)),
    Part("C3", "capacitor", Pose(-17.5, -15.0, 90), "", (-3.2, 0.0)),
    Part("C4", "capacitor", Pose(11.0, -17.5, 90), "", (3.2, 0.0)),
    Part("C5", "capacitor", Pose(-20.0, -2.0, 90), "", (0.0, 3.7)),
    Part("C6", "capacitor", Pose(15.5, 2.0, 90), "", (0.0, 3.7)),
    Part("C7", "large_capacitor", Pose(17.5, -18.5, 90), "", (0.0, 4.4)),
    Part("C8", "large_capacitor", Pose(36.5, -18.5, 90), "", (0.0, 4.4)),
    Part("C9", "capacitor", Pose(2.5, 22.5), "", (0.0, 2.8)),
)

TRACES: tuple[tuple[tuple[float, float], ...], ...] = (
    ((-31, -15), (-31, -11), (-24, -11), (-20, -7), (-20, -4)),
    ((-20, 0), (-20, 4), (-16, 8), (-13, 8)),
    ((-8, -17.5), (-11, -17.5), (-11, -12), (-8.7, -9.7)),
    ((2, -17.5), (5, -14.5), (5, -12), (2.7, -9.7)),
    ((11, -19.5), (11, -23), (15, -24.5), (15.5, -28)),
    ((23, -18.5), (21, -23), (17.5, -23)),
    ((15.5, 4), (15.5, 8), (19, 11.5), (24.5, 11.5)),
    ((33.5, 9.5), (38, 9.5), (38, 18), (35, 21)),
    ((26, 24), (26, 28), (31, 28), (33.5, 25)),
    ((-27.5, 10.5), (-23, 10.5), (-19, 6.5), (-14, 6.5)),
    ((-33.5, 22.5), (-38, 22.5), (-38, 14), (-36, 10.5)),
    ((-29.5, 22.5), (-24, 22.5), (-19.5, 22.5)),
    ((-12.9, 32.5), (-12.9, 28.5), (-15.5, 25.5), (-15.5, 22.5)),
    ((-6.1, 32.5), (-6.1, 22.5)),
    ((0.7, 32.5), (0.7, 22.5)),
    ((7.5, 32.5), (7.5, 27), (14.5, 24), (14.5, 21)),
    ((18.5, 21), (22, 17), (22, 13.5), (24.5, 13.5)),
    ((-14, -28), (-22, -28), (-22, -33), (-34, -33)),
    ((7, -28), (11.5, -28)),
    ((-1.5, -28), (3, -28)),
    ((-10, -28), (-5.5, -28)),
    ((36.5, -21), (36.5, -27), (33, -30.5), (21, -30.5), (18.5, -28), (15.5, -28)),
)


def _fan_out(part: Part) -> list[tuple[list[tuple[float, float]], Pose]]:
    """Short tracks from the leads of ``part`` to vias in two staggered rows."""
    package = PACKAGES[part.kind]
    tracks = []
    for place, pin in enumerate(pins(package)):
        away = 2.3 + 1.9 * (place % 2) + 0.25 * (place % 3)
        via = part.pose.beside(pin.x, pin.y, pin.angle).beside(away, 0)
        start = part.pose.beside(pin.x, pin.y)
        tracks.append(([(start.x, start.y), (via.x, via.y)], via))
    return tracks


def _copper(canvas: Canvas) -> None:
    """Tracks in their moats, vias, all under the lacquer."""
    fans = [fan for part in PARTS if part.kind in PACKAGES for fan in _fan_out(part)]
    tracks = [list(points) for points in TRACES] + [points for points, _ in fans]
    loose = [Pose(x, y) for x, y in VIAS]
    for points in tracks:
        canvas.trace(points, 1.75, MOAT, BOARD - 0.06)
    for via in [via for _, via in fans] + loose:
        canvas.disc(via, VIA_RADIUS + 0.4, BOARD - 0.06, MOAT)
    for points in tracks:
        canvas.trace(points, 0.85, POUR, BOARD + 0.02)
    for via in [via for _, via in fans] + loose:
        canvas.disc(via, VIA_RADIUS, BOARD + 0.04, Material(linear(150, 150, 120), 0.4, 0.5))
        canvas.disc(via, 0.33, BOARD - 0.5, HOLE)


VIAS = (
    (-23, -11.5), (-38, -31), (21, -24), (38, 3), (20, 30), (23.5, 27), (-25, 30), (-37, 2), (-25, 3.5), (8, -22),
    (-17, -23), (-22, -20), (20, -8), (24, -8.5), (37, -8), (-24, 16), (12, 27), (-38, 26), (22, 36), (27, 35),
    (31, 33),
)  # fmt: skip


def _bare_board(frame: Grid, pose: Pose, streams: Streams) -> Canvas:
    """Lacquered laminate with holes and rings, lying in the fixture."""
    side = frame.side
    rng = streams.finish
    brushed = noise(rng, side, (5, 190)) + 0.6 * noise(rng, side, 120)
    albedo = (FIXTURE * (1 + 0.05 * brushed + 0.05 * noise(rng, side, 6, 2))[..., None]).astype(np.float32)
    flat = [np.full((side, side), value, np.float32) for value in (0.0, 0.12, 0.0)]
    canvas = Canvas(frame, pose, Surface(albedo, *flat), rng)
    canvas.block(
        Pose(0, 0), (SIZE[0] + 3.0, SIZE[1] + 3.0), -0.9, Material(linear(34, 34, 36), 0.05), corner=2.5, bevel=0.2
    )
    canvas.block(Pose(0, 0), SIZE, BOARD, Material(linear(118, 122, 78), 0.1), corner=2.0, bevel=0.12)
    canvas.block(Pose(0, 0), (SIZE[0] - 0.5, SIZE[1] - 0.5), BOARD, MOAT, corner=2.0, bevel=0.02)
    canvas.block(Pose(0, 0), (SIZE[0] - 2.2, SIZE[1] - 2.2), BOARD, POUR, corner=1.5, bevel=0.02)
    window = canvas.window(Pose(0, 0), 64)
    weave = 1 + 0.02 * np.sin(window.grid.x * 4.4) * np.sin(window.grid.y * 4.4)
    canvas.surface.albedo[window.rows, window.columns] *= weave[..., None].astype(np.float32)
    return canvas


def _holes(canvas: Canvas) -> None:
    for x in (-1, 1):
        for y in (-1, 1):
            at = Pose(x * 39.2, y * 35.2)
            canvas.disc(at, 3.2, BOARD, MOAT)
            canvas.disc(at, 2.8, BOARD + 0.08, GOLD)
            canvas.disc(at, 1.75, -0.9, HOLE)


def _print(canvas: Canvas) -> None:
    canvas.text(Pose(-1.5, -35.4), "PX-204  REV C", 3.3, SILK, strength=0.92, weight=0.06)
    canvas.text(Pose(28.5, 36.6), "94V-0", 2.0, SILK, strength=0.9)
    canvas.outline(Pose(-1, 32.5), (32.0, 9.4), 0.32, SILK)
    canvas.outline(PARTS[7].pose, (11.6, 9.6), 0.3, SILK)
    canvas.outline(PARTS[6].pose, (13.8, 5.6), 0.3, SILK)
    for part in PARTS:
        if part.kind in ("can_large", "can_small"):
            edge = 15.8 if part.kind == "can_large" else 11.8
            canvas.outline(part.pose, (edge, edge), 0.3, SILK)
    canvas.disc(Pose(-14.0, -9.0), 0.55, None, SILK)


def _placed(part: Part, defect: Defect | None, rng: np.random.Generator) -> Part | None:
    """``part`` where the machine put it down; None when it did not."""
    dx, dy, turn = rng.normal(0, 0.11), rng.normal(0, 0.11), rng.normal(0, 0.7)
    if defect is not None and defect.target == part.ref:
        if defect.kind == "missing_component":
            return None
        if defect.kind == "shifted_component":
            return part.moved(defect.x, defect.y, defect.angle)
    return part.moved(dx, dy, turn)


def _bridge(canvas: Canvas, defect: Defect, rng: np.random.Generator) -> None:
    """Solder that joins neighbouring leads."""
    pose = Pose(defect.x, defect.y, defect.angle)
    window = canvas.window(pose, 5)
    shape = np.minimum(
        box(window.grid, 1.1, 1.5 + 1.1 * defect.size, 0.5), blob(window.grid, rng, 0.95 * defect.size, 0.3)
    )
    cushion = np.sqrt(np.clip(-shape, 0, 0.8) / 0.8)
    canvas.lay(window, window.grid.edge(shape), TIN, BOARD + 0.35 + 0.55 * cushion)


def _burn(canvas: Canvas, defect: Defect, rng: np.random.Generator) -> None:
    """Charred lacquer: black in the middle, brown around, blistered."""
    window = canvas.window(Pose(defect.x, defect.y), 14 * defect.size)
    at = (window.rows, window.columns)
    rough = noise(rng, canvas.frame.side, 60, octaves=3)[at]
    outline = blob(window.grid, rng, 5.0 * defect.size, 0.3) + 0.22 * rough
    halo, char = smoothstep(-outline, -2.8, 1.6), smoothstep(-outline, -0.4, 3.4)
    surface = canvas.surface
    brown = np.array([0.50, 0.30, 0.16], np.float32)
    surface.albedo[at] *= 1 - (0.85 * halo)[..., None] * (1 - brown)
    surface.albedo[at] = mix(surface.albedo[at], np.array(linear(24, 20, 17), np.float32), (0.88 * char)[..., None])
    surface.metal[at] *= 1 - 0.9 * np.maximum(char, 0.6 * halo)
    surface.gloss[at] *= 1 - 0.8 * halo
    surface.height[at] += (0.07 * rough * char).astype(np.float32)


def _scratch(canvas: Canvas, defect: Defect, rng: np.random.Generator) -> None:
    """Scratch through the lacquer: bright copper in its middle, dull torn edges; it spares tall parts."""
    window = canvas.window(Pose(defect.x, defect.y, defect.angle), 16 * defect.size)
    at = (window.rows, window.columns)
    along = np.linspace(-10, 10, 7) * defect.size
    path = curve(np.stack([along, 0.008 * along**2 + rng.normal(0, 0.22, 7)], axis=1), 400)
    distance, place = curve_distance(window.grid, path, 1.6)
    low = canvas.surface.height[at] < BOARD + 0.5
    width = 0.36 * (0.55 + 0.45 * defect.size) * np.sqrt(np.clip(4 * place * (1 - place), 0, 1)) + 0.02
    torn = smoothstep(-distance / width, -1.9, -0.9) * low
    bright = smoothstep(-distance / width, -1.1, -0.5) * low
    canvas.lay(window, 0.6 * torn, Material(linear(120, 150, 116), 0.1))
    canvas.lay(window, bright, Material(linear(206, 150, 110), 0.4, 0.7), BOARD - 0.05)


_MARKS = {"solder_bridge": _bridge, "burn_mark": _burn, "scratch": _scratch}


def surface(frame: Grid, streams: Streams, defect: Defect | None) -> Surface:
    """One populated board in its fixture; place, turn and lacquer vary from board to board."""
    rng = streams.part
    pose = Pose(50 + rng.normal(0, 0.6), 50 + rng.normal(0, 0.6), rng.normal(0, 0.7))
    tint = np.exp(rng.normal(0, 0.03, 3)).astype(np.float32)
    canvas = _bare_board(frame, pose, streams)
    _copper(canvas)
    _holes(canvas)
    canvas.surface.albedo[:] *= tint
    for part in PARTS:
        draw_footprint(canvas, part)
    _print(canvas)
    for placed in [_placed(part, defect, rng) for part in PARTS]:
        if placed is not None:
            draw_body(canvas, placed)
    if defect is not None and defect.kind in _MARKS:
        _MARKS[defect.kind](canvas, defect, streams.defect)
    grain = noise(streams.finish, frame.side, 190)
    canvas.surface.height[:] += 0.003 * grain
    canvas.surface.albedo[:] *= (1 + 0.02 * grain)[..., None]
    return canvas.surface


PRODUCT = Product(
    name="circuit_board",
    side=336,
    shot=Shot(azimuth=-122, elevation=58, level=1.0, room=0.5, softness=0.5),
    surface=surface,
    defects=(
        Defect("missing_component", target="C7"),
        Defect("missing_component", target="R7"),
        Defect("shifted_component", 0.6, 0.5, 1.0, 38, target="U2"),
        Defect("shifted_component", 0.3, 1.5, 1.0, -17, target="R2"),
        Defect("solder_bridge", 6.7, 5.6, 1.2),
        Defect("solder_bridge", 33.5, 6.5, 0.9),
        Defect("burn_mark", 18, 10, 1.0),
        Defect("burn_mark", -23.5, 3.5, 0.62),
        Defect("scratch", -22, 18, 1.0, -35),
        Defect("scratch", 12, -11, 0.6, 60),
    ),
)
