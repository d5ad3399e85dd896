"""From what a model wrote to the option it chose, or to none. Knows no model, and never guesses by similarity.

An answer is read where the text states one ("Answer: B", "the answer is (B)", ``<answer>B</answer>``, a boxed B, JSON);
the last statement counts. A text without a statement is read when it begins or ends with an option. What contradicts
itself, or names no option, is no answer. Which forms are read: ``docs/reading-answers.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from echo_iad.deciders.answer_labels import Choices, Reading, choices_of, reading_at
from echo_iad.deciders.answer_markup import after_thought, plain, unwrapped
from echo_iad.deciders.answer_retractions import takes_back

_NAMED = r"(?:correct|best|right|final|chosen|selected|most likely|most appropriate|most suitable|appropriate|likely)"
_IS = r"(?:is|was|would be|should be|must be|will be|seems to be|appears to be)\b"
_ARROW = r"'?\s?(?:[:=]|[-=]+>|→|⇒)|\s[-–—](?=\s)"
_SURELY = r"(?:,?\s?(?:therefore|thus|hence|then|clearly|definitely|most likely|likely|probably|indeed|simply)\b,?)?"
_ABROAD = (
    r"(?<![不可没])选择?|答案|正解|答え|回答|정답|답"
    r"|(?<![^\W_])(?:antwort|réponse|respuesta|risposta|resposta|ответ|antwoord|odpowiedź)"
)
_STATED = re.compile(
    rf"(?<![^\W_])(?:(?:answer|{_NAMED} (?:option|choice|letter|selection|statement|description))"
    rf"(?: to (?:the|this|your) question)?(?P<link>{_ARROW}|\s{_IS})?{_SURELY}\s?[:=]?"
    rf"|I(?:'d| would| will|'ll)? (?:choose|chose|select|selected|pick|picked|go with|answer|opt for)\s?:?)"
    rf"|(?:{_ABROAD})\s?(?:(?P<far>[:=])|是|为|為|は|ist\b|est\b|es\b|è\b|é\b)?\s?[:=]?",
    re.IGNORECASE,
)
_LINE_STATED = re.compile(
    r"(?:^|(?<=[\n{,]))\s?(?:(?:final|my|selected|chosen) )?"
    r"(?:option|choice|letter|selection|prediction|response|conclusion|verdict)\s?[:=]\s?",
    re.IGNORECASE,
)
_BEFORE_ANSWER = re.compile(r"(?:^|[\n{,])\s?(?:(?:so|the|my|your|final|correct|best|right),? )*$", re.IGNORECASE)
_DOUBTED = re.compile(
    r"\b(?:if|otherwise)\b|\b(?:whether|unless|suppose|supposing|assuming|could|might|may)\b[^,]*$"
    r"|(?:\bnot|\bnever|\bdoubt|n't)\b[^,]*$",
    re.IGNORECASE,
)
_SENTENCE_STOP = re.compile(r"[.!?\n:;]")
_CANNOT = r"(?:can(?:'t|not| not)|am unable to|am not able to|'m unable to|'m not able to)"
_DECLINED = re.compile(
    rf"\bi(?: am|'m)? (?:really |very |so )?sorry,? (?:but )?i(?: {_CANNOT}|'m (?:unable|not able)| won't)\b"
    rf"|\bi ?{_CANNOT} (?:assist|help|comply|answer|provide|fulfil|discuss)"
    rf"|\bi ?{_CANNOT} (?:see|view|access|open|process|analy[sz]e) (?:\w+ ){{0,2}}(?:image|picture|photo)"
    r"|\bi (?:won't|will not) (?:assist|help|comply|answer|provide|discuss)"
    r"|\bi (?:must|have to) decline\b|\bi decline to\b"
    rf"|\bas an ai(?: language)?(?: model| assistant)?,? i ?(?:{_CANNOT}|do not have|don't have)",
    re.IGNORECASE,
)
_UNTOLD = re.compile(
    r"\A(?:answer:? )?it (?:cannot|can't|can not) be told from the (?:picture|image|photo)s?(?:[.!]|$)", re.IGNORECASE
)
_READ_FOR_REFUSAL = 600
"""Characters in which a refusal is looked for: a model that declines says so at once."""

_NEXT_TURN = re.compile(r"\n(?:question|user|human)(?: \d{1,3})?:", re.IGNORECASE)


def read_choice(text: str, options: Mapping[str, str]) -> str | None:
    """Read which option a model chose.

    Parameters
    ----------
    text : str
        What it wrote, whole; time is linear in its length.
    options : mapping of str to str
        Label -> the option's text.

    Returns
    -------
    str or None
        The label as ``options`` has it; None when the text states no option, an unknown one, or several.

    Examples
    --------
    >>> options = {"A": "A dent.", "B": "A scratch."}
    >>> read_choice("B. A scratch", options), read_choice("a scratch", options), read_choice("**Answer:** (b)", options)
    ('B', 'B', 'B')
    >>> read_choice("A scratch is visible near the rim", options), read_choice("B. A dent", options)
    (None, None)
    """
    if not options:
        return None
    reading = _read(after_thought(text), choices_of(options))
    return reading.label if reading else None


def looks_untold(text: str) -> bool:
    """Whether the text says that the picture does not tell, in the words that the prompts offer for it.

    Examples
    --------
    >>> looks_untold("It cannot be told from the picture.")
    True
    """
    return _UNTOLD.search(plain(after_thought(text)[: 4 * _READ_FOR_REFUSAL])[:_READ_FOR_REFUSAL]) is not None


def looks_refused(text: str) -> bool:
    """Whether a text declines to answer, by a short list of phrases; read the choice first.

    Examples
    --------
    >>> looks_refused("I'm sorry, but I can't help with that."), looks_refused("I cannot see any defect.")
    (True, False)
    """
    return _DECLINED.search(plain(after_thought(text)[: 4 * _READ_FOR_REFUSAL])[:_READ_FOR_REFUSAL]) is not None


def _read(text: str, choices: Choices) -> Reading | None:
    wrapped = unwrapped(text)
    if wrapped is None:
        written = plain(text)
        reading = _stated(written, choices) or _unstated(written, choices)
        return _unless_asked_again(written, reading, choices)
    held, after = plain(wrapped[0]), plain(wrapped[1])
    reading = _stated(held, choices) or _unstated(held, choices)
    return _stated(after, choices) or (reading and _unless_taken_back(Reading(reading.label), after, choices))


def _unless_asked_again(text: str, reading: Reading | None, choices: Choices) -> Reading | None:
    """No answer where the model answered, made up a next question, and answered that one otherwise."""
    turn = _NEXT_TURN.search(text)
    if reading is None or turn is None:
        return reading
    before = _stated(text[: turn.start()], choices) or _unstated(text[: turn.start()], choices)
    return reading if before is None or before.label == reading.label else Reading(None)


def _stated(text: str, choices: Choices) -> Reading | None:
    """What the last statement says; None without one."""
    marks = sorted((*_STATED.finditer(text), *_LINE_STATED.finditer(text)), key=lambda mark: mark.end())
    place, reading = 0, None
    for mark in reversed(marks):
        reading = _statement(text, mark, choices)
        if reading is not None:
            place = mark.end()
            break
    praised = _praised(text, place, choices)
    named = {praise.label for praise in praised} | ({reading.label} if reading else set())
    if not named:
        return None
    if len(named) > 1:
        return Reading(None)
    end = max(read.end for read in (*praised, reading) if read is not None)
    return _unless_taken_back(Reading(named.pop(), end=end), text, choices)


def _unless_taken_back(reading: Reading, text: str, choices: Choices) -> Reading:
    """The reading, or no answer where what follows it, up to a next question, takes it back."""
    turn = _NEXT_TURN.search(text, reading.end)
    rest = text[reading.end : turn.start() if turn else len(text)]
    return Reading(None) if reading.label is None or takes_back(rest, reading.label, choices) else reading


def _statement(text: str, mark: re.Match[str], choices: Choices) -> Reading | None:
    if _is_doubted(text, mark.start()):
        return None
    reading = reading_at(text, mark.end(), choices, opening=True)
    if reading is not None:
        return None if _is_asked(text, mark.end()) else reading
    said = text[mark.end() : mark.end() + 20].casefold().lstrip(" (")
    if said.startswith(("not ", "none", "neither", "unclear", "unknown", "ambiguous", "n/a")):
        return Reading(None)
    groups = mark.groupdict()
    points = (groups.get("link") or "").strip() in {":", "="} or bool(groups.get("far"))
    return Reading(None) if points and said and _BEFORE_ANSWER.search(text[: mark.start()][-60:]) else None


def _is_doubted(text: str, start: int) -> bool:
    """Whether the sentence so far makes what follows a condition, a question or a denial."""
    return _DOUBTED.search(_SENTENCE_STOP.split(text[max(0, start - 160) : start])[-1]) is not None


def _is_asked(text: str, start: int) -> bool:
    return re.match(r"[^.!?\n]{0,80}\?", text[start : start + 82]) is not None


def _praised(text: str, place: int, choices: Choices) -> list[Reading]:
    """Options that the text calls right from a place on: "B is the correct answer"."""
    return [
        Reading(choices.label_of(mark["label"]), end=mark.end())
        for mark in choices.praised.finditer(text, place)
        if not _is_doubted(text, mark.start()) and not _is_asked(text, mark.end())
    ]


def _unstated(text: str, choices: Choices) -> Reading | None:
    """What a text without a statement says by its first line or by its last."""
    lines = text.split("\n")
    read = [(number, reading_at(line, 0, choices, opening=number == 0)) for number, line in enumerate(lines)]
    readings = [(number, reading) for number, reading in read if reading is not None]
    if not readings:
        return None
    number, last = readings[-1]
    others = {reading.label for _, reading in readings[:-1]} - {last.label}
    if number == len(lines) - 1 and last.whole:
        before = {reading.label for _, reading in readings[:-1]}
        weighed = last.bare and len(before) > 1 and not any(reading.bare for _, reading in readings[:-1])
        return last if weighed or not others else None
    first_number, first = readings[0]
    listed = {choices.label_of(mark["label"]) for mark in choices.listed.finditer(text)}
    if first_number != 0 or others or listed - {first.label}:
        return None
    return _unless_taken_back(first, text, choices)
