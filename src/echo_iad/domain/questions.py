"""Questions, their types, and the experts that a plan may call. Pure names and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class QuestionType(StrEnum):
    """The paper's five types (section 4.1) and everything outside them."""

    DISCRIMINATION = "discrimination"
    CLASSIFICATION = "classification"
    LOCALIZATION = "localization"
    DESCRIPTION = "description"
    ANALYSIS = "analysis"
    OTHER = "other"


class Expert(StrEnum):
    """The paper's four experts (section 3.4) and Echo's Visual Comparator."""

    REFERENCE_EXTRACTOR = "reference_extractor"
    VISUAL_COMPARATOR = "visual_comparator"
    KNOWLEDGE_GUIDE = "knowledge_guide"
    REASONING_EXPERT = "reasoning_expert"
    DECISION_MAKER = "decision_maker"


DEFAULT_QUESTION = "Is there any defect in the object?"


@dataclass(frozen=True)
class Question:
    """What is asked about one part.

    Attributes
    ----------
    text : str
        The question in the asker's words.
    options : mapping of str to str
        Letter (or any short label) to the option's text, in the order shown; empty for an open question.
    """

    text: str = DEFAULT_QUESTION
    options: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.text.strip():
            msg = "A question must have text. Got an empty one."
            raise ValueError(msg)
        if len(self.options) == 1:
            msg = f"A question has no options or at least two. Got one: {dict(self.options)}."
            raise ValueError(msg)


@dataclass(frozen=True)
class Plan:
    """The experts that a question calls, in order; the decision maker is last."""

    question_type: QuestionType
    experts: tuple[Expert, ...]

    def __post_init__(self) -> None:
        if not self.experts or self.experts[-1] is not Expert.DECISION_MAKER:
            msg = f"A plan ends with the decision maker. Got {[str(e) for e in self.experts]}."
            raise ValueError(msg)

    def calls(self, expert: Expert) -> bool:
        """Whether this plan calls ``expert``."""
        return expert in self.experts
