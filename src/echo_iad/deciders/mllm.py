"""A multimodal model decides (paper, section 3.4), shown the part and told what the experts found.

Where the model scores options, their probabilities decide; else what it writes is read strictly. What cannot be read,
and every fault of the model, is a failed decision and never an answer. Knows no family of models.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from echo_iad.deciders.answers import looks_refused, read_choice
from echo_iad.deciders.embedded.polarity import Side, option_sides
from echo_iad.domain.decisions import Decision, Scoring, Status
from echo_iad.domain.evidence import Evidence, Exhibits
from echo_iad.domain.messages import Messages
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.encoders.base import TextEncoder
from echo_iad.errors import EchoError, UnscoredError
from echo_iad.mllms.base import MLLM
from echo_iad.mllms.catalog import load_mllm
from echo_iad.prompts.builder import PromptStyle, build_messages
from echo_iad.prompts.rotation import Rotation, rotate
from echo_iad.settings import DeciderSettings

UNPARSED = "Unparsed:"
"""How the reason begins when the model wrote something that names no option."""
REFUSED = "Refused:"
"""How the reason begins when the model declined to answer."""


@dataclass(frozen=True)
class _Asked:
    """One question, in one or several rotations of its options."""

    question: Question
    sides: Mapping[str, Side]
    """Option label -> what it says of the part; empty unless the question asks whether it is good."""
    rotations: tuple[Rotation, ...]
    prompts: tuple[Messages, ...]


class MllmDecider:
    """Lets a multimodal model decide.

    Parameters
    ----------
    mllm : MLLM
    settings : DeciderSettings
        Rotations of the options, size of the pictures, when to abstain.
    """

    name = "mllm"

    def __init__(self, mllm: MLLM, settings: DeciderSettings) -> None:
        self._mllm = mllm
        self._settings = settings
        self._style = PromptStyle(settings.max_side, settings.tell_within_tolerance)

    @property
    def picture_side(self) -> int:
        """Pixels that a picture's shorter side should keep when it is decoded."""
        return self._settings.max_side

    def decide(self, question: Question, question_type: QuestionType, evidence: Evidence) -> Decision:
        """Answer, abstain or fail; see `echo_iad.deciders.base.Decider`."""
        if evidence.exhibits is None:
            return self._failed("There is no picture to show to the model.")
        try:
            asked = self._put(question, question_type, evidence, evidence.exhibits)
            return self._scored(asked) or self._written(asked)
        except (EchoError, ValueError, ArithmeticError, OSError) as fault:
            return self._failed(f"No answer: {fault}")

    def _put(self, question: Question, kind: QuestionType, evidence: Evidence, exhibits: Exhibits) -> _Asked:
        asks_verdict = kind is QuestionType.DISCRIMINATION and bool(question.options)
        sides = option_sides(question.text, question.options) if asks_verdict else {}
        scored = bool(question.options) and self._mllm.scores_options
        count = min(self._settings.rotations, len(question.options)) if scored else 1
        rotations = tuple(rotate(question, places) for places in range(count))
        prompts = tuple(build_messages(each.question, evidence, exhibits, self._style) for each in rotations)
        return _Asked(question, sides, rotations, prompts)

    def _scored(self, asked: _Asked) -> Decision | None:
        """Decide by the probabilities of the options, averaged over their rotations; None when there are none."""
        labels = list(asked.question.options)
        if not labels or not self._mllm.scores_options:
            return None
        try:
            scores = self._mllm.score_options(asked.prompts, labels)
        except UnscoredError:
            return None
        chances = _averaged(asked.rotations, scores, asked.question)
        second, best = sorted(chances.values())[-2:]
        chosen = max(chances, key=lambda label: chances[label])
        p_anomalous = _p_anomalous(asked.sides, chances)
        said = f"{self._mllm.name} gives option {chosen} {best:.0%}"
        if best - second < self._settings.abstain_below:
            return Decision(
                Status.ABSTAINED,
                text="Not sure.",
                probabilities=chances,
                p_anomalous=p_anomalous,
                reason=f"{said}, a lead of {best - second:.0%}: less than {self._settings.abstain_below:.0%}.",
                model=self._mllm.name,
                scoring=Scoring.LOGPROBS,
            )
        return Decision(
            Status.ANSWERED,
            option=chosen,
            text=asked.question.options[chosen],
            probabilities=chances,
            p_anomalous=p_anomalous,
            reason=f"{said}.",
            model=self._mllm.name,
            scoring=Scoring.LOGPROBS,
        )

    def _written(self, asked: _Asked) -> Decision:
        """Decide by what the model writes."""
        options = asked.question.options
        text = self._mllm.generate(asked.prompts[0], max_new_tokens=self._settings.max_new_tokens)
        if not options:
            if not text.strip() or looks_refused(text):
                return self._unread(text)
            return self._answered(None, text.strip(), text)
        chosen = read_choice(text, options)
        if chosen is None:
            return self._unread(text)
        return self._answered(chosen, options[chosen], text)

    def _answered(self, option: str | None, words: str, raw_text: str) -> Decision:
        return Decision(
            Status.ANSWERED,
            option=option,
            text=words,
            reason=f"{self._mllm.name} wrote so.",
            model=self._mllm.name,
            scoring=Scoring.TEXT,
            raw_text=raw_text,
        )

    def _unread(self, text: str) -> Decision:
        if not text.strip():
            return self._failed("No answer: the model wrote nothing.")
        if looks_refused(text):
            return self._failed(f"{REFUSED} the model declined to answer.", text)
        return self._failed(f"{UNPARSED} what the model wrote names no option.", text)

    def _failed(self, reason: str, raw_text: str = "") -> Decision:
        scoring = Scoring.TEXT if raw_text else None
        return Decision(Status.FAILED, reason=reason, model=self._mllm.name, scoring=scoring, raw_text=raw_text)


def make_decider(settings: DeciderSettings, text_encoder: TextEncoder) -> MllmDecider:
    """The decider as a profile wants it, its model loaded.

    Raises
    ------
    ProfileError, UnknownNameError
        The model is not written ``BACKEND:NAME``, or names an unknown backend.
    MissingExtraError, MissingModelError
        What the model needs is not on this machine.
    """
    return MllmDecider(load_mllm(settings.model), settings)


def _p_anomalous(sides: Mapping[str, Side], chances: Mapping[str, float]) -> float | None:
    """Probability of the options that say "defective", of all that take a side; None when one side is missing."""
    if not {Side.GOOD, Side.DEFECTIVE} <= set(sides.values()):
        return None
    defective = sum(chances[label] for label, side in sides.items() if side is Side.DEFECTIVE)
    good = sum(chances[label] for label, side in sides.items() if side is Side.GOOD)
    return defective / (defective + good)


def _averaged(
    rotations: Sequence[Rotation], scores: Sequence[Mapping[str, float]], question: Question
) -> dict[str, float]:
    """Mean probability of each of the question's options over the rotations, summing to one."""
    sums = dict.fromkeys(question.options, 0.0)
    for rotation, scored in zip(rotations, scores, strict=True):
        for shown, score in scored.items():
            sums[rotation.means[shown]] += math.exp(score)
    total = sum(sums.values())
    return {label: share / total for label, share in sums.items()}
