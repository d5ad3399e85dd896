"""Which of the paper's five types a question has, from its own words and options (paper, sections 3.4 and 4.1).

A small grammar in three steps, with no model and no word of any product:

1. Sentences that state ("There is a defect in the object.") are context; the first sentence that asks is the question.
2. What is asked (`_Ask`): a state, a name, a place, a look, a meaning or a purpose. The interrogative decides, and
   after it the first cue that asks.
3. What it is asked about (`_Topic`): a defect, the object, or neither by name ("where exactly").

A question about the object itself is outside the five. Only when the words leave it open do the options decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from echo_iad.domain.questions import Question, QuestionType
from echo_iad.planning.cues import Cue
from echo_iad.planning.wording import Clause, clause, clauses


class _Ask(Enum):
    STATE = auto()
    NAME = auto()
    PLACE = auto()
    LOOK = auto()
    MEANING = auto()
    REMEDY = auto()
    PURPOSE = auto()
    NOTHING = auto()


class _Topic(Enum):
    DEFECT = auto()
    OBJECT = auto()
    UNNAMED = auto()


_DEFECTS = (Cue.DEFECT, Cue.DEFECT_KIND)
_ASKING = {
    Cue.KIND: _Ask.NAME,
    Cue.PLACE: _Ask.PLACE,
    Cue.LOOK: _Ask.LOOK,
    Cue.REMEDY: _Ask.REMEDY,
    Cue.MEANING: _Ask.MEANING,
    Cue.PURPOSE: _Ask.PURPOSE,
}
_OF_A_DEFECT = {
    _Ask.STATE: QuestionType.DISCRIMINATION,
    _Ask.NAME: QuestionType.CLASSIFICATION,
    _Ask.PLACE: QuestionType.LOCALIZATION,
    _Ask.LOOK: QuestionType.DESCRIPTION,
    _Ask.MEANING: QuestionType.ANALYSIS,
    _Ask.REMEDY: QuestionType.ANALYSIS,
    _Ask.PURPOSE: QuestionType.OTHER,
    _Ask.NOTHING: QuestionType.OTHER,
}
_ANSWER_FORMAT = frozenset("true false yes no or answer choose select one option correct the a and b c d with".split())
_TAGS = frozenset(["right", "correct", "no", "yes", "please", "pls", "thanks", "huh", "sir", "or", "not"])
_BEFORE_A_SIDE = frozenset("the to on upper lower top bottom far or and left more at is".split())
_STATING = frozenset("there this the i we it a an our my these some".split())
_POINTING = frozenset("show showing mark find outline circle highlight point".split())
_PLACE_NOUNS = frozenset("part parts side sides area areas section sections region regions end ends half".split())
_PLACE_NOUNS |= frozenset("component components element elements surface corner corners face quadrant piece".split())


def classify_question(question: str | Question, options: Mapping[str, str] | None = None) -> QuestionType:
    """Type of a question in anybody's wording.

    Parameters
    ----------
    question : str or Question
        The question; any text, also an empty one. Statements to be judged true or false count as questions.
    options : mapping of str to str, optional
        Letter to text. Default: the options of a `Question`, none for a text.

    Returns
    -------
    QuestionType
        ``OTHER`` when it asks about the object itself, or nothing that Echo knows. Never raises.

    Examples
    --------
    >>> classify_question("any scratches?")
    <QuestionType.DISCRIMINATION: 'discrimination'>
    >>> classify_question("where exactly").value, classify_question("Where is the label located?").value
    ('localization', 'other')
    """
    if isinstance(question, Question):
        options = question.options if options is None else options
        question = question.text
    said = [part for one in clauses(question) for part in _parts(one) if not _ANSWER_FORMAT.issuperset(part.words)]
    if not said:
        return _OF_A_DEFECT[_shape(options)]
    asking = next((one for one in said if _asks(one)), said[-1])
    known = any(one is not asking and _states_a_defect(one) for one in said)
    ask = _what_is_asked(asking, known=known)
    topic = _topic(asking, ask, known=known)
    if ask is _Ask.NOTHING and topic is not _Topic.OBJECT:
        ask = _shape(options)
    return _type_of(ask, topic, asking, known=known)


def _type_of(ask: _Ask, topic: _Topic, asking: Clause, *, known: bool) -> QuestionType:
    """The decision table."""
    if ask in (_Ask.STATE, _Ask.REMEDY):
        return _OF_A_DEFECT[ask]
    if topic is _Topic.OBJECT and not (known and ask is _Ask.MEANING):
        return QuestionType.OTHER
    bare_pronoun = topic is _Topic.UNNAMED and not known and asking.has(Cue.PRONOUN)
    if ask in (_Ask.LOOK, _Ask.NAME) and bare_pronoun:
        return QuestionType.OTHER
    return _OF_A_DEFECT[ask]


def _parts(one: Clause) -> list[Clause]:
    """A sentence less its tag ("right?"), parted where it states a defect first and asks afterwards."""
    end = len(one.words)
    while end > 1 and one.words[end - 1] in _TAGS and one.words[end - 2] not in _BEFORE_A_SIDE:
        end -= 1
    one = Clause(one.words[:end], one.cues[:end])
    asks = one.first(Cue.QUESTION_WORD)
    stated = asks and one.words[0] in _STATING and Clause(one.words[:asks], one.cues[:asks]).has(*_DEFECTS)
    return [Clause(one.words[:asks], one.cues[:asks]), one.since(asks)] if asks and stated else [one]


def _asks(one: Clause) -> bool:
    """Whether a sentence asks rather than states."""
    if one.has(Cue.QUESTION_WORD):
        return True
    if one.words[0] in ("there", "i", "we") or not one.cues[0].isdisjoint((Cue.DEFINITE, Cue.PRONOUN)):
        return False
    return Cue.AUXILIARY in one.cues[0] or one.has(*_ASKING, Cue.VERDICT, *_DEFECTS)


def _states_a_defect(one: Clause) -> bool:
    return one.has(*_DEFECTS, Cue.MAYBE_DEFECT) and not one.says("no", "not", "without", "free", "if", "whether")


def _what_is_asked(one: Clause, *, known: bool) -> _Ask:
    one = _without_courtesy(one)
    place = one.first(Cue.QUESTION_WORD)
    if place is None or (_opens_a_yes_no_question(one) and not _is_frame(one)):
        return _Ask.MEANING if known and one.has(Cue.FURTHER) and one.has(*_DEFECTS) else _yes_no(one)
    word, rest = one.words[place], one.since(place + 1)
    if word == "where":
        return _asked_by_where(one, rest)
    if word in ("why", "who", "when"):
        return _Ask.REMEDY if one.has(*_DEFECTS, Cue.VERDICT) else _Ask.MEANING
    if word == "how":
        return _asked_by_how(rest)
    return _asked_by_what(one, rest, known=known)


def _without_courtesy(one: Clause) -> Clause:
    """The clause from "whether" or "if" on, when that opens a question inside a request."""
    for place, word in enumerate(one.words):
        if Cue.QUESTION_WORD in one.cues[place]:
            return one
        if word in ("whether", "if") and place + 1 < len(one.words):
            return one.since(place + 1)
    return one


def _opens_a_yes_no_question(one: Clause) -> bool:
    return Cue.AUXILIARY in one.cues[0] or one.words[0] in ("there", "any")


def _is_frame(one: Clause) -> bool:
    """Whether an auxiliary only opens a request: "could you tell me where ..."."""
    return len(one.words) > 1 and one.words[1] in ("you", "i", "we", "it") and one.words[0] not in ("is", "was")


def _asked_by_where(one: Clause, rest: Clause) -> _Ask:
    if one.has(*_DEFECTS) and one.says("from", "come", "comes", "came", "originate", "come_from"):
        return _Ask.REMEDY
    return _Ask.PURPOSE if rest.has(Cue.PURPOSE) and not rest.has(*_DEFECTS) else _Ask.PLACE


def _asked_by_how(rest: Clause) -> _Ask:
    if rest.words[:1] in (("many",), ("much",)):
        return _Ask.NAME
    if rest.words[:1] == ("bad",):
        return _Ask.REMEDY
    if rest.has(Cue.MEANING, Cue.REMEDY):
        return _Ask.REMEDY if rest.has(Cue.REMEDY) else _Ask.MEANING
    if rest.has(Cue.KIND, Cue.LOOK, Cue.PURPOSE):
        return _first_ask(rest)
    if rest.says("did", "has", "could", "might", "was", "were", "can", "to", "should"):
        return _Ask.REMEDY if rest.has(*_DEFECTS) else _Ask.MEANING
    return _Ask.PLACE if rest.has(Cue.PLACE) else _Ask.STATE if rest.has(Cue.VERDICT) else _Ask.LOOK


def _asked_by_what(one: Clause, rest: Clause, *, known: bool) -> _Ask:
    if rest.has(Cue.SIGNIFY) and (known or rest.has(*_DEFECTS)):
        return _Ask.MEANING
    if known and rest.says("compared_to", "compared_with"):
        return _Ask.MEANING
    further = known and rest.has(Cue.FURTHER)
    if rest.words and rest.words[0] in _PLACE_NOUNS and rest.has(*_DEFECTS):
        return _Ask.PLACE
    ask = _Ask.MEANING if further and rest.cues and Cue.FURTHER in rest.cues[0] else _first_ask(rest)
    if one.says("from") and one.first(Cue.QUESTION_WORD) == 1 and one.has(*_DEFECTS):
        return _Ask.REMEDY
    if ask is not _Ask.NOTHING:
        return ask
    if further or rest.says("happens", "happen", "information"):
        return _Ask.MEANING
    return _Ask.NAME


def _first_ask(rest: Clause) -> _Ask:
    """What the first asking cue asks for."""
    place = rest.first(*_ASKING)
    if place is None:
        return _Ask.NOTHING
    return next(ask for cue, ask in _ASKING.items() if cue in rest.cues[place])


def _yes_no(one: Clause) -> _Ask:
    """What a question without a question word asks: yes/no questions, commands, fragments, statements."""
    defect = one.first(*_DEFECTS)
    if defect is None:
        return _yes_no_without_a_defect(one)
    definite = any(Cue.DEFINITE in one.cues[place] for place in range(max(0, defect - 2), defect))
    if not definite and one.has(Cue.EXISTS):
        return _Ask.STATE
    ask = _first_ask(one)
    if ask is not _Ask.NOTHING:
        return ask
    if definite and not _POINTING.isdisjoint(one.words[:defect]) and not _opens_a_yes_no_question(one):
        return _Ask.PLACE
    later = one.first(*_DEFECTS, start=defect + 1)
    if "or" in one.words and later is not None and not _opens_a_yes_no_question(one):
        return _Ask.NAME
    if _names_a_kind(one):
        return _Ask.NAME
    return _Ask.LOOK if definite and "or" in one.words else _Ask.STATE


def _names_a_kind(one: Clause) -> bool:
    """Whether it says of something known that it is "a" defect of a kind."""
    for place in range(2, len(one.words)):
        if Cue.DEFECT_KIND in one.cues[place] and one.words[place - 1] in ("a", "an"):
            return one.has(Cue.PRONOUN, Cue.DEFINITE) and not one.has(Cue.EXISTS)
    return False


def _yes_no_without_a_defect(one: Clause) -> _Ask:
    if one.has(Cue.REMEDY):
        return _Ask.REMEDY
    if (
        one.has(Cue.VERDICT)
        or (_opens_a_yes_no_question(one) and one.says("all", "every", "complete"))
        or (one.has(Cue.EXISTS) and one.has(Cue.MAYBE_DEFECT))
    ):
        return _Ask.STATE
    return _first_ask(one)


def _topic(one: Clause, ask: _Ask, *, known: bool) -> _Topic:
    if one.has(*_DEFECTS) or (known and one.has(Cue.MAYBE_DEFECT)):
        return _Topic.DEFECT
    silent = {
        *_ASKING,
        Cue.QUESTION_WORD,
        Cue.AUXILIARY,
        Cue.PRONOUN,
        Cue.DEFINITE,
        Cue.FILLER,
        Cue.EXISTS,
        Cue.SIGNIFY,
    }
    named = [word for word, cues in zip(one.words, one.cues, strict=True) if cues.isdisjoint(silent)]
    named += [one.words[place] for place in _after_the(one, ask)]
    if known and ask is _Ask.PLACE and _PLACE_NOUNS.issuperset(named):
        return _Topic.UNNAMED
    return _Topic.OBJECT if named else _Topic.UNNAMED


def _after_the(one: Clause, ask: _Ask) -> list[int]:
    """Places of asking words that are themselves asked about: "of the pattern", "where is the centre"."""
    return [
        place
        for place in range(2, len(one.words))
        if not one.cues[place].isdisjoint((Cue.LOOK, Cue.PLACE))
        and one.words[place - 1] == "the"
        and (one.words[place - 2] == "of" or (ask is _Ask.PLACE and Cue.LOOK in one.cues[place]))
    ]


def _shape(options: Mapping[str, str] | None) -> _Ask:
    """What most of the options answer."""
    read = [clause(text.casefold()) for text in (options or {}).values()]
    if not read:
        return _Ask.NOTHING
    if all(one.words[:1] in (("yes",), ("no",), ("true",), ("false",)) for one in read):
        return _Ask.STATE
    votes = [_first_ask(one) for one in read]
    best = max(_ASKING.values(), key=votes.count)
    return best if votes.count(best) * 2 > len(votes) else _Ask.NAME
