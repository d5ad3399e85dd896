"""Text to words: lower case, one spelling, stems. Knows no meaning.

Spelling is American inside, so that ``colour`` and ``color`` are one word.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from functools import lru_cache

_SPELLING = (("colour", "color"), ("centre", "center"), ("grey", "gray"), ("mould", "mold"), ("fibre", "fiber"))
_TOKEN = re.compile(r"n't|[a-z]+|[0-9]+|[,;:.?!]")
_ENDINGS = ("ations", "ation", "ings", "ing", "ness", "iest", "ier", "ies", "ed", "es", "ly", "er", "s", "d", "y")


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[str, ...]:
    """Words, numbers and punctuation of ``text``, in order.

    Examples
    --------
    >>> tokens("Isn't it off-centre, 2 o'clock?")
    ('is', "n't", 'it', 'off', 'center', ',', '2', 'o', 'clock', '?')
    """
    plain = text.lower().replace("’", "'").replace("can't", "can n't").replace("cannot", "can n't")
    plain = plain.replace("won't", "will n't").replace("n't", " n't")
    plain = re.sub(r"'(s|re|ve|ll|d|m)\b", "", plain)
    for ours, theirs in _SPELLING:
        plain = plain.replace(ours, theirs)
    return tuple(_TOKEN.findall(plain))


def words(text: str) -> tuple[str, ...]:
    """Tokens of ``text`` without punctuation."""
    return tuple(word for word in tokens(text) if word[0].isalnum() or word == "n't")


def stem(word: str, known: Container[str]) -> str | None:
    """Find the entry of ``known`` that ``word`` is a form of, or None.

    Examples
    --------
    >>> stem("chipped", {"chip"}), stem("faded", {"fade"}), stem("scratches", {"scratch"}), stem("edge", {"ed"})
    ('chip', 'fade', 'scratch', None)
    """
    if word in known:
        return word
    for ending in _ENDINGS:
        root = word.removesuffix(ending)
        if root == word or len(root) < 3:
            continue
        for form in (root, root + "e", root + "y", root[:-1] if root[-1] == root[-2] else root):
            if form in known:
                return form
    return None


@lru_cache(maxsize=1024)
def sentences(text: str) -> tuple[str, ...]:
    """List the sentences and list items of ``text``, without their marks.

    Examples
    --------
    >>> sentences("A dark spot. It grows! - and spreads")
    ('A dark spot.', 'It grows!', 'and spreads')
    >>> sentences("<Heading> Looks: A dark spot.")
    ('Heading', 'A dark spot.')
    """
    plain = re.sub(r"<([^<>]*)>", r"\n\1\n", text)
    plain = re.sub(r"^\s*[A-Z]\w+:\s+", "", plain, flags=re.MULTILINE)
    parts = re.split(r"(?<=[.!?])\s+|\n+|(?:^|\s)[-*•]\s+", plain)
    return tuple(part.strip(" -*•\t") for part in parts if len(part.strip(" -*•\t.")) > 1)


def word_set(text: str) -> frozenset[str]:
    """Split ``text`` at white space into a set: word lists stay readable in the source."""
    return frozenset(text.split())


def first_full(lines: Sequence[str]) -> str:
    """Pick the first line that is more than a heading; the first of all when none is, and nothing of nothing.

    Examples
    --------
    >>> first_full(["Scratch", "A scratch is a thin line."])
    'A scratch is a thin line.'
    """
    return next((line for line in lines if len(line.split()) > 4), lines[0] if lines else "")
