"""Evidence to messages (paper, section 3.4): good samples first, then the part, the findings, the question.

What all questions about one picture share stands before what differs, so that a backend may compute it once. Pure: the
same evidence gives the same messages. Knows no model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from echo_iad.domain.evidence import Comparison, Evidence, Exhibits, ReasoningStep, Region
from echo_iad.domain.messages import Message, Messages, Part, Role, TextPart
from echo_iad.domain.questions import Question
from echo_iad.prompts.pictures import query_part, reference_parts

_REGIONS = 3
"""Told of a comparison; the rest are weaker."""


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
    """Whether the model is to write its reasoning first, before `ask_label` asks for the answer."""


def build_messages(question: Question, evidence: Evidence, exhibits: Exhibits, style: PromptStyle) -> Messages:
    """Compose what a model is told and shown.

    Parameters
    ----------
    question : Question
        With options it is multiple choice, without it is open.
    evidence : Evidence
        What is missing there is not mentioned.
    exhibits : Exhibits
        The pictures behind it.
    style : PromptStyle

    Returns
    -------
    tuple of Message
        A system message, then one of the user: references, query picture, findings, and the question last.

    Raises
    ------
    ImageError
        A reference's stored picture is damaged.
    """
    references = reference_parts(evidence, exhibits, style.max_side)
    about = {"count": len(references), "object": (evidence.object.name or "").replace("_", " ")}
    samples: tuple[Part, ...] = (_text("references", **about), *references) if references else ()
    shown = (*samples, _text("query", **about), query_part(exhibits, style.max_side))
    asked = _text("question", question=question.text.strip(), options=question.options, think=style.think)
    told = _findings(evidence, style)
    last = TextPart("\n\n".join(part.text for part in (told, asked) if part.text))
    return (Message(Role.SYSTEM, (_text("system"),)), Message(Role.USER, (*shown, last)))


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
    turn = Message(Role.ASSISTANT, (TextPart(written.strip()),))
    return (*messages, turn, Message(Role.USER, (_text("label", options=question.options),)))


def _findings(evidence: Evidence, style: PromptStyle) -> TextPart:
    comparison = evidence.comparison
    heard = comparison if comparison is not None and (comparison.is_anomalous or style.tell_within_tolerance) else None
    return _text(
        "findings",
        passages=evidence.knowledge,
        comparison=heard,
        regions=[_told(region) for region in heard.regions[:_REGIONS]] if heard and heard.is_anomalous else [],
        steps=_steps(evidence, comparison, heard),
    )


def _steps(evidence: Evidence, comparison: Comparison | None, heard: Comparison | None) -> list[ReasoningStep]:
    """Steps of the rationale; their titles alone when their text would tell of a comparison that stays silent."""
    if comparison is not None and heard is not None:
        return list(evidence.reasoning)
    return [ReasoningStep(step.title, "") for step in evidence.reasoning]


def _told(region: Region) -> dict[str, Any]:
    return {
        "position": region.position,
        "part_position": region.part_position,
        "area": f"{100 * region.area_fraction:.1f} %",
        "words": region.change.words if region.change is not None else (),
    }


def _text(template: str, **values: object) -> TextPart:
    return TextPart(_templates().get_template(f"{template}.jinja").render(values).strip())


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("echo_iad.prompts"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701  # plain text for a model, no page
    )
