"""Words of one place to a spot: a direction, a kind of region, or both. Knows no conjunctions and no picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from echo_iad.deciders.embedded.attributes import COLORS
from echo_iad.deciders.embedded.place_words import (
    AWAY,
    CENTER,
    COMPASS,
    DOWN,
    EMPTY,
    HEDGES,
    HOURS,
    KINDS,
    LEFT,
    NARROWER,
    PARTS,
    RIGHT,
    SPREADING,
    UP,
    WIDER,
    Kind,
)

_SIDES = UP | DOWN | LEFT | RIGHT
_UPRIGHT = frozenset({"vertical", "vertically"})
_LEVEL = frozenset({"horizontal", "horizontally"})


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
    near: bool = False
    """Beside it rather than on it."""
    within: Spot | None = None
    """What it is a place of: ``the left corner of the upper half``; None = of the whole."""

    @property
    def is_directed(self) -> bool:
        """Whether a direction is said."""
        return self.across is not None or self.down is not None


def parse_spot(read: Sequence[str]) -> Spot | None:
    """Parse one spot from words without conjunctions, or None when they name none.

    Examples
    --------
    >>> parse_spot("in the upper left corner".split()).kind
    <Kind.CORNER: 'corner'>
    >>> parse_spot("left half of the top edge".split()).within.kind
    <Kind.EDGE: 'edge'>
    """
    for index, word in enumerate(read):
        if word == "of" and not CENTER & set(read[index + 1 : index + 3]):
            inner, outer = _plain_spot(read[:index]), _plain_spot(read[index + 1 :])
            if inner is not None and outer is not None and _holds(inner, outer):
                return replace(inner, within=outer)
    return _plain_spot(read)


def _holds(inner: Spot, outer: Spot) -> bool:
    """Tell ``left corner of the upper half`` (a place of a place) from ``left side of the part``."""
    placed = inner.is_directed or inner.kind in {Kind.CORNER, Kind.EDGE}
    if (inner == Spot(Kind.GRID, 0, 0) and outer.kind in {Kind.EDGE, Kind.SIDE}) or outer.kind is Kind.INSIDE:
        return False  # "the middle of the left edge" is centred along it, "the edge of the opening" is a ring
    return (
        placed
        and inner.kind not in PARTS
        and (outer.is_directed or outer.kind in PARTS or (outer.kind is Kind.EDGE and inner.kind is Kind.HALF))
    )


def _plain_spot(read: Sequence[str]) -> Spot | None:
    angle = _angle(read)
    kinds = [kind for index in range(len(read)) if (kind := _kind(read, index))]
    if angle is not None:
        return Spot(Kind.EDGE if Kind.EDGE in kinds else Kind.GRID, angle=angle)
    across, down = _directions(read)
    central = any(word in CENTER for word in read) and not _is_coloured_core(read)
    if "away" in read and (central or Kind.EDGE in kinds):
        return Spot(Kind.OFF_CENTER) if central else Spot(Kind.INSIDE)
    if not (kinds or central or across or down):
        named = next((word for word in reversed(read) if word.isalpha() and word not in EMPTY), "")
        return Spot(Kind.NAMED, noun=named) if named else None
    if central and "off" in read:
        return Spot(Kind.GRID, across or 0, down or 0, offset=True) if across or down else Spot(Kind.OFF_CENTER)
    kind = _narrowest(kinds, directed=bool(across or down or central))
    if kind is Kind.HALF and not (across or down):  # one of two halves that something else tells apart
        return Spot(Kind.GRID, 0, 0) if central else Spot(Kind.NAMED, noun="half")
    noun = _noun(read) if kind in {Kind.FRINGE, Kind.IMPRINT} else ""
    if not central:
        return Spot(kind, across, down, noun=noun)
    return replace(_centered(kind, across, down, read), noun=noun)


def _centered(kind: Kind, across: int | None, down: int | None, read: Sequence[str]) -> Spot:
    """Make a spot whose words name the middle of something."""
    if kind is Kind.GRID and not (across or down) and _UPRIGHT & set(read):  # "vertically through the middle"
        return Spot(kind, across=0)
    if kind is Kind.GRID and not (across or down) and _LEVEL & set(read):
        return Spot(kind, down=0)
    if kind in {Kind.GRID, Kind.HALF}:  # "center right of the lighter half"
        kind = Kind.GRID
        anchor = _compound(read)
        if anchor is not None and HEDGES & set(read):  # "top center, slightly to the left" is still at the top
            return Spot(kind, *anchor)
        away = bool(across or down) and bool(HEDGES & set(read) or _leads_away(read))
        return Spot(kind, across or 0, down or 0, offset=away)
    if kind in {Kind.EDGE, Kind.SIDE, Kind.INNER_EDGE} | PARTS:  # "the middle of the left edge": centred along it
        return Spot(kind, across or 0, down or 0)
    return Spot(kind, across, down if down or kind is not Kind.THIRD else 0)


def _compound(read: Sequence[str]) -> tuple[int, int] | None:
    """Read ``center right`` and ``top center`` as one place: across, down."""
    for pair in pairwise(read):
        if (pair[0] in CENTER) != (pair[1] in CENTER) and _SIDES & set(pair):
            across, down = _directions(pair)
            return across or 0, down or 0
    return None


def _directions(read: Sequence[str]) -> tuple[int | None, int | None]:
    across: int | None = None
    down: int | None = None
    for before, word in zip(["", *read], read, strict=False):
        if before in {"halfway", "midway"}:  # "halfway down"
            continue
        if word in COMPASS:
            across, down = COMPASS[word]
        elif word in UP | DOWN:
            down = -1 if word in UP else 1
        elif word in LEFT | RIGHT:
            across = -1 if word in LEFT else 1
    return across, down


def _kind(read: Sequence[str], index: int) -> Kind | None:
    """Read the kind that the word at ``index`` names, with the words around it."""
    word, before = read[index], read[index - 1] if index else ""
    if word == "third":
        return Kind.THIRD if before in _SIDES | CENTER else None
    if word == "point":
        return Kind.TIP if before in {"the", "sharp", "its"} else None
    kind = KINDS.get(word) or KINDS.get(word.removesuffix("s"))
    if kind is Kind.END and before in WIDER | NARROWER:
        return Kind.HEAD if before in WIDER else Kind.TIP
    return kind


def _noun(read: Sequence[str]) -> str:
    """Find the word that names a part."""
    vague = {Kind.FRINGE, Kind.IMPRINT}
    return next((word for word in read if (KINDS.get(word) or KINDS.get(word.removesuffix("s"))) in vague), "")


def _narrowest(kinds: Sequence[Kind], *, directed: bool) -> Kind:
    """Pick the kind that places most narrowly; words for the whole count only when nothing else is said."""
    narrow = [kind for kind in kinds if kind not in {Kind.SURFACE, Kind.WHOLE}]
    for vague in (Kind.IMPRINT, Kind.FRINGE, Kind.SIDE):
        if set(narrow) != {vague} or (directed and vague is not Kind.SIDE):
            narrow = [kind for kind in narrow if kind is not vague]
    if Kind.THREAD in narrow and set(narrow) & {Kind.INSIDE, Kind.TIP, Kind.NECK, Kind.EDGE}:  # "the threaded hole"
        narrow = [kind for kind in narrow if kind is not Kind.THREAD]
    if {Kind.EDGE, Kind.INSIDE} <= set(narrow):
        return Kind.INNER_EDGE
    if Kind.EDGE in narrow and set(narrow) - {Kind.EDGE}:
        narrow = [kind for kind in narrow if kind is not Kind.EDGE]
    if narrow:
        return narrow[0]
    if Kind.WHOLE in kinds and not directed:
        return Kind.WHOLE
    return Kind.GRID if directed else Kind.SURFACE


def _is_coloured_core(read: Sequence[str]) -> bool:
    """Tell ``the red core``, one of several, from ``the core``."""
    return not (CENTER - {"core"}) & set(read) and any(word.removesuffix("ish") in COLORS for word in read)


def _leads_away(read: Sequence[str]) -> bool:
    """Tell ``right of (the) center`` and ``above the middle`` from ``right center``."""
    for index, word in enumerate(read):
        if word in AWAY:
            return True
        if word in _SIDES and read[index + 1 : index + 2] == ["of"]:
            return bool(CENTER & set(read[index + 2 : index + 4]))
    return False


def _angle(read: Sequence[str]) -> float | None:
    """Read ``2 o'clock`` as degrees clockwise from the top."""
    for first, second, third in zip(read, read[1:], read[2:], strict=False):
        hour = HOURS.get(first, int(first) if first.isdigit() else 0)
        if 1 <= hour <= 12 and (second, third) == ("o", "clock"):
            return hour % 12 * 30.0
    return None


def spreads(read: Sequence[str]) -> bool:
    """Whether words say that the defect reaches over all of its place: ``along the entire edge``."""
    return bool(SPREADING & set(read))
