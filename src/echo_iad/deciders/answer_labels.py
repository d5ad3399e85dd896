"""Whether an option is named at one place of a plain text. Knows the options, and nothing of what stands before.

A label counts when what follows cannot make it a word of a sentence: "B.", "(b)", "B because", "B. A scratch". The
article of "A scratch is visible" is no label. An option's own text counts when it stands there whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from echo_iad.deciders.answer_markup import plain

_ALNUM = r"(?:(?![\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])[^\W_])"
"""A letter or digit of a script that puts blanks between words."""
_OPENERS = r"[\s(\[{<|'•✅✓✔☑]*+"
_CLOSERS = r"[)\]}>|'✅✓✔☑]*+"
_POINTS = re.compile(r"[\s.:,;…/(\[)\]}>|'✅✓✔☑\-–—]*+")
_ENDS = re.compile(rf"{_CLOSERS}\s?(?:[.!]*+{_CLOSERS}(?:$|\n)|[.!;]{_CLOSERS}\s)")
_AT_END = re.compile(r"[\s.!;,)\]}>|'✅✓✔☑]*+$")
_BECAUSE = re.compile(r",?\s(?:because|since|as|due|given|which|with|based|rather|instead)\b", re.IGNORECASE)
_JOINED = re.compile(r"[\s.,/&|;)\]'-]*+(?:(?:and|or|but)\b)?[\s(\[]*+", re.IGNORECASE)
_OPENINGS = frozenset(("yes", "no", "true", "false"))
_OPENING_ENDS = re.compile(r"\s?[,.!:;–—-]|\s(?:there|it|this|i)\b|\n|$", re.IGNORECASE)
_FINAL_POINTS = " \n.!?;:,…"


@dataclass(frozen=True)
class Reading:
    """What one place of a text says about the options."""

    label: str | None
    """The option's label; None when the place answers, but names none of the options, or more than one."""
    whole: bool = False
    """Whether nothing but the option stands there."""
    bare: bool = False
    """Whether it is the label alone."""
    end: int = 0
    """Where the words that name it end, those that call it right included."""


@dataclass(frozen=True)
class Choices:
    """Options made ready for reading."""

    labels: Mapping[str, str]
    """Plain label, and its lower case where that is one option's alone, to the label as given."""
    texts: tuple[tuple[str, frozenset[str]], ...]
    """Plain text in lower case to the labels of the options that have it; the longest first."""
    form: re.Pattern[str]
    """A label, or what looks like one, where an answer may stand."""
    listed: re.Pattern[str]
    """A label as it stands in a list: ``B.``, ``B)``, ``B:``."""

    praised: re.Pattern[str]
    """A label that is called right: ``B is the correct answer``."""
    named: re.Pattern[str]
    """A label, or what looks like one, anywhere in a sentence."""

    @property
    def reach(self) -> int:
        """Characters of the longest text."""
        return len(self.texts[0][0]) if self.texts else 0

    def label_of(self, written: str) -> str | None:
        """Label as given, for a label as written; None when it is none."""
        return self.labels.get(written) or self.labels.get(written.casefold())


def choices_of(options: Mapping[str, str]) -> Choices:
    """Make options ready for reading; kept for the options that were read last."""
    return _choices(tuple(options.items()))


@lru_cache(maxsize=256)
def _choices(items: tuple[tuple[str, str], ...]) -> Choices:
    exact = {_bare_label(label): label for label, _ in items}
    lower = [written.casefold() for written in exact]
    labels = {written.casefold(): label for written, label in exact.items() if lower.count(written.casefold()) == 1}
    texts: dict[str, frozenset[str]] = {}
    for label, text in items:
        known = _plain_text(text)
        if known:
            texts[known] = texts.get(known, frozenset()) | {label}
    by_length = tuple(sorted(texts.items(), key=lambda item: -len(item[0])))
    return Choices(labels | exact, by_length, *_patterns(tuple(sorted(exact, key=len, reverse=True))))


@cache
def _patterns(labels: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    known = "|".join(re.escape(label) for label in labels)
    ends = rf"(?!{_ALNUM}|['’][^\W_]|-[^\W_]|[.,]\d|\.[^\W_]\.|:[\\/])"
    word = rf"(?:(?:the )?(?:option|choice|letter|answer|number|statement)\s{_OPENERS})?"
    form = rf"{_OPENERS}{word}(?P<label>(?:{known}|[A-Z]|\d{{1,2}}){ends})"
    listed = rf"(?<![^\W_])(?P<label>{known})(?=[.):]{_CLOSERS}(?:\s|$)| [-–—=] )"
    praised = (
        rf"(?<![^\W_])(?P<label>{known}){_CLOSERS} is (?:indeed |clearly |therefore |thus |most likely )?"
        r"(?:(?:the )?(?:only |most )?(?:correct|right|best|appropriate|accurate|likely|suitable)"
        r"|the (?:answer|option|choice))\b"
    )
    named = rf"(?<!{_ALNUM})(?<![^\W_]['’-])(?<!°)(?<!\b[ie]\.)(?P<label>(?:{known}|(?-i:[A-Z])|\d{{1,2}}){ends})"
    return re.compile(form, re.IGNORECASE), re.compile(listed), re.compile(praised), re.compile(named, re.IGNORECASE)


def _bare_label(label: str) -> str:
    return plain(label).strip("()[]{}<>.:,;| '") or label


def _plain_text(text: str) -> str:
    return _lower(plain(text).replace("\n", " ")).strip(_FINAL_POINTS)


def reading_at(text: str, place: int, choices: Choices, *, opening: bool = False) -> Reading | None:
    """Read the option that is named at a place.

    Parameters
    ----------
    text : str
        Plain (`answer_markup.plain`).
    place : int
        Where the answer may begin; blanks and opening brackets are passed over.
    choices : Choices
        The options.
    opening : bool
        Whether "Yes, ..." may stand for an option whose own text is "Yes.", and likewise No, True and False.

    Returns
    -------
    Reading or None
        None: no option, and nothing that looks like a label, is named there.
    """
    by_label = _by_label(text, place, choices)
    by_text = _by_text(text, place, choices, opening=opening)
    if by_text is None or by_text.label is None:
        return by_text or by_label
    if by_label is None or by_label.label == by_text.label or _is_foreign(text, place, choices):
        return by_text
    return Reading(None)


def _is_foreign(text: str, place: int, choices: Choices) -> bool:
    """Whether what looks like a label there belongs to no option, such as the 4 of an option's text."""
    match = choices.form.match(text, place)
    return match is not None and choices.label_of(match["label"]) is None


def _by_label(text: str, place: int, choices: Choices) -> Reading | None:
    match = choices.form.match(text, place)
    if match is None:
        return None
    label, end = choices.label_of(match["label"]), match.end()
    if _AT_END.match(text, end):
        return Reading(label, whole=True, bare=True, end=end)
    if _joined_with_another(text, end, choices):
        return Reading(None)
    start = after_points(text, end)
    points = text[end:start].strip(" ") != ""
    named, after = text_at(text, start, choices)
    if named:
        if label not in named:
            return Reading(None) if points else None
        finished = _ENDS.match(text, after)
        if _starts_another(text, after_points(text, after), label, choices):
            return Reading(None)
        if points or finished:
            return Reading(label, whole=finished is not None and not text[finished.end() :].strip(), end=after)
        return None
    if points or _ENDS.match(text, end) or _BECAUSE.match(text, end):
        return Reading(label, end=end)
    return None


def _joined_with_another(text: str, end: int, choices: Choices) -> bool:
    """Whether a second label follows: "B, C", "A or B", "A/B", "A. B."."""
    joint = _JOINED.match(text, end)
    match = choices.form.match(text, joint.end()) if joint else None
    if joint is None or match is None or choices.label_of(match["label"]) is None:
        return False
    joins = not set(joint[0].casefold()).isdisjoint("&/o")
    return joins or _AT_END.match(text, match.end()) is not None or text[match.end() :][:1] in {",", "/"}


def after_points(text: str, place: int) -> int:
    """Where what follows begins, past blanks, points, dashes and brackets."""
    points = _POINTS.match(text, place)
    return points.end() if points else place


def _starts_another(text: str, start: int, label: str | None, choices: Choices) -> bool:
    """Whether another option follows with its own text, as in a list of all options."""
    match = choices.form.match(text, start)
    other = choices.label_of(match["label"]) if match else None
    if match is None or other is None or other == label:
        return False
    return other in text_at(text, after_points(text, match.end()), choices)[0]


def text_at(text: str, start: int, choices: Choices) -> tuple[frozenset[str], int]:
    """Labels of the options whose text stands at a place, those of the longest such text, and where it ends."""
    start = _past(text, start, " \n'(")
    window = _lower(text[start : start + choices.reach + 1].replace("\n", " "))
    for known, labels in choices.texts:
        if window.startswith(known) and not (known[-1].isalnum() and window[len(known) :][:1].isalnum()):
            return labels, start + len(known)
    return frozenset(), start


def _past(text: str, place: int, passed: str) -> int:
    while place < len(text) and text[place] in passed:
        place += 1
    return place


def _lower(text: str) -> str:
    """Lower case, character by character, so that places stay what they are."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _by_text(text: str, place: int, choices: Choices, *, opening: bool) -> Reading | None:
    start = _past(text, place, " \n'([|•✅✓✔☑")
    named, end = text_at(text, start, choices)
    if not named:
        return None
    label = next(iter(named)) if len(named) == 1 else None
    if _ENDS.match(text, end) or _BECAUSE.match(text, end) or text[end : end + 2].lstrip(" ").startswith("("):
        return _agreeing(text, end, label, choices)
    if opening and _lower(text[start:end]) in _OPENINGS and _OPENING_ENDS.match(text, end):
        return _agreeing(text, end, label, choices)
    return None


def _agreeing(text: str, end: int, label: str | None, choices: Choices) -> Reading:
    """The option whose text ended there, unless what follows at once names another."""
    joint = _JOINED.match(text, end)
    after = joint.end() if joint else end
    match = choices.form.match(text, after)
    if match is not None and re.match(r"[)\]]|[\s.]*+$", text[match.end() : match.end() + 2]):
        second = choices.label_of(match["label"])
        if second is not None:
            whole = _AT_END.match(text, match.end()) is not None
            return Reading(label, whole=whole, end=match.end()) if second == label else Reading(None)
    named, stop = text_at(text, after, choices)
    if named and label not in named and _ENDS.match(text, stop):
        return Reading(None)
    return Reading(label, whole=_AT_END.match(text, end) is not None, end=end)
