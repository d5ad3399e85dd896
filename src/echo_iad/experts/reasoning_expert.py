"""The Reasoning Expert (paper, section 3.4): what the part should look like, what differs, what that means.

Each sentence rests on a piece of evidence and names it: a normal, a region, a number, a passage with its source. What
is missing is said. Knows evidence and words; computes nothing and decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from echo_iad.deciders.embedded.sentences import where
from echo_iad.domain.evidence import Change, Comparison, Evidence, KnowledgePassage, ReasoningStep, Region
from echo_iad.domain.questions import Expert, Question, QuestionType
from echo_iad.knowledge.roles import Role, cues
from echo_iad.knowledge.sources import GOOD
from echo_iad.reports.words import listed, number, p_value, percent

_SHOULD, _DIFFERS, _MEANS = "What the part should look like", "What differs", "What that means"
_REGIONS = 3
"""Told one by one; more are counted."""
_PASSAGES = 2
"""Quoted of what is known."""
_DEFECT_TYPES = frozenset(
    {QuestionType.CLASSIFICATION, QuestionType.LOCALIZATION, QuestionType.DESCRIPTION, QuestionType.ANALYSIS}
)
"""Types that take a defect for granted."""


def reason(evidence: Evidence, question: Question, question_type: QuestionType) -> tuple[ReasoningStep, ...]:
    """Compose the three steps from what the other experts found.

    Parameters
    ----------
    evidence : Evidence
        Anything in it may be missing.
    question : Question
    question_type : QuestionType
        Whether the question takes a defect for granted.

    Returns
    -------
    tuple of ReasoningStep
        Always three, in order.
    """
    return (
        ReasoningStep(_SHOULD, _joined(_should(evidence))),
        ReasoningStep(_DIFFERS, _joined(_differs(evidence))),
        ReasoningStep(_MEANS, _joined(_means(evidence, question, question_type))),
    )


def _should(evidence: Evidence) -> list[str]:
    name = evidence.object.name
    if name is None:
        return [f"It is not known which object this is: {_clause(evidence.object.reason)}."]
    said = [_references(evidence)] if evidence.references else []
    described = _described_good(evidence)
    if described is not None:
        said.append(f"Of a good part it is known: {_quoted(described)}.")
    if said:
        return said
    why = _missing(evidence, Expert.REFERENCE_EXTRACTOR, "no normal was retrieved")
    return [f"What a good {_plain(name)} looks like is not known: {why}."]


def _references(evidence: Evidence) -> str:
    references = evidence.references
    name = _plain(evidence.object.name or "part")
    if len(references) == 1:
        (only,) = references
        return f"It should look like normal {only.id}, a good {name} (similarity {only.similarity:.2f})."
    numbers = listed([str(reference.id) for reference in references])
    similarities = [f"{reference.similarity:.2f}" for reference in references]
    high, low = max(similarities, key=float), min(similarities, key=float)
    span = high if high == low else f"{low} to {high}"
    return f"It should look like the normals {numbers}, each a good {name} (similarity {span})."


def _described_good(evidence: Evidence) -> KnowledgePassage | None:
    """The passage that was chosen about good parts, or the one of all that tells most of how they look."""
    chosen = [passage for passage in evidence.knowledge if passage.topic == GOOD and passage.relevance]
    if chosen:
        return chosen[0]
    roles = list(Role)
    normal, looks = roles.index(Role.NORMAL), roles.index(Role.LOOKS)
    known = [passage for passage in evidence.object_knowledge if passage.topic == GOOD]
    return max(known, key=lambda passage: cues(passage.text)[normal] + cues(passage.text)[looks], default=None)


def _differs(evidence: Evidence) -> list[str]:
    comparison = evidence.comparison
    if comparison is None:
        why = _missing(evidence, Expert.VISUAL_COMPARATOR, "the question needed no comparison")
        return [f"The part was not compared with good parts: {why}."]
    return [_verdict(comparison), *_caution(comparison), *_regions(comparison)]


def _verdict(comparison: Comparison) -> str:
    against = "1 good part" if comparison.normals == 1 else f"{comparison.normals} good parts"
    differs = "differs more" if comparison.is_anomalous else "differs no more"
    side = "above" if comparison.is_anomalous else "not above"
    return (
        f"Compared with {against}, it {differs} than is tolerated: its score {number(comparison.score)} is {side} the "
        f"threshold {number(comparison.threshold)} (p-value {p_value(comparison.p_value)}, false-alarm rate "
        f"{percent(comparison.false_alarm_rate)})."
    )


def _caution(comparison: Comparison) -> list[str]:
    return [] if comparison.certified else [f"That rate is not certified: {_clause(comparison.certified_reason)}."]


def _regions(comparison: Comparison) -> list[str]:
    regions = comparison.regions
    if not regions:
        return ["No single place stands out; the difference is spread."] if comparison.is_anomalous else []
    told = [_region(region, first=index == 0) for index, region in enumerate(regions[:_REGIONS])]
    rest = len(regions) - len(told)
    if rest:
        told.append("1 weaker region is not listed." if rest == 1 else f"{rest} weaker regions are not listed.")
    if not comparison.is_anomalous:
        told.append("As a whole the part stays within the tolerance all the same.")
    return told


def _region(region: Region, *, first: bool) -> str:
    article = "The strongest" if first else "Another"
    opening = f"{article} region lies {where(region)} and covers {percent(region.area_fraction)} of the picture"
    change = _change(region.change) if region.change is not None else ""
    return f"{opening}; {change}." if change else f"{opening}."


def _change(change: Change) -> str:
    """How it changed, as a clause; colours only when their names differ."""
    recoloured = change.colour != change.reference_colour
    colours = f"{change.colour} instead of {change.reference_colour}" if recoloured else ""
    if not change.words:
        return f"it is {colours}" if colours else "no clear change of brightness, colour or texture was measured"
    words = f"it is {listed(change.words)} compared with the reference"
    return f"{words} ({colours})" if colours else words


def _means(evidence: Evidence, question: Question, question_type: QuestionType) -> list[str]:
    comparison = evidence.comparison
    if comparison is not None and not comparison.is_anomalous:
        asked = f"The question “{question.text.strip()}” takes a defect for granted, and none was found."
        return ["The part counts as good.", *([asked] if question_type in _DEFECT_TYPES else [])]
    about_defects = [passage for passage in evidence.knowledge if passage.topic != GOOD]
    if comparison is not None:
        return ["The part counts as defective.", *_known(evidence, about_defects)]
    if not about_defects:
        return ["Without a comparison and without knowledge of its defects nothing can be said about this part."]
    return ["What follows is general knowledge and no finding about this part.", *_known(evidence, about_defects)]


def _known(evidence: Evidence, passages: Sequence[KnowledgePassage]) -> list[str]:
    if not passages:
        why = _missing(evidence, Expert.KNOWLEDGE_GUIDE, "no passage about its defects bears on the question")
        return [f"What a defect of it means is not known: {why}."]
    chosen = [passage for passage in passages if passage.relevance]
    if chosen:
        return [f"{_of(passage.topic)} is known: {_quoted(passage)}." for passage in chosen[:_PASSAGES]]
    topics = listed(list(dict.fromkeys(passage.topic for passage in passages if passage.topic)))
    count = "1 passage is" if len(passages) == 1 else f"{len(passages)} passages are"
    about = f" about {topics}" if topics else ""
    return [f"{count} known{about}; none was chosen for the question."]


def _of(topic: str) -> str:
    return f"Of “{topic}” it" if topic else "It"


def _quoted(passage: KnowledgePassage) -> str:
    return f"“{passage.text.strip()}” ({passage.source})"


def _missing(evidence: Evidence, expert: Expert, otherwise: str) -> str:
    return _clause(evidence.missing.get(expert.value, otherwise))


def _clause(sentence: str) -> str:
    """A sentence to follow a colon: without its stop; it keeps its capital where that is a name's."""
    plain = sentence.strip().rstrip(".")
    first, _, rest = plain.partition(" ")
    return f"{first.lower()} {rest}" if first in {"No", "The", "It", "A", "An", "This", "There", "Nothing"} else plain


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(sentences)
