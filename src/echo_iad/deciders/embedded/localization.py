"""Where is the defect? Each option's words become a place, and the suspects on the map choose among the places."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from echo_iad.deciders.embedded.attributes import color_agreement
from echo_iad.deciders.embedded.case import Answer, Case
from echo_iad.deciders.embedded.frames import Frame, Grid
from echo_iad.deciders.embedded.named_parts import told_place
from echo_iad.deciders.embedded.place_fit import fit_of_suspects
from echo_iad.deciders.embedded.place_masks import place_mask
from echo_iad.deciders.embedded.place_words import Kind
from echo_iad.deciders.embedded.places import Place, parse_place
from echo_iad.deciders.embedded.polarity import Side, denies_defect, valence
from echo_iad.deciders.embedded.scoring import ScoredOption, Term, with_deniers
from echo_iad.deciders.embedded.seen import Seen
from echo_iad.deciders.embedded.sentences import capital, doubt, joined, verdict, where
from echo_iad.deciders.embedded.suspects import Suspect, only, suspects
from echo_iad.deciders.embedded.words import words

_UNKNOWN_PLACE = -0.7
"""A part whose place is not known holds the anomaly in half of the cases: log 0.5."""
_HIDDEN = math.log(0.2)
"""What the map shows is seldom on a side that faces away."""
_COLOR_WEIGHT = 0.7
"""Of a colour that tells which part is meant, against the colour of the good part there."""
_STATED_ODDS = 9.0
"""Who states that there is a defect is right nine times of ten."""
_UNPLACED = frozenset({Kind.NAMED, Kind.FRINGE, Kind.IMPRINT})


def locate(case: Case) -> Answer:
    """Answer where the defect is; abstains when nothing was compared."""
    seen = case.seen
    if seen is None:
        return Answer("", f"The part was not compared with good parts: {case.nothing_compared}.", abstains=True)
    anomaly_map = seen.comparison.anomaly_map
    if anomaly_map is None or seen.picture is None or seen.part is None:
        return Answer("", "The comparison has no map of where the part differs.", abstains=True)
    frames, found = (seen.picture, seen.part), suspects(anomaly_map)
    places = _places(case)
    options = tuple(
        ScoredOption(label, text, (_place_term(places[label], found, frames), _color_term(text, seen)))
        for label, text in case.question.options.items()
    )
    deniers = [label for label, text in case.question.options.items() if _denies(text)]
    return Answer(_open_text(seen), _reason(seen), with_deniers(options, deniers, _p_defect(case, seen)))


def place_term(place: Place | None, mass: Grid, frames: tuple[Frame, Frame]) -> Term:
    """How well a place holds the anomaly's mass."""
    return _place_term(place, only(mass), frames)


def _place_term(place: Place | None, found: Sequence[Suspect], frames: tuple[Frame, Frame]) -> Term:
    if place is None or not place.is_known:
        return Term("place", _UNKNOWN_PLACE)
    value = fit_of_suspects(place_mask(place, *frames), found, all_over=place.spreads)
    kinds = {spot.kind for stretch in place.stretches for spot in stretch.spots}
    if kinds and kinds <= _UNPLACED:
        value += _UNKNOWN_PLACE
    return Term("place", value + (_HIDDEN if Kind.HIDDEN in kinds else 0.0))


def _places(case: Case) -> Mapping[str, Place | None]:
    """Each option's place: by its words, or by what is known of the part that it names."""
    passages = case.evidence.object_knowledge or case.evidence.knowledge
    places: dict[str, Place | None] = {}
    for label, text in case.question.options.items():
        place = parse_place(text)
        nouns = {spot.noun for stretch in place.stretches for spot in stretch.spots} if place else set()
        told = told_place(nouns.pop(), passages) if len(nouns) == 1 else None
        places[label] = told or place
    return places


def _color_term(text: str, seen: Seen) -> Term:
    """Which part is meant, by its colour: ``the red half`` lies where the good part is red."""
    region = seen.main
    colors = [region.change.reference_colour] if region is not None and region.change is not None else []
    return Term("colour", _COLOR_WEIGHT * color_agreement(text, colors))


def _p_defect(case: Case, seen: Seen) -> float:
    """Probability of a defect, by the comparison and by what the question states."""
    said = re.split(r"(?<=[.!;])\s+", case.question.text)
    stated = any(valence(line) is Side.DEFECTIVE for line in said if not line.rstrip().endswith("?"))
    odds = seen.p_anomalous / max(1.0 - seen.p_anomalous, 1e-6) * (_STATED_ODDS if stated else 1.0)
    return odds / (1.0 + odds)


def _denies(text: str) -> bool:
    """Whether an option says that there is no defect or that none can be seen."""
    place = parse_place(text)
    return denies_defect(text) or (place is None and bool({"no", "not", "none", "nowhere"} & set(words(text))))


def _open_text(seen: Seen) -> str:
    if not seen.comparison.is_anomalous:
        return f"No defect was found. {verdict(seen.comparison)}"
    regions = seen.comparison.regions[:3]
    if not regions:
        return (
            f"The part differs from the good parts as a whole; no single place stands out. {verdict(seen.comparison)}"
        )
    if len(regions) == 1:
        return capital(f"the defect is {where(regions[0])}")
    return capital(
        f"the strongest deviation is {where(regions[0])}; others are {joined([where(r) for r in regions[1:]])}"
    )


def _reason(seen: Seen) -> str:
    region = seen.main
    place = f"The anomaly's mass lies {where(region)}" if region is not None else "No region stands out on the map"
    return f"{place}{doubt(seen.comparison)}. {verdict(seen.comparison)}"
