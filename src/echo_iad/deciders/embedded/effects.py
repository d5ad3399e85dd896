"""What does a defect do? Harm, praise or denial in a text, by a small grammar. Knows English, no product."""

from __future__ import annotations

import re
from functools import lru_cache

from echo_iad.deciders.embedded.lexicon import DEFECTS
from echo_iad.deciders.embedded.words import stem, tokens, word_set, words

_MORE = word_set(
    """
    increase enhance improve raise extend boost add strengthen better maximize optimize promote ensure gain more
    higher longer greater increased improved enhanced stronger easier facilitate provide allow enable make preserve
    maintain
    """
)
_LESS = word_set(
    """
    reduce decrease lower prevent limit less diminish lose loss lack shorten shorter restrict minimize inhibit block
    eliminate poor reduced inability difficult unable stop affect impact impacts harder fewer weaker lesser
    insufficient
    """
)
_HARMING = word_set(
    """
    impair hinder detract impede undermine compromise degrade disrupt interfere obstruct jeopardize threaten weaken
    spoil ruin mar deteriorate endanger disfigure worsen corrupt
    """
)
"""Verbs that do harm whatever they are done to; those of ``_LESS`` do harm to what is good."""
_VIRTUES = word_set(
    """
    strength durability durable quality function functionality functional safety safe aesthetics aesthetic appeal
    appearance beauty performance efficiency integrity stability lifespan life value grip fit usability use seal
    sealing comfort reliability attractiveness flexibility structure structural security accuracy assembly alignment
    effectiveness protection visual surface operation connection conductivity hold cleanliness purity smoothness
    uniformity insulation taste texture look resistance ability capability utility compatibility precision
    readability consistency
    """
)
_VICES = word_set(
    """
    risk hazard leak leakage wear failure cost noise friction contamination danger injury harm waste error stress
    rejection corrosion vibration interruption malfunction complaint short vulnerability instability difficulty
    """
) | frozenset(DEFECTS)
_HARM = word_set(
    """
    improper imperfect imperfection impairment inefficient ineffective instability dysfunction overload overheat
    substandard flawed shoddy costly
    hazard dangerous danger harm harmful unsafe unusable useless injure injury damage fail failure malfunction
    unstable leak ruin spoil unattractive ugly unfit weaken compromise degrade impair hinder interfere disrupt
    undermine jeopardize detract diminish deteriorate misfit loosen defective problem issue unsightly inaccurate
    vulnerable risk short interrupt corrode expose difficult negative negatively adverse adversely reject prevent
    loss lose contaminate misalign unreliable threaten distort distortion disturb doubt inconsistent mislead unsuitable
    unappealing inedible rejection inability cannot unreadable misidentification
    """
)
_PRAISE = word_set(
    """
    enhance improve beautify strengthen reinforce benefit beneficial advantage attractive unique decorative
    decoration stylish intentional deliberate artistic vintage charm glow desirable pleasant luxury boost optimize
    easier better stronger ideal positive positively design feature perfect collectible
    """
)
_CLAUSE = word_set(", ; : . and but which that")
_DENIAL = re.compile(
    r"\b(no|not any|without|little|minimal|zero|negligible)\s+(\w+\s+){0,2}"
    r"(effects?|impacts?|influence|consequences?|changes?|difference|harm|problems?|issues?|concerns?|significance|"
    r"implications?|defects?)\b|"
    r"\b(not|never|hardly|barely|nothing|neither)\s+(\w+\s+){0,2}"
    r"(affect|impact|change|matter|influence|harm|alter|impair|reduce|hinder|compromise|significant|important|relevant|"
    r"noticeable|happens?)\w*\b|"
    r"\bremains? (un\w+|the same|intact|normal)\b|^\W*(none|nothing)\b|"
    r"\b(unaffected|harmless|irrelevant|negligible|insignificant)\b|"
    r"\b(works?|functions?|operates?) (normally|properly|as usual|as intended|perfectly|well)\b|"
    r"\b(purely|only|just) (cosmetic|decorative)\b"
)
_FAILS = re.compile(
    r"\b(?:not|never|no longer|unable to|fails? to|hard to|difficult to|stops?|ceases? to)\s+(?:be\s+)?(?:\w+ly\s+)?"
    r"(?:work|function|operat|perform|fit|seal|close|open|hold|turn|connect|stand|serve|usable|functional|used|"
    r"assembl|attach|align|start|run|fasten|lock|install|sold|sellable)\w*"
)
"""What does not do what it is for. This is no denial, although it says *not*."""


def denies(text: str) -> bool:
    """Whether ``text`` says that there is no effect.

    Examples
    --------
    >>> denies("It has no effect on the function."), denies("It doesn't affect anything"), denies("It leaks")
    (True, True, False)
    """
    return _DENIAL.search(_FAILS.sub("fails", _plain(text))) is not None


def _plain(text: str) -> str:
    for short, whole in (
        ("’", "'"),
        ("can't", "can not"),
        ("won't", "will not"),
        ("n't", " not"),
        ("cannot", "can not"),
    ):
        text = text.lower().replace(short, whole)
    return text


@lru_cache(maxsize=4096)
def harm(text: str, *, defects_harm: bool = True) -> float:
    """How much ``text`` tells of harm: 1 harm, -1 praise, 0 neither.

    With ``defects_harm`` a word of damage (``it tears``) is harm by itself; without, only what is done to something.
    More of a virtue or less of a vice is praise; less of a virtue or more of a vice is harm.

    Examples
    --------
    >>> harm("It reduces the strength."), harm("It increases durability."), harm("It raises the risk of leaks.")
    (1.0, -1.0, 1.0)
    >>> harm("It reduces wear."), harm("It is blue.")
    (-1.0, 0.0)
    >>> harm("It will not work properly."), harm("It disrupts the even pattern.")
    (1.0, 1.0)
    """
    text = _FAILS.sub("fails", _plain(text))
    read = words(text)
    signs: list[float] = []
    direction = 0.0
    for word in tokens(text):
        if word in _CLAUSE:
            direction = 0.0
        elif stem(word, _HARMING):
            signs.append(1.0)
        elif stem(word, _LESS):
            direction = -1.0
        elif stem(word, _MORE):
            direction = 1.0
        elif stem(word, _VICES) and direction:
            signs.append(direction)
        elif stem(word, _VIRTUES) and direction:
            signs.append(-direction)
    if signs:
        return max(-1.0, min(1.0, sum(signs)))
    harms = sum(bool(stem(word, _HARM) or (defects_harm and stem(word, DEFECTS))) for word in read)
    alone = harms - 1.5 * sum(bool(stem(word, _PRAISE)) for word in read)
    return max(-1.0, min(1.0, alone))
