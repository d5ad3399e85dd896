"""What one inspection comes to, in one word. Knows the record alone."""

from __future__ import annotations

from enum import StrEnum

from echo_iad.domain.decisions import Decision, Inspection, Status


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
    compared = None if inspection.comparison is None else inspection.comparison.is_anomalous
    said = _said_by_model(inspection.decision)
    if inspection.decision.p_model is not None:  # weighed against the comparison already
        return Verdict.ANOMALOUS if said else Verdict.GOOD
    if compared is None:
        return Verdict.ANSWERED
    if said is not None and said != compared:
        return Verdict.NOT_SURE
    return Verdict.ANOMALOUS if compared else Verdict.GOOD


def _said_by_model(decision: Decision) -> bool | None:
    """Whether a model's decision calls the part defective; None when no model gave a verdict."""
    return None if decision.model is None or decision.p_anomalous is None else decision.p_anomalous > 0.5
