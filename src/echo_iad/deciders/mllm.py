"""A multimodal model decides (paper, section 3.4), shown the part and told what the experts found.

Where the model scores options, their probabilities decide; else what it writes is read strictly. What cannot be read,
and every fault of the model, is a failed decision and never an answer. Knows no family of models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from echo_iad.deciders.answer_markup import after_thought
from echo_iad.deciders.answers import looks_refused, looks_untold
from echo_iad.deciders.asking import Put, put, reasoning_before
from echo_iad.deciders.base import Asked
from echo_iad.deciders.embedded.polarity import Side
from echo_iad.deciders.fusion import fused_p_anomalous
from echo_iad.deciders.replies import Reading, after, read_replies
from echo_iad.deciders.verdicts import p_anomalous, says_anomalous, with_p_anomalous
from echo_iad.domain.decisions import Decision, Status
from echo_iad.domain.evidence import Evidence
from echo_iad.domain.questions import Expert, Question, QuestionType
from echo_iad.encoders.base import TextEncoder
from echo_iad.errors import EchoError, MllmError, RefusedError, UserError
from echo_iad.mllms.base import MLLM, Answered, Prompt, Reply
from echo_iad.mllms.catalog import load_mllm
from echo_iad.mllms.digests import prompts_sha256
from echo_iad.mllms.known.cards import refuse_references
from echo_iad.prompts.builder import ask_label
from echo_iad.settings import DeciderSettings, Profile

UNPARSED = "Unparsed:"
"""How the reason begins when the model wrote something that names no option."""
REFUSED = "Refused:"
"""How the reason begins when the model declined to answer."""
_DECLINED = f"{REFUSED} the model declined to answer."
_QUOTED = 80
"""Characters of what a model wrote that a reason quotes; the record has the whole."""


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
        answered = iter(self._answered([one for one in puts if isinstance(one, Put)]))
        return [
            replace(self._decision(one, next(answered), of.evidence), prompt_sha256=prompts_sha256(one.prompts))
            if isinstance(one, Put)
            else one
            for of, one in zip(asked, puts, strict=True)
        ]

    def _put(self, asked: Asked) -> Put | Decision:
        try:
            return put(asked, self._settings)
        except EchoError as fault:  # no picture, or a damaged reference
            return self._failed(f"No answer: {fault}")

    def _answered(self, puts: Sequence[Put]) -> list[Reading | MllmError]:
        """What the model answers to each question: its replies to all rotations, read as one."""
        prompts = [prompt for one in puts for prompt in one.prompts]
        shown = [rotation.question for one in puts for rotation in one.rotations]
        said = iter(self._thought_through(prompts, shown) if self._settings.think else self._ask(prompts))
        return [_read(list(islice(said, len(one.prompts))), one) for one in puts]

    def _thought_through(self, prompts: Sequence[Prompt], shown: Sequence[Question]) -> list[Answered]:
        """Let the model write its reasoning first where it chooses among options, then ask for the label."""
        thoughts = self._ask([reasoning_before(prompt) for prompt in prompts])
        again = [
            replace(prompt, messages=ask_label(prompt.messages, thought.text, question))
            for prompt, thought, question in zip(prompts, thoughts, shown, strict=True)
            if prompt.labels and isinstance(thought, Reply)
        ]
        chosen = iter(self._ask(again))
        return [
            after(thought, next(chosen)) if prompt.labels and isinstance(thought, Reply) else thought
            for prompt, thought in zip(prompts, thoughts, strict=True)
        ]

    def _ask(self, prompts: Sequence[Prompt]) -> list[Answered]:
        """What the model answers; a model that breaks its promise and raises has answered none of them."""
        try:
            return self._mllm.ask(prompts) if prompts else []
        except UserError:
            raise
        except (EchoError, ValueError, ArithmeticError, OSError) as fault:
            return [MllmError(str(fault))] * len(prompts)

    def _decision(self, put: Put, reading: Reading | MllmError, evidence: Evidence) -> Decision:
        if isinstance(reading, RefusedError):
            return replace(self._failed(_DECLINED), raw_text=str(reading), written=str(reading))
        if isinstance(reading, MllmError):
            return self._failed(f"No answer: {reading}")
        p_model = _word(put, reading) if put.fuses else None
        if p_model is not None:
            decided = self._weighed(put, reading, evidence, p_model)
        elif reading.chances:
            decided = self._scored(put, reading)
        else:
            decided = replace(self._written(put, reading), written=reading.text)
        return replace(decided, prompt_tokens=reading.prompt_tokens, new_tokens=reading.new_tokens)

    def _weighed(self, put: Put, reading: Reading, evidence: Evidence, p_model: float) -> Decision:
        """Decide by the comparison and the model's word together; the wording follows the numbers."""
        comparison, fusion = evidence.comparison, evidence.fusion
        assert comparison is not None  # put.fuses says so
        assert fusion is not None
        p = fused_p_anomalous(comparison, p_model, fusion)
        compared = f"the score is {1 + comparison.margin:.2f} times its limit"
        unheard = (
            "" if fusion.model else ", whose word does not count, for it tells no synthetic defects from good parts"
        )
        return self._chosen(
            put,
            replace(reading, chances=with_p_anomalous(put.sides, _told_chances(put, reading), p)),
            p_anomalous=p,
            p_model=p_model,
            reason=f"Defective with {p:.0%}: {compared}; {self._mllm.name} alone gives {p_model:.0%}{unheard}.",
        )

    def _scored(self, put: Put, reading: Reading) -> Decision:
        """Decide by the probabilities of the options."""
        chances = reading.chances
        chosen = max(chances, key=lambda label: chances[label])
        return self._chosen(
            put,
            reading,
            p_anomalous=p_anomalous(put.sides, chances),
            reason=f"{self._mllm.name} gives option {chosen} {chances[chosen]:.0%}.",
        )

    def _chosen(self, put: Put, reading: Reading, **values: Any) -> Decision:
        """The likeliest option, or an abstention when its lead is too small."""
        chances = reading.chances
        second, best = sorted(chances.values())[-2:]
        chosen = max(chances, key=lambda label: chances[label])
        said = Decision(
            Status.ANSWERED,
            option=None if put.is_open else chosen,
            text=put.question.options[chosen],
            probabilities={} if put.is_open else chances,
            is_anomalous=says_anomalous(put.sides, chosen),
            model=self._mllm.name,
            scoring=reading.scoring,
            raw_text=reading.raw_text,
            **values,
        )
        if best - second >= self._settings.abstain_below:
            return said
        why = f"{said.reason} A lead of {best - second:.0%} is less than {self._settings.abstain_below:.0%}."
        return replace(said, status=Status.ABSTAINED, option=None, text="Not sure.", is_anomalous=None, reason=why)

    def _written(self, put: Put, reading: Reading) -> Decision:
        """Decide by what the model wrote."""
        if not reading.text.strip():
            return self._failed("No answer: the model wrote nothing.")
        words = after_thought(reading.text).strip()
        if not words:
            return self._failed("No answer: the model wrote its reasoning alone; raise max_new_tokens.", reading)
        if looks_untold(reading.text):
            return Decision(
                Status.ABSTAINED,
                text="Not sure.",
                reason=f"{self._mllm.name} wrote that it cannot be told from the picture.",
                model=self._mllm.name,
                scoring=reading.scoring,
                raw_text=reading.raw_text,
            )
        options = put.question.options
        named = reading.option is not None if options else not looks_refused(reading.text)
        if not named:
            return self._failed(_unread(reading), reading)
        return Decision(
            Status.ANSWERED,
            option=reading.option,
            text=words if reading.option is None else options[reading.option],
            is_anomalous=put.says_anomalous(reading.text, reading.option),
            reason=f"{self._mllm.name} wrote so.",
            model=self._mllm.name,
            scoring=reading.scoring,
            raw_text=reading.raw_text,
        )

    def _failed(self, reason: str, reading: Reading | None = None) -> Decision:
        failed = Decision(Status.FAILED, reason=reason, model=self._mllm.name)
        return failed if reading is None else replace(failed, scoring=reading.scoring, raw_text=reading.raw_text)


def make_decider(profile: Profile, text_encoder: TextEncoder) -> MllmDecider:
    """The decider as a profile wants it, its model loaded; errors of `load_model_of`."""
    return MllmDecider(load_model_of(profile), profile.decider)


def load_model_of(profile: Profile) -> MLLM:
    """Load the model that a profile lets decide.

    Raises
    ------
    ProfileError, UnknownNameError
        The model is not written ``BACKEND:NAME``, names an unknown backend, or takes one picture where the profile
        shows several.
    MissingExtraError, MissingModelError
        What the model needs is not on this machine.
    """
    check_pictures(profile)
    return load_mllm(profile.decider.model, profile.mllm)


def check_pictures(profile: Profile) -> None:
    """Refuse a model of one picture, when the profile shows several; nothing is loaded.

    Raises
    ------
    ProfileError
        With the ways out.
    """
    refers = any(Expert.REFERENCE_EXTRACTOR in called for called in profile.plan.values())
    shows_references = refers and profile.retrieval.references != "none" and profile.retrieval.shots > 0
    refuse_references(profile.decider.model, wants_references=shows_references or profile.decider.crops > 0)


def _read(said: Sequence[Answered], put: Put) -> Reading | MllmError:
    fault = next((each for each in said if isinstance(each, MllmError)), None)
    return fault or read_replies([each for each in said if isinstance(each, Reply)], put.rotations)


def _unread(reading: Reading) -> str:
    """Why what the model wrote is no answer."""
    if looks_refused(reading.text):
        return _DECLINED
    if reading.is_split:
        return f"{UNPARSED} the turns of the options disagree, and no option is named by more than half of them."
    return f"{UNPARSED} what the model wrote names no option: {_quoted(reading.text)}"


def _quoted(text: str) -> str:
    """The beginning of what was written, on one line."""
    said = " ".join(text.split())
    return f'"{said}"' if len(said) <= _QUOTED else f'"{said[: _QUOTED - 1]}…"'


def _word(put: Put, reading: Reading) -> float | None:
    """What the model alone gives for "defective": 0 or 1 where it only wrote so, None where it said neither."""
    if reading.chances:
        return p_anomalous(put.sides, reading.chances)
    side = put.sides.get(reading.option or "", Side.NEITHER)
    return None if side is Side.NEITHER else float(side is Side.DEFECTIVE)


def _told_chances(put: Put, reading: Reading) -> Mapping[str, float]:
    """Probabilities of the options; of one that was only written, one."""
    return reading.chances or {label: float(label == reading.option) for label in put.question.options}
