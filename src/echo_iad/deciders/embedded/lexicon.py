"""What words of inspection lead one to expect of a region. General knowledge of surfaces and shapes; no product's.

A word maps to attributes of `attributes.Seen`, each from -1 to 1: how strongly the word implies it (negative: its
opposite). A word that is not here says nothing about looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias, cast

Attribute: TypeAlias = Literal["elongated", "large", "many", "dark", "recolored", "rough", "edge", "irregular"]
Expectation: TypeAlias = Mapping[Attribute, float]


def _table(rows: str) -> Mapping[str, Expectation]:
    """``word word: attribute value, ...`` lines to a mapping; every word is a stem (`words.stem`)."""
    table: dict[str, Expectation] = {}
    for row in rows.strip().splitlines():
        names, _, values = row.partition(":")
        pairs = (value.split() for value in values.split(",") if value.strip())
        expectation = {cast("Attribute", name): float(value) for name, value in pairs}
        table |= dict.fromkeys(names.split(), MappingProxyType(expectation))
    return MappingProxyType(table)


DEFECTS: Mapping[str, Expectation] = _table("""
scratch scuff scrape abrasion: elongated .9, rough .3, large -.3, edge -.2, recolored -.1
crack fracture fissure crevice: elongated .8, dark .5, rough .3, irregular .3
cut slit slash slice gash incision: elongated .7, rough .3, large -.2, edge .1
tear rip split rupture laceration: elongated .4, rough .4, irregular .4, edge .2, large .1
hole puncture perforation poke prick pierce pinhole: elongated -.6, dark .6, large -.5, irregular -.2
pit pitting crater porosity pore blowhole void cavity: elongated -.5, dark .5, large -.4, many .2
dent ding indentation depression impression: elongated -.4, recolored -.4, large -.2, rough -.1
gouge nick notch: elongated .1, rough .3, large -.3, edge .3, irregular .2
bump bulge protrusion blister swelling raised lump: elongated -.5, recolored -.3, dark -.1, irregular -.1
bubble: elongated -.7, large -.4, irregular -.4, dark -.1
spot speck speckle dot freckle: elongated -.7, large -.6, irregular -.3
blemish mark defacement: large -.3
stain smudge smear spill splash blot blotch: recolored .6, rough -.2, elongated -.2, irregular .2
discoloration discolor decolor tarnish tint: recolored .9, rough -.4, irregular .1
fade faded bleach pale: recolored .5, dark -.5, rough -.4, large .2
rust corrosion corrode oxidation oxidize: recolored .7, dark .3, rough .4, irregular .3
burn scorch char singe melt overheat: dark .6, recolored .5, large .2, irregular .2
contamination contaminate contaminant impurity pollution grime: elongated -.3, recolored .4, irregular .3, many .3
dirt dirty soil dust debris residue particle: elongated -.3, recolored .4, irregular .3, many .3
foreign inclusion extraneous: recolored .5, elongated -.2, rough .3, irregular .2
misprint overprint: recolored .6, rough .1
mold fungus mildew: recolored .6, dark .3, irregular .4, many .3, rough .3
lint fuzz: elongated .8, large -.4
fray fraying unravel loose: rough .6, elongated .1, irregular .4, edge .4
break broken breakage shatter smash: large .5, rough .4, irregular .6, edge .4
chip chipped flake spall crumble: edge .5, irregular .4, rough .3, large -.1, elongated -.2
missing absent lost incomplete lack: large .2, rough .1, recolored .2
detach dislodge disconnect peel delaminate delamination: large .3, edge .3, irregular .2
surplus excess duplicate: recolored .3, rough .2
wrong swap flip reversed mismatch: large .3, recolored .4
misalign misalignment misplace shift skew tilt rotate displace crooked: large .2, edge .2, recolored -.1
bend bent warp twist buckle curl kink: large .4, edge .4, recolored -.4, elongated .2
deform deformation distort distortion misshapen: large .4, edge .3, recolored -.3, irregular .2
crush squeeze flatten squash: large .4, edge .3, recolored -.3, irregular .2
fold crease wrinkle pleat pucker: elongated .6, large .3, recolored -.3, rough .2
dull matte haze hazy foggy cloudy: recolored .2, rough -.4, large .4
worn erosion erode thinning: large .2, rough .2, edge .2
burr: edge .6, elongated .3, rough .2
uneven unevenness nonuniform inconsistent inconsistency: large .5, rough .2, elongated -.1
streak drip: elongated .8, recolored .3
leak leakage seep: recolored .4, large .2, rough -.2
tamper manipulate vandalize: irregular .3, rough .3
shrunk undersized: large .4, edge .4
""")
"""Names of defects."""

LOOKS: Mapping[str, Expectation] = _table("""
long thin narrow line linear straight lengthwise elongated slender streaky stripy: elongated .9
thick wide broad: elongated -.2, large .3
round circular oval spherical circle disk dot rounded: elongated -.8, irregular -.5
short: elongated -.4, large -.3
square rectangular rectangle triangular triangle angular: elongated -.3, irregular -.1
curved curve arc wavy crescent: elongated .5, irregular .2
jagged ragged serrated torn: irregular .8, rough .6
irregular uneven shapeless random patchy asymmetrical amorphous: irregular .6
regular symmetrical uniform even consistent: irregular -.6, rough -.4
smooth sleek polished flat: rough -.6, irregular -.4
rough coarse bumpy textured grainy granular fuzzy abrasive gritty scaly: rough .7
sharp crisp pointed: rough .4, irregular .2
blurry blurred soft diffuse faint subtle: rough -.5
large big huge extensive significant substantial major massive considerable extended widespread entire whole: large .9
small tiny minor little minute slight fine microscopic negligible pinpoint: large -.9
many multiple several numerous scattered cluster clustered series group repeated various: many .8
single one isolated lone individual: many -.7
two pair double both: many .2
dark darker darken darkened black blackened shadow shadowy deep: dark .8
bright brighter light lighter white whitish pale shiny glossy reflective silvery glare: dark -.8
colored color colorful hue shade pigment: recolored .6
red reddish blue bluish green greenish yellow yellowish orange purple violet pink brown brownish: recolored .6
transparent translucent clear: recolored -.2, rough -.2
glue adhesive resin paste grease oil: elongated -.2, dark -.2, rough -.2, irregular .2, recolored .2
ink paint print imprint: recolored .6, rough .1
fiber hair strand: elongated .8, large -.4
extra additional: recolored .3, rough .2
groove ridge stripe: elongated .8
edge edges rim border corner outline contour side perimeter margin: edge .7
center middle interior inside inner: edge -.6
shape: edge .2
texture: rough .3
""")
"""Words of shape, size, number, light, colour and surface."""

CONSEQUENCES: Mapping[str, Expectation] = _table("""
appearance aesthetic visual cosmetic look beauty attractive appeal: recolored .5, large -.1, edge -.2
injure injury sharp wound: large .4, edge .4, rough .4
hazard safety unsafe danger dangerous: large .5, edge .3, recolored -.2
leak leakage seal sealing spill airtight: edge .5, large .3, recolored -.2
strength structural integrity weaken durability break fracture tear: elongated .3, dark .3, recolored -.4
function functionality performance operate operation malfunction: large .4, recolored -.3
assemble assembly fit align alignment grip fasten attach install mount thread tighten: edge .6, recolored -.3
contaminate hygiene health purity taste clean quality: recolored .4, elongated -.3, edge -.3
identify label print legible readable misidentification: recolored .5, edge -.4
color discoloration fade: recolored .8
texture smoothness: rough .5, recolored -.2
shape deformation: edge .4, large .3, recolored -.4
""")
"""Words of effects: what a defect with such an effect looks like."""
