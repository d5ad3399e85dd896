"""A question with its evidence as a multimodal model is asked it: in one or several rotations of its options.

Pure; loads no model and asks none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from echo_iad.deciders.base import Asked
from echo_iad.deciders.embedded.polarity import Side, option_sides
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import MllmError
from echo_iad.mllms.base import Prompt
from echo_iad.prompts.builder import PromptStyle, build_messages
from echo_iad.prompts.neutral import neutral
from echo_iad.prompts.rotation import Rotation, rotate
from echo_iad.settings import DeciderSettings


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
    question, exhibits = asked.question, asked.evidence.exhibits
    if exhibits is None:
        msg = "There is no picture to show to the model."
        raise MllmError(msg)
    asks_verdict = asked.question_type is QuestionType.DISCRIMINATION and bool(question.options)
    style = PromptStyle(
        settings.max_side, settings.tell_within_tolerance, settings.crops, settings.think and bool(question.options)
    )
    rotations = tuple(rotate(question, places) for places in range(min(settings.rotations, len(question.options)) or 1))
    messages = (build_messages(rotation.question, asked.evidence, exhibits, style) for rotation in rotations)
    return Put(
        question,
        option_sides(neutral(question.text, question.options), question.options) if asks_verdict else {},
        rotations,
        tuple(Prompt(each, tuple(question.options), settings.max_new_tokens) for each in messages),
    )
