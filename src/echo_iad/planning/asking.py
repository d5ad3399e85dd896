"""What a sentence asks for: a state, a name, a place, a look, a meaning. Knows words with cues, no question type.

The interrogative decides, and after it the first cue that asks: in "what is the effect of the stain on the look" it is
"effect". Yes/no questions, commands, fragments ("size of the dent?") and statements to be judged are read alike.
"""

from __future__ import annotations

from enum import Enum, auto

from echo_iad.planning.cues import Cue
from echo_iad.planning.wording import Clause


class Ask(Enum):
    """What is asked for."""

    STATE = auto()
    """Whether something is as it should be."""
    NAME = auto()
    """A name, a class, a number of classes."""
    PLACE = auto()
    LOOK = auto()
    MEANING = auto()
    """Effect, cause or sense, of whatever it is said."""
    REMEDY = auto()
    """Consequence, severity, root cause or remedy: asked of faults alone."""
    PURPOSE = auto()
    NOTHING = auto()


DEFECTS = (Cue.DEFECT, Cue.DEFECT_KIND)
REGIONS = frozenset(
    "area component corner element end face half layer part piece portion quadrant quarter region section side spot"
    " surface third zone".split()
)
"""Parts of a part: "which side is damaged" asks for a place, "which tool" does not."""
ASKING = {
    Cue.KIND: Ask.NAME,
    Cue.PLACE: Ask.PLACE,
    Cue.LOOK: Ask.LOOK,
    Cue.REMEDY: Ask.REMEDY,
    Cue.MEANING: Ask.MEANING,
    Cue.PURPOSE: Ask.PURPOSE,
}
_BY_PREPOSITION = dict.fromkeys(("in", "at", "on", "within", "inside", "near", "under"), Ask.PLACE)
_BY_PREPOSITION |= {"from": Ask.REMEDY, "for": Ask.REMEDY}
_ORIGIN = ("come", "comes", "came", "coming", "originate", "originates", "come_from", "coming_from", "came_from")
_POINTING = frozenset(("show", "showing", "mark", "find", "outline", "circle", "highlight", "point"))
_STATES = frozenset("bent defective deviate deviates dirty faulty loose missing torn twisted worn wrong".split())
_MODALS = frozenset(("can", "could", "will", "would", "should", "must", "might", "may", "shall"))
_CONCERNS = frozenset(("problem", "issue", "concern"))


def what_is_asked(one: Clause, *, known: bool) -> Ask:
    """Read a sentence.

    Parameters
    ----------
    one : Clause
        The sentence that asks.
    known : bool
        Whether the sentences around it state that there is a defect.

    Returns
    -------
    Ask
        ``NOTHING`` when no word tells.
    """
    one = _without_courtesy(one)
    place = one.first(Cue.QUESTION_WORD)
    if place is None or (opens_a_yes_no_question(one) and not _is_frame(one)):
        return Ask.MEANING if known and one.has(Cue.FURTHER) and one.has(*DEFECTS) else _by_yes_or_no(one)
    word, rest = one.words[place], one.since(place + 1)
    if word == "where":
        return _by_where(one, rest)
    if word in ("why", "who", "when", "whose"):
        about_a_fault = one.has(*DEFECTS, Cue.VERDICT)
        return Ask.REMEDY if about_a_fault else Ask.MEANING if word == "why" else Ask.PURPOSE
    if word == "how":
        return _by_how(rest)
    if word == "which" and _is_one_of_many(rest):
        return Ask.PLACE
    asked = _by_what(rest, known=known)
    if place and asked is Ask.NAME and one.has(*DEFECTS) and not rest.has(Cue.KIND):
        commanded = first_ask(one.until(place)) if Cue.COMMAND in one.cues[0] else asked
        return _BY_PREPOSITION.get(one.words[place - 1], commanded)
    return asked


def first_ask(one: Clause) -> Ask:
    """What the first asking cue asks for, less what only leads to another: a command, the "area" of "damaged area"."""
    places = [place for place, cues in enumerate(one.cues) if not cues.isdisjoint(ASKING)]
    if not places:
        return Ask.NOTHING
    first, *later = places
    if later and (_is_command(one, first, later[0]) or (first and _is_of_a_defect(one, first))):
        first = later[0]
    return next(ask for cue, ask in ASKING.items() if cue in one.cues[first])


def _is_command(one: Clause, verb: int, noun: int) -> bool:
    """Whether a verb gives way to a noun: "describe the effect", but not "describe the dent on the edge"."""
    defect = one.first(*DEFECTS, start=verb)
    return Cue.COMMAND in one.cues[verb] and (defect is None or noun <= defect + 1)


def _is_of_a_defect(one: Clause, region: int) -> bool:
    return one.words[region] in REGIONS and not one.cues[region - 1].isdisjoint(DEFECTS)


def opens_a_yes_no_question(one: Clause) -> bool:
    """Whether it begins as a yes/no question does."""
    return bool(one.words) and (Cue.AUXILIARY in one.cues[0] or one.words[0] == "any")


def _without_courtesy(one: Clause) -> Clause:
    """From "whether" or "if" on, when that opens a question inside a request."""
    for place, word in enumerate(one.words):
        if Cue.QUESTION_WORD in one.cues[place]:
            return one
        if word in ("whether", "if") and place + 1 < len(one.words):
            return one.since(place + 1)
    return one


def _is_frame(one: Clause) -> bool:
    """Whether an auxiliary only opens a request: "could you tell me where ..."."""
    return len(one.words) > 1 and one.words[1] in ("you", "i", "we", "it") and one.words[0] not in ("is", "was")


def _is_one_of_many(rest: Clause) -> bool:
    """Whether "which ... is damaged" asks for one of several parts."""
    defect, verb = rest.first(*DEFECTS), rest.first(Cue.AUXILIARY)
    if rest.words[:1] in (("has",), ("have",), ("shows",)):
        return defect is not None
    return bool(verb and defect and verb < defect and first_ask(rest) is Ask.NOTHING)


def _by_where(one: Clause, rest: Clause) -> Ask:
    if one.has(*DEFECTS) and one.says("from", *_ORIGIN):
        return Ask.REMEDY
    return Ask.PURPOSE if rest.has(Cue.PURPOSE) and not rest.has(*DEFECTS) else Ask.PLACE


def _by_how(rest: Clause) -> Ask:
    opening = rest.words[0] if rest.words else ""
    if opening == "many":
        return Ask.LOOK if first_ask(rest) is Ask.LOOK else Ask.NAME
    if opening == "bad" or rest.has(Cue.REMEDY):
        return Ask.REMEDY
    if rest.has(Cue.MEANING):
        return Ask.MEANING
    if rest.has(Cue.KIND, Cue.LOOK, Cue.PURPOSE):
        return first_ask(rest)
    if rest.says("did", "has", "could", "might", "was", "were", "can", "to", "should"):
        return Ask.REMEDY if rest.has(*DEFECTS) else Ask.MEANING
    if rest.has(Cue.PLACE):
        return Ask.PLACE
    return Ask.STATE if rest.has(Cue.VERDICT) else Ask.LOOK


def _by_what(rest: Clause, *, known: bool) -> Ask:
    """What "what" and "which" ask for."""
    if rest.has(Cue.SIGNIFY) and (known or rest.has(*DEFECTS)):
        return Ask.MEANING
    if known and rest.says("compared_to", "compared_with"):
        return Ask.MEANING
    if known and rest.cues and Cue.FURTHER in rest.cues[0]:
        return Ask.MEANING
    if rest.words and rest.words[0].removesuffix("s") in REGIONS and rest.has(*DEFECTS):
        return Ask.PLACE
    ask = first_ask(rest)
    if ask is Ask.NOTHING:
        if rest.words[-1:] == ("like",):
            return Ask.LOOK
        looks_past = (known and rest.has(Cue.FURTHER)) or rest.says("happens", "information")
        return Ask.MEANING if looks_past else Ask.NAME
    return ask


def _by_yes_or_no(one: Clause) -> Ask:
    """What a sentence without a question word asks for."""
    if one.words[1:2] == ("you",) and one.words[0] in _MODALS and len(one.words) > 2:
        one = one.since(2)
    defect = one.first(*DEFECTS)
    if defect is None:
        return _by_yes_or_no_without_a_defect(one)
    definite = _is_definite(one, defect)
    asked = first_ask(one)
    if not definite and one.has(Cue.EXISTS):
        return Ask.STATE
    if opens_a_yes_no_question(one) and not definite and not _has_a_pronoun_subject(one):
        return _of_faults_at_large(one, defect)
    if asked is not Ask.NOTHING:
        return asked
    if definite and not opens_a_yes_no_question(one) and not _POINTING.isdisjoint(one.words[:defect]):
        return Ask.PLACE
    if _names_kinds(one, defect):
        return Ask.NAME
    if definite and opens_a_yes_no_question(one) and not one.has(Cue.EXISTS):
        return Ask.REMEDY if one.words[0] in _MODALS and not _is_frame(one) else _by_predicate(one, defect)
    return Ask.STATE


def _is_definite(one: Clause, defect: int) -> bool:
    """Whether "the scratch" is spoken of, rather than "a scratch" or "the part is scratched"."""
    if defect >= 1 and Cue.DEFINITE in one.cues[defect - 1]:
        return not (defect >= 2 and one.words[defect - 1] in ("this", "that") and one.words[defect] in _STATES)
    between = defect >= 2 and Cue.DEFINITE in one.cues[defect - 2]
    a_state = one.words[defect] in _STATES or one.words[defect].endswith(("ed", "en"))
    return between and not a_state and not one.cues[defect - 1] & {Cue.AUXILIARY, Cue.OBJECT}


def _has_a_pronoun_subject(one: Clause) -> bool:
    return any(word in ("it", "this", "that", "these", "those") for word in one.words[1:4])


def _of_faults_at_large(one: Clause, defect: int) -> Ask:
    """What is asked of "a scratch" in general: does it matter? Else whether the part has one."""
    if one.has(Cue.REMEDY, Cue.MEANING) and one.words[0] != "any":
        return Ask.REMEDY
    later = one.first(*DEFECTS, start=defect + 1)
    a_concern = later is not None and one.words[later] in _CONCERNS and one.words[later - 1] == "a"
    return Ask.REMEDY if a_concern else Ask.STATE


def _names_kinds(one: Clause, defect: int) -> bool:
    """Whether kinds are set against each other, or something known is said to be "a" defect of a kind."""
    if one.has(Cue.EXISTS) or one.says("not"):
        return False
    alternatives = one.says("or") and one.first(*DEFECTS, start=defect + 1) is not None
    if alternatives and (not opens_a_yes_no_question(one) or _has_a_pronoun_subject(one)):
        return True
    kinds = [place for place in range(2, len(one.words)) if Cue.DEFECT_KIND in one.cues[place]]
    return one.has(Cue.PRONOUN, Cue.DEFINITE) and any(one.words[place - 1] in ("a", "an") for place in kinds)


def _by_predicate(one: Clause, defect: int) -> Ask:
    """What is asked of a known defect by a word without a cue: "is the scratch glossy"."""
    predicate = [cues for cues in one.cues[defect + 1 :] if not cues]
    return Ask.LOOK if predicate and one.words[0] in ("is", "are", "does", "do", "has") else Ask.STATE


def _by_yes_or_no_without_a_defect(one: Clause) -> Ask:
    if one.has(Cue.REMEDY) and not (one.says("have_to", "has_to") and one.has(Cue.VERDICT)):
        return Ask.REMEDY
    if one.has(Cue.MEANING) and _has_a_pronoun_subject(one):
        return Ask.MEANING
    if one.says("anything", "something", "nothing"):
        return Ask.STATE
    whole = opens_a_yes_no_question(one) and one.says("all", "every", "complete")
    if one.has(Cue.VERDICT) or whole or (one.has(Cue.EXISTS) and one.has(Cue.MAYBE_DEFECT)):
        return Ask.STATE
    return first_ask(one)
