"""The printed cap: a blue moulded closure on a grey belt, seen from above. Units count from the cap's centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from drawing.fields import (
    Field,
    Grid,
    blob,
    curve,
    curve_distance,
    linear,
    mix,
    noise,
    smoothstep,
)
from drawing.parts import Defect, Product, Streams
from drawing.photography import Shot, Surface

TOP, SHOULDER, SKIRT, FLANGE = 33.2, 35.6, 38.3, 39.5
"""Radii: flat top, end of the rounded shoulder, foot of the ribbed skirt, outer edge."""
TALL = 13.0
RIBS = 72
PLASTIC = np.array(linear(24, 92, 168), np.float32)
INK = np.array(linear(238, 240, 236), np.float32)
BELT = np.array(linear(138, 139, 136), np.float32)


@dataclass(frozen=True)
class _Marks:
    """What a defect does to one cap; every field is ``(h, w)``."""

    cut: Field
    """0 to 1: the surface is broken away and the fracture face is seen."""
    gone: Field
    """0 to 1: broken right through, the belt is seen."""
    groove: Field
    """Units of depth."""
    whitened: Field
    """0 to 1: stressed, lighter plastic."""
    soiled: Field
    """0 to 1: covered by a foreign substance."""


def _ring_text(page: Image.Image, text: str, radius: float, size: float, first: float, step: float) -> None:
    """Write ``text`` round the centre of ``page``; angles in degrees clockwise from the top."""
    unit = page.width / 100
    font = ImageFont.load_default(size=size * unit)
    for place, letter in enumerate(text):
        turn = first + step * place
        tile = Image.new("L", (round(size * unit * 2),) * 2)
        middle = tile.width / 2
        ImageDraw.Draw(tile).text(
            (middle, middle), letter, font=font, fill=255, anchor="mm", stroke_width=size * unit * 0.022
        )
        flip = 180 if step < 0 else 0
        tile = tile.rotate(-turn + flip, Image.Resampling.BICUBIC)
        x = page.width / 2 + radius * unit * np.sin(np.deg2rad(turn)) - middle
        y = page.height / 2 - radius * unit * np.cos(np.deg2rad(turn)) - middle
        page.paste(255, (round(x), round(y)), tile)


def artwork(side: int) -> Field:
    """Print, straight and centred: ``(side, side)`` coverage of ink."""
    page = Image.new("L", (side, side))
    unit = side / 100
    pen = ImageDraw.Draw(page)

    def ring(radius: float, width: float) -> None:
        corner = (50 - radius) * unit, (50 + radius) * unit
        pen.ellipse((corner[0], corner[0], corner[1], corner[1]), outline=255, width=max(1, round(width * unit)))

    ring(30.4, 0.55)
    ring(18.6, 0.35)
    _ring_text(page, "FONTE AZZURRA", 24.4, 6.6, -74.0, 12.4)
    _ring_text(page, "NATURAL MINERAL WATER", 24.6, 4.1, 243.0, -6.3)
    for turn in (101.0, 259.0):
        x, y = 50 + 24.4 * np.sin(np.deg2rad(turn)), 50 - 24.4 * np.cos(np.deg2rad(turn))
        pen.ellipse(((x - 0.9) * unit, (y - 0.9) * unit, (x + 0.9) * unit, (y + 0.9) * unit), fill=255)
    _mountains(pen, unit)
    font = ImageFont.load_default(size=5.2 * unit)
    pen.text((50 * unit, 61.2 * unit), "0.5 L", font=font, fill=255, anchor="mm", stroke_width=0.12 * unit)
    return np.asarray(page, np.float32) / 255


def _mountains(pen: ImageDraw.ImageDraw, unit: float) -> None:
    """Mark in the middle: two peaks over three waves."""
    peaks = [(36.5, 50.5), (44.0, 37.5), (47.6, 43.6), (52.4, 35.2), (62.6, 50.5)]
    pen.polygon([(x * unit, y * unit) for x, y in peaks], fill=255)
    for snow in (
        [(44.0, 39.6), (41.3, 44.2), (44.0, 43.2), (46.0, 44.6)],
        [(52.4, 37.4), (48.6, 43.8), (52.6, 42.3), (56.2, 44.4)],
    ):
        pen.polygon([(x * unit, y * unit) for x, y in snow], fill=0)
    for row in range(3):
        wave = [
            (x * unit, (52.6 + 1.7 * row + 0.45 * np.sin(x * 1.15 + row)) * unit)
            for x in np.linspace(37.5 + row, 61.5 - row, 60)
        ]
        pen.line(wave, fill=255, width=max(1, round(0.75 * unit)), joint="curve")


def _sample(page: Field, grid: Grid) -> Field:
    """``page`` (100 units wide, centred) where ``grid`` looks at it."""
    from scipy.ndimage import map_coordinates

    scale = page.shape[0] / 100
    where = [(grid.y + 50) * scale - 0.5, (grid.x + 50) * scale - 0.5]
    sampled: Field = map_coordinates(page, where, order=1, mode="constant").astype(np.float32)
    return sampled


def _profile(radius: Field, ribs: Field) -> Field:
    """Height over the belt at each radius: bead, rounded shoulder, ribbed skirt, flange."""
    dome = TALL - 0.00035 * radius**2
    bead = 0.35 * np.exp(-(((radius - 31.9) / 0.55) ** 2))
    shoulder = TALL - 0.45 - 1.9 * (1 - np.sqrt(np.clip(1 - ((radius - TOP) / (SHOULDER - TOP)) ** 2, 0, 1)))
    wall = radius - 0.42 * ribs * smoothstep(radius, 34.6, 35.8)
    skirt = TALL - 2.4 - (wall - SHOULDER) * (TALL - 3.4) / (SKIRT - SHOULDER)
    height = np.where(radius < TOP, dome + bead, np.where(radius < SHOULDER, np.minimum(shoulder, dome), skirt))
    height = np.minimum(height, np.where(radius > 34.4, np.maximum(skirt, 1.0), height))
    return np.where(radius > FLANGE, 0.0, np.maximum(height, 1.0)).astype(np.float32)


def _belt(grid: Grid, rng: np.random.Generator) -> tuple[Field, Field]:
    """Colour and height of the belt: fine cloth pattern, wear, a few dark specks."""
    side = grid.side
    wear = noise(rng, side, (4, 9), octaves=3)
    cloth = np.sin(grid.x * 5.2 + 0.3 * wear) * np.sin(grid.y * 5.2)
    shade = 1 + 0.05 * wear + 0.05 * cloth + 0.045 * noise(rng, side, 160)
    specks = smoothstep(noise(rng, side, 90), 4.3, 5.0)
    return (BELT * (shade * (1 - 0.35 * specks))[..., None]).astype(np.float32), (0.05 * cloth).astype(np.float32)


def _marks(cap: Grid, defect: Defect | None, rng: np.random.Generator) -> _Marks:
    blank = np.zeros_like(cap.x)
    if defect is None or defect.kind == "print_defect":
        return _Marks(blank, blank, blank, blank, blank)
    at = cap.posed((defect.x, defect.y), defect.angle)
    if defect.kind == "scratch":
        return _scratch(at, defect.size, rng)
    if defect.kind == "chipped_rim":
        return _chip(cap, at, defect.size, rng)
    return _Marks(blank, blank, blank, blank, _stain(at, defect.size, rng))


def _scratch(at: Grid, size: float, rng: np.random.Generator) -> _Marks:
    """One long groove with a lighter burr, and a short companion beside it."""
    groove, whitened = np.zeros_like(at.x), np.zeros_like(at.x)
    for offset, length, depth in ((0.0, 11.0, 1.0), (1.3, 4.5, 0.6)):
        along = np.linspace(-length, length, 6) * size
        path = curve(np.stack([along + offset, offset + 0.006 * along**2 + rng.normal(0, 0.18, 6)], axis=1))
        distance, place = curve_distance(at, path, 1.5)
        width = np.float32(0.34 * (0.6 + 0.4 * size)) * np.sqrt(np.clip(4 * place * (1 - place), 0, 1))
        line = np.exp(-((distance / (width + 0.05)) ** 2)) * (distance < 1.4) * np.float32(depth)
        groove, whitened = np.maximum(groove, 0.28 * line), np.maximum(whitened, 0.55 * line)
    blank = np.zeros_like(at.x)
    return _Marks(blank, blank, groove, whitened, blank)


def _chip(cap: Grid, at: Grid, size: float, rng: np.random.Generator) -> _Marks:
    """Bite out of the rim: rough fracture face, stressed plastic along its edge."""
    rough = noise(rng, cap.x.shape[0], 46, octaves=2)
    outline = blob(at, rng, 4.6 * size, 0.35) + 0.22 * rough
    cut = smoothstep(-outline, -0.15, 0.25)
    gone = smoothstep(-outline + 0.25 * rough, 1.0, 1.5)
    whitened = 0.4 * np.exp(-((outline / 0.6) ** 2)) + 0.2 * cut * (1 + 0.5 * rough)
    blank = np.zeros_like(at.x)
    return _Marks(cut, gone, blank, np.clip(whitened, 0, 0.8).astype(np.float32), blank)


def _stain(at: Grid, size: float, rng: np.random.Generator) -> Field:
    """Dried drop of oil: thin inside, darker where it dried last, two splashes beside it."""
    stain = np.zeros_like(at.x)
    for x, y, radius in ((0.0, 0.0, 4.4), (5.4, 2.2, 1.0), (-4.2, 4.9, 0.7)):
        drop = at.posed((x * size, y * size), 0)
        outline = blob(drop, rng, radius * size, 0.22) + 0.12 * noise(rng, at.x.shape[0], 30, octaves=2)
        inside = smoothstep(-outline, -0.2, 0.5)
        stain = np.maximum(stain, inside * (0.55 + 0.3 * np.exp(-(((outline + 0.5) / 0.5) ** 2))))
    return stain.astype(np.float32)


def _print(cap: Grid, defect: Defect | None, rng: np.random.Generator) -> Field:
    """Coverage of ink on this cap; the print itself may be the defect."""
    page = artwork(cap.side)
    ink = _sample(page, cap)
    if defect is None or defect.kind != "print_defect":
        return ink
    at = cap.posed((defect.x, defect.y), defect.angle)
    patchy = noise(rng, cap.x.shape[0], 34, octaves=3)
    near = smoothstep(-(blob(at, rng, 8.5 * defect.size, 0.3) + 0.5 * patchy), -0.8, 1.2)
    if defect.target == "missing":
        return ink * (1 - near * smoothstep(patchy, -1.7, -0.3))
    turn = np.deg2rad(defect.angle)
    smeared = np.zeros_like(ink)
    for step in np.linspace(0, 1, 9):
        run = 4.2 * defect.size * step
        moved = Grid(cap.x - np.float32(run * np.cos(turn)), cap.y - np.float32(run * np.sin(turn)), cap.unit)
        smeared = np.maximum(smeared, _sample(page, moved) * np.float32(0.9 - 0.65 * step))
    streaks = np.clip(0.85 + 0.18 * patchy, 0.3, 1)
    return mix(ink, np.maximum(smeared * streaks, 0.55 * ink), near)


def surface(frame: Grid, streams: Streams, defect: Defect | None) -> Surface:
    """One cap on the belt; its place and turn vary as a guide rail lets them."""
    rng, side = streams.part, frame.side
    centre = (50 + rng.normal(0, 0.9), 50 + rng.normal(0, 0.9))
    cap = frame.posed(centre, rng.normal(0, 3.5))
    tint = np.exp(rng.normal(0, 0.02, 3)).astype(np.float32)
    marks = _marks(cap, defect, streams.defect)
    ink = _print(cap, defect, streams.defect) * np.clip(0.97 + 0.02 * noise(streams.finish, side, 120), 0, 1)
    radius = np.hypot(cap.x, cap.y)
    ribs = np.cos(RIBS * np.arctan2(cap.y, cap.x))
    on_cap = frame.edge(radius - FLANGE) * (1 - marks.gone)

    grain = noise(streams.finish, side, 210)
    flow = noise(streams.finish, side, 5, octaves=2)
    belt, cloth = _belt(frame, streams.finish)
    height = _profile(radius, ribs) + 0.006 * grain + 0.10 * flow * smoothstep(-radius, -30, -10) + 0.04 * ink
    fracture = 0.55 * height + 0.3 * noise(streams.finish, side, 40, octaves=2)
    height = mix(height - marks.groove, np.minimum(height, fracture), marks.cut)
    height = mix(height, 0.0, marks.gone) * (radius < FLANGE)
    plastic = PLASTIC * tint * (1 + 0.02 * flow)[..., None]
    albedo = mix(plastic, INK, (0.95 * ink * (1 - 0.7 * (marks.groove > 0.08)))[..., None])
    albedo = mix(albedo, PLASTIC * 0.35 + 0.62, marks.whitened[..., None])
    albedo = mix(albedo, np.array(linear(70, 48, 22), np.float32), (0.8 * marks.soiled)[..., None])
    albedo = mix(belt, albedo, on_cap[..., None])
    gloss = (0.55 - 0.15 * ink - 0.2 * marks.whitened + 0.25 * marks.soiled) * on_cap + 0.03
    return Surface(albedo, mix(cloth, height, frame.edge(radius - FLANGE)), gloss, np.zeros_like(gloss))


PRODUCT = Product(
    name="printed_cap",
    side=336,
    shot=Shot(azimuth=-128, elevation=50, level=0.92, room=0.45, softness=0.55),
    surface=surface,
    defects=(
        Defect("scratch", -8, -9, 1.0, 35),
        Defect("scratch", 13, 14, 0.6, -60),
        Defect("print_defect", 3, -23, 1.0, 20, "smeared"),
        Defect("print_defect", -15, 16, 0.9, 0, "missing"),
        Defect("chipped_rim", 32.5, -21, 1.0, 0),
        Defect("chipped_rim", -17, 34.5, 0.66, 0),
        Defect("stain", 16, 3, 1.0, 30),
        Defect("stain", -20, -12, 0.55, 110),
    ),
)
