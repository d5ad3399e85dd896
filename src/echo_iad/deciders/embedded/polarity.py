"""Does a wording speak for a good part or for a defective one? A small grammar of valence and negation.

Knows English words of quality, negators and their scope; knows no evidence. ``No anomalies`` speaks for good,
``Is this OK to ship?`` asks for good, ``True`` of "The image contains no defects" means good.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from echo_iad.deciders.embedded.lexicon import DEFECTS, LOOKS
from echo_iad.deciders.embedded.words import stem, tokens, word_set


class Side(IntEnum):
    """What a wording speaks for."""

    GOOD = -1
    NEITHER = 0
    DEFECTIVE = 1


_BAD = word_set(
    """
    defect defective anomaly anomalies anomalous flaw fault faulty damage wrong bad problem problematic issue reject
    fail failure scrap rework repair discard abnormal abnormality irregular irregularity imperfect imperfection
    deviate deviation differ different difference unusual unacceptable unusable unsafe odd strange nok ng concern
    nonconforming nonconformance noncompliant incorrect improper suspicious suspect unfit poor worn sick ruined
    spoilt spoiled trouble broke worse complaint quarantine unsound amiss
    """
) | frozenset(DEFECTS)
_QUALITIES = word_set(
    """
    good ok okay fine normal perfect intact acceptable usable compliant alike flawless spotless clean sound correct
    healthy proper same identical safe ready satisfactory regular fit unblemished undamaged unbroken unharmed pristine
    immaculate faultless qualified expected
    """
)
_GOOD = _QUALITIES | word_set(
    "pass accept approve ship sell sold release deliver use conform conformance similar match"
)
_FALSE_FORMS = word_set("find finds finding findings sounds sounded sounding cleaning")
"""``find`` is no form of ``fine``, what needs cleaning is not clean, and what sounds bad is not sound."""
_AFTER_JUDGEMENT = word_set(". ? ! , to for enough here now")
_NEGATORS = word_set("no not n't without never none nothing neither nor lack lacks lacking absent zero nobody")
_YES = word_set("yes y yeah yep agree affirmative")
_NO = word_set("no n nope disagree negative")
_TRUE = word_set("true correct right t")
_FALSE = word_set("false incorrect wrong f")
_UNSURE = re.compile(r"\b(not sure|unsure|unclear|uncertain|unknown|maybe|perhaps|undecided)\b")
_CANNOT_TELL = re.compile(
    r"\b(?:(?:can|could)(?:not|n't|'t|’t| not)|impossible to|not possible to|no way to|unable to) (?:be )?"
    r"(?:reliably |really |clearly )?"
    r"(?:tell|say|told|said|known?|determined?|judged?|inferred?|concluded?|answer(?:ed)?|establish(?:ed)?)\b|"
    r"\b(?:not enough|insufficient|too little|no) (?:information|evidence|data)\b|"
    r"^\W*(?:it is |it's |that is |this is )?(?:not sure|unsure|unknown|uncertain|unclear|undetermined|indeterminate|"
    r"not (?:known|stated|given|visible)|i do(?:n't| not) know|no idea)\W*$"
)
_AUXILIARY = "am|is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|need"
_PRONOUN = "it|there|this|that|these|those|they|we|you|i|he|she|one"
_TAG = re.compile(rf",?\s*\b(?:{_AUXILIARY})(n't| not)?\s+(?:it|there|this|that|they|these|we|you|i)(\s+not)?\s*\?\s*$")
_SMALL_TAG = re.compile(r",\s*(right|correct|yes|no|ok|okay|or not|true)\s*\?\s*$|\s+or not\s*\?\s*$")
_FRAME = re.compile(
    r"\b(true or false|yes or no|please answer|answer (with )?(yes|no|true|false)( or (yes|no|true|false))?|"
    r"is (the following|this) (statement|true)( true| correct)?|judge whether|tell me (if|whether)|"
    r"is(?:n't| not)? it(?: not)? (?:true|correct|right|so|a fact|the case) that|"
    r"check (if|whether)|decide (if|whether))\b[:,]?"
)
_REFERENCE = re.compile(
    r"\b(?P<link>compared? (?:to|with|against)|(?:in )?comparison (?:to|with)|relative to|against|from|unlike|"
    r"like|as|to|with|than)\s+(?:(?:the|a|an|its|our|those|these|other|any|all)\s+)*"
    r"(?:normal|good|reference|golden|master|perfect|correct|standard|ok)"
    r"\s+(?:sample|image|picture|part|piece|one|reference|template|product|object|photo|unit|specimen)s?\b"
)
_LINKS = {"like": "same", "as": "same", "unlike": "different"}
_CONTRACTED = {"can't": "can n't", "cannot": "can n't", "won't": "will n't", "ain't": "is n't", "shan't": "shall n't"}
_NEGATIVE_QUESTION = re.compile(
    rf"^\W*(?:(?:so|well|and|but)\W+)?(?P<verb>{_AUXILIARY})"
    rf"(?:(?: ?n't| not)(?! (?:be|see|find|spot|notice|detect|look|say))|(?P<subject> (?:{_PRONOUN})) not)\b"
)
"""``Isn't it``, ``can not this`` and, with a pronoun, ``is it not``; ``couldn't find any`` is a statement."""
_UNJUST = re.compile(r"\b(?:wrong|a mistake|a pity|a waste|unnecessary|unwise|unfair|unjustified)\s+to\b")
"""``It would be wrong to reject it`` speaks against rejecting."""
_OUTSIDE_CLAUSE = re.compile(r"\b(free|clear|devoid) (of|from)\b|\babsence of\b|\b(\w+)-free\b")


@dataclass(frozen=True)
class Asked:
    """What a question's ``yes`` and ``true`` stand for."""

    yes: Side
    true: Side


def is_unsure(text: str) -> bool:
    """Whether an option says that nothing can be said."""
    return _UNSURE.search(text.lower()) is not None or cannot_tell(text)


def cannot_tell(text: str) -> bool:
    """Whether an option is nothing but the statement that the question cannot be answered.

    Examples
    --------
    >>> cannot_tell("It cannot be determined."), cannot_tell("Unknown"), cannot_tell("An unknown residue")
    (True, True, False)
    """
    return _CANNOT_TELL.search(text.lower().replace("’", "'")) is not None


def valence(text: str) -> Side:
    """Read what a statement speaks for; ``NEITHER`` for none or for both sides of an alternative.

    Examples
    --------
    >>> valence("It is defective").name, valence("No anomalies or flaws").name, valence("not acceptable").name
    ('DEFECTIVE', 'GOOD', 'DEFECTIVE')
    >>> valence("good or defective").name, valence("blue").name
    ('NEITHER', 'NEITHER')
    """
    plain = _REFERENCE.sub(lambda hit: _LINKS.get(hit.group("link"), ""), text.lower())
    plain = _UNJUST.sub("not to", plain)
    plain = _OUTSIDE_CLAUSE.sub(lambda hit: f"without {hit.group(3) or ''}", plain)
    signs = [side for clause in re.split(r"\b(?:but|however|although|though)\b", plain) if (side := _clause(clause))]
    return signs[-1] if signs else Side.NEITHER


def denies_defect(text: str) -> bool:
    """Whether an option says that there is no defect; words of looks that sound good (``a fine line``) do not.

    Examples
    --------
    >>> denies_defect("No visible flaw"), denies_defect("It is intact"), denies_defect("A fine line")
    (True, True, False)
    """
    read = tokens(text)
    if valence(text) is not Side.GOOD:
        return False
    if _NEGATORS & set(read):
        return True
    return (
        len(read) <= 6 and any(stem(word, _QUALITIES) for word in read) and not any(stem(word, LOOKS) for word in read)
    )


def _clause(text: str) -> Side:
    """Read valence words with the negators whose scope they stand in."""
    found: list[Side] = []
    negated, scope = False, Side.NEITHER
    read = tokens(text)
    for word in read:
        if word in ",;:.?!":
            negated, scope = False, Side.NEITHER
        elif word in _NEGATORS:
            negated, scope = not negated, Side.NEITHER
        elif raw := _raw(word):
            if scope and raw != scope:
                negated = False
            scope = raw
            found.append(Side(-raw) if negated else raw)
    if not found or len(set(found)) == 1:
        return found[0] if found else Side.NEITHER
    if {"or", "versus", "vs"} & set(read):
        return Side.NEITHER
    return found[-1] if _ends_in_judgement(read) else Side.DEFECTIVE


def _ends_in_judgement(read: Sequence[str]) -> bool:
    """Tell ``the scratch is acceptable`` from ``a crack in the regular grain`` and ``unsafe to ship``.

    Of words for both sides, a word of quality has the last word when nothing but its complement follows it.
    """
    last = max(index for index, word in enumerate(read) if _raw(word) and (index == 0 or read[index - 1] != "to"))
    following = read[last + 1] if last + 1 < len(read) else "."
    return stem(read[last], _QUALITIES) is not None and following in _AFTER_JUDGEMENT


def _raw(word: str) -> Side:
    if word in _FALSE_FORMS:
        return Side.NEITHER
    if stem(word, _GOOD):
        return Side.GOOD
    if stem(word, _BAD):
        return Side.DEFECTIVE
    for prefix in ("un", "non", "in"):
        root = word.removeprefix(prefix)
        if root != word and len(root) > 3:
            if stem(root, _GOOD):
                return Side.DEFECTIVE
            if stem(root, _BAD):
                return Side.GOOD
    return Side.NEITHER


def asked(question: str) -> Asked:
    """Read what ``yes`` and ``true`` to ``question`` stand for.

    A negative question (``Isn't it scratched?``) asks the positive one; a positive tag after a negative statement
    (``There is no scratch, is there?``) makes ``yes`` contradict the statement and ``true`` confirm it.

    Examples
    --------
    >>> asked("Is this part OK to ship?").yes.name, asked("Isn't there a scratch?").yes.name
    ('GOOD', 'DEFECTIVE')
    >>> asked("There is no flaw, is there?")
    Asked(yes=<Side.DEFECTIVE: 1>, true=<Side.GOOD: -1>)
    """
    for sentence in reversed(re.split(r"(?<=[.?!:])\s+", question.strip())):
        plain = _FRAME.sub(" ", sentence.lower().replace("’", "'"))
        tag = _TAG.search(plain)
        body = _TAG.sub("", plain) if tag and tag.start() > 0 else plain
        side = valence(_positive(_SMALL_TAG.sub("", body)))
        if side:
            contradicted = bool(tag and tag.start() > 0 and not tag.group(1) and not tag.group(2)) and _denies(body)
            return Asked(yes=Side(-side) if contradicted else side, true=side)
    return Asked(Side.NEITHER, Side.NEITHER)


def _positive(text: str) -> str:
    """Turn a negative question into the positive one; other texts unchanged.

    A noun as subject leaves it as it stands: ``Is the part not broken?`` is read as asking whether it is whole.
    """
    for short, whole in _CONTRACTED.items():
        text = re.sub(rf"\b{short}\b", whole, text)
    return _NEGATIVE_QUESTION.sub(lambda hit: hit.group("verb") + (hit.group("subject") or ""), text)


def _denies(text: str) -> bool:
    return any(word in _NEGATORS for word in tokens(text))


def option_sides(question: str, options: Mapping[str, str]) -> dict[str, Side]:
    """Read the side of each option, read with the question.

    Returns
    -------
    dict of str to Side
        ``NEITHER`` for an option that takes no side. When one option of two takes a side, the other takes
        the other.
    """
    stands_for = asked(question)
    sides = {label: _option(_without_label(label, text), stands_for) for label, text in options.items()}
    return _completed(options, sides)


def _completed(options: Mapping[str, str], sides: dict[str, Side]) -> dict[str, Side]:
    open_ones = [label for label, side in sides.items() if not side and not is_unsure(options[label])]
    taken = {side for side in sides.values() if side}
    if len(open_ones) == 1 and len(taken) == 1:
        sides[open_ones[0]] = Side(-taken.pop())
    return sides


def _without_label(label: str, text: str) -> str:
    """``A. Yes`` of option A as ``Yes``."""
    return re.sub(rf"^\W*{re.escape(label)}\s*[.):]\s*(?=\S)", "", text)


def _option(text: str, stands_for: Asked) -> Side:
    read = tokens(text)
    if is_unsure(text) or not read:
        return Side.NEITHER
    answer, rest = read[0], read[1:]
    bare = not rest or rest[0] in ",;:.!"
    if bare:
        own = valence(re.sub(r"^\W*\w+\W*", "", text))
        return own or _answer(answer, stands_for)
    return valence(text) or _phrase(read, stands_for)


def _answer(word: str, stands_for: Asked) -> Side:
    """Read a lone answer word. It answers the question; without a question to answer it speaks for itself."""
    for yes, no, side in ((_YES, _NO, stands_for.yes), (_TRUE, _FALSE, stands_for.true)):
        if word in yes:
            return side or valence(word)
        if word in no:
            return Side(-side) or valence(word)
    return valence(word)


def _phrase(read: Sequence[str], stands_for: Asked) -> Side:
    """Read an answer phrase such as ``yes it is`` or ``the statement is false``."""
    for word in (read[0], read[-1] if read[-1] not in ".!" else read[-2]):
        if word in _YES | _NO | _TRUE | _FALSE:
            return _answer(word, stands_for)
    return Side.NEITHER
