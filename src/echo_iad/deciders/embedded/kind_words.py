"""Which kinds of defects a wording means: names and looks in plain English. General knowledge; no product's.

A kind is a way to look, not a name: fourteen names share the kind of a thin dark line. What the kinds look like is in
`kinds`; here are only words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from echo_iad.deciders.embedded.words import stem, tokens, word_set
from echo_iad.domain.parts import FloatArray

KINDS = (
    "scratch crack hole stain rust fading contamination break dent fold deformation patch abrasion fracture film drop"
).split()
"""What is told apart by looking: thin lines, dark jagged lines, dark holes, coloured blots, brown grainy blots, pale
areas, foreign pieces, gaps in the outline, soft hollows and bumps, long soft ridges, shapes pushed out of place,
another piece of the same surface, rough areas, facets of a broken surface, thin films, shiny drops."""

MEANINGS = (
    "a scratch, a crack, a hole, a stain, rust, fading, contamination, a broken edge, a dent, a fold, a deformation, "
    "a disturbed pattern, an abrasion, a jagged break, a film of residue, a drop"
).split(", ")
"""Each of `KINDS` in words whose sentence vectors stand for it."""

Shares: TypeAlias = Mapping[str, float]


def _table(rows: str) -> Mapping[str, Shares]:
    """``word word: kind share, ...`` lines to a mapping; every word is a stem (`words.stem`)."""
    table: dict[str, Shares] = {}
    for row in rows.strip().splitlines():
        names, _, shares = row.partition(":")
        pairs = (share.split() for share in shares.split(","))
        table |= dict.fromkeys(names.split(), MappingProxyType({kind: float(share) for kind, share in pairs}))
    return MappingProxyType(table)


NAMES = _table("""
scratch scrape score scuff rub: scratch .6, abrasion .4
abrasion abrade chafe wear worn erosion erode grind: abrasion .7, scratch .3
crack fracture fissure crevice craze crazing: crack .8, fracture .2
cut slit slash slice gash incision: crack .5, scratch .3, hole .2
tear torn rip split rupture laceration rift: crack .4, fracture .3, break .2, hole .1
hole puncture perforation poke prick pierce pinhole pit pitting crater porosity pore: hole .8, dent .2
blowhole void cavity opening hollow: hole .8, dent .2
dent ding indentation depression impression imprint dimple: dent .8, drop .2
gouge nick notch: break .3, hole .2, scratch .3, dent .2
bump bulge protrusion blister swelling raised lump elevate elevated bubble nodule: dent .4, drop .6
spot speck speckle dot freckle: hole .3, stain .4, contamination .3
stain smudge smear spill splash blot blotch watermark fingerprint: stain .6, film .4
discoloration discolor decolor tarnish tint: stain .5, fading .2, rust .2, film .1
color coloration colored hue shade pigment: stain .6, fading .2, rust .2
fade faded bleach pale: fading .8, film .2
rust corrosion corrode oxidation oxidize: rust .9, abrasion .1
burn scorch char singe overheat brown: rust .5, stain .3, hole .2
contamination contaminate contaminant impurity pollution grime: contamination .4, film .3, stain .2, fading .1
dirt dirty soil residue scum sediment: contamination .4, film .4, stain .2
dust debris particle: contamination .7, film .3
foreign inclusion extraneous: contamination .9, drop .1
deposit glue adhesive resin paste grease oil liquid droplet drop solder: film .4, drop .4, contamination .2
misprint overprint ink paint print: patch .4, stain .6
mold fungus mildew: contamination .4, stain .3, film .3
lint fuzz fiber hair strand: scratch .3, contamination .4, crack .3
fray fraying unravel: abrasion .5, patch .3, deformation .2
break broken breakage shatter smash: break .4, fracture .5, deformation .1
chip chipped flake spall crumble: break .5, fracture .5
missing absent lost incomplete lack: break .6, patch .3, deformation .1
detach dislodge disconnect peel delaminate delamination: deformation .4, fracture .3, patch .3
misalign misalignment misplace shift skew tilt rotate displace crooked offset: deformation .5, patch .5
wrong swap flip reversed mismatch: patch .6, deformation .4
bend bent warp twist kink curl: deformation .9, fold .1
deform deformation distort distortion misshapen malform malformation deformity manipulate: deformation .9, break .1
crush squeeze flatten squash blunt: deformation .7, fracture .3
fold crease wrinkle pleat pucker buckle: fold .9, deformation .1
haze hazy foggy cloudy fog milky: fading .4, film .6
burr: break .4, deformation .6
fuse fused merge adhere stuck melt molten clump agglomerate: deformation .4, drop .3, patch .3
protrude jut stick overhang overflow: deformation .5, dent .3, drop .2
expose exposed strip uncover bare: fracture .4, break .3, patch .3
sever severed truncate trim shorten shortened: break .8, crack .2
shrink shrunk shrunken undersized oversized: deformation .7, break .3
swell swollen bloat inflate expand: deformation .6, drop .4
invert inverted upside orientation position positional dislocate: deformation .5, patch .5
sink sunken recess concave hollowed indent: dent .8, hole .2
blob bead clot: drop .6, contamination .4
knot snag pull pilling: patch .4, abrasion .3, drop .3
rot rotten decay bruise burnt scald: rust .6, stain .4
ripple wave wavy undulate: fold .6, deformation .4
separate separation gap discontinuity seam: crack .5, break .5
insect pest infestation larva: contamination .7, hole .3
moisture wet water damp: stain .5, film .5
sticker tape flash excess excessive: contamination .6, drop .4
""")
"""Names of defects, with the shares of the kinds that they may look like; shares of a name sum to one."""

GENERIC = word_set(
    """
    damage defect anomaly anomalous irregular irregularity imperfect imperfection abnormal abnormality flaw disruption
    disrupt interruption interrupt disturb disturbance deviation deviate unusual compromise alter alteration
    degrade degradation imperfectly fault blemish
    """
)
"""Words that are true of every defect."""
_WHOLESOME = word_set(
    """
    uniform consistent perfect perfectly intact normal flawless seamless clean pristine even evenly regular precise
    ideal undamaged unblemished standard symmetrical aligned
    """
)
"""Words of what a defect is not."""
_DETAIL = word_set("color texture size shape surface pattern")
_EITHER = re.compile(r"\bor\b|/")
_NEGATORS = word_set("no not n't without never none nothing lack lacks lacking")


@lru_cache(maxsize=4096)
def kind_shares(text: str) -> tuple[FloatArray, ...]:
    """Read the kinds that ``text`` names.

    Returns
    -------
    tuple of (kinds,) float64
        One for each claim, in the order of `KINDS`, each summing to one; empty when no kind is named. Names joined
        by "or" are one claim; others must all hold.

    Examples
    --------
    >>> len(kind_shares("A scratch or crack")), len(kind_shares("A cracked, rusty edge")), len(kind_shares("A problem"))
    (1, 2, 0)
    """
    claims = []
    for word in tokens(text):
        root = stem(word, NAMES)
        if root:
            shares = np.zeros(len(KINDS))
            for kind, share in NAMES[root].items():
                shares[KINDS.index(kind)] = share
            claims.append(shares / shares.sum())
    if len(claims) > 1 and _EITHER.search(text):
        return (np.mean(claims, axis=0),)
    return tuple(claims)


def generality(text: str) -> float:
    """How much of a wording is true of every defect: 1 for ``some damage``, 0 for ``a rusty hole``.

    Where one answer is right, a wording that fits every defect cannot be a wrong one.

    Examples
    --------
    >>> generality("Damaged or irregular"), generality("A colour irregularity"), generality("A scratch")
    (1.0, 0.0, 0.0)
    """
    read = tokens(text)
    general = sum(stem(word, GENERIC) is not None for word in read)
    if any(word in _NEGATORS for word in read) or any(stem(word, _DETAIL) for word in read):
        return 0.0
    special = sum(stem(word, NAMES) is not None and stem(word, GENERIC) is None for word in read)
    return general / (general + special) if general else 0.0


def wholesomeness(text: str) -> float:
    """Whether a wording describes how a good part looks: 1 when it does, 0 when it names or denies anything else.

    Examples
    --------
    >>> wholesomeness("Smooth and consistent finish"), wholesomeness("Not uniform"), wholesomeness("Uneven")
    (1.0, 0.0, 0.0)
    """
    read = tokens(text)
    if any(word in _NEGATORS for word in read) or any(stem(word, NAMES) for word in read):
        return 0.0
    return float(any(word in _WHOLESOME for word in read))
