"""The record of an inspection: what was consulted and what was decided, put together. Decides nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from echo_iad import __version__
from echo_iad.domain.decisions import Decision, Inspection, Status
from echo_iad.domain.questions import Expert, Plan, Question
from echo_iad.errors import ImageError
from echo_iad.experts.consulting import Consulted
from echo_iad.images.loading import PictureSource
from echo_iad.settings import Profile


def consulted_record(consulted: Consulted, decision: Decision, profile: Profile, *, decided_ms: float) -> Inspection:
    """The record of one request.

    Parameters
    ----------
    consulted : Consulted
        What the experts found.
    decision : Decision
        What was made of it.
    profile : Profile
        How it was asked.
    decided_ms : float
        Milliseconds that the decision took; added to what laying out its evidence took.
    """
    case, evidence = consulted.case, consulted.asked.evidence
    spent = dict(consulted.timings.milliseconds)
    spent[Expert.DECISION_MAKER.value] += decided_ms
    spent["total"] = sum(spent.values())
    return replace(
        _record(case.picture.path, case.question, case.plan, profile, decision),
        object=evidence.object.name,
        references=evidence.references,
        comparison=evidence.comparison,
        knowledge=evidence.knowledge,
        knowledge_by=evidence.knowledge_by,
        object_match=evidence.object,
        reasoning=evidence.reasoning,
        missing=evidence.missing,
        fusion=evidence.fusion,
        defect_vote=evidence.defect_vote,
        width=case.picture.width,
        height=case.picture.height,
        timings_ms={step: round(each, 3) for step, each in spent.items()},
    )


def failed_record(
    image: PictureSource, question: Question, plan: Plan, profile: Profile, fault: ImageError
) -> Inspection:
    """The record of a picture that cannot be read: a failed decision with the reason, and no evidence."""
    name = str(image) if isinstance(image, str | Path) else f"<{type(image).__name__}>"
    return _record(name, question, plan, profile, Decision(Status.FAILED, reason=str(fault)))


def _record(image: str, question: Question, plan: Plan, profile: Profile, decision: Decision) -> Inspection:
    return Inspection(
        image=image,
        object=None,
        question=question.text,
        question_type=plan.question_type,
        profile=profile.name,
        plan=plan.experts,
        references=(),
        comparison=None,
        knowledge=(),
        decision=decision,
        timings_ms={},
        options=question.options,
        version=__version__,
        profile_sha256=profile.sha256(),
    )
