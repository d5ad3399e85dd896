"""Words of colour, shape and surface against what the picture tells of a part. Knows English; measures nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from echo_iad.deciders.embedded.attributes import COLORS
from echo_iad.deciders.embedded.part_facts import Look, PartFacts, Trait
from echo_iad.deciders.embedded.words import stem, tokens, word_set

_NEGATORS = word_set("no not n't without never none nothing neither")
_TRAITS: Mapping[Trait, tuple[frozenset[str], frozenset[str]]] = {
    "long": (
        word_set("long elongated cylindrical cylinder rod thin slender narrow tube tubular pointed taper tapered"),
        word_set("round circular square compact cube cubic"),
    ),
    "round": (
        word_set("round circular circle ring disk disc spherical sphere ball oval curved"),
        word_set("square rectangular rectangle triangular triangle cube cubic star angular hexagonal hexagon"),
    ),
    "angular": (
        word_set("square rectangular rectangle cube cubic box angular"),
        word_set("round circular circle ring disk disc spherical sphere ball oval triangular triangle star"),
    ),
    "rough": (
        word_set("rough coarse bumpy grainy textured gritty wrinkled ridged"),
        word_set("smooth sleek glassy"),
    ),
    "patterned": (
        word_set("pattern patterned striped stripe stripes dotted checkered plaid floral printed mottled multicolored"),
        word_set("plain solid uniform homogeneous monochrome unicolored blank"),
    ),
    "shiny": (word_set("shiny glossy reflective lustrous gleaming sheen polished"), word_set("matte dull")),
    "dark": (word_set("dark darker black dim"), word_set("bright light lighter white pale")),
    "colorful": (
        word_set("colorful vivid vibrant multicolored saturated"),
        word_set("gray grayscale colorless silver black white neutral"),
    ),
    "several": (word_set("several multiple many group cluster pair scattered"), word_set("single")),
}
"""Trait -> words that say it, words that say its opposite."""
_BEHIND = re.compile(
    r"\b(?:background|backdrop|behind|surroundings|underlying surface|(?:resting|placed|lying|lies) on)\b"
)
_OF_THE_WHOLE = (
    r"(?:(?:overall|general|basic|outer|main|dominant) )?"
    r"(?:shape|form|colou?r|look|appearance|surface|texture|outline|condition|material|design|body|tone|size)"
)
_DETAIL = re.compile(rf"\b\w+'s (?!{_OF_THE_WHOLE}\b)\w+|\bthe (?!{_OF_THE_WHOLE}\b)\w+ of (?:the|this|an?)\b")
_SHAPES: frozenset[Trait] = frozenset({"long", "round", "angular"})
_CLEAR = 0.25
_PRESENT = 0.08
"""Shares of the places from which a colour is clearly one of those named, and from which it is there at all."""


def looked_at(question: str, option: str, facts: PartFacts) -> Look | None:
    """What an answer is about; None for a background that cannot be told from the part.

    A question about a piece of the part ("the tip of the tool") says nothing about the shape of the whole.

    Examples
    --------
    >>> part, wall = Look({"red": 1.0}, {}), Look({"white": 1.0}, {})
    >>> list(looked_at("What colour is the background?", "White", PartFacts(part, wall)).colors)
    ['white']
    """
    asked = question.lower().replace("’", "'")
    if _BEHIND.search(asked) or _BEHIND.search(option.lower()):
        return facts.background
    if _DETAIL.search(asked):
        kept = {trait: value for trait, value in facts.part.traits.items() if trait not in _SHAPES}
        return Look(facts.part.colors, kept)
    return facts.part


def color_fit(text: str, look: Look) -> float:
    """How well the colours that a text names are those of a look: 1 all clearly there, -1 none there, 0 none named.

    Examples
    --------
    >>> color_fit("Red and white", Look({"red": 0.6, "white": 0.4}, {})), color_fit("Blue", Look({"red": 1.0}, {}))
    (1.0, -1.0)
    """
    named = {color for word in tokens(text) if (color := stem(word.removesuffix("ish"), COLORS))}
    if not named:
        return 0.0
    return sum(_presence(color, look.colors) for color in named) / len(named)


def _presence(color: str, seen: Mapping[str, float]) -> float:
    meant = COLORS[color] | {color}
    share = sum(part for name, part in seen.items() if meant & set(tokens(name)))
    return 1.0 if share >= _CLEAR else 0.3 if share >= _PRESENT else -1.0


def trait_fit(text: str, look: Look) -> float:
    """How well words of shape and surface fit a look: -1 (contradicted) to 1; 0 when it has none.

    Examples
    --------
    >>> trait_fit("It is round", Look({}, {"round": 0.9})), trait_fit("not round", Look({}, {"round": 0.9}))
    (0.9, -0.9)
    """
    found: list[float] = []
    sign = 1.0
    for word in tokens(text):
        if word in ",;:.?!":
            sign = 1.0
        elif word in _NEGATORS:
            sign = -1.0
        else:
            found += [sign * fit for fit in _fits(word, look)]
    return sum(found) / len(found) if found else 0.0


def _fits(word: str, look: Look) -> list[float]:
    """Fits of a word to each trait that it tells of, and that was measured."""
    return [
        value if stem(word, says) else -value
        for trait, (says, denies) in _TRAITS.items()
        if (value := look.traits.get(trait)) is not None and (stem(word, says) or stem(word, denies))
    ]
