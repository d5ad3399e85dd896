"""Is there a second defect? Answered by the number of separate regions. Knows no words but the options' sides."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from echo_iad.deciders.embedded.aims import asking_part
from echo_iad.deciders.embedded.appearance import describe
from echo_iad.deciders.embedded.case import Answer, Case
from echo_iad.deciders.embedded.polarity import Side, option_sides
from echo_iad.deciders.embedded.scoring import ScoredOption, Term
from echo_iad.deciders.embedded.seen import Seen
from echo_iad.deciders.embedded.sentences import joined, where
from echo_iad.domain.evidence import Region
from echo_iad.domain.questions import QuestionType

_SHARE = 0.25
"""A region counts beside the main one when area times score is at least this share of the main one's."""
_MORE = (0.3, 0.25, 0.6)
"""Probability of a second defect with no, one and two regions; small ones are overlooked, large ones fall apart."""
_MANY = 0.85
_THE_ONLY_ONE = re.compile(r"\b(?:the only|a single|just one|only one)\b")


def look_for_another(case: Case) -> Answer:
    """Answer whether there is more than one defect, and which; the looks choose among those that say yes."""
    seen = case.seen
    if seen is None:
        return Answer("", f"The part was not compared with good parts: {case.nothing_compared}.", abstains=True)
    strong = strong_regions(seen)
    p_more = _MORE[len(strong)] if len(strong) < len(_MORE) else _MANY
    if case.question_type is QuestionType.DISCRIMINATION:  # nobody has said that there is one at all
        p_more *= seen.p_anomalous
    answer = describe(replace(case, question_type=QuestionType.ANALYSIS))
    asking = asking_part(case.question.text)
    sides = option_sides(asking, case.question.options)
    only = _THE_ONLY_ONE.search(asking.lower()) is not None
    if only:
        sides = {label: Side(-side) for label, side in sides.items()}
    reason = f"The map shows {len(strong)} separate region{'' if len(strong) == 1 else 's'}. {answer.reason}"
    if {Side.GOOD, Side.DEFECTIVE} <= set(sides.values()):
        return Answer(_text(strong, only=only), reason, _by_side(answer.options, sides, p_more))
    return Answer(_text(strong, only=only), reason, answer.options)


def strong_regions(seen: Seen) -> list[Region]:
    """Regions that weigh at least a quarter of the main one, the heaviest first."""
    weighed = sorted(seen.comparison.regions, key=_weight, reverse=True)
    return [region for region in weighed if _weight(region) >= _SHARE * _weight(weighed[0])]


def _weight(region: Region) -> float:
    return region.area_fraction * max(region.score, 0.0)


def _by_side(options: tuple[ScoredOption, ...], sides: dict[str, Side], p_more: float) -> tuple[ScoredOption, ...]:
    """Weigh yes against no by the number of regions; within a side the other terms choose, its best losing nothing."""
    chances = {Side.DEFECTIVE: p_more, Side.GOOD: 1.0 - p_more, Side.NEITHER: 0.1}
    scored = []
    for option in options:
        side = sides[option.label]
        best = max(other.total for other in options if sides[other.label] is side)
        terms = (Term("number", math.log(chances[side])), Term("looks", option.total - best))
        scored.append(ScoredOption(option.label, option.text, terms))
    return tuple(scored)


def _text(strong: list[Region], *, only: bool) -> str:
    if len(strong) < 2:
        return f"{'Yes' if only else 'No'}: no second region stands out on the map."
    places = joined([where(region) for region in strong[:3]])
    return f"{'No' if only else 'Yes'}: {len(strong)} separate regions stand out, {places}."
