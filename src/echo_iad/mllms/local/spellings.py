"""How a tokenizer may spell a label at the start of an answer. Knows token numbers; knows no library."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Tokens: TypeAlias = tuple[int, ...]


def spellings(label: str, tokens_of: Callable[[str], Tokens]) -> tuple[Tokens, ...]:
    r"""Token sequences that write a label: bare, after a space, at the start of a line.

    Parameters
    ----------
    label : str
    tokens_of : callable
        A text to its tokens, without special ones.

    Returns
    -------
    tuple of tuple of int
        Different sequences: every one of a single token, or the shortest when there is none.

    Examples
    --------
    >>> words = {"A": (5,), " A": (9,), "\n": (1,), "\nA": (1, 5)}
    >>> spellings("A", words.__getitem__)
    ((5,), (9,))
    """
    line, in_line = tokens_of("\n"), tokens_of(f"\n{label}")
    after = in_line[len(line) :] if in_line[: len(line)] == line else ()
    found = dict.fromkeys(way for way in (tokens_of(label), tokens_of(f" {label}"), after) if way)
    single = tuple(way for way in found if len(way) == 1)
    return single or (min(found, key=len),)
