"""A question with its evidence as a multimodal model is asked it: in one or several rotations of its options.

Pure; loads no model and asks none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from echo_iad.deciders.base import Asked
from echo_iad.deciders.embedded.polarity import Side, option_sides
from echo_iad.deciders.verdicts import says_anomalous, takes_sides
from echo_iad.domain.evidence import Evidence
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import MllmError
from echo_iad.mllms.base import Prompt
from echo_iad.prompts.builder import PromptStyle, build_messages
from echo_iad.prompts.neutral import neutral
from echo_iad.prompts.rotation import Rotation, rotate
from echo_iad.settings import DeciderSettings

YES_OR_NO: Mapping[str, str] = {"A": "Yes.", "B": "No."}
"""Options of an open question whether a part is good, where the answer is weighed against the comparison."""
_ANSWER_BEGINS = ("Answer:", "answer:", "Answer is", "answer is")
"""Reasoning ends here at the latest: the answer is asked for apart. Servers take no more than four."""
_ANSWER_ENDED = (".\n\n",)
"""A sentence, and a blank line: behind it, models that were asked for a short answer begin something else."""


@dataclass(frozen=True, eq=False)
class Put:
    """One question as a model is asked it."""

    question: Question
    sides: Mapping[str, Side]
    """Option label -> what it says of the part; empty unless the question asks whether it is good."""
    rotations: tuple[Rotation, ...]
    """The first is the question as it stands."""
    prompts: tuple[Prompt, ...]
    """One for each rotation."""
    fuses: bool
    """Whether its verdict is weighed against the comparison."""
    is_open: bool
    """Whether the question had no options of its own."""
    asks_verdict: bool
    """Whether it asks if the part is good."""

    def says_anomalous(self, text: str, option: str | None) -> bool | None:
        """What an answer says of the part: True = defective; None when it takes no side, or none was asked for."""
        if option is not None:
            return says_anomalous(self.sides, option)
        said = _sides(Question(self.question.text, {"A": text, "B": "-"})) if self.asks_verdict else {}
        return says_anomalous(said, "A")


def put(asked: Asked, settings: DeciderSettings) -> Put:
    """Put a question to a model.

    Parameters
    ----------
    asked : Asked
        With the pictures behind its evidence.
    settings : DeciderSettings
        Rotations of the options, size of the pictures, what is told.

    Raises
    ------
    MllmError
        There is no picture.
    ImageError
        A reference's stored picture is damaged.
    """
    evidence, exhibits = asked.evidence, asked.evidence.exhibits
    if exhibits is None:
        msg = "There is no picture to show to the model."
        raise MllmError(msg)
    question, sides = _closed(asked)
    style = PromptStyle(
        settings.max_side, settings.tell_within_tolerance, settings.crops, settings.think and bool(question.options)
    )
    rotations = tuple(rotate(question, places) for places in range(min(settings.rotations, len(question.options)) or 1))
    messages = (build_messages(rotation.question, evidence, exhibits, style) for rotation in rotations)
    stop = () if question.options else _ANSWER_ENDED
    return Put(
        question,
        sides,
        rotations,
        tuple(Prompt(each, tuple(question.options), settings.max_new_tokens, stop) for each in messages),
        fuses=_is_weighed(evidence) and takes_sides(sides),
        is_open=not asked.question.options,
        asks_verdict=asked.question_type is QuestionType.DISCRIMINATION,
    )


def reasoning_before(prompt: Prompt) -> Prompt:
    """The prompt that lets a model write its reasoning before it chooses a label; one without labels stays as it is."""
    return replace(prompt, labels=(), stop=_ANSWER_BEGINS) if prompt.labels else prompt


def _closed(asked: Asked) -> tuple[Question, Mapping[str, Side]]:
    """The question and what its options say of the part; an open one is closed where its verdict is weighed."""
    question = asked.question
    if asked.question_type is not QuestionType.DISCRIMINATION:
        return question, {}
    if question.options or not _is_weighed(asked.evidence):
        return question, _sides(question) if question.options else {}
    closed = Question(question.text, YES_OR_NO)
    sides = _sides(closed)
    return (closed, sides) if takes_sides(sides) else (question, {})


def _sides(question: Question) -> Mapping[str, Side]:
    """What each option says of the part, read with the question as the model is asked it."""
    return option_sides(neutral(question.text, question.options), question.options)


def _is_weighed(evidence: Evidence) -> bool:
    return evidence.fusion is not None and evidence.comparison is not None
