"""Suggestive questions put plainly: what the asker hopes to hear is no evidence. Knows English forms and no product.

``There is a scratch, isn't there?`` becomes ``Is there a scratch?``; an opinion before a question is left out. What yes
means stays what it was. A question without such a form stays byte for byte as it is, and so does one that cannot be
put plainly without loss.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from echo_iad.planning.cues import Cue
from echo_iad.planning.wording import clause

_LONGEST = 2_000
"""Characters of a text that is read; a suggestive question is short."""
_SENTENCE = re.compile(r"\S.*?(?:[.!?]+(?=\s|$)|\Z)\s*", re.DOTALL)
_AUXILIARY = "is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|ca|wo"
_PRONOUN = "it|there|this|that|they|these|those|we|you|I"
_SUBJECT = rf"(?:{_PRONOUN}|the|a|an|no|nothing|something|everything|all|its|it['’]s|there['’]s|that['’]s)\b"
_SURE = r"(?:quite|very|pretty|fairly|absolutely|rather|almost) "
_OPINION = re.compile(
    rf"(?:(?:(?:and|but|so|well),? )?(?:"
    rf"(?:surely|obviously|clearly|certainly|evidently|undoubtedly|of course|no doubt|needless to say),?"
    rf"|as (?:you|we|anyone|everyone) can (?:clearly |plainly |easily )?see,?"
    rf"|(?:I|we) (?:(?:really|strongly|firmly|do|would) )?(?:think|believe|guess|suppose|bet|suspect|assume|reckon|say)"
    rf"|(?:I am|I['’]m|we are|we['’]re) (?:{_SURE})?(?:sure|certain|convinced|confident|positive)"
    rf"|(?:it|this) (?:looks|seems|appears)(?: to (?:me|us))? (?:like|as if|as though|that)"
    rf"|it(?: is|['’]s) (?:{_SURE})?(?:obvious|clear|evident|plain)(?= that)"
    rf")(?: that)? (?={_SUBJECT}))+",
    re.IGNORECASE,
)
"""What opens a statement as somebody's conviction."""
_VERDICT_OF_ANOTHER = re.compile(
    r"(?:(?:an?|the|my|our|another|one of (?:my|our)) (?:\w+ )?(?:colleague|inspector|operator|supervisor|manager|boss"
    r"|expert|customer|engineer|technician|auditor)s?|every(?:one|body)|some(?:one|body)|I|we)"
    r" (?:has|have|had) already (?:rejected|released|accepted|approved|scrapped|answered)\b",
    re.IGNORECASE,
)
_ABOUT_THE_ANSWER = re.compile(r"\b(?:the (?:right |correct )?answer is|answered|agree)\b", re.IGNORECASE)
_FLAWLESS = re.compile(r"\b(?:fault|flaw|spot|blemish)less\b|\bfree (?:of|from)\b|-free\b", re.IGNORECASE)
_BACK = re.compile(r"\b(?:it|its|they|them|their|one|ones)\b", re.IGNORECASE)
"""Points back to what was said before."""
_TAG = re.compile(
    rf"(?P<comma>\s*[,;–—-])?\s*\b(?P<verb>{_AUXILIARY})(?P<negated>n['’]t)? (?:{_PRONOUN})(?P<apart> not)?\s*\?+$",
    re.IGNORECASE,
)
_SMALL_TAG = re.compile(
    r"\s*[,;–—-]\s*(?:right|correct|true|yes|no|eh|huh|surely|obviously|agreed|am I right|or am I (?:mistaken|wrong)"
    r"|(?:don['’]t|do|wouldn['’]t|would) you (?:not )?(?:think|agree|say)(?: so)?)\s*\?+$",
    re.IGNORECASE,
)
_NEGATIVE_QUESTION = re.compile(rf"(?P<verb>{_AUXILIARY})(?:n['’]t(?= \w)| (?P<there>there) not(?= \w))", re.IGNORECASE)
_WHOLE = {"ca": "can", "wo": "will"}
_CONVICTION = re.compile(
    r",? ?\b(?:surely|obviously|certainly|undoubtedly|definitely|of course)\b,?(?= )", re.IGNORECASE
)
_THERE = re.compile(
    r"there(?: (?P<verb>is|are|was|were)|(?P<short>['’]s))(?P<rest>(?:n['’]t)? .+)", re.IGNORECASE | re.DOTALL
)
_STATES = re.compile(
    r"(?P<subject>(?:it|they|you|(?:this|that|these|those|the|our|my)(?: (?!is\b|are\b|was\b|were\b|can\b)[\w-]+)?))"
    r"(?: (?P<verb>is|are|was|were|can)|(?P<short>['’]s)|['’](?P<plural>re))(?P<rest>(?:n['’]t)? .+)",
    re.IGNORECASE | re.DOTALL,
)
_NEGATION = re.compile(r"\b(?:no|not|nothing|none|never|neither|without|cannot)\b|n['’]t\b", re.IGNORECASE)
_DENIAL = re.compile(r"^(?: not|n['’]t)(?= )|^ (?P<any>no|nothing)(?= )", re.IGNORECASE)
_WITHOUT_DENIAL = {"no": " any", "nothing": " anything"}


def neutral(text: str, options: Mapping[str, str] | None = None) -> str:
    """Put a suggestive question plainly; any other text stays as it is.

    Parameters
    ----------
    text : str
        A question in anybody's words; one of more than 2,000 characters stays as it is.
    options : mapping of str to str, optional
        Label to text. With *true* to choose, ``There is no dent, is there?`` stays: plainly put, *true* would mean
        the contrary.

    Returns
    -------
    str
        Never empty where ``text`` is not. Putting it plainly a second time changes nothing.

    Examples
    --------
    >>> neutral("There is a scratch, isn't there?"), neutral("Surely this part is fine?")
    ('Is there a scratch?', 'Is this part fine?')
    >>> neutral("I am sure that this part is faulty. Is there any defect?")
    'Is there any defect?'
    >>> neutral("The rim has a dent, right?"), neutral("Where is the dent?")
    ('The rim has a dent: yes or no?', 'Where is the dent?')
    """
    truth = any(option.strip(" .!").casefold() == "true" for option in (options or {}).values())
    plain = _put_once(text, truth=truth) if len(text) <= _LONGEST else text
    while plain != text:
        text, plain = plain, _put_once(plain, truth=truth)
    return plain


def _put_once(text: str, *, truth: bool) -> str:
    """Put each sentence plainly and leave remarks out; what then stands there may be suggestive still."""
    said = _SENTENCE.findall(text)
    told = [_tells_an_answer(sentence) for sentence in said]
    put = [_put(sentence, truth=truth) for sentence in said]
    asking = [plain for plain, tells in zip(put, told, strict=True) if plain.rstrip().endswith("?") and not tells]
    alone = not any(_BACK.search(question) for question in asking)  # nothing is lost with a remark
    kept = [
        plain
        for sentence, plain, tells in zip(said, put, told, strict=True)
        if not asking or not (tells or (alone and _is_remark(sentence)))
    ]
    return text if kept == said else "".join(kept).strip()


def _is_remark(sentence: str) -> bool:
    """Whether a statement only tells what somebody thinks of the part."""
    return not sentence.rstrip().endswith("?") and _is_conviction(sentence) and _judges(sentence)


def _tells_an_answer(sentence: str) -> bool:
    """Whether a sentence suggests an answer, which may itself end with a question mark after a colon."""
    told = _ABOUT_THE_ANSWER.search(sentence)
    if told is None or not _is_conviction(sentence):
        return False
    return ":" in sentence[told.end() :] or not sentence.rstrip().endswith("?")


def _is_conviction(sentence: str) -> bool:
    return _OPINION.match(sentence) is not None or _VERDICT_OF_ANOTHER.match(sentence) is not None


def _judges(sentence: str) -> bool:
    """Whether a sentence says of a part that it is good or is not."""
    judging = (Cue.DEFECT, Cue.DEFECT_KIND, Cue.MAYBE_DEFECT, Cue.VERDICT)
    return clause(sentence.casefold()).has(*judging) or _FLAWLESS.search(sentence) is not None


def _put(sentence: str, *, truth: bool) -> str:
    """One sentence, with what follows it; as it is when it is no suggestive question.

    ``truth``: the answer is *true* or *false*.
    """
    written = sentence.rstrip()
    if not written.endswith("?"):
        return sentence
    plain = _without_negation(written) or _without_tag(written, truth=truth) or _without_opinion(written)
    return sentence if plain is None else plain + sentence[len(written) :]


def _without_negation(question: str) -> str | None:
    """``Isn't it bent?`` as ``Is it bent?``."""
    match = _NEGATIVE_QUESTION.match(question)
    if match is None or _TAG.match(question):
        return None
    verb = _WHOLE.get(match["verb"].lower(), match["verb"]).capitalize()
    return verb + (" there" if match["there"] else "") + question[match.end() :]


def _without_tag(question: str, *, truth: bool) -> str | None:
    """``It is bent, isn't it?`` or ``It is bent, right?`` as ``Is it bent?``."""
    tag, small = _TAG.search(question), _SMALL_TAG.search(question)
    negated = tag is not None and bool(tag["negated"] or tag["apart"])
    if tag is not None and tag.start() and (tag["comma"] or negated):
        body = question[: tag.start()]
        if _asks(body) or (truth and not negated and _NEGATION.search(body)):
            return None
        return _asked(_convinced_of(body), contradicted=not negated)
    if small is not None and re.match(_SUBJECT, _convinced_of(question[: small.start()]), re.IGNORECASE):
        return _asked(_convinced_of(question[: small.start()]), contradicted=False)
    return None


def _without_opinion(question: str) -> str | None:
    """``Surely it is bent?`` as ``Is it bent?``."""
    opinion = _OPINION.match(question)
    return None if opinion is None else _asked(question[opinion.end() :].rstrip("? "), contradicted=False)


def _asks(body: str) -> bool:
    """Whether a sentence without its tag is a question already."""
    words = clause(body.casefold())
    return words.has(Cue.QUESTION_WORD) or bool(words.words and Cue.AUXILIARY in words.cues[0])


def _convinced_of(body: str) -> str:
    """What is stated, without ``I think that``."""
    return _OPINION.sub("", body, count=1) if _OPINION.match(body) else body


def _asked(statement: str, *, contradicted: bool) -> str | None:
    """A statement as a question; yes to it means what yes meant before.

    ``contradicted``: a tag without *not* follows, so that yes contradicts a statement that denies. None when that
    cannot be put plainly.
    """
    statement = _CONVICTION.sub("", statement).strip(" ,;")
    denies = _NEGATION.search(statement) is not None
    for form in (_THERE, _STATES):
        match = form.fullmatch(statement)
        if match is None:
            continue
        rest = match["rest"]
        if denies and contradicted:
            rest, denials = _DENIAL.subn(lambda denial: _WITHOUT_DENIAL.get((denial["any"] or "").lower(), ""), rest)
            if not denials or _NEGATION.search(rest):
                return None
        elif denies:
            break
        return _inverted(match, rest)
    if (contradicted and denies) or not re.search(r"\w", statement):
        return None
    return f"{statement[:1].upper()}{statement[1:]}: yes or no?"


def _inverted(match: re.Match[str], rest: str) -> str:
    groups = match.groupdict()
    verb = groups["verb"] or ("are" if groups.get("plural") else "is")
    subject = groups.get("subject") or "there"
    lowered = subject[:1].lower() + subject[1:]
    return f"{verb.capitalize()} {lowered}{rest}?"
