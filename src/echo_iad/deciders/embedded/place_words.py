"""English words of place: directions, kinds of region, and nouns for the parts of manufactured goods.

A lexicon and nothing else. Its nouns name what a part of almost anything is called; where a part of one product lies
is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from echo_iad.deciders.embedded.words import word_set


class Kind(StrEnum):
    """Kinds of region, by their general meaning for any part."""

    GRID = "grid"  # a direction alone: upper left, top, center
    SIDE = "side"
    HALF = "half"
    THIRD = "third"
    CORNER = "corner"
    EDGE = "edge"
    END = "end"
    HEAD = "head"
    TIP = "tip"
    NECK = "neck"
    SHAFT = "shaft"
    THREAD = "thread"
    INSIDE = "inside"
    INNER_EDGE = "inner_edge"  # where the inside begins: the edge of an opening
    FRINGE = "fringe"  # parts that stick out or sit at the border: legs, pins, teeth
    IMPRINT = "imprint"  # what is printed or stamped on a face, away from its outline
    WHOLE = "whole"
    SURFACE = "surface"
    HIDDEN = "hidden"  # a side that faces away
    OUTSIDE = "outside"
    OFF_CENTER = "off_center"
    NAMED = "named"  # a part whose place is not known from its name


UP = word_set("top upper uppermost topmost above north northern up upward upwards lid cap cover crown roof")
DOWN = word_set(
    """
    bottom lower lowest lowermost bottommost below beneath south southern down downward downwards underneath under base
    foot heel floor sole
    """
)
LEFT = word_set("left leftmost lefthand west western leftward leftwards")
RIGHT = word_set("right rightmost righthand east eastern rightward rightwards")
CENTER = word_set(
    "center central centre middle mid midpoint midsection midpart centrally centered core heart midway halfway "
    "midline centerline midst"
)
COMPASS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        name: where
        for names, where in (
            ("northeast topright upperright", (1, -1)),
            ("northwest topleft upperleft", (-1, -1)),
            ("southeast bottomright lowerright", (1, 1)),
            ("southwest bottomleft lowerleft", (-1, 1)),
        )
        for name in names.split()
    }
)
HEDGES = word_set(
    "slightly little bit somewhat just slight toward towards closer offset marginally shifted skewed displaced leaning "
    "biased nearer"
)
AWAY = word_set("above below beneath under")
WIDER = word_set("wide wider broad broader thick thicker blunt big bigger large larger heavy")
NARROWER = word_set("narrow narrower pointed pointy sharp thin thinner tapered tapering small smaller conical")
SPREADING = word_set(
    """
    entire entirely whole throughout everywhere overall full fully all across scattered widespread spread distributed
    uniformly evenly multiple several various random randomly dispersed covering covers every
    """
)
"""Words that say that a defect reaches over all of a place."""
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        name: kind
        for kind, names in {
            Kind.SIDE: "side flank lateral",
            Kind.HALF: "half halves",
            Kind.CORNER: "corner quadrant quarter",
            Kind.EDGE: "edge rim border perimeter periphery peripheral boundary boundaries margin outline contour "
            "circumference lip brim ring wall frame fringe hem outer flange bead bezel skirt",
            Kind.END: "end extremity extremities ending tail",
            Kind.HEAD: "head",
            Kind.TIP: "tip apex spike",
            Kind.NECK: "neck collar throat",
            Kind.SHAFT: "shaft body bodies shank stem handle barrel trunk rod length torso",
            Kind.THREAD: "thread threading threaded helix helical",
            Kind.INSIDE: "inside interior inner within internal inward internally inwards opening mouth hole cavity "
            "hollow hub bore inlet eyelet recess",
            Kind.FRINGE: "leg lead pin prong tooth teeth lobe tab lug fin claw barb petal bristle tassel terminal "
            "connector port plug socket header notch notches protrusion projection",
            Kind.IMPRINT: "imprint imprinted text letter lettering logo inscription label print printing printed "
            "number numbering digit marking emblem engraving embossing emboss embossed symbol stamp word initial "
            "branding",
            Kind.SURFACE: "surface face part object product item exterior front piece sample material",
            Kind.HIDDEN: "back backside rear reverse underside",
            Kind.WHOLE: " ".join(sorted(SPREADING)),
            Kind.OUTSIDE: "background outside surroundings external elsewhere backdrop",
        }.items()
        for name in names.split()
    }
)
PARTS = frozenset({Kind.HEAD, Kind.TIP, Kind.NECK, Kind.SHAFT, Kind.THREAD, Kind.INSIDE})
"""Kinds that are a piece of the part, small enough to have sides of their own."""
EMPTY = word_set(
    """
    the a an in on at of to is it its are there this that near by close around along with located area region section
    portion zone spot position defect only both one two i e from image very approximately about roughly be has been was
    were where can seen found visible appears lies and or for which main mostly mainly some any no not next against into
    onto off
    """
)
HOURS: Mapping[str, int] = MappingProxyType(
    {
        name: number
        for number, name in enumerate(
            ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=1
        )
    }
)
