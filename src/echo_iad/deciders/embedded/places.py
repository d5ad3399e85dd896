"""Words of place to a place: a small grammar. Knows no picture; `place_masks` draws what it finds.

A place is an alternative or a span of spots; a spot is a direction, a kind of region, or both:
``slightly to the right of the center``, ``near the top edge``, ``both ends``, ``between the center and the rim``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from echo_iad.deciders.embedded.words import stem, tokens, word_set


class Kind(StrEnum):
    """Kinds of region, by their general meaning for any part."""

    GRID = "grid"  # a direction alone: upper left, top, center
    HALF = "half"
    THIRD = "third"
    CORNER = "corner"
    EDGE = "edge"
    END = "end"
    HEAD = "head"
    TIP = "tip"
    NECK = "neck"
    SHAFT = "shaft"
    INSIDE = "inside"
    WHOLE = "whole"
    SURFACE = "surface"
    OUTSIDE = "outside"
    OFF_CENTER = "off_center"
    NAMED = "named"  # a part whose place is not known from its name


@dataclass(frozen=True)
class Spot:
    """One spot. Directions: -1 left or top, 0 middle, 1 right or bottom, None not said."""

    kind: Kind
    across: int | None = None
    down: int | None = None
    offset: bool = False
    """The direction leads away from the centre by a little, rather than to the side."""
    angle: float | None = None
    """Clock or compass direction in degrees, clockwise from the top."""
    of_picture: bool = False
    """Said of the picture, not of the part."""
    noun: str = ""
    """Name of a part, for ``named``."""


@dataclass(frozen=True)
class Place:
    """Spots, all of them together, or what lies between the first and the last."""

    spots: tuple[Spot, ...]
    between: bool = False
    spread: bool = False
    """Said to be spread out: throughout, scattered."""

    @property
    def is_known(self) -> bool:
        """Whether any spot has a place by its words alone."""
        return any(spot.kind is not Kind.NAMED for spot in self.spots)


_UP = word_set("top upper uppermost topmost above north northern up upward upwards over")
_DOWN = word_set(
    """
    bottom lower lowest bottommost below beneath south southern down downward underneath under underside
    """
)
_LEFT = word_set("left leftmost lefthand west western leftward")
_RIGHT = word_set("right rightmost righthand east eastern rightward")
_CENTER = word_set(
    """
    center central middle mid midpoint midsection centrally centered core heart midway halfway
    """
)
_HEDGES = word_set(
    """
    slightly little bit somewhat just slight toward towards closer offset marginally shifted leaning
    """
)
_KINDS: Mapping[str, Kind] = {
    name: kind
    for kind, names in {
        Kind.HALF: "half",
        Kind.THIRD: "third",
        Kind.CORNER: "corner quadrant",
        Kind.EDGE: "edge rim border perimeter periphery peripheral boundary margin outline contour circumference lip brim "
        "ring side flank wall frame fringe hem outer",
        Kind.END: "end extremity ending tail",
        Kind.HEAD: "head",
        Kind.TIP: "tip point apex nose front",
        Kind.NECK: "neck collar throat",
        Kind.SHAFT: "shaft body shank stem handle barrel trunk thread rod length midshaft torso",
        Kind.INSIDE: "inside interior inner within internal inward internally opening mouth hole cavity hollow hub bore inlet",
        Kind.SURFACE: "surface face part object product item exterior",
        Kind.WHOLE: "entire entirely whole throughout everywhere overall full all across over scattered widespread spread "
        "distributed uniformly evenly multiple several various random randomly dispersed covering every",
        Kind.OUTSIDE: "background outside surroundings external elsewhere backdrop",
    }.items()
    for name in names.split()
}
_NAMED_SIDES: Mapping[str, tuple[int | None, int | None]] = {
    "base": (None, 1),
    "foot": (None, 1),
    "bottom": (None, 1),
    "heel": (None, 1),
    "floor": (None, 1),
    "sole": (None, 1),
    "lid": (None, -1),
    "cap": (None, -1),
    "cover": (None, -1),
    "crown": (None, -1),
    "shoulder": (None, -1),
    "roof": (None, -1),
}
_COMPASS: Mapping[str, tuple[int, int]] = {
    "northeast": (1, -1),
    "northwest": (-1, -1),
    "southeast": (1, 1),
    "southwest": (-1, 1),
}
_PICTURE = word_set("image picture photo photograph frame view shot")
_PICTURE_PHRASE = re.compile(r"\b(of|in|on) (the |this )?(image|picture|photo|photograph|frame|view)\b")
_SPLIT = re.compile(r"\s*(?:\band\b|\bor\b|\bas well as\b|\bplus\b|&|/|;|,)\s*")
_EMPTY = word_set(
    """
    the a an in on at of to is it its are there this that near by close around along with located area region part
    section portion zone spot position defect located only both one two i e from side image object very
    approximately about roughly be has been was were where can seen found visible appears lies product surface and
    or for which edge main mostly mainly some any no not next against into onto right off
    """
)


@lru_cache(maxsize=4096)
def parse_place(text: str) -> Place | None:
    """Parse the place that ``text`` names, or None when it names none.

    Examples
    --------
    >>> parse_place("In the upper left corner").spots
    (Spot(kind=<Kind.CORNER: 'corner'>, across=-1, down=-1, offset=False, angle=None, of_picture=False, noun=''),)
    >>> parse_place("slightly right of the centre").spots[0].offset, parse_place("it is") is None
    (True, True)
    """
    plain = " ".join(tokens(text))
    of_picture = _PICTURE_PHRASE.search(plain) is not None
    plain = _PICTURE_PHRASE.sub(" ", plain)
    between = re.search(r"\bbetween (.+?) and (.+)|\bfrom (.+?) (?:to|towards?) (.+)", plain)
    if between:
        pieces: Sequence[str] = [piece for piece in between.groups() if piece]
    else:
        pieces = _refinements(_SPLIT.split(plain))
    spots = tuple(spot for piece in pieces if (spot := _spot(piece.split())) is not None)
    if not spots:
        return None
    spots = spots if between else _shared(spots)
    spread = any(spot.kind is Kind.WHOLE for spot in spots)
    spots = tuple(replace(spot, of_picture=of_picture) for spot in spots)
    return Place(spots, between=between is not None and len(spots) > 1, spread=spread)


def _refinements(pieces: Sequence[str]) -> list[str]:
    """Join a piece that refines the one before it (``in the center, slightly to the right``) to it."""
    joined: list[str] = []
    for piece in pieces:
        if joined and _HEDGES & set(piece.split()) and not _CENTER & set(piece.split()):
            joined[-1] += " " + piece
        else:
            joined.append(piece)
    return joined


def _shared(spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
    """``top and left edges``: the last kind is meant for directions before it. Named parts give way to places."""
    last = spots[-1].kind
    if last in {Kind.CORNER, Kind.EDGE, Kind.END, Kind.HALF, Kind.THIRD}:
        spots = tuple(replace(spot, kind=last) if spot.kind is Kind.GRID else spot for spot in spots)
    known = tuple(spot for spot in spots if spot.kind is not Kind.NAMED)
    return known or spots


def _spot(read: Sequence[str]) -> Spot | None:
    """One spot from words without conjunctions."""
    angle = _angle(read)
    if angle is not None:
        return Spot(Kind.EDGE if any(_kind(word) is Kind.EDGE for word in read) else Kind.GRID, angle=angle)
    across, down, central = _directions(read)
    kinds = [kind for word in read if (kind := _kind(word))]
    named = next((word for word in reversed(read) if word.isalpha() and word not in _EMPTY), "")
    if not (kinds or central or across or down):
        return Spot(Kind.NAMED, noun=named) if named else None
    if central and "off" in read:
        return Spot(Kind.OFF_CENTER)
    kind = _strongest(kinds, directed=bool(across or down or central))
    if central and kind is Kind.GRID:
        offset = bool((across or down) and (_HEDGES & set(read) or _leads_away(read)))
        return Spot(kind, across or 0, down or 0, offset=offset)
    if central and kind in {Kind.EDGE, Kind.THIRD}:  # "the middle of the left edge", "the middle third"
        across, down = (across or 0, down or 0) if across or down else (None, 0)
    return Spot(kind, across, down)


def _directions(read: Sequence[str]) -> tuple[int | None, int | None, bool]:
    across: int | None = None
    down: int | None = None
    for word in read:
        if word in _COMPASS:
            across, down = _COMPASS[word]
        elif word in _NAMED_SIDES and down is None:
            _, down = _NAMED_SIDES[word]
        elif word in _UP | _DOWN:
            down = -1 if word in _UP else 1
        elif word in _LEFT | _RIGHT:
            across = -1 if word in _LEFT else 1
    return across, down, any(word in _CENTER for word in read)


def _kind(word: str) -> Kind | None:
    root = stem(word, _KINDS)
    return _KINDS[root] if root else None


def _strongest(kinds: Sequence[Kind], *, directed: bool) -> Kind:
    """Pick the kind that places most narrowly; words for the whole count only when nothing else is said."""
    narrow = [kind for kind in kinds if kind not in {Kind.SURFACE, Kind.WHOLE}]
    if Kind.EDGE in narrow and len(set(narrow)) > 1 and Kind.INSIDE not in narrow:
        narrow = [kind for kind in narrow if kind is not Kind.EDGE] or narrow
    if narrow:
        return narrow[0] if Kind.INSIDE not in narrow or Kind.EDGE not in narrow else Kind.EDGE
    if Kind.WHOLE in kinds and not directed:
        return Kind.WHOLE
    return Kind.GRID if directed else Kind.SURFACE


def _leads_away(read: Sequence[str]) -> bool:
    """``right of (the) center``, ``above the middle``: a direction, perhaps ``of`` or ``the``, then the centre."""
    for index, word in enumerate(read):
        if word in {"above", "below", "beneath", "under", "over"}:
            return True
        if word in _UP | _DOWN | _LEFT | _RIGHT and index + 1 < len(read) and read[index + 1] == "of":
            return bool(_CENTER & set(read[index + 2 : index + 4]))
    return False


def _angle(read: Sequence[str]) -> float | None:
    """Degrees clockwise from the top of ``2 o'clock``."""
    names = {
        name: number
        for number, name in enumerate(
            ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], start=1
        )
    }
    for first, second, third in zip(read, read[1:], read[2:], strict=False):
        hour = names.get(first, int(first) if first.isdigit() else 0)
        if 1 <= hour <= 12 and (second, third) == ("o", "clock"):
            return hour % 12 * 30.0
    return None
