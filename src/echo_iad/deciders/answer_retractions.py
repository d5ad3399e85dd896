"""Whether a text takes back the answer that it has just given. Knows the options, and looks at what follows alone.

It does when it doubts or denies the answer, and when it names another option without setting that aside: "Answer: A.
No, B." Strict: another label counts against the answer unless the words around it say that it is not the answer.
"""

from __future__ import annotations

import re

from echo_iad.deciders.answer_labels import Choices, after_points, text_at

_NEAR = 160
"""Characters on each side of an option that tell what is said of it."""
_BREAK = r"[.!?…\n,;:()\]–—-]"
_STOP = re.compile(r"[.!?…\n;]")
_TAKEN_BACK = re.compile(
    rf"(?:^|{_BREAK})\s?(?:(?:but|oh|no|hmm+|hm|ah|or),? )?"
    r"(?:wait\b|hold on\b|on second thoughts?\b|scratch that[.,!;:]|strike that\b|correction\b"
    r"|never ?mind\b|or not[.!?]"
    r"|let me (?:re|double|check|think)|i take (?:that|it) back|my mistake\b|i changed my mind"
    r"|(?:i was|(?:that|this|it|(?:that|this|the) (?:answer|option|choice))(?:'s| is| was)) (?:wrong\b|incorrect\b)"
    r"|(?:that|this|it)(?:'s not| is not| was not| isn't| wasn't)(?: (?:right|correct|true|it|so)\b"
    r"| the (?:right |correct )?(?:answer|option|choice)\b|[.!]|$)"
    r"|none of (?:the|these) (?:options|choices|answers|above)\b|neither(?:[.!]|$)"
    r"|(?:no, )?actually,? (?:no\b|it\b|it's|the answer|i\b))",
    re.IGNORECASE,
)
"""Takes the answer back whether or not another is named."""
_ASKED = re.compile(r"[^.!?…\n;]{0,80}\?")
_PLAIN_NO = re.compile(r"(?:^|[.!?…\n,;(–—-])\s?(?:no|nope|nah|nein|non|不)\s?(?:[.!)]|$|\n)", re.IGNORECASE)

_VERB = (
    r"(?:is|was|are|were|does|do|did|can|could|would|should|will|must|may|might|seems?|appears?|looks?|has|fits?)"
    r"(?:\s(?:also|be|been|clearly|simply|just|very|quite|most|more|thus|therefore|to|likely))*"
)
_NOT = (
    r"(?:n't|\s?(?:not(?! only)|never|hardly|wrong|incorrect|false|unlikely|impossible|inconsistent|absent|excluded"
    r"|ruled out|eliminated|out of the question|less)\b)"
)
_JUST_NO = r"(?:no|not|wrong|incorrect|false|unlikely|impossible|absent|excluded|[✗✘❌×])\s?(?:[.,;!)]|$|\n)"
_DENIED_AT_ONCE = re.compile(rf"[)\]'\s]*(?:\?|,?\s{_VERB}{_NOT}|\swould\b|[:–—-]\s?{_JUST_NO})", re.IGNORECASE)
_OTHERS = r"(?:[)\]']*(?:,|/|\s(?:and|or|nor)\b|\s?&)\s?(?:and |or |nor )?(?:options? )?[(\[]?\w{1,2}\b)*"
_SET_ASIDE_AFTER = re.compile(
    rf"{_OTHERS}[)\]'\s]*(?:,?\s(?:which|that))?"
    rf"(?:\s?{_VERB}{_NOT}|\s?[:–—-]?\s?(?:there is |it is )?(?:{_JUST_NO}"
    r"|not?\s(?!doubt|question|(?:option )?[(\[]?(?-i:[A-Z]|\d)\b))"
    rf"|\s\w+[^,]*,? (?:which|but)\s[^,]*(?:n't|\b(?:not|no))\b)",
    re.IGNORECASE,
)
"""What stands behind an option that is not the answer: "A is wrong", "A and C do not fit", "A: no"."""
_OPTION_WORD = (
    r"(?:(?:the|any of|choose|pick|select|be|simply|just)\s)*(?:(?:options?|choices?|letters?|answers?)\s?)?[(\['{]*"
)
_SET_ASIDE_BEFORE = re.compile(
    r"(?:\b(?:not|nor|neither|unlike|than|instead of|opposed to|compared (?:to|with)|versus|vs\.?|without|never|cannot"
    r"|except|exclud(?:e|es|ed|ing)|(?:rul(?:e|es|ed|ing)|cross(?:ed)?) out|eliminat(?:e|es|ed|ing)|reject(?:s|ed|ing)?"
    r"|dismiss(?:es|ed|ing)?|discard(?:s|ed|ing)?|from)|n't|不是|并非|不选|而非)"
    rf"\s?{_OPTION_WORD}$",
    re.IGNORECASE,
)
"""What stands before an option that is not the answer: "unlike A", "rather than option A"."""
_DENIED_BEFORE = re.compile(rf"(?:\b(?:not|never)|n't|不是|并非|不选)\s?{_OPTION_WORD}$", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\b(?:image|figure|fig\.?|picture|photo|panel|reference|sample|part|side|pin|point|type|grade|class|view|row|column"
    r"|region|area|position|step)\s?[(\[']*$",
    re.IGNORECASE,
)
"""What stands before a letter or number that is no option: "image A"."""
_CONDITION = re.compile(r"\b(?:if|had|were)\b.*\bwould\b", re.IGNORECASE)
_TOLD_ABOUT = re.compile(
    r"[)\]'\s:]*(?:would|describes?|refers?|means?|requires?|needs?|stands? for|involves?|implies|represents?)\b"
    r"(?!.*\b(?:better|best|right|correct|fits?|suits?|match\w*|instead|likel\w+|appropriate|accurate\w*|close\w*|more"
    r"|too|also|well|possible|plausible|what|the|this|that|it)\b)",
    re.IGNORECASE,
)
"""Speaks of an option without a word for it: "A would be deeper", "C describes a spill"."""
_NO_AS_TURN = r"no(?=\s?[,.!;:–—-])"
_TURN = (
    rf"(?:{_NO_AS_TURN}|nope|nah|hmm+|hm|actually|oh|ah|sorry|oops|wait|i mean|i meant|make that|or rather|rather|or"
    r"|alternatively|instead|in fact|more precisely|better)"
)
_TURNED = re.compile(rf"(?:^|{_BREAK}|\s(?=or\b))\s?{_TURN}\b[^.!?\n;]*$", re.IGNORECASE)
"""The sentence so far has turned to something else: "No, ", "Hmm, ", "or "."""
_JUST_TURNED = re.compile(rf"(?:^|{_BREAK}|\s(?=or\b))\s?{_TURN}\b[\s,.:(–—-]*{_OPTION_WORD}$", re.IGNORECASE)
_SPOKEN_OF = re.compile(
    r"[)\]}>']|\s?(?:[,;:!?…\n/]|\.(?!\d)|[–—-](?=\s)|$)"
    r"|\s(?:is|was|fits?|suits?|seems?|looks?|would|will|matches|describes?|could|may|might|must|should|can|cannot"
    r"|appears?|makes|does|isn't|wasn't|doesn't|too|also|instead|rather|and|or|nor|not|then|because|since|as"
    r"|better|after all)\b",
    re.IGNORECASE,
)
"""What follows an A or a number that stands for an option, and is no article or count."""
_AS_OPTION = re.compile(r"(?:\b(?:option|choice|letter|answer)\s?|[(\[])[(\[']*$", re.IGNORECASE)
_LONE = re.compile(r"[)\]'\s]*(?:[.!,;]|$)")

_SUBJECT = (
    r"(?:(?:i (?:think|believe|guess|suppose|would say)|i'd say)\s(?:that )?)?"
    r"(?:(?:it|this|that|there|the (?:defect|mark|answer|part|anomaly|object)|what i see)(?:'s|\s(?:is|was|looks like"
    r"|seems(?: to be)?|appears to be|must be|should be|could be|might be|may be|has))"
    r"|is it|could it be|i (?:see|think|believe|guess|would say)|i'd say)"
    r"(?:\s(?:rather|more|likely|probably|actually|also|really|clearly|just|only|now|indeed|in fact))*+\s"
)
_LEAD = re.compile(
    rf"(?P<stop>^|{_BREAK}++|\s(?=or\b|but\b))[\s'(]*+"
    rf"(?P<turn>(?:{_TURN}\b[\s,.:;(–—-]*+)*+)"
    r"(?:(?:maybe|perhaps|possibly|probably|but|just|only|except for|apart from)\b[\s,]*+)*+"
    rf"(?P<subject>{_SUBJECT})?",
    re.IGNORECASE,
)
"""Where a clause begins that may say what is the case: "Actually ", "It is ", or nothing before the text alone."""
_FINISHED = re.compile(r"[)\]' ]*(?:[.!;\n]|$|,?\s(?:not|rather|instead|after all)\b)")
_DENYING = re.compile(r"\b(?:not|no(?!\s?,)|neither|than|unlike|instead of|without|never|cannot)\b|n't", re.IGNORECASE)
_QUESTION = re.compile(r"\s?\?")
_DENIAL = re.compile(r"(?:\b(?:not|never)|n't|不是|并非)\s(?:(?:be|really|quite|just)\s)?", re.IGNORECASE)


def takes_back(rest: str, label: str, choices: Choices) -> bool:
    """Whether what follows an answer leaves that answer in doubt.

    Parameters
    ----------
    rest : str
        Plain text after the answer (`answer_markup.plain`); time is linear in its length.
    label : str
        The option that was answered.
    choices : Choices
        All options.
    """
    own_no = any(label in labels and text.startswith("no") for text, labels in choices.texts)
    return (
        _ASKED.match(rest) is not None
        or _DENIED_AT_ONCE.match(rest) is not None
        or _TAKEN_BACK.search(rest) is not None
        or (not own_no and _PLAIN_NO.search(rest) is not None)
        or _names_against(rest, label, choices)
        or _tells_against(rest, label, choices)
    )


def _names_against(rest: str, label: str, choices: Choices) -> bool:
    """Whether another label is named and not set aside, or the answer's own is denied."""
    aside: int | None = None
    for mention in choices.named.finditer(rest):
        before = _STOP.split(rest[max(0, mention.start() - _NEAR) : mention.start()])[-1]
        named = choices.label_of(mention["label"])
        if named is None:
            if _JUST_TURNED.search(before) and _LONE.match(rest, mention.end()):
                return True
        elif _is_spoken_of(rest, mention, before):
            after = _after(rest, mention, named, choices)
            if named == label:
                if _DENIED_BEFORE.search(before) or _DENIED_AT_ONCE.match(after):
                    return True
            elif _is_set_aside(before, after) or (aside and _is_joined(before[aside - mention.start() :], after)):
                aside = mention.end()
            else:
                return True
    return False


def _is_spoken_of(rest: str, mention: re.Match[str], before: str) -> bool:
    """Whether it is a label, and no article, pronoun or number of things."""
    written = mention["label"].casefold()
    if written not in {"a", "i"} and not written.isdigit():
        return True
    following = _LONE if written == "i" else _SPOKEN_OF
    return _AS_OPTION.search(before) is not None or following.match(rest, mention.end()) is not None


def _after(rest: str, mention: re.Match[str], named: str, choices: Choices) -> str:
    """What is said of a label in its sentence, after the option's own text where that is repeated."""
    end = mention.end()
    labels, stop = text_at(rest, after_points(rest, end), choices)
    end = stop if named in labels else end
    return _STOP.split(rest[end : end + _NEAR])[0]


def _is_set_aside(before: str, after: str) -> bool:
    if _SET_ASIDE_BEFORE.search(before) or _ELSEWHERE.search(before) or _SET_ASIDE_AFTER.match(after):
        return True
    if _TURNED.search(before):
        return False
    return _CONDITION.search(before) is not None or _TOLD_ABOUT.match(after) is not None


def _is_joined(between: str, after: str) -> bool:
    """Whether a label goes on a list of labels that were set aside: "not A, C or D"."""
    if re.fullmatch(rf"[)\]']*(?:/|\s?&|,?\s(?:and|or|nor)\b)\s?{_OPTION_WORD}", between[:40], re.IGNORECASE):
        return True
    listed = re.fullmatch(rf"[)\]']*,\s?{_OPTION_WORD}", between[:40], re.IGNORECASE)
    return listed is not None and re.match(r"[)\]']*(?:,|/|\s(?:and|or|nor)\b)", after, re.IGNORECASE) is not None


def _tells_against(rest: str, label: str, choices: Choices) -> bool:
    """Whether another option's own text is said to be the case, or the answer's is denied or asked."""
    for denial in _DENIAL.finditer(rest):
        if label in text_at(rest, denial.end(), choices)[0]:
            return True
    for lead in _LEAD.finditer(rest):
        named, stop = text_at(rest, lead.end(), choices)
        if not named:
            continue
        if label in named:
            against = _QUESTION.match(rest, stop) is not None
        elif lead["turn"]:
            against = not _is_aside(rest, lead.start(), stop)
        else:
            stands_alone = lead["subject"] or _STOP.search(lead["stop"])
            against = bool(stands_alone) and _FINISHED.match(rest, stop) is not None
        if against:
            return True
    return False


def _is_aside(rest: str, start: int, stop: int) -> bool:
    """Whether the sentence around a text denies it: "rather than a dent or a stain"."""
    before = _STOP.split(rest[max(0, start - _NEAR) : start])[-1]
    after = _STOP.split(rest[stop : stop + _NEAR])[0]
    return _DENYING.search(before) is not None or _SET_ASIDE_AFTER.match(after) is not None
