"""How many? Numbers in words and figures against the number of regions that were seen. Knows no looks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from echo_iad.deciders.embedded.scoring import ScoredOption, Term
from echo_iad.deciders.embedded.words import words

_ASKED = re.compile(r"\b(how many|number of|count)\b")
_NUMBERS = {
    name: number
    for number, name in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    )
} | {"no": 0, "none": 0, "single": 1, "a": 1, "pair": 2, "couple": 2, "few": 3, "several": 4, "multiple": 4, "many": 6}
_PER_STEP = 1.0
"""Log-likelihood that one miscounted region costs: neighbouring defects merge, one breaks into pieces."""


def asks_number(question: str) -> bool:
    """Whether a question wants a number.

    Examples
    --------
    >>> asks_number("How many scratches are there?"), asks_number("Where is it?")
    (True, False)
    """
    return _ASKED.search(question.lower()) is not None


def number_in(text: str) -> int | None:
    """Read the first number that a text names, or None.

    Examples
    --------
    >>> number_in("Two."), number_in("12 of them"), number_in("red")
    (2, 12, None)
    """
    for word in words(text):
        if word.isdigit():
            return int(word)
        if word in _NUMBERS:
            return _NUMBERS[word]
    return None


def count_options(options: Sequence[ScoredOption], regions: int) -> tuple[ScoredOption, ...]:
    """Score options by how near their numbers are to the number of regions; without numbers they stay as they are."""
    numbers = [number_in(option.text) for option in options]
    if all(number is None for number in numbers):
        return tuple(options)
    return tuple(
        ScoredOption(option.label, option.text, (Term("count", -_PER_STEP * abs((9 if n is None else n) - regions)),))
        for option, n in zip(options, numbers, strict=True)
    )
