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
    if inspection.comparison is not None:
        return Verdict.ANOMALOUS if inspection.comparison.is_anomalous else Verdict.GOOD
    return Verdict.ANSWERED
