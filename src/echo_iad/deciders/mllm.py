"""A multimodal model decides (paper, section 3.4), shown the part and told what the experts found.

Where the model scores options, their probabilities decide; else what it writes is read strictly. What cannot be read,
and every fault of the model, is a failed decision and never an answer. Knows no family of models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from echo_iad.deciders.answers import looks_refused
from echo_iad.deciders.base import Asked
from echo_iad.deciders.embedded.polarity import Side, option_sides
from echo_iad.deciders.replies import Reading, read_replies
from echo_iad.domain.decisions import Decision, Scoring, Status
from echo_iad.domain.evidence import Evidence
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.encoders.base import TextEncoder
from echo_iad.errors import EchoError, MllmError, UserError
from echo_iad.mllms.base import MLLM, Answered, Prompt
from echo_iad.mllms.catalog import load_mllm
from echo_iad.prompts.builder import PromptStyle, build_messages
from echo_iad.prompts.rotation import Rotation, rotate
from echo_iad.settings import DeciderSettings, Profile

UNPARSED = "Unparsed:"
"""How the reason begins when the model wrote something that names no option."""
REFUSED = "Refused:"
"""How the reason begins when the model declined to answer."""


@dataclass(frozen=True, eq=False)
class _Put:
    """One question as the model is asked it, in one or several rotations of its options."""

    question: Question
    sides: Mapping[str, Side]
    """Option label -> what it says of the part; empty unless the question asks whether it is good."""
    rotations: tuple[Rotation, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    fault: str = ""
    """Why it cannot be asked; empty when it can."""


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
        return self.decide_all([Asked(question, question_type, evidence)])[0]

    def decide_all(self, asked: Sequence[Asked]) -> list[Decision]:
        """Decide several questions; the model gets all of them at once, so that it may share work.

        Raises
        ------
        ModelGoneError
            The model answers nothing more.
        """
        puts = [self._put(one) for one in asked]
        answered = iter(self._ask([prompt for put in puts for prompt in put.prompts]))
        return [self._decision(put, list(islice(answered, len(put.prompts)))) for put in puts]

    def _put(self, asked: Asked) -> _Put:
        question, evidence = asked.question, asked.evidence
        asks_verdict = asked.question_type is QuestionType.DISCRIMINATION and bool(question.options)
        sides = option_sides(question.text, question.options) if asks_verdict else {}
        if evidence.exhibits is None:
            return _Put(question, sides, fault="There is no picture to show to the model.")
        count = min(self._settings.rotations, len(question.options)) or 1
        rotations = tuple(rotate(question, places) for places in range(count))
        try:
            messages = [build_messages(each.question, evidence, evidence.exhibits, self._style) for each in rotations]
        except EchoError as fault:  # a damaged reference
            return _Put(question, sides, fault=f"No answer: {fault}")
        limit = self._settings.max_new_tokens
        prompts = tuple(Prompt(each, tuple(question.options), limit) for each in messages)
        return _Put(question, sides, rotations, prompts)

    def _ask(self, prompts: Sequence[Prompt]) -> list[Answered]:
        """What the model answers; a model that breaks its promise and raises has answered none of them."""
        try:
            return self._mllm.ask(prompts) if prompts else []
        except UserError:
            raise
        except (EchoError, ValueError, ArithmeticError, OSError) as fault:
            return [MllmError(str(fault))] * len(prompts)

    def _decision(self, put: _Put, answered: Sequence[Answered]) -> Decision:
        if put.fault:
            return self._failed(put.fault)
        fault = next((each for each in answered if isinstance(each, MllmError)), None)
        if fault is not None:
            return self._failed(f"No answer: {fault}")
        reading = read_replies([each for each in answered if not isinstance(each, MllmError)], put.rotations)
        decided = self._scored(put, reading) if reading.chances else self._written(put, reading)
        return replace(decided, prompt_tokens=reading.prompt_tokens, new_tokens=reading.new_tokens)

    def _scored(self, put: _Put, reading: Reading) -> Decision:
        """Decide by the probabilities of the options."""
        chances = reading.chances
        second, best = sorted(chances.values())[-2:]
        chosen = max(chances, key=lambda label: chances[label])
        said = f"{self._mllm.name} gives option {chosen} {best:.0%}"
        if best - second < self._settings.abstain_below:
            return Decision(
                Status.ABSTAINED,
                text="Not sure.",
                probabilities=chances,
                p_anomalous=_p_anomalous(put.sides, chances),
                reason=f"{said}, a lead of {best - second:.0%}: less than {self._settings.abstain_below:.0%}.",
                model=self._mllm.name,
                scoring=Scoring.LOGPROBS,
                raw_text=reading.raw_text,
            )
        return Decision(
            Status.ANSWERED,
            option=chosen,
            text=put.question.options[chosen],
            probabilities=chances,
            p_anomalous=_p_anomalous(put.sides, chances),
            reason=f"{said}.",
            model=self._mllm.name,
            scoring=Scoring.LOGPROBS,
            raw_text=reading.raw_text,
        )

    def _written(self, put: _Put, reading: Reading) -> Decision:
        """Decide by what the model wrote."""
        if not reading.text.strip():
            return self._failed("No answer: the model wrote nothing.")
        options = put.question.options
        named = reading.option is not None if options else not looks_refused(reading.text)
        if not named:
            why = f"{UNPARSED} what the model wrote names no option."
            refused = f"{REFUSED} the model declined to answer."
            return self._failed(refused if looks_refused(reading.text) else why, reading)
        return Decision(
            Status.ANSWERED,
            option=reading.option,
            text=reading.text.strip() if reading.option is None else options[reading.option],
            reason=f"{self._mllm.name} wrote so.",
            model=self._mllm.name,
            scoring=reading.scoring,
            raw_text=reading.raw_text,
        )

    def _failed(self, reason: str, reading: Reading | None = None) -> Decision:
        said = {} if reading is None else {"scoring": reading.scoring, "raw_text": reading.raw_text}
        return Decision(Status.FAILED, reason=reason, model=self._mllm.name, **said)


def make_decider(profile: Profile, text_encoder: TextEncoder) -> MllmDecider:
    """The decider as a profile wants it, its model loaded.

    Raises
    ------
    ProfileError, UnknownNameError
        The model is not written ``BACKEND:NAME``, or names an unknown backend.
    MissingExtraError, MissingModelError
        What the model needs is not on this machine.
    """
    return MllmDecider(load_mllm(profile.decider.model, profile.mllm), profile.decider)


def _p_anomalous(sides: Mapping[str, Side], chances: Mapping[str, float]) -> float | None:
    """Probability of the options that say "defective", of all that take a side; None when one side is missing."""
    if not {Side.GOOD, Side.DEFECTIVE} <= set(sides.values()):
        return None
    defective = sum(chances[label] for label, side in sides.items() if side is Side.DEFECTIVE)
    good = sum(chances[label] for label, side in sides.items() if side is Side.GOOD)
    return defective / (defective + good)
