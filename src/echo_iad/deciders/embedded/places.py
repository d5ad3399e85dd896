"""Words of place to a place: a small grammar. Knows no picture; `place_masks` draws what it finds.

A place is one stretch or several; a stretch is what its spots have in common (``on the right side, near the centre``,
``on the shaft near the head``) or what lies between two of them. ``and`` and ``or`` join stretches, a comma narrows
one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from echo_iad.deciders.embedded.place_words import CENTER, HEDGES, PARTS, Kind
from echo_iad.deciders.embedded.spots import Spot, parse_spot, spreads
from echo_iad.deciders.embedded.words import tokens


@dataclass(frozen=True)
class Stretch:
    """What all of ``spots`` have in common, and what lies between two others."""

    spots: tuple[Spot, ...]
    between: tuple[Spot, Spot] | None = None
    ends_included: bool = False
    """Said as ``from … to …``: the two ends belong to it."""

    @property
    def is_known(self) -> bool:
        """Whether it has a place by its words alone."""
        return self.between is not None or any(spot.kind is not Kind.NAMED for spot in self.spots)


@dataclass(frozen=True)
class Place:
    """One stretch or several."""

    stretches: tuple[Stretch, ...]
    of_picture: bool = False
    """Said of the picture, not of the part."""
    spreads: bool = False
    """Said to be all over the place, not somewhere in it."""
    of_one: bool = False
    """Said of one thing, which may be one of several in the picture."""

    @property
    def is_known(self) -> bool:
        """Whether every stretch has a place by its words alone."""
        return all(stretch.is_known for stretch in self.stretches)


_PICTURE = re.compile(r"\b(of|in|on|within) (the |this )?(image|picture|photo|photograph|frame|view)\b")
_OF_ONE = re.compile(rf"\bof (?:the|a|an|one|each|this) (?!{'|'.join(sorted(CENTER))})[a-z]+(?: [a-z]+)?$")
_JOINT = re.compile(r"\s*(?:,? \band\b|,? \bor\b|\bas well as\b|\bplus\b|&|;|/)\s*")
_EXCEPT = re.compile(r"\b(?:but|and|,)? ?(?:not|n't|except|excluding|rather than|instead of)\b.*")
_BETWEEN = re.compile(
    r"(?:\b(?:midway|halfway|half way|in the middle|right) )?\bbetween (?P<first>.+?) and (?P<last>[^,;]+)|"
    r"\bfrom (?P<start>.+?) (?:to|towards?) (?P<end>[^,;]+)|"
    r"^(?P<near>(?:(?! and ).)+?),? (?:and )?(?:extending|stretching|running|reaching|leading|spanning) "
    r"(?:down |up )?(?:to|towards?|into) (?P<far>[^,;]+)"
)
_DIRECTIONS = r"(?:(?:top|upper|bottom|lower|left|right|center|middle)\b ?){1,2}"
_UNTIL = re.compile(
    rf"^(?:(?:in|at|on) )?(?:the )?({_DIRECTIONS})to (?:the )?({_DIRECTIONS})(?:area|region|part|side|section)?$"
)
_PLURAL = re.compile(
    r"\b(edges|sides|corners|ends|halves|borders|rims|quadrants|parts|thirds|areas|regions|sections)\b"
)
_CLAUSE = re.compile(r"\b(is|are|was|were|located)\b")
_NEAR = re.compile(
    r"\b(?:(?:right |just |directly |immediately )?(?:near|nearest|nearer|close|closer|closest|next|adjacent|beside|"
    r"below|beneath|under|underneath|above|behind|bordering|adjoining|meets|meeting)(?: to)?|towards?|"
    r"in the vicinity of) "
)
_SPREADABLE = frozenset(
    {Kind.WHOLE, Kind.SURFACE, Kind.EDGE, Kind.SHAFT, Kind.THREAD, Kind.SIDE, Kind.NAMED, Kind.FRINGE}
)
_SHARED = frozenset({Kind.CORNER, Kind.EDGE, Kind.SIDE, Kind.END, Kind.HALF, Kind.THIRD})


@lru_cache(maxsize=4096)
def parse_place(text: str) -> Place | None:
    """Parse the place that ``text`` names, or None when it names none.

    Examples
    --------
    >>> parse_place("In the upper left corner").stretches[0].spots[0].kind.value
    'corner'
    >>> len(parse_place("top left and bottom right").stretches), parse_place("it is") is None
    (2, True)
    """
    plain = " ".join(tokens(text.rstrip(". ")))
    of_picture = _PICTURE.search(plain) is not None
    plain = _UNTIL.sub(r"from \1 to \2", _EXCEPT.sub("", _PICTURE.sub(" ", plain)).strip())
    between = _BETWEEN.search(plain)
    stretches = [_between(plain, between)] if between else [None]
    if stretches[0] is None:
        stretches = [_stretch(piece) for piece in _pieces(plain)]
    found = tuple(stretch for stretch in stretches if stretch is not None)
    if not found:
        return None
    if len(found) > 1 and not _CLAUSE.search(plain):
        found = _with_shared_noun(found, plural=_PLURAL.search(plain) is not None)
    known = tuple(stretch for stretch in found if stretch.is_known)
    spread = spreads(plain.split()) and all(spot.kind in _SPREADABLE for each in found for spot in each.spots)
    return Place(known or found, of_picture=of_picture, spreads=spread, of_one=_OF_ONE.search(plain) is not None)


def _between(plain: str, hit: re.Match[str]) -> Stretch | None:
    """Read ``between A and B``, ``from A to B`` or ``A extending to B``, narrowed by what stands before it."""
    pairs = ((hit["first"], hit["last"]), (hit["start"], hit["end"]), (hit["near"], hit["far"]))
    first, last = next(pair for pair in pairs if pair[0])
    ends = [parse_spot(words.replace(",", " ").split()) for words in (first, last)]
    if ends[0] is None or ends[1] is None or Kind.NAMED in {ends[0].kind, ends[1].kind}:
        return None
    before = _stretch(plain[: hit.start()])
    spots = before.spots if before is not None and before.is_known else ()
    return Stretch(spots, between=(ends[0], ends[1]), ends_included=hit["first"] is None)


def _pieces(plain: str) -> list[str]:
    """Split at conjunctions. A comma splits too in a list (``top, middle and bottom``) or before a new clause."""
    parts = _JOINT.split(plain)
    pieces: list[str] = []
    for index, part in enumerate(parts):
        commas = [piece.strip() for piece in part.split(",")]
        in_list = len(commas) > 1 and index + 1 < len(parts) and all(len(piece.split()) <= 3 for piece in commas)
        if in_list or (len(commas) > 1 and _CLAUSE.search(commas[-1])):
            pieces += commas
        else:
            pieces.append(part)
    return _refined(pieces)


def _refined(pieces: Sequence[str]) -> list[str]:
    """Join ``slightly above`` and ``to the right of the center``: what says the other direction narrows."""
    joined: list[str] = []
    for piece in pieces:
        read = piece.split()
        if joined and (HEDGES & set(read) or read[:2] == ["to", "the"]) and not _PLURAL.search(piece):
            joined[-1] += " " + piece
        else:
            joined.append(piece)
    return joined


def _stretch(piece: str) -> Stretch | None:
    """Read what the parts between commas have in common; a part of a few hedged words joins the one before."""
    parts: list[list[str]] = []
    for part in piece.split(","):
        read = part.split()
        if parts and HEDGES & set(read) and not _names_part(read):
            parts[-1] += read
        else:
            parts.append(read)
    spots = tuple(spot for read in parts for spot in _beside(" ".join(read)))
    known = tuple(spot for spot in spots if spot.kind is not Kind.NAMED)
    return Stretch(known or spots[:1]) if spots else None


def _beside(part: str) -> list[Spot]:
    """Read ``on the shaft near the head``: what is near a piece of the part lies beside it, not on it."""
    hit = _NEAR.search(part)
    other = parse_spot(part[hit.end() :].split()) if hit else None
    if hit is None or other is None or other.kind not in PARTS | {Kind.FRINGE, Kind.IMPRINT, Kind.NAMED}:
        spot = parse_spot(part.split())
        return [spot] if spot is not None else []
    first = parse_spot(part[: hit.start()].split())
    if other.kind not in PARTS:
        whole = parse_spot(part.split())
        return [spot for spot in (first if first is not None else whole,) if spot is not None]
    return [*([first] if first is not None and first.kind is not Kind.NAMED else []), replace(other, near=True)]


def _names_part(read: Sequence[str]) -> bool:
    spot = parse_spot(read)
    return spot is not None and spot.kind in PARTS


def _with_shared_noun(stretches: tuple[Stretch, ...], *, plural: bool) -> tuple[Stretch, ...]:
    """Read ``top and left edges``: the last noun is meant for the directions before it.

    Without a plural, directions along different axes narrow each other: ``at the bottom and to the left``.
    """
    spots = [stretch.spots[0] for stretch in stretches if len(stretch.spots) == 1]
    if len(spots) < len(stretches):
        return stretches
    last = spots[-1].kind
    if last in _SHARED:
        spots = [replace(spot, kind=last) if spot.kind is Kind.GRID else spot for spot in spots]
    one_axis = [(spot.across is None) != (spot.down is None) for spot in spots]
    if len(spots) == 2 and all(one_axis) and not plural and (spots[0].across is None) != (spots[1].across is None):
        return (Stretch(tuple(spots)),)
    return tuple(Stretch((spot,)) for spot in spots)
