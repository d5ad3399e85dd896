"""Words of looks against what was seen. Knows the lexicon and the measured attributes; knows no product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from echo_iad.deciders.embedded.lexicon import DEFECTS, LOOKS, Attribute, Expectation
from echo_iad.deciders.embedded.words import stem, tokens, word_set

_UNSEEN = 0.3
"""How much a colour that was not seen speaks against a wording, against one that was seen."""
_NEGATORS = word_set("no not n't without never none nothing")
COLORS: Mapping[str, frozenset[str]] = {
    "red": word_set("red reddish crimson pink rust"),
    "orange": word_set("orange rust brown"),
    "yellow": word_set("yellow yellowish golden beige"),
    "green": word_set("green greenish olive"),
    "blue": word_set("blue bluish navy cyan"),
    "purple": word_set("purple violet magenta"),
    "pink": word_set("pink red"),
    "brown": word_set("brown brownish orange tan beige"),
    "black": word_set("black dark blackish"),
    "white": word_set("white whitish light pale silver"),
    "gray": word_set("gray grayish silver"),
    "silver": word_set("silver gray white"),
    "beige": word_set("beige brown yellow tan"),
    "golden": word_set("golden yellow"),
}
"""Colour word to the colour words that may be meant by it."""


@lru_cache(maxsize=4096)
def expectation(text: str) -> Expectation:
    """Read what the words of ``text`` lead one to expect; negated words expect the opposite, weakly.

    Returns
    -------
    mapping of Attribute to float
        -1 to 1 each; empty when no word says anything about looks.

    Examples
    --------
    >>> expectation("a thin dark line")["elongated"] > 0.5, expectation("a thin dark line")["dark"] > 0.5
    (True, True)
    >>> dict(expectation("a problem"))
    {}
    """
    return _summed(_implied(text), 1.0)


@lru_cache(maxsize=1024)
def gist(text: str) -> Expectation:
    """Read what a paragraph leads one to expect: the mean over its words, so that length alone says nothing.

    Examples
    --------
    >>> gist("A long, thin line. It may be dark or it may be bright.")["elongated"] > 0.5
    True
    """
    implied = _implied(text)
    return _summed(implied, 2.0 / max(len(implied), 2))


def _implied(text: str) -> list[Expectation]:
    """Look up every word of looks; a negated one implies the opposite, weakly."""
    implied: list[Expectation] = []
    negated = False
    for word in tokens(text):
        if word in ",;:.?!":
            negated = False
        elif word in _NEGATORS:
            negated = True
        for table in (DEFECTS, LOOKS):
            if root := stem(word, table):
                sign = -0.6 if negated else 1.0
                implied.append({attribute: sign * value for attribute, value in table[root].items()})
                if table is DEFECTS and word == root + "s" and not negated:
                    implied.append({"many": 0.4})
                break
    return implied


def _summed(implied: Sequence[Expectation], share: float) -> Expectation:
    sums: dict[Attribute, float] = {}
    for expected in implied:
        for attribute, value in expected.items():
            sums[attribute] = sums.get(attribute, 0.0) + share * value
    return MappingProxyType({attribute: max(-1.0, min(1.0, value)) for attribute, value in sums.items()})


def agreement(expected: Expectation, seen: Mapping[Attribute, float]) -> float:
    """How well the expected attributes fit the seen ones: their mean product, the strongly expected counting most.

    Returns
    -------
    float
        -1 (contradicted) to 1; 0 when nothing is expected or nothing was measured.

    Examples
    --------
    >>> agreement({"elongated": 1.0}, {"elongated": 0.8}), agreement({"dark": 0.5}, {})
    (0.8, 0.0)
    """
    shared = {name: value for name, value in expected.items() if name in seen}
    weight = sum(abs(value) for value in shared.values())
    return sum(value * seen[name] for name, value in shared.items()) / max(weight, 0.5)


def color_agreement(text: str, seen_colors: Sequence[str]) -> float:
    """1 when ``text`` names a colour that was seen, less than 0 when it names only others, 0 when it names none.

    A region is wider than the defect in it, so its colour may be the part's: not to be seen there says little.
    """
    named = {color for word in tokens(text) if (color := stem(word.removesuffix("ish"), COLORS))}
    if not named or not seen_colors:
        return 0.0
    seen = {word for color in seen_colors for word in tokens(color)}
    return 1.0 if any((COLORS[color] | {color}) & seen for color in named) else -_UNSEEN


def strongest(expected: Expectation, seen: Mapping[Attribute, float]) -> Attribute | None:
    """Find the attribute on which expectation and sight agree most, or None when they agree on none."""
    products = {name: value * seen[name] for name, value in expected.items() if name in seen}
    best = max(products, key=lambda name: products[name], default=None)
    return best if best is not None and products[best] > 0.1 else None
