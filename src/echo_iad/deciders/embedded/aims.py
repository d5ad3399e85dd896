"""What a question about a known defect is after, so that it is sent to the evidence that can answer it.

Reads the question alone; knows no option and no evidence.
"""

from __future__ import annotations

import re
from enum import StrEnum

from echo_iad.deciders.embedded.focus import Focus, question_focus
from echo_iad.deciders.embedded.lexicon import DEFECTS
from echo_iad.deciders.embedded.words import stem, word_set, words


class Aim(StrEnum):
    """What is asked for, and what answers it."""

    EFFECT = "effect"
    """The grammar of harm, the regions, the knowledge's effects."""
    CAUSE = "cause"
    """The knowledge's causes, the looks."""
    REMEDY = "remedy"
    """The knowledge's remedies and ways to inspect."""
    ANOTHER = "another"
    """Whether there is more than one defect: the number of separate regions."""
    EXTENT = "extent"
    """How much of the part, how bad: area and margin."""
    LOOK = "look"
    """The regions and their change."""
    PLACE = "place"
    """The anomaly map."""
    OBJECT = "object"
    """The object's name and what is known of good ones."""


_FAULTS = word_set(
    """
    defect defective anomaly anomalies flaw fault faulty imperfection issue irregularity abnormality deformity damage
    intact undamaged
    """
)
_ANOTHER = re.compile(
    r"\b(?:another|additional|secondary|second|further|other|others|more than one|multiple|several|besides|apart from|"
    r"aside from|in addition to|the only|any more|single)\b"
)
_ELSEWHERE = re.compile(r"^(?:and |so |but )?(?:do|does|is|are|has|have|can)\b.*\b(?:rest|remaining|elsewhere|other)\b")
_INFORMATION = re.compile(r"\b(?:information|details?|aspects?|features?|characteristics?|facts?|observations?)\b")
_EFFECT = re.compile(
    r"\b(?:effects?|affect(?:s|ed|ing)?|impacts?|consequences?|influences?|implications?|leads? to|results? in|risks?|"
    r"happens?|matters?|harms?|hazards?|dangerous|safety)\b"
)
_EXTENT = re.compile(
    r"\bhow (?:bad|badly|severe|severely|serious|critical|large|big|small|long|wide|extensive|extended|widespread|"
    r"significant|noticeable|much of)\b|\b(?:severity|seriousness|extent|criticality|magnitude|size)\b|"
    r"\b(?:large|small) (?:area|part|portion|share)\b|\b(?:severe|critical|serious|minor|major)\b"
)
_HINTS = re.compile(r"\b(?:indicates?|suggests?)\b")
_OCCURRED = re.compile(r"\bhow .*\b(?:occur|arise|happen|come about|form|develop)(?:red|ed|n|s)?\b")
_CAUSED_BY_IT = re.compile(r"\b(?:due to|because of|caused by|resulting from) (?:the|this|that|these|those|a|an|it)\b")
_OBJECT = re.compile(
    r"\b(?:purpose|used for|(?:kind|type|sort) of (?:object|product|part|item)|"
    r"what is (?:the|this) (?:object|product|part|item))\b"
)
_METHOD = re.compile(
    r"\bhow (?:can|could|may|might|should|would|is|was|to)\b.*\b(?:detect|find|found|inspect|discover|verif|measur|"
    r"test|check|confirm|reveal)\w*|"
    r"\b(?:method|technique|inspection|test|tool) (?:\w+ ){0,4}(?:detect|find|inspect|reveal|use)\w*"
)
_PLACE = re.compile(
    r"\bwhere\b(?! (?:does|did|do) .* (?:come|originate|stem))|\b(?:located|location|position(?:ed)?|situated|nearest|"
    r"closest)\b|"
    r"\b(?:which|what) (?:\w+ )?(?:side|half|part|area|region|section|end|corner|quadrant|portion|zone|edge)\b"
)
_LOOK = re.compile(
    r"\bhow (?:do|does|did|is|are) .*\b(?:appear|look|contrast|compare|differ|stand out|manifest|vary|extend|run|"
    r"distinguish|show|shaped|oriented|aligned|arranged|distributed)|\b(?:look|looks) like\b|\bresembles?\b|"
    r"\b(?:what|which) (?:\w+ )?(?:colou?r|shape|texture|pattern|shade|form)\b|"
    r"\bthe (?:colou?r|shape|texture|appearance) of\b|"
    r"\b(?:substance|composition|nature|made of|reveals?|revealed|exposes?|exposed|discrete|surround\w*|differ\w*)\b|"
    r"\b(?:distinguish|differentiat)\w*|\bvisible\b|\bcompared (?:to|with)\b"
)


def aim_of(question: str) -> Aim:
    """Read what a question about a defect is after; its effect unless it asks otherwise.

    Examples
    --------
    >>> aim_of("There is a dent. Is there an additional defect?").value, aim_of("How does it affect the look?").value
    ('another', 'effect')
    >>> aim_of("How severe is the dent?").value, aim_of("How does the dent stand out?").value
    ('extent', 'look')
    """
    plain = asking_part(question.lower().replace("’", "'"))
    if asks_for_another(plain):
        return Aim.ANOTHER
    if _OBJECT.search(plain) and not _names_a_fault(plain):
        return Aim.OBJECT
    if _METHOD.search(plain):
        return Aim.REMEDY
    effect = _EFFECT.search(plain) is not None
    hinted = _HINTS.search(plain) is not None
    if _asks_cause(plain) and not (effect and hinted):
        return Aim.CAUSE
    if effect:
        return Aim.EFFECT
    if question_focus(plain) is Focus.REMEDY:
        return Aim.REMEDY
    for aim, cue in ((Aim.EXTENT, _EXTENT), (Aim.PLACE, _PLACE), (Aim.LOOK, _LOOK)):
        if cue.search(plain):
            return aim
    return Aim.LOOK if _INFORMATION.search(plain) else Aim.EFFECT


def _asks_cause(plain: str) -> bool:
    if _OCCURRED.search(plain):
        return True
    return question_focus(_CAUSED_BY_IT.sub("", plain)) is Focus.CAUSE


def asks_for_another(question: str) -> bool:
    """Whether a question asks for a second defect beside a known one.

    Examples
    --------
    >>> asks_for_another("Is there more than one scratch?"), asks_for_another("Is there a scratch?")
    (True, False)
    >>> asks_for_another("Which additional information is there about the scratch?")
    False
    """
    plain = asking_part(question.lower())
    if not (_ANOTHER.search(plain) or _ELSEWHERE.search(plain)) or _INFORMATION.search(plain) or _EFFECT.search(plain):
        return False
    return _names_a_fault(plain) or "another one" in plain


def _names_a_fault(plain: str) -> bool:
    return any(stem(word, _FAULTS) or stem(word, DEFECTS) for word in words(plain))


def asking_part(text: str) -> str:
    """The last sentence that asks; the whole text when none does.

    Examples
    --------
    >>> asking_part("There is a dent. What does it do?")
    'What does it do?'
    """
    asking = [sentence for sentence in re.split(r"(?<=[.?!])\s+", text.strip()) if sentence.endswith("?")]
    return asking[-1] if asking else text
