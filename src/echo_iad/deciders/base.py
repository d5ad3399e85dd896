"""What every decision maker promises. Knows no way to decide.

``echo_iad.testing.check_decider`` proves the promise.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from echo_iad.domain.decisions import Decision
from echo_iad.domain.evidence import Evidence
from echo_iad.domain.questions import Question, QuestionType


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
