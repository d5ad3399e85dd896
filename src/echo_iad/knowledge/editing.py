"""A person's edit of an extract: other sentences by their numbers, and words of their own. Knows no terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.errors import KnowledgeError
from echo_iad.knowledge.sentences import split_text


def chosen_passages(numbers: str, passages: Sequence[KnowledgePassage]) -> tuple[KnowledgePassage, ...]:
    """Choose sentences by their numbers, counted from 1, e.g. ``"4 1"`` or ``"4, 1"``; none for an empty text.

    Raises
    ------
    KnowledgeError
        Something is no number of a sentence.

    Examples
    --------
    >>> known = [KnowledgePassage("It is blue.", "cap.md"), KnowledgePassage("It is round.", "cap.md")]
    >>> [passage.text for passage in chosen_passages("2, 1", known)]
    ['It is round.', 'It is blue.']
    """
    words = [word for word in re.split(r"[\s,;]+", numbers) if word]
    wrong = next((word for word in words if not _is_number(word, len(passages))), None)
    if wrong is not None:
        msg = f"{wrong!r} is no sentence's number. Allowed: 1 to {len(passages)}, e.g. 2 1."
        raise KnowledgeError(msg)
    places = dict.fromkeys(int(word) - 1 for word in words)
    return tuple(replace(passages[place], relevance=1.0) for place in places)


def own_passages(words: str, author: str) -> tuple[KnowledgePassage, ...]:
    """Take a person's own words as knowledge, a passage for each sentence, with the person as source.

    Examples
    --------
    >>> [(passage.text, passage.source) for passage in own_passages("A dent is no fault. It fades.", "Anna")]
    [('A dent is no fault.', 'words of Anna'), ('It fades.', 'words of Anna')]
    """
    source = f"words of {author}"
    return tuple(KnowledgePassage(sentence.text, source, relevance=1.0) for sentence in split_text(words))


def _is_number(word: str, count: int) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= len(str(count)) and 1 <= int(word) <= count
