"""How much does a statement claim? Of two statements the one that claims less is likelier before anything is known.

Knows English words of degree and of looks; knows no question and no evidence.
"""

from __future__ import annotations

from functools import lru_cache

from echo_iad.deciders.embedded.words import stem, word_set, words

_SWEEPING = word_set(
    """
    unusable useless completely entirely totally fully wholly always never immediately instantly permanently explode
    fire catastrophic catastrophe impossible inoperable severe severely extreme extremely drastic drastically
    total destroy fatal all every must cannot
    """
)
_MODEST = word_set(
    """
    may might could can potentially possibly slightly slight minor some somewhat partial partially likely probably
    perhaps sometimes tend little local locally
    """
)
_VISIBLE = word_set(
    """
    appearance aesthetic aesthetics visual visually visible look looks cosmetic surface finish texture pattern
    uniformity uniform appeal beauty unsightly unattractive ugly
    """
)


@lru_cache(maxsize=4096)
def sweep(text: str) -> float:
    """How sweeping a claim is: 1 for all or nothing, -1 for a hedged one.

    Examples
    --------
    >>> sweep("It makes the part completely useless."), sweep("It may slightly reduce the strength.")
    (1.0, -1.0)
    """
    read = words(text)
    strong = sum(bool(stem(word, _SWEEPING)) for word in read)
    return float(max(-1, min(1, strong - sum(bool(stem(word, _MODEST)) for word in read))))


@lru_cache(maxsize=4096)
def tells_of_looks(text: str) -> bool:
    """Whether a claim is about how the part looks: what a picture showed has changed that for sure.

    Examples
    --------
    >>> tells_of_looks("It spoils the appearance."), tells_of_looks("It shortens the life.")
    (True, False)
    """
    return any(stem(word, _VISIBLE) for word in words(text))
