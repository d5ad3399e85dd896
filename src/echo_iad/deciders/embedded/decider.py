"""The embedded decision maker (paper, section 3.4, without an LLM): evidence to a decision in milliseconds.

Sends each question type to its answerer and turns scores into probabilities. Knows no picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from echo_iad.deciders.embedded.aims import asks_for_another
from echo_iad.deciders.embedded.analysis import analyse
from echo_iad.deciders.embedded.another import look_for_another
from echo_iad.deciders.embedded.appearance import describe
from echo_iad.deciders.embedded.case import Answer, Case
from echo_iad.deciders.embedded.composites import with_composites
from echo_iad.deciders.embedded.counts import asks_number, count_options
from echo_iad.deciders.embedded.declining import decline
from echo_iad.deciders.embedded.discrimination import discriminate
from echo_iad.deciders.embedded.identity import identify
from echo_iad.deciders.embedded.localization import locate
from echo_iad.deciders.embedded.scoring import best, probabilities
from echo_iad.domain.decisions import Decision, Status
from echo_iad.domain.evidence import Evidence
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.encoders.base import TextEncoder
from echo_iad.encoders.remembering import remembering
from echo_iad.errors import EchoError
from echo_iad.settings import Profile

_ANSWERERS: Mapping[QuestionType, Callable[[Case], Answer]] = {
    QuestionType.DISCRIMINATION: discriminate,
    QuestionType.CLASSIFICATION: describe,
    QuestionType.LOCALIZATION: locate,
    QuestionType.DESCRIPTION: describe,
    QuestionType.ANALYSIS: analyse,
    QuestionType.OTHER: identify,
}
TEMPERATURES: Mapping[QuestionType, float] = {
    QuestionType.DISCRIMINATION: 1.0,
    QuestionType.CLASSIFICATION: 1.0,
    QuestionType.LOCALIZATION: 0.5,
    QuestionType.DESCRIPTION: 1.0,
    QuestionType.ANALYSIS: 1.0,
    QuestionType.OTHER: 2.0,
}
"""Softmax temperature of each type; 1 = the scores are log-likelihoods and are believed."""


class EmbeddedDecider:
    """Decides without an LLM.

    Parameters
    ----------
    text_encoder : TextEncoder
        Sentence vectors for options, questions and knowledge.
    abstain_below : float, default 0
        0 to 1: with options, abstain when the best one's probability leads the second's by less than this. An open
        question about a defect rests on the verdict: there it is the lead of "defective" over "good" or the reverse.

    Raises
    ------
    ValueError
        ``abstain_below`` is outside 0 to 1.
    """

    name = "embedded"

    def __init__(self, text_encoder: TextEncoder, *, abstain_below: float = 0.0) -> None:
        if not 0.0 <= abstain_below <= 1.0:
            msg = f"EmbeddedDecider.abstain_below must be 0 to 1. Got {abstain_below}."
            raise ValueError(msg)
        self._encoder = remembering(text_encoder)
        self._abstain_below = abstain_below

    def decide(self, question: Question, question_type: QuestionType, evidence: Evidence) -> Decision:
        """Answer, abstain or fail; see `echo_iad.deciders.base.Decider`."""
        case = Case(question, question_type, evidence, self._encoder)
        try:
            answer = decline(case) or _answerer(case)(case)
            return self._decision(case, answer)
        except (EchoError, ValueError, ArithmeticError) as fault:
            return Decision(Status.FAILED, reason=f"No verdict: {type(fault).__name__}: {fault}")

    def _decision(self, case: Case, answer: Answer) -> Decision:
        p_anomalous = case.seen.p_anomalous if case.seen is not None else None
        if answer.abstains:
            return Decision(Status.ABSTAINED, text="Not sure.", p_anomalous=p_anomalous, reason=answer.reason)
        if not case.question.options:
            return self._open_decision(case, answer, p_anomalous)
        options = with_composites(answer.options)
        about_defects = case.question_type is not QuestionType.OTHER
        if case.seen is not None and about_defects and asks_number(case.question.text):
            options = count_options(options, len(case.seen.comparison.regions))
        chances = probabilities(options, TEMPERATURES[case.question_type])
        lead, second = sorted(chances.values(), reverse=True)[:2]
        if lead - second < self._abstain_below:
            reason = (
                f"The best option leads by {lead - second:.0%}, less than {self._abstain_below:.0%}. {answer.reason}"
            )
            return Decision(
                Status.ABSTAINED, text="Not sure.", probabilities=chances, p_anomalous=p_anomalous, reason=reason
            )
        chosen = best(options)
        return Decision(
            Status.ANSWERED,
            option=chosen.label,
            text=chosen.text,
            probabilities=chances,
            p_anomalous=p_anomalous,
            reason=answer.reason,
        )

    def _open_decision(self, case: Case, answer: Answer, p_anomalous: float | None) -> Decision:
        lead = abs(2.0 * p_anomalous - 1.0) if p_anomalous is not None else 1.0
        if lead < self._abstain_below and case.question_type is not QuestionType.OTHER:
            reason = f"The verdict leads by {lead:.0%}, less than {self._abstain_below:.0%}. {answer.reason}"
            return Decision(Status.ABSTAINED, text="Not sure.", p_anomalous=p_anomalous, reason=reason)
        return Decision(Status.ANSWERED, text=answer.text, p_anomalous=p_anomalous, reason=answer.reason)


def _answerer(case: Case) -> Callable[[Case], Answer]:
    if case.question_type is QuestionType.DISCRIMINATION and asks_for_another(case.question.text):
        return look_for_another
    return _ANSWERERS[case.question_type]


def make_decider(profile: Profile, text_encoder: TextEncoder) -> EmbeddedDecider:
    """The decider as a profile wants it."""
    return EmbeddedDecider(text_encoder, abstain_below=profile.decider.abstain_below)
