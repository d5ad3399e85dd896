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
    reduce decrease lower impair hinder prevent limit less weaken diminish detract lose loss lack shorten shorter
    restrict impede minimize inhibit undermine compromise degrade disrupt interfere obstruct block eliminate poor
    reduced inability difficult unable stop affect impact impacts jeopardize threaten harder fewer weaker lesser
    insufficient
    """
)
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


def denies(text: str) -> bool:
    """Whether ``text`` says that there is no effect.

    Examples
    --------
    >>> denies("It has no effect on the function."), denies("It doesn't affect anything"), denies("It leaks")
    (True, True, False)
    """
    plain = text.lower().replace("’", "'").replace("n't", " not").replace("cannot", "can not")
    return _DENIAL.search(plain) is not None


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
    """
    read = words(text)
    signs: list[float] = []
    direction = 0.0
    for word in tokens(text):
        if word in _CLAUSE:
            direction = 0.0
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
