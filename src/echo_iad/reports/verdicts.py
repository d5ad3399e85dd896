"""What one inspection comes to, in one word. Knows the record alone."""

from __future__ import annotations

from enum import StrEnum

from echo_iad.domain.decisions import Inspection, Status


class Verdict(StrEnum):
    """Ends of an inspection, in the order in which they need a look."""

    FAILED = "failed"
    ANOMALOUS = "anomalous"
    NOT_SURE = "not sure"
    ANSWERED = "answered"
    """Nothing was compared: the question has an answer, the part has no verdict."""
    GOOD = "good"


def verdict_of(inspection: Inspection) -> Verdict:
    """Sum one inspection up; only an answered decision can make a part good.

    Where a model gives a verdict of its own and the comparison says otherwise, nobody can be sure, unless both were
    weighed against each other: then that counts.

    Examples
    --------
    >>> from echo_iad.domain.decisions import Decision
    >>> from echo_iad.domain.questions import QuestionType
    >>> empty = Decision(Status.FAILED, reason="The picture is empty.")
    >>> kind = QuestionType.DISCRIMINATION
    >>> verdict_of(Inspection("a.png", None, "Is it good?", kind, "edge", (), (), None, (), empty, {}))
    <Verdict.FAILED: 'failed'>
    """
    if inspection.decision.status is Status.FAILED:
        return Verdict.FAILED
    if inspection.decision.status is Status.ABSTAINED:
        return Verdict.NOT_SURE
    if inspection.decision.p_model is not None:  # weighed against the comparison already
        return Verdict.ANOMALOUS if inspection.decision.is_anomalous else Verdict.GOOD
    if inspection.comparison is None:
        return Verdict.ANSWERED
    if is_contradicted(inspection):
        return Verdict.NOT_SURE
    return Verdict.ANOMALOUS if inspection.comparison.is_anomalous else Verdict.GOOD


def is_contradicted(inspection: Inspection) -> bool:
    """Whether a model's answer calls the part what the comparison does not, and the two were not weighed."""
    decision, comparison = inspection.decision, inspection.comparison
    if comparison is None or decision.is_anomalous is None or decision.p_model is not None:
        return False
    return decision.is_anomalous != comparison.is_anomalous
