"""A sentence of knowledge -> short texts that may stand as an option. Knows plain English grammar, and no meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORDS = range(4, 41)
"""So many words may an option have."""
_TITLE = re.compile(r"^[^.:,;]{2,60}: (?=[A-Z])")
_OPENING = re.compile(
    r"^(?:visually|overall|additionally|typically|usually|generally|furthermore|moreover), ", re.IGNORECASE
)
_CLAUSE_END = re.compile(
    r"(?:;|, (?:which|so that|so|because|but|while|suggesting|indicating|making|leading|resulting|potentially|"
    r"and it|and the)\b"
    r"| (?:so that|because)\b)"
)
_NOT_ALWAYS = re.compile(
    r"^(?:in (?:some|certain|many|other)|some|sometimes|occasionally|often|a few|others)\b", re.IGNORECASE
)
_NEGATED = re.compile(
    r"^\S+(?: \S+){0,4}? (?:does|do|is|are|can|may|will|has|have)(?:n't|not| not| no)\b", re.IGNORECASE
)
_REMEDY = re.compile(
    r"\b(?:can|could|may|must|should)(?: \w+)? be (?:repaired|reworked|removed|sealed|cleaned|washed|picked|polished|"
    r"soldered|replaced|corrected|mended|fixed)\b",
    re.IGNORECASE,
)
_ARTICLE = r"(?:a|an|the|this|such an?)"
_THIRD_PERSON = r" (?!this|its|as)[a-z]+[^s\W]s\b"
_VERB = rf"(?= (?:is|was|has|can|may|might|could|will|would|also|often|usually|typically|mostly)\b|{_THIRD_PERSON})"
_AFTER_IT = rf"(?=[,.;:]|$| (?:is|has|can|may|could|will|the|a|an|in|on|to)\b|{_THIRD_PERSON})"


def without_title(text: str) -> str:
    """Leave out a title such as ``Broken rim:`` before a sentence."""
    return _TITLE.sub("", text)


def option_forms(text: str, topic: str) -> Iterator[str]:
    """Yield a sentence as options: without the type's name, and the same cut after its first clause.

    What a defect does not do, does now and then, or how it is repaired is no answer about one picture: yields nothing.

    Examples
    --------
    >>> list(option_forms("A dent looks like a bowl, which shines.", "dent"))
    ['It looks like a bowl, which shines.', 'It looks like a bowl.']
    >>> list(option_forms("A dent can be removed by heating.", "dent"))
    []
    """
    plain = _without_name(_OPENING.sub("", text), topic)
    if any(unfit.search(plain) for unfit in (_NEGATED, _NOT_ALWAYS, _REMEDY)):
        return
    forms = [plain]
    cut = _CLAUSE_END.search(plain)
    if cut:
        forms.append(f"{plain[: cut.start()].rstrip(' ,;')}.")
    yield from (form for form in forms if len(form.split()) in _WORDS and form.count("(") == form.count(")"))


def _without_name(text: str, topic: str) -> str:
    """Say "it" for the type, so that an option does not give its type away, where English allows it."""
    own = _pattern(topic)
    anything = f"(?:{own}|defect|anomaly|fault|flaw)"
    plain = re.sub(rf"^at {_ARTICLE} {own}\b,?", "There", text, flags=re.IGNORECASE)
    plain = re.sub(
        rf"^(along|around|near|beside|below|under|behind) {_ARTICLE} {own}\b,?", r"\1 it", plain, flags=re.IGNORECASE
    )
    plain = re.sub(rf"^{_ARTICLE} {anything}{_VERB}", "It", plain, flags=re.IGNORECASE)
    plain = re.sub(rf" at {_ARTICLE} {own}{_AFTER_IT}", " there", plain, flags=re.IGNORECASE)
    plain = re.sub(rf" (of|in|with|from|through) {_ARTICLE} {own}{_AFTER_IT}", r" \1 it", plain, flags=re.IGNORECASE)
    return plain[:1].upper() + plain[1:]


def naming(topic: str) -> re.Pattern[str]:
    """Pattern that finds the name of a type in a text, in singular and plural."""
    return re.compile(rf"\b{_pattern(topic)}(?:s|es)?\b", re.IGNORECASE)


def _pattern(topic: str) -> str:
    return "[ _-]".join(map(re.escape, topic.split()))
