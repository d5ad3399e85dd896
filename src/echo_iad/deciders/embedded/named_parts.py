"""Where a named part lies, as the object's knowledge tells: ``The plug sits at the left end``. Knows no picture."""

from __future__ import annotations

import re
from collections.abc import Sequence

from echo_iad.deciders.embedded.place_words import Kind
from echo_iad.deciders.embedded.places import Place, parse_place
from echo_iad.deciders.embedded.topics import good_sentences
from echo_iad.deciders.embedded.words import words
from echo_iad.domain.evidence import KnowledgePassage

_CLAUSE = re.compile(r"[.;,]|\b(?:and|but|while|whereas|which) (?:the|its|a|an)\b")
_LINK = re.compile(r"\b(?:is|are|sits?|lies|lie|located|placed|mounted|found|at|in|on|near|along|around)\b")
_TELLING = frozenset(Kind) - {Kind.NAMED, Kind.SURFACE, Kind.WHOLE, Kind.FRINGE, Kind.IMPRINT, Kind.HIDDEN}


def told_place(noun: str, passages: Sequence[KnowledgePassage]) -> Place | None:
    """Find where a part lies by what is known of good parts, or None when nothing tells.

    Only a clause that begins with the part and goes on to a place counts: what is said about something else beside it
    does not.
    """
    if not noun:
        return None
    for sentence in good_sentences(passages):
        for clause in _CLAUSE.split(sentence.lower()):
            read = words(clause)
            at = next((index for index, word in enumerate(read[:4]) if word.removesuffix("s") == noun), None)
            place = _place_after(" ".join(read[at + 1 :])) if at is not None else None
            if place is not None:
                return place
    return None


def _place_after(text: str) -> Place | None:
    link = _LINK.search(text)
    place = parse_place(text[link.start() :]) if link and link.start() < 20 else None
    if place is None:
        return None
    spots = [spot for stretch in place.stretches for spot in stretch.spots]
    return place if spots and all(spot.kind in _TELLING for spot in spots) else None
