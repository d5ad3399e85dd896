"""What every decision maker promises. Knows no way to decide.

``echo_iad.testing.check_decider`` proves the promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from echo_iad.domain.decisions import Decision
from echo_iad.domain.evidence import Evidence
from echo_iad.domain.questions import Question, QuestionType


@dataclass(frozen=True, eq=False)
class Asked:
    """One question with what the experts found, ready to be decided."""

    question: Question
    question_type: QuestionType
    evidence: Evidence


@runtime_checkable
class Decider(Protocol):
    """Evidence to a decision (paper, section 3.4: Decision Maker)."""

    @property
    def name(self) -> str:
        """Name in the decider catalogue."""
        ...

    def decide(self, question: Question, question_type: QuestionType, evidence: Evidence) -> Decision:
        """Answer, abstain or fail; never raise for what the evidence holds.

        Parameters
        ----------
        question : Question
            What is asked; without options it is an open question.
        question_type : QuestionType
            What kind of question it is.
        evidence : Evidence
            What the experts found. What is missing there is not guessed.

        Returns
        -------
        Decision
            ``answered`` with one of the question's labels, or with text for an open question; ``abstained`` when
            the evidence does not carry an answer; ``failed`` with the reason. The same input gives the same
            decision.
        """
        ...


@runtime_checkable
class JointDecider(Decider, Protocol):
    """A decider that does better with several questions at once, such as all those about one picture."""

    def decide_all(self, asked: Sequence[Asked]) -> list[Decision]:
        """Decide each as `decide` would alone, in order; they may share work."""
        ...


def decide_all(decider: Decider, asked: Sequence[Asked]) -> list[Decision]:
    """Decisions of any decider on several questions, in order."""
    if isinstance(decider, JointDecider):
        return decider.decide_all(asked)
    return [decider.decide(one.question, one.question_type, one.evidence) for one in asked]
