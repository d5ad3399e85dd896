"""Questions that no photograph of the part answers, with the reason in plain words. Knows English, no product.

Only what is written about the object can answer them; without such a sentence an open question is declined, and of
options the one is taken that says so. Among options that all claim something the evidence still chooses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SCALE = r"(?:mm|cm|millimet(?:er|re)s?|centimet(?:er|re)s?|met(?:er|re)s?|inch(?:es)?|microns?|micromet(?:er|re)s?)"
_CHANGES = re.compile(r"\b(?:effects?|affect(?:s|ed)?|impacts?|influences?|changes?)\b")
"""What a defect does to a weight or a price can be reasoned about."""
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"


@dataclass(frozen=True)
class Beyond:
    """Something that a picture and a comparison with good parts do not hold."""

    asked: re.Pattern[str]
    """Finds a question about it."""
    told: re.Pattern[str]
    """Finds a sentence that tells it."""
    why: str
    """One sentence."""


def _beyond(asked: str, told: str, why: str) -> Beyond:
    return Beyond(re.compile(asked), re.compile(told), why)


_KINDS = (
    _beyond(
        r"\bweigh(?:s|ing)?\b|\b(?:what|which|the|its|exact|net) (?:\w+ )?(?:weight|mass)\b|\bhow heavy\b|"
        r"\bhow many (?:kilo)?grams\b|\bis (?:it|this|the \w+) heavy\b",
        r"\bweigh|\b\d+(?:\.\d+)?\s?(?:k?g|grams?|kilograms?|oz|lbs?)\b",
        "A picture does not show what a part weighs.",
    ),
    _beyond(
        r"\b(?:price|prices|cheap|expensive)\b|\bhow much (?:does|do|did|is|was|would|will) .*\b(?:cost|worth|pay)\b|"
        r"\bwhat .*\bcosts?\b|\bhow much is (?:it|this)\b",
        r"\b(?:price|costs?|eur|usd|dollars?|euros?)\b",
        "A picture does not show what a part costs.",
    ),
    _beyond(
        r"\bwho(?:se|m)?\b(?! (?:uses|would use))|"
        r"\b(?:what|which) (?:\w+ )?(?:brand|manufacturer|supplier|vendor|company|maker|"
        r"factory|operator|customer|shift|machine|country)\b|\bwhat brand\b|\bwhere (?:was|were|is|are) .*\b(?:made|"
        r"manufactured|produced|bought|sold)\b|\bcountry of origin\b",
        r"\b(?:made by|manufactured by|supplied by|brand|manufacturer|supplier|made in|produced (?:in|by))\b",
        "A picture does not show who made, used or damaged a part, or where.",
    ),
    _beyond(
        r"\bwhen (?:was|were|will|did|does|do|is|would|should|has)\b|\bhow old\b|\bwhat (?:date|year|day|time|age)\b|"
        r"\bhow (?:long|soon) (?:will|did|until|before|has|have|ago|would)\b|\bhow long does .*\b(?:last|take|work)\b|"
        r"\bhow many (?:years|days|hours|weeks|months|cycles)\b|\b(?:remaining|service|expected) life(?:time)?\b",
        rf"\b(?:years?|months?|days?|hours?|cycles?|lifetime|dated?|{_MONTH} \d+)\b",
        "A picture does not show when something happened or how long a part will last.",
    ),
    _beyond(
        r"\btemperature\b|\bhow (?:hot|cold|warm)\b|\b(?:voltage|electrical current|pressure|hardness|humidity)\b",
        r"\b(?:temperature|degrees|°|volts?|voltage|bar|pascal|hardness|humidity)\b",
        "A picture does not show temperatures, pressures, voltages or other such measurements.",
    ),
    _beyond(
        r"\b(?:what|how) (?:does|do|would|did) .*\b(?:smell|taste|sound)\b|\bdoes .* (?:smell|taste|rattle)\b|"
        r"\b(?:what|which) (?:\w+ )?(?:smell|odou?r|noise|flavou?r)\b",
        r"\b(?:smells?|odou?r|tastes?|flavou?r|sounds?|noise)\b",
        "A picture does not show how a part smells, tastes or sounds.",
    ),
    _beyond(
        rf"\b(?:in|how many) {_SCALE}\b|\b(?:exact|nominal|actual|absolute) (?:size|width|length|height|depth|diameter|"
        r"thickness|dimensions?)\b|\bhow (?:deep|thick)\b",
        rf"\b\d+(?:\.\d+)?\s?{_SCALE}\b",
        "A picture has no scale, and it does not show depth.",
    ),
    _beyond(
        r"\b(?:serial|part|batch|lot|model|article|order) (?:number|code|no)\b|\bbar ?code\b.*\b(?:say|read|number)\b",
        r"\b(?:serial|part|batch|lot|model|article) (?:number|code|no)\b",
        "Echo does not read what is printed on a part.",
    ),
)


def why_unanswerable(question: str, known: Sequence[str] = ()) -> str:
    """Say why a question cannot be answered; empty when it may be.

    Parameters
    ----------
    question : str
    known : sequence of str
        Sentences about the object; one that tells what is asked makes the question answerable.

    Examples
    --------
    >>> why_unanswerable("How heavy is it?")
    'A picture does not show what a part weighs.'
    >>> why_unanswerable("How heavy is it?", ["It weighs 20 g."]), why_unanswerable("Where is the dent?")
    ('', '')
    """
    plain = question.lower().replace("’", "'")
    if _CHANGES.search(plain):
        return ""
    for kind in _KINDS:
        if kind.asked.search(plain) and not any(kind.told.search(line.lower()) for line in known):
            return kind.why
    return ""
