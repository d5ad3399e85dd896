"""From a question's text to clauses of words with their cues. Knows words, no question type and no product.

Spelling is repaired towards the cue words only: one slip (a letter left out, doubled, swapped or wrong) in a word of
five letters or more whose first letter is right.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from echo_iad.planning.cues import NOT_A_SLIP, TYPING_SLIPS, WORDS, Cue

_CONTRACTIONS = (("n't", " not"), ("'s", " is"), ("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("'d", " would"))
_WH_CONTRACTED = re.compile(r"\b(what|where|how|who|that|there|it|why)'?s\b")
_POSSESSIVE = re.compile(r"'s\b|(?<=s)'(?!\w)")
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_STOP = re.compile(r"([.?!;:\n。？！]+(?=\s|$)|\s[-–—]+\s)")
_ENDINGS = (
    ("ies", "y"),
    ("ied", "y"),
    ("es", ""),
    ("s", ""),
    ("ed", ""),
    ("ed", "e"),
    ("ing", ""),
    ("ing", "e"),
    ("ly", ""),
)
_LONGEST_READ = 2_000
"""Characters of a question that are read; what is asked stands long before."""


@dataclass(frozen=True)
class Clause:
    """One sentence of a question.

    Attributes
    ----------
    words : tuple of str
        Lower case, repaired, phrases joined by ``_``.
    cues : tuple of frozenset of Cue
        What each word can tell; empty for a word of which nothing is known.
    marked : bool
        Whether it ends with a question mark.
    """

    words: tuple[str, ...]
    cues: tuple[frozenset[Cue], ...]
    marked: bool = False

    def first(self, *wanted: Cue, start: int = 0) -> int | None:
        """Place of the first word with one of the cues, None when no word has one."""
        for place in range(start, len(self.words)):
            if not self.cues[place].isdisjoint(wanted):
                return place
        return None

    def has(self, *wanted: Cue, start: int = 0) -> bool:
        """Whether any word from ``start`` on has one of the cues."""
        return self.first(*wanted, start=start) is not None

    def says(self, *words: str) -> bool:
        """Whether any of the words is said."""
        return any(word in self.words for word in words)

    def since(self, start: int) -> Clause:
        """Give the clause from a word on."""
        return Clause(self.words[start:], self.cues[start:], self.marked)

    def until(self, end: int) -> Clause:
        """Give the clause before a word."""
        return Clause(self.words[:end], self.cues[:end], self.marked)


def clauses(text: str) -> list[Clause]:
    """Sentences of a text in order, without those that hold no word.

    Examples
    --------
    >>> [clause.words for clause in clauses("There is a defect. Where's it?")]
    [('there', 'is', 'a', 'defect'), ('where', 'is', 'it')]
    """
    plain = unicodedata.normalize("NFKC", text[:_LONGEST_READ]).casefold().replace("’", "'").replace("`", "'")
    plain = _WH_CONTRACTED.sub(r"\1 is", plain)
    said = [*_STOP.split(plain), ""]
    read = (clause(sentence, marked="?" in stop) for sentence, stop in zip(said[::2], said[1::2], strict=True))
    return [one for one in read if one.words]


def clause(sentence: str, *, marked: bool = False) -> Clause:
    """One sentence, in lower case, as words with cues."""
    for ending, full in _CONTRACTIONS[:1] + _CONTRACTIONS[2:]:
        sentence = sentence.replace(ending, full)
    raw = [_repaired(word) for word in _words_of(_POSSESSIVE.sub("", sentence))]
    words: list[str] = []
    place = 0
    while place < len(raw):
        length = next((n for n in (3, 2) if "_".join(raw[place : place + n]) in _phrases()), 1)
        words.append("_".join(raw[place : place + length]))
        place += length
    return Clause(tuple(words), tuple(cues_of(word) for word in words), marked)


def _words_of(sentence: str) -> list[str]:
    """Words; a hyphened one of which nothing is known as its parts."""
    found = _WORD.findall(sentence)
    return [part for word in found for part in (word.split("-") if "-" in word and not cues_of(word) else (word,))]


@lru_cache(maxsize=4096)
def cues_of(word: str) -> frozenset[Cue]:
    """What a word can tell: its own cues, else those of its dictionary form."""
    for form in _forms(word):
        if form in _lexicon():
            return _lexicon()[form]
    return frozenset()


def _forms(word: str) -> list[str]:
    forms = [word]
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word.removesuffix(ending)
            forms.append(stem + instead)
            if ending in ("ed", "ing") and stem[-1] == stem[-2]:
                forms.append(stem[:-1])
    return forms


@cache
def _lexicon() -> dict[str, frozenset[Cue]]:
    found: dict[str, set[Cue]] = {}
    for cue, words in WORDS.items():
        for word in words.split():
            found.setdefault(word, set()).add(cue)
    return {word: frozenset(cues) for word, cues in found.items()}


@cache
def _phrases() -> frozenset[str]:
    return frozenset(word for word in _lexicon() if "_" in word)


@cache
def _own_words() -> frozenset[str]:
    return frozenset(NOT_A_SLIP.split())


@lru_cache(maxsize=4096)
def _repaired(word: str) -> str:
    word = TYPING_SLIPS.get(word, word)
    if len(word) < 5 or cues_of(word) or not _own_words().isdisjoint(_forms(word)):
        return word
    for shorter in sorted(_shorter(word)):
        if shorter in _near() and shorter[0] == word[0] and _one_slip(word, _near()[shorter]):
            return _near()[shorter]
    return word


@cache
def _near() -> dict[str, str]:
    """Every repairable cue word under itself and under each of its forms with one letter left out."""
    near: dict[str, str] = {}
    for word, cues in sorted(_lexicon().items()):
        if len(word) >= 6 and "_" not in word and cues != {Cue.FILLER}:
            for shorter in _shorter(word):
                near.setdefault(shorter, word)
    return near


def _shorter(word: str) -> set[str]:
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}


def _one_slip(word: str, meant: str) -> bool:
    """Whether one letter is left out, added, wrong, or swapped with its neighbour."""
    if abs(len(word) - len(meant)) > 1 or word[0] != meant[0]:
        return False
    if len(word) != len(meant):
        return True
    wrong = [place for place in range(len(word)) if word[place] != meant[place]]
    if len(wrong) == 2:
        first, second = wrong
        return second == first + 1 and word[first] == meant[second] and word[second] == meant[first]
    return len(wrong) == 1
