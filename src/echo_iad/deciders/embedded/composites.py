"""Options that speak of other options: all of them, none of them, both of two. Knows no question and no evidence.

Where exactly one option is right, ``all of the above`` is right when the others are about equally well supported, and
``none of the above`` when evidence speaks against each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from echo_iad.deciders.embedded.polarity import cannot_tell
from echo_iad.deciders.embedded.scoring import ScoredOption, Term

_OTHERS = r"(?:of )?(?:the |these |those )?(?:above|others?|other options|options|mentioned|listed|choices|answers)\b"
_ALL = re.compile(rf"^\W*(?:all|each|any|every one) {_OTHERS}")
_NONE = re.compile(rf"^\W*(?:none|neither|not any) {_OTHERS}")
_BOTH = re.compile(
    r"^\W*(?:both\s+|only\s+|options?\s+)*(\w{1,5})\s*(?:and|&|\+|as well as)\s*(?:option\s+)?(\w{1,5})\W*$"
)
_DECIDED = frozenset({"no defect", "cannot be told"})
"""Terms of options that have been weighed for what they say of themselves."""
_LEVEL = 0.5
"""All are right together when the weakest is at most so much less supported than the strongest."""
_NOTHING_FITS = 0.2
"""None is right when something speaks against each: the best total lies so much below 0."""
_UNSURE = 1.2
"""``Cannot be told`` of what the evidence can tell: log 0.3 behind the best option."""


def members(text: str, options: Mapping[str, str]) -> tuple[str, ...]:
    """Labels of the options that ``text`` joins; empty when it speaks for itself.

    Examples
    --------
    >>> members("Both A and C", {"A": "Red.", "B": "Blue.", "C": "Round.", "D": "Both A and C"})
    ('A', 'C')
    >>> members("All of the above", {"A": "Red.", "B": "All of the above"}), members("Red and blue", {"A": "Red"})
    (('A',), ())
    """
    plain = text.lower()
    if _ALL.search(plain):
        return tuple(label for label, other in options.items() if not _is_composite(other, options))
    if found := _BOTH.search(plain):
        labels = {label.lower(): label for label in options}
        named = [labels[name] for name in found.groups() if name in labels]
        return tuple(named) if len(named) == 2 and named[0] != named[1] else ()
    return ()


def _is_composite(text: str, options: Mapping[str, str]) -> bool:
    plain = text.lower()
    return bool(_ALL.search(plain) or _NONE.search(plain)) or (
        _BOTH.search(plain) is not None and bool(members(text, options))
    )


def with_composites(scored: Sequence[ScoredOption]) -> tuple[ScoredOption, ...]:
    """Score options that speak of other options, and those that say that nothing can be told, by the others' totals.

    Options without such words stay as they are, and so does an option that says "no defect" (its term tells).
    """
    options = {option.label: option.text for option in scored}
    own = {option.label: option.total for option in scored if not _is_composite(option.text, options)}
    own = {label: total for label, total in own.items() if not cannot_tell(options[label])} or own
    if not own or len(own) == len(scored):
        return tuple(scored)
    return tuple(_scored(option, options, own) for option in scored)


def _scored(option: ScoredOption, options: Mapping[str, str], own: Mapping[str, float]) -> ScoredOption:
    best = max(own.values())
    if any(term.name in _DECIDED for term in option.terms):
        return option
    if _NONE.search(option.text.lower()):
        return replace(option, terms=(Term("none", -max(best, 0.0) - _NOTHING_FITS),))
    if cannot_tell(option.text):
        return replace(option, terms=(Term("unsure", best - _UNSURE),))
    joined = [own[label] for label in members(option.text, options) if label in own]
    if len(joined) < 2:
        return option
    return replace(option, terms=(Term("together", min(joined) + _LEVEL, "several options hold"),))
