"""Evidence to messages (paper, section 3.4): good samples first, then the part, the findings, the question.

What all questions about one picture share stands before what differs, so that a backend may compute it once. Pure: the
same evidence gives the same messages. Knows no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from echo_iad.domain.evidence import Comparison, Evidence, Exhibits
from echo_iad.domain.messages import Message, Messages, Part, PicturePart, Role, TextPart
from echo_iad.domain.questions import Question
from echo_iad.prompts.crops import closeups
from echo_iad.prompts.neutral import neutral
from echo_iad.prompts.pictures import first_reference, query_part, reference_parts
from echo_iad.prompts.rendering import harmless, line, rendered

_REGIONS = 3
"""Told of a comparison, or as many as are shown enlarged; the rest are weaker."""


@dataclass(frozen=True)
class PromptStyle:
    """How prompts are composed."""

    max_side: int = 1024
    """No picture is larger, in pixels."""
    tell_within_tolerance: bool = False
    """Whether a comparison that found nothing is told; else it is silent below the tolerance."""
    crops: int = 0
    """So many of the strongest regions are shown enlarged, each beside the same place of the first reference."""
    think: bool = False
    """Whether the model is to write its reasoning first, before `ask_label` asks for the answer; for a question with
    options."""


def build_messages(question: Question, evidence: Evidence, exhibits: Exhibits, style: PromptStyle) -> Messages:
    """Compose what a model is told and shown.

    Parameters
    ----------
    question : Question
        With options it is multiple choice, without it is open. A suggestive one is put plainly.
    evidence : Evidence
        What is missing there is not mentioned.
    exhibits : Exhibits
        The pictures behind it.
    style : PromptStyle

    Returns
    -------
    tuple of Message
        A system message, then one of the user: references, query picture, comparison, crops, knowledge, reasoning,
        and the question last. No two texts follow each other.

    Raises
    ------
    ImageError
        A reference's stored picture is damaged.
    """
    parts = [
        *_pictures(evidence, exhibits, style),
        *_compared(evidence, exhibits, style),
        *_known(evidence, style),
        _question(question, style),
    ]
    return (Message(Role.SYSTEM, (rendered("system"),)), Message(Role.USER, tuple(_joined(parts))))


def ask_label(messages: Messages, written: str, question: Question) -> Messages:
    """Go on after the model's reasoning: what it wrote as its own turn, then the question for the label alone.

    Parameters
    ----------
    messages : tuple of Message
        What it was asked, from `build_messages` with `PromptStyle.think`.
    written : str
        What it wrote.
    question : Question
        As in ``messages``, with options.
    """
    turn = Message(Role.ASSISTANT, (TextPart(harmless(written)),))
    return (*messages, turn, Message(Role.USER, (rendered("label", options=question.options),)))


def _pictures(evidence: Evidence, exhibits: Exhibits, style: PromptStyle) -> Iterator[Part]:
    """Known-good samples and the query, each introduced."""
    references = reference_parts(evidence, exhibits, style.max_side)
    about = {"count": len(references), "object": line((evidence.object.name or "").replace("_", " "))}
    for number, reference in enumerate(references, start=1):
        yield rendered("reference", number=number, **about)
        yield reference
    yield rendered("query", **about)
    yield query_part(exhibits, style.max_side)


def _heard(evidence: Evidence, style: PromptStyle) -> Comparison | None:
    """The comparison where it is to be told."""
    comparison = evidence.comparison
    silent = comparison is None or not (comparison.is_anomalous or style.tell_within_tolerance)
    return None if silent else comparison


def _compared(evidence: Evidence, exhibits: Exhibits, style: PromptStyle) -> Iterator[Part]:
    """What the comparison found, in words and enlarged."""
    heard = _heard(evidence, style)
    if heard is None:
        return
    regions = heard.regions[: max(_REGIONS, style.crops)] if heard.is_anomalous else ()
    vote = evidence.defect_vote if heard.is_anomalous else None
    labelled = vote.words if vote is not None else ""
    yield rendered(
        "comparison", normals=heard.normals, is_anomalous=heard.is_anomalous, regions=regions, labelled=labelled
    )
    count = len(evidence.references)
    enlarged = regions[: style.crops]
    reference = first_reference(evidence, exhibits) if enlarged else None
    for closeup in closeups(exhibits.query, reference, enlarged, style.max_side):
        yield rendered("crop", number=closeup.number, count=count, of_reference=False)
        yield closeup.of_query
        if closeup.of_reference is not None:
            yield rendered("crop", number=closeup.number, count=count, of_reference=True)
            yield closeup.of_reference


def _known(evidence: Evidence, style: PromptStyle) -> Iterator[Part]:
    """Passages with their sources, and the steps of the rationale; those of a silent comparison by title alone."""
    if evidence.knowledge:
        yield rendered("knowledge", passages=evidence.knowledge)
    if evidence.reasoning:
        told = _heard(evidence, style) is not None
        yield rendered("reasoning", steps=evidence.reasoning, told=told)


def _question(question: Question, style: PromptStyle) -> Part:
    think = style.think and bool(question.options)
    text = neutral(question.text, question.options)
    return rendered("question", question=text, options=question.options, think=think)


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """Texts that follow each other as one, a blank line between them: chat templates part them in their own ways."""
    texts: list[str] = []
    for part in parts:
        if isinstance(part, PicturePart):
            if texts:
                yield TextPart("\n\n".join(texts))
            texts = []
            yield part
        else:
            texts.append(part.text)
    yield TextPart("\n\n".join(texts))
