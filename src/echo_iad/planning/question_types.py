"""Which of the paper's five types a question has, from its own words and options (paper, sections 3.4 and 4.1).

A small grammar with no model and no word of any product:

1. Sentences that state ("There is a defect in the object.") are context; the first sentence that asks is the question,
   one with a question mark before all others ("Judge by what you see. Is it fine?").
2. What is asked for (`Ask`): a state, a name, a place, a look, a meaning, a remedy or a purpose.
3. What it is asked about: a defect, the object, or neither by name ("where exactly").

A question about the object itself is outside the five. Only when the words leave it open do the options decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from echo_iad.domain.questions import Question, QuestionType
from echo_iad.planning.asking import ASKING, DEFECTS, REGIONS, Ask, first_ask, opens_a_yes_no_question, what_is_asked
from echo_iad.planning.cues import Cue
from echo_iad.planning.wording import Clause, clause, clauses, cues_of


class _Topic(Enum):
    DEFECT = auto()
    OBJECT = auto()
    UNNAMED = auto()


_OF_A_DEFECT = {
    Ask.STATE: QuestionType.DISCRIMINATION,
    Ask.NAME: QuestionType.CLASSIFICATION,
    Ask.PLACE: QuestionType.LOCALIZATION,
    Ask.LOOK: QuestionType.DESCRIPTION,
    Ask.MEANING: QuestionType.ANALYSIS,
    Ask.REMEDY: QuestionType.ANALYSIS,
    Ask.PURPOSE: QuestionType.ANALYSIS,
    Ask.NOTHING: QuestionType.OTHER,
}
_SILENT = {*ASKING, Cue.QUESTION_WORD, Cue.AUXILIARY, Cue.PRONOUN, Cue.DEFINITE, Cue.FILLER, Cue.EXISTS, Cue.SIGNIFY}
_ANSWER_FORMAT = frozenset(
    "a and answer b best c choose correct d false following is no of one option or select statement the true which with"
    " yes".split()
)
_TAGS = frozenset("correct huh no not or please pls right sir thanks yes".split())
_BEFORE_A_SIDE = frozenset("and at bottom far is left lower more on or the to top upper".split())
_STATING = frozenset("a an i it my our some the there these this we".split())


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
    asks = sorted(filter(_asks, said), key=lambda one: not one.marked)
    asking = next(iter(asks), None) or next(filter(_commands, said), None)
    if asking is None:
        by_options = _asked_by_options(options)
        if not said or by_options not in (Ask.NOTHING, Ask.STATE):
            return _OF_A_DEFECT[by_options] if not said or any(map(_states_a_defect, said)) else QuestionType.OTHER
    asking = asking or said[-1]
    known = any(one is not asking and _states_a_defect(one) for one in said)
    ask = what_is_asked(asking, known=known)
    topic = _topic(asking, ask, known=known)
    if ask is Ask.NOTHING and topic is not _Topic.OBJECT:
        ask = _asked_by_options(options)
    return _type_of(ask, topic, asking, known=known)


def _type_of(ask: Ask, topic: _Topic, asking: Clause, *, known: bool) -> QuestionType:
    """Decide by the table."""
    if ask in (Ask.STATE, Ask.REMEDY):
        return _OF_A_DEFECT[ask]
    if topic is _Topic.OBJECT and not (known and ask is Ask.MEANING):
        return QuestionType.OTHER
    if topic is _Topic.UNNAMED:
        what_is_this = ask is Ask.NAME and not known and asking.has(Cue.PRONOUN) and asking.says("what", "which")
        if ask is Ask.PURPOSE or what_is_this:
            return QuestionType.OTHER
    return _OF_A_DEFECT[ask]


def _parts(one: Clause) -> list[Clause]:
    """A sentence less its tag ("right?"), parted where it states a defect first and asks afterwards."""
    end = len(one.words)
    while end > 1 and one.words[end - 1] in _TAGS and one.words[end - 2] not in _BEFORE_A_SIDE:
        end -= 1
    one = one.until(end)
    asks = one.first(Cue.QUESTION_WORD)
    if asks and one.words[0] in _STATING and one.until(asks).has(*DEFECTS):
        return [one.until(asks), one.since(asks)]
    return [one]


def _asks(one: Clause) -> bool:
    return one.has(Cue.QUESTION_WORD) or opens_a_yes_no_question(one.since(one.words[0] in ("and", "so", "but")))


def _commands(one: Clause) -> bool:
    """Whether a sentence is a command or a fragment rather than a statement."""
    if one.words[0] in ("there", "i", "we") or not one.cues[0].isdisjoint((Cue.DEFINITE, Cue.PRONOUN)):
        return False
    return one.has(*ASKING, Cue.VERDICT, *DEFECTS)


def _states_a_defect(one: Clause) -> bool:
    return one.has(*DEFECTS, Cue.MAYBE_DEFECT) and not one.says("no", "not", "without", "free", "if", "whether")


def _topic(one: Clause, ask: Ask, *, known: bool) -> _Topic:
    features = [place for place, cues in enumerate(one.cues) if Cue.MAYBE_DEFECT in cues]
    pointed_at = any(place and one.words[place - 1] in ("this", "that", "these", "those") for place in features)
    if one.has(*DEFECTS) or (features and (known or pointed_at)):
        return _Topic.DEFECT
    named = [word for word, cues in zip(one.words, one.cues, strict=True) if cues.isdisjoint(_SILENT)]
    named += _asked_about_by_name(one, ask)
    on_the_part = ask is Ask.PLACE and (known or one.words[:2] in (("where", "on"), ("where", "in")))
    if on_the_part and all(word.removesuffix("s") in REGIONS or Cue.OBJECT in cues_of(word) for word in named):
        return _Topic.UNNAMED
    return _Topic.OBJECT if named else _Topic.UNNAMED


def _asked_about_by_name(one: Clause, ask: Ask) -> list[str]:
    """Asking words that are themselves asked about: "of the pattern", "where is the centre"."""
    return [
        one.words[place]
        for place in range(2, len(one.words))
        if not one.cues[place].isdisjoint((Cue.LOOK, Cue.PLACE))
        and one.words[place - 1] == "the"
        and (one.words[place - 2] == "of" or (ask is Ask.PLACE and one.words[place - 2] in ("is", "are", "does")))
    ]


def _asked_by_options(options: Mapping[str, str] | None) -> Ask:
    """Read what most of the options answer."""
    read = [clause(text.casefold()) for text in (options or {}).values()]
    if not read:
        return Ask.NOTHING
    if all(one.words[:1] in (("yes",), ("no",), ("true",), ("false",)) for one in read):
        return Ask.STATE
    votes = [first_ask(one) for one in read]
    best = max(ASKING.values(), key=votes.count)
    return best if votes.count(best) * 2 > len(votes) else Ask.NAME
