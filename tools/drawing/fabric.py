"""The woven fabric: a 2/2 twill of slate warp and pale weft that fills the picture, over a dark table.

Units count from the middle of the picture; ``across`` is x over the warp yarns, ``y`` runs along them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from drawing.fields import Colour, Field, Grid, blob, curve, curve_distance, linear, mix, noise, smoothstep
from drawing.parts import Defect, Product, Streams
from drawing.photography import Shot, Surface

PITCH = 2.1
"""Units from yarn to yarn."""
YARNS = 104
"""Yarns that are prepared each way; the middle ones are seen."""
ROUND, WAVE = 0.56, 0.36
"""Half thickness of a yarn, and how far it rises over or dips under the others, in units."""
WARP, WEFT = linear(74, 90, 114), linear(158, 154, 143)
FLUFF = np.array(linear(186, 186, 182), np.float32)
TABLE = np.array(linear(26, 26, 28), np.float32)
BURIED = np.float32(-4.0)


@dataclass(frozen=True, eq=False)
class _Yarns:
    """One of the two sets of yarns at every pixel; all ``(h, w)``."""

    index: NDArray[np.intp]
    beside: Field
    """Place across the yarn, -1 to 1; beyond, there is no yarn."""
    present: Field
    """1 = there, 0 = broken away."""
    colour: Field
    """Brightness of this yarn and its fibres, 1 = nominal."""


@dataclass(frozen=True, eq=False)
class _Damage:
    """Where yarns are cut: for each yarn the two places along it between which it is missing."""

    warp: NDArray[np.float32]
    weft: NDArray[np.float32]
    """(YARNS, 2) units; nothing is missing where the first exceeds the second."""


def _along_table(rng: np.random.Generator, index: NDArray[np.intp], along: Field, knots: int) -> Field:
    """Smooth noise of unit deviation along each yarn, independent from yarn to yarn."""
    table = rng.standard_normal((YARNS, knots + 1)).astype(np.float32)
    place = np.clip((along + 75) / 150, 0, 0.9999) * np.float32(knots)
    knot = place.astype(np.intp)
    share = place - knot
    share = share * share * (3 - 2 * share)
    yarn = np.clip(index, 0, YARNS - 1)
    return (table[yarn, knot] * (1 - share) + table[yarn, knot + 1] * share).astype(np.float32)


def _yarns(across: Field, along: Field, cuts: NDArray[np.float32], rng: np.random.Generator) -> _Yarns:
    place = across / np.float32(PITCH) + np.float32(YARNS / 2)
    index = np.clip(np.floor(place).astype(np.intp), 0, YARNS - 1)
    wander = 0.045 * _along_table(rng, index, along, 26)
    thick = 0.475 * (1 + 0.05 * _along_table(rng, index, along, 60) + 0.06 * rng.standard_normal(YARNS)[index])
    low, high = cuts[index, 0], cuts[index, 1]
    inside = np.minimum(along - low, high - along)
    present = smoothstep(-inside, -0.25, 0.25)
    end = 1 - 0.45 * np.exp(-(((inside + 0.3) / 0.7) ** 2))
    beside = (place - index - 0.5 - wander) / (thick * end)
    twist = np.sin(2 * np.pi * (along / 0.95 + 0.5 * beside) + 1.7 * _along_table(rng, index, along, 90))
    fibres = _along_table(rng, index, along + 0.2 * beside, 420)
    own = np.exp(0.05 * rng.standard_normal(YARNS))[index]
    colour = own * (1 + 0.04 * _along_table(rng, index, along, 40) + 0.07 * twist + 0.045 * fibres)
    return _Yarns(index, beside.astype(np.float32), present, colour.astype(np.float32))


def _rise(yarn: NDArray[np.intp], crossing: Field) -> Field:
    """1 where the warp lies over the weft, 0 where under; ``crossing`` counts the yarns of the other set."""
    first = np.floor(crossing - 0.5).astype(np.intp)
    share = smoothstep((crossing - 0.5 - first).astype(np.float32), 0.1, 0.9)
    over = [((yarn + first + step) % 4 < 2).astype(np.float32) for step in (0, 1)]
    return mix(over[0], over[1], share)


def _top(yarns: _Yarns, lift: Field) -> Field:
    """Height of the upper side of these yarns; far below where there are none."""
    inside = np.clip(1 - yarns.beside**2, 0, None)
    profile = ROUND * np.sqrt(inside) + WAVE * lift
    there = (inside > 0) * yarns.present
    return np.where(there > 0.5, profile, BURIED).astype(np.float32)


def _no_damage() -> _Damage:
    nothing = np.tile(np.array([1.0, -1.0], np.float32), (YARNS, 1)) * 1e4
    return _Damage(nothing, nothing.copy())


def _centres() -> NDArray[np.float32]:
    return ((np.arange(YARNS) + 0.5 - YARNS / 2) * PITCH).astype(np.float32)


def _damage(defect: Defect | None, rng: np.random.Generator) -> _Damage:
    """Yarns that a hole or a missing pick leaves out."""
    damage = _no_damage()
    if defect is None or defect.kind not in ("hole", "missing_yarn"):
        return damage
    if defect.kind == "missing_yarn":
        pick = int(np.argmin(np.abs(_centres() - defect.y)))
        damage.weft[pick] = defect.x - 16 * defect.size, defect.x + 16 * defect.size
        return damage
    for cuts, middle, other in ((damage.warp, defect.x, defect.y), (damage.weft, defect.y, defect.x)):
        radius = 5.2 * defect.size * (1 + 0.1 * rng.standard_normal(YARNS))
        reach = np.sqrt(np.clip(radius**2 - (_centres() - middle) ** 2, 0, None))
        ends = rng.normal(0, 1.2, (YARNS, 2))
        struck = reach > 0.4
        cuts[struck, 0] = (other - reach + ends[:, 0])[struck]
        cuts[struck, 1] = (other + reach + ends[:, 1])[struck]
    return damage


def _strained(cloth: Grid, defect: Defect | None) -> Grid:
    """Where each pixel lies on the unstrained cloth: a pulled thread draws its neighbours towards it."""
    if defect is None or defect.kind not in ("pulled_thread", "hole", "missing_yarn"):
        return cloth
    dx, dy = cloth.x - defect.x, cloth.y - defect.y
    if defect.kind == "hole":
        reach = np.float32(5.2 * defect.size)
        push = 0.55 * defect.size * np.exp(-(((np.hypot(dx, dy) - reach) / 3.2) ** 2)) / np.maximum(np.hypot(dx, dy), 1)
        return replace(cloth, x=cloth.x - dx * push, y=cloth.y - dy * push)
    span, strength = (24.0, 0.85) if defect.kind == "pulled_thread" else (16.0, 0.35)
    length = np.float32(span * defect.size)
    along = np.clip(1 - (dx / length) ** 2, 0, None)
    pull = strength * np.tanh(dy / 1.2) * np.exp(-np.abs(dy) / 5.5) * along
    sway = (1.1 * np.exp(-((dy / 1.6) ** 2)) * np.sin(dx / length * np.pi) * along) if strength > 0.5 else 0.0
    return replace(cloth, x=(cloth.x + sway).astype(np.float32), y=(cloth.y + pull).astype(np.float32))


def _weave(cloth: Grid, damage: _Damage, streams: Streams) -> Surface:
    warp = _yarns(cloth.x, cloth.y, damage.warp, streams.part)
    weft = _yarns(cloth.y, cloth.x, damage.weft, streams.part)
    over_warp = _rise(warp.index, cloth.y / np.float32(PITCH) + np.float32(YARNS / 2))
    over_weft = 1 - _rise(weft.index, cloth.x / np.float32(PITCH) + np.float32(YARNS / 2))
    tops = _top(warp, 2 * over_warp - 1), _top(weft, 2 * over_weft - 1)
    height = np.maximum(*tops)
    side = cloth.x.shape[0]
    fuzz = noise(streams.finish, side, 230)
    shades = [np.array(colour, np.float32) * yarns.colour[..., None] for colour, yarns in ((WARP, warp), (WEFT, weft))]
    albedo = np.where((tops[0] >= tops[1])[..., None], shades[0], shades[1]) * (1 + 0.05 * fuzz)[..., None]
    bare = (height <= BURIED)[..., None]
    albedo = np.where(bare, TABLE, albedo).astype(np.float32)
    height = np.maximum(height, -2.2) + 0.03 * fuzz
    gloss = np.where(bare[..., 0], 0.02, 0.06).astype(np.float32)
    return Surface(albedo, height.astype(np.float32), gloss, np.zeros_like(gloss))


def _thread(below: Surface, cloth: Grid, path: NDArray[np.float64], radius: float, colour: Colour) -> Surface:
    """``below`` with a thread laid on it along ``path``."""
    distance, along = curve_distance(cloth, path, 2 * radius + 0.3)
    cover = cloth.edge(distance - np.float32(radius))
    body = np.sqrt(np.clip(1 - (distance / radius) ** 2, 0, None)) * np.float32(radius)
    lift = 0.95 + 0.5 * np.sin(np.pi * along) + 0.35 * np.sin(9 * along)
    shade = 1 + 0.10 * np.sin(260 * along + 3 * distance / radius)
    albedo = mix(below.albedo, np.array(colour, np.float32) * shade[..., None], cover[..., None])
    height = mix(below.height, np.maximum(below.height, lift + body), cover)
    return Surface(albedo, height, mix(below.gloss, 0.16, cover), below.metal)


def _fluff(cloth: Grid, rng: np.random.Generator) -> Field:
    """Coverage of the fine loose fibres that stand out of every yarn, 0 to 1."""
    side = cloth.x.shape[0]
    page = Image.new("L", (side, side))
    pen = ImageDraw.Draw(page)
    for x, y, turn, bend in zip(*rng.uniform(0, 1, (4, 420)), strict=True):
        steps = np.linspace(0, 1, 7)
        heading = 2 * np.pi * turn + (bend - 0.5) * 3 * steps
        xs, ys = (side * (at + np.cumsum(go(heading)) * 0.0035) for at, go in ((x, np.cos), (y, np.sin)))
        pen.line(list(zip(xs, ys, strict=True)), fill=round(90 + 90 * bend), width=max(1, round(side / 860)))
    return np.asarray(page, np.float32) / 255


def _frayed(woven: Surface, cloth: Grid, defect: Defect, rng: np.random.Generator) -> Surface:
    """``woven`` with torn strands of yarn that hang into a hole."""
    for place in range(7):
        turn = 2 * np.pi * (place + rng.uniform(-0.3, 0.3)) / 7
        steps = np.linspace(1.12, 1.12 - rng.uniform(0.25, 0.6), 4) * 5.2 * defect.size
        bend = turn + np.cumsum(rng.normal(0, 0.16, 4))
        path = curve(np.stack([defect.x + steps * np.cos(bend), defect.y + steps * np.sin(bend)], axis=1), 120)
        colour = WARP if place % 2 else WEFT
        woven = _thread(woven, cloth, path, rng.uniform(0.16, 0.28), colour)
    return woven


def _path(defect: Defect, rng: np.random.Generator, shape: list[tuple[float, float]]) -> NDArray[np.float64]:
    """``shape`` scaled, turned and moved to the defect, a little different each time."""
    points = (np.array(shape) + rng.normal(0, 0.35, (len(shape), 2))) * defect.size
    turn = np.deg2rad(defect.angle)
    points = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return curve(points + np.array([defect.x, defect.y]), 500)


FIBRE = [
    (-11.0, 2.0),
    (-7.0, -3.0),
    (-1.5, -2.0),
    (2.0, 3.5),
    (-1.5, 5.5),
    (-2.5, 1.5),
    (3.0, -1.5),
    (9.0, -3.5),
    (12.0, 1.0),
]
LOOP = [(-5.5, 0.0), (-3.6, -0.9), (-2.6, -4.4), (0.2, -6.6), (2.9, -4.2), (3.0, -1.0), (5.0, 0.0)]


def _soil(cloth: Grid, defect: Defect, rng: np.random.Generator) -> tuple[Field, Field]:
    """How much oil soaked in, 0 to 1, and its darker border; it creeps along the yarns."""
    at = cloth.posed((defect.x, defect.y), defect.angle)
    creep = 0.5 * np.sin(cloth.x * 2 * np.pi / PITCH) * np.sin(cloth.y * np.pi / PITCH)
    rough = noise(rng, cloth.x.shape[0], 22, octaves=3)
    outline = blob(Grid(at.x / 1.25, at.y, at.unit), rng, 7.0 * defect.size, 0.35) + 0.55 * rough + 0.4 * creep
    return smoothstep(-outline, -0.9, 1.6), np.exp(-(((outline + 0.6) / 1.1) ** 2)).astype(np.float32)


def surface(frame: Grid, streams: Streams, defect: Defect | None) -> Surface:
    """One stretch of cloth under the camera: another place of the roll each time, slightly skewed and stretched."""
    rng, side = streams.part, frame.side
    cloth = frame.posed((50, 50), rng.normal(0, 1.1), 1 + rng.normal(0, 0.012))
    phase = rng.uniform(-2 * PITCH, 2 * PITCH, 2).astype(np.float32)
    skew = [0.4 * noise(streams.finish, side, (3, 4), octaves=2) for _ in "xy"]
    strained = _strained(cloth, defect)
    laid = replace(cloth, x=strained.x + phase[0] + skew[0], y=strained.y + phase[1] + skew[1])
    shifted = None if defect is None else replace(defect, x=defect.x + float(phase[0]), y=defect.y + float(phase[1]))
    woven = _weave(laid, _damage(shifted, streams.defect), streams)
    wrinkle = 0.9 * noise(streams.finish, side, (2, 3)) + 0.25 * noise(streams.finish, side, 6)
    fluff = (0.55 * _fluff(cloth, streams.finish))[..., None]
    woven = replace(woven, height=woven.height + wrinkle, albedo=mix(woven.albedo, FLUFF, fluff))
    return woven if defect is None else _spoilt(woven, wrinkle, cloth, defect, streams.defect)


def _spoilt(woven: Surface, wrinkle: Field, cloth: Grid, defect: Defect, rng: np.random.Generator) -> Surface:
    """``woven`` with what lies on it, hangs out of it or soaked into it."""
    flat = replace(woven, height=woven.height - wrinkle)
    if defect.kind == "hole":
        flat = _frayed(flat, cloth, defect, rng)
    if defect.kind == "foreign_fibre":
        flat = _thread(flat, cloth, _path(defect, rng, FIBRE), 0.34, linear(128, 22, 30))
    if defect.kind == "pulled_thread":
        flat = _thread(flat, cloth, _path(defect, rng, LOOP), 0.62, linear(172, 168, 156))
    if defect.kind == "stain":
        soaked, border = _soil(cloth, defect, rng)
        oil = np.array([0.36, 0.31, 0.22], np.float32)
        share = (0.78 * soaked + 0.2 * border * soaked)[..., None]
        flat = replace(flat, albedo=flat.albedo * (1 - share * (1 - oil)), gloss=flat.gloss + 0.05 * soaked)
    return replace(flat, height=flat.height + wrinkle)


PRODUCT = Product(
    name="woven_fabric",
    side=288,
    visible=18,
    gap=4,
    shot=Shot(azimuth=-118, elevation=47, level=1.12, room=0.42, softness=0.55, grain=0.9),
    surface=surface,
    defects=(
        Defect("hole", -18, 14, 1.0),
        Defect("hole", 22, -20, 0.62),
        Defect("stain", 25, 24, 1.25, 25),
        Defect("stain", -24, -22, 0.7, 80),
        Defect("pulled_thread", 8, -14, 1.0),
        Defect("pulled_thread", -20, 20, 0.75),
        Defect("missing_yarn", 0, 6, 1.5),
        Defect("missing_yarn", 22, 26, 0.8),
        Defect("foreign_fibre", -14, -10, 1.1, 20),
        Defect("foreign_fibre", 24, 10, 0.65, -70),
    ),
)
