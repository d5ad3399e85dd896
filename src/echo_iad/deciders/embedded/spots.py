"""Words of one place to a spot: a direction, a kind of region, or both. Knows no conjunctions and no picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    """Clock direction in degrees, clockwise from the top."""
    noun: str = ""
    """Name of a part, for ``named``."""


_UP = word_set("top upper uppermost topmost above north northern up upward upwards lid cap cover crown roof")
_DOWN = word_set(
    """
    bottom lower lowest lowermost bottommost below beneath south southern down downward underneath under underside
    base foot heel floor sole
    """
)
_LEFT = word_set("left leftmost lefthand west western leftward leftwards")
_RIGHT = word_set("right rightmost righthand east eastern rightward rightwards")
_CENTER = word_set(
    "center central centre middle mid midpoint midsection midpart centrally centered core heart midway halfway"
)
_COMPASS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"northeast": (1, -1), "northwest": (-1, -1), "southeast": (1, 1), "southwest": (-1, 1)}
)
HEDGES = word_set(
    "slightly little bit somewhat just slight toward towards closer offset marginally shifted leaning biased"
)
_AWAY = word_set("above below beneath under")
_WIDER = word_set("wide wider broad broader thick thicker blunt big bigger large larger heavy")
_NARROWER = word_set("narrow narrower pointed pointy sharp thin thinner tapered small smaller conical")
_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        name: kind
        for kind, names in {
            Kind.SIDE: "side flank lateral",
            Kind.HALF: "half halves",
            Kind.CORNER: "corner quadrant",
            Kind.EDGE: "edge rim border perimeter periphery peripheral boundary boundaries margin outline contour "
            "circumference lip brim ring wall frame fringe hem outer",
            Kind.END: "end extremity extremities ending tail",
            Kind.HEAD: "head",
            Kind.TIP: "tip apex spike",
            Kind.NECK: "neck collar throat",
            Kind.SHAFT: "shaft body bodies shank stem handle barrel trunk rod length torso",
            Kind.THREAD: "thread threading threaded",
            Kind.INSIDE: "inside interior inner within internal inward internally inwards opening mouth hole cavity "
            "hollow hub bore inlet",
            Kind.SURFACE: "surface face part object product item exterior front back",
            Kind.WHOLE: "entire entirely whole throughout everywhere overall full fully all across scattered "
            "widespread spread distributed uniformly evenly multiple several various random randomly dispersed "
            "covering every",
            Kind.OUTSIDE: "background outside surroundings external elsewhere backdrop",
        }.items()
        for name in names.split()
    }
)
_EMPTY = word_set(
    """
    the a an in on at of to is it its are there this that near by close around along with located area region section
    portion zone spot position defect only both one two i e from image very approximately about roughly be has been was
    were where can seen found visible appears lies and or for which main mostly mainly some any no not next against into
    onto off
    """
)
_HOURS: Mapping[str, int] = MappingProxyType(
    {
        name: number
        for number, name in enumerate(
            ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=1
        )
    }
)


def parse_spot(read: Sequence[str]) -> Spot | None:
    """Parse one spot from words without conjunctions, or None when they name none.

    Examples
    --------
    >>> parse_spot("in the upper left corner".split())
    Spot(kind=<Kind.CORNER: 'corner'>, across=-1, down=-1, offset=False, angle=None, noun='')
    """
    angle = _angle(read)
    kinds = [kind for index in range(len(read)) if (kind := _kind(read, index))]
    if angle is not None:
        return Spot(Kind.EDGE if Kind.EDGE in kinds else Kind.GRID, angle=angle)
    across, down = _directions(read)
    central = any(word in _CENTER for word in read)
    if not (kinds or central or across or down):
        named = next((word for word in reversed(read) if word.isalpha() and word not in _EMPTY), "")
        return Spot(Kind.NAMED, noun=named) if named else None
    if central and "off" in read:
        return Spot(Kind.GRID, across or 0, down or 0, offset=True) if across or down else Spot(Kind.OFF_CENTER)
    kind = _narrowest(kinds, directed=bool(across or down or central))
    if not central:
        return Spot(kind, across, down)
    return _centered(kind, across, down, read)


def _centered(kind: Kind, across: int | None, down: int | None, read: Sequence[str]) -> Spot:
    """Make a spot whose words name the middle of something."""
    if kind is Kind.GRID:
        away = bool(across or down) and bool(HEDGES & set(read) or _leads_away(read))
        return Spot(kind, across or 0, down or 0, offset=away)
    if kind in {Kind.EDGE, Kind.SIDE, Kind.INSIDE}:  # "the middle of the left edge": centred along that edge
        return Spot(kind, across or 0, down or 0)
    return Spot(kind, across, down if down or kind is not Kind.THIRD else 0)


def _directions(read: Sequence[str]) -> tuple[int | None, int | None]:
    across: int | None = None
    down: int | None = None
    for word in read:
        if word in _COMPASS:
            across, down = _COMPASS[word]
        elif word in _UP | _DOWN:
            down = -1 if word in _UP else 1
        elif word in _LEFT | _RIGHT:
            across = -1 if word in _LEFT else 1
    return across, down


def _kind(read: Sequence[str], index: int) -> Kind | None:
    """Read the kind that the word at ``index`` names, with the words around it."""
    word, before = read[index], read[index - 1] if index else ""
    if word == "third":
        return Kind.THIRD if before in _UP | _DOWN | _LEFT | _RIGHT | _CENTER else None
    if word == "point":
        return Kind.TIP if before in {"the", "sharp", "its"} else None
    kind = _KINDS.get(word) or _KINDS.get(word.removesuffix("s"))
    if kind is Kind.END and before in _WIDER | _NARROWER:
        return Kind.HEAD if before in _WIDER else Kind.TIP
    return kind


def _narrowest(kinds: Sequence[Kind], *, directed: bool) -> Kind:
    """Pick the kind that places most narrowly; words for the whole count only when nothing else is said."""
    narrow = [kind for kind in kinds if kind not in {Kind.SURFACE, Kind.WHOLE}]
    if Kind.SIDE in narrow and set(narrow) != {Kind.SIDE}:
        narrow = [kind for kind in narrow if kind is not Kind.SIDE]
    if Kind.EDGE in narrow and set(narrow) - {Kind.EDGE, Kind.INSIDE}:
        narrow = [kind for kind in narrow if kind is not Kind.EDGE]
    if narrow:
        return Kind.EDGE if {Kind.EDGE, Kind.INSIDE} <= set(narrow) else narrow[0]
    if Kind.WHOLE in kinds and not directed:
        return Kind.WHOLE
    return Kind.GRID if directed else Kind.SURFACE


def _leads_away(read: Sequence[str]) -> bool:
    """Tell ``right of (the) center`` and ``above the middle`` from ``right center``."""
    for index, word in enumerate(read):
        if word in _AWAY:
            return True
        if word in _UP | _DOWN | _LEFT | _RIGHT and read[index + 1 : index + 2] == ["of"]:
            return bool(_CENTER & set(read[index + 2 : index + 4]))
    return False


def _angle(read: Sequence[str]) -> float | None:
    """Read ``2 o'clock`` as degrees clockwise from the top."""
    for first, second, third in zip(read, read[1:], read[2:], strict=False):
        hour = _HOURS.get(first, int(first) if first.isdigit() else 0)
        if 1 <= hour <= 12 and (second, third) == ("o", "clock"):
            return hour % 12 * 30.0
    return None
