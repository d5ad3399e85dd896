"""Where is the defect? Each option's words become a place, and the anomaly's mass chooses among the places."""

from __future__ import annotations

from echo_iad.deciders.embedded.case import Answer, Case
from echo_iad.deciders.embedded.frames import Frame, Grid
from echo_iad.deciders.embedded.place_masks import fit, place_mask
from echo_iad.deciders.embedded.places import Place, parse_place
from echo_iad.deciders.embedded.polarity import denies_defect
from echo_iad.deciders.embedded.scoring import ScoredOption, Term, with_deniers
from echo_iad.deciders.embedded.seen import Seen
from echo_iad.deciders.embedded.sentences import capital, doubt, joined, verdict, where
from echo_iad.deciders.embedded.words import words

_UNKNOWN_PLACE = -0.7
"""A part whose place is not known holds the anomaly in half of the cases: log 0.5."""


def locate(case: Case) -> Answer:
    """Answer where the defect is; abstains when nothing was compared."""
    seen = case.seen
    if seen is None:
        return Answer("", f"The part was not compared with good parts: {case.nothing_compared}.", abstains=True)
    if seen.mass is None or seen.picture is None or seen.part is None:
        return Answer("", "The comparison has no map of where the part differs.", abstains=True)
    frames = (seen.picture, seen.part)
    options = tuple(
        ScoredOption(label, text, (place_term(parse_place(text), seen.mass, frames),))
        for label, text in case.question.options.items()
    )
    deniers = [label for label, text in case.question.options.items() if _denies(text)]
    return Answer(_open_text(seen), _reason(seen), with_deniers(options, deniers, seen.p_anomalous))


def place_term(place: Place | None, mass: Grid, frames: tuple[Frame, Frame]) -> Term:
    """How well a place holds the anomaly's mass."""
    if place is None or not place.is_known:
        return Term("place", _UNKNOWN_PLACE)
    return Term("place", fit(place_mask(place, *frames), mass))


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
