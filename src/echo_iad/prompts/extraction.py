"""Asking a model which sentences of the knowledge a question needs (paper, section 3.2). Pure; knows no model.

The sentences come first, so that the questions about one object begin alike and a backend may compute that part once.
"""

from __future__ import annotations

from collections.abc import Sequence

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.domain.messages import Message, Messages, Role
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.prompts.rendering import rendered

_ABOUT: dict[QuestionType, str] = {
    QuestionType.DISCRIMINATION: "to tell whether it is good or defective",
    QuestionType.CLASSIFICATION: "to name its defect",
    QuestionType.LOCALIZATION: "to find where its defect is",
    QuestionType.DESCRIPTION: "to describe how its defect looks",
    QuestionType.ANALYSIS: "to explain what caused its defect or what that does",
    QuestionType.OTHER: "which need not be about a defect",
}
"""What each type of question is asked for."""


def extraction_messages(
    object: str,
    passages: Sequence[KnowledgePassage],
    question: Question,
    question_type: QuestionType,
    *,
    limit: int,
) -> Messages:
    """Compose the request for the numbers of the sentences that help.

    Parameters
    ----------
    object : str
        The product.
    passages : sequence of KnowledgePassage
        All that is known about it; numbered from 1 in this order.
    question : Question
    question_type : QuestionType
    limit : int
        At most so many are asked for.
    """
    asked = rendered(
        "extract",
        object=object.replace("_", " "),
        passages=passages,
        about=_ABOUT[question_type],
        question=question.text,
        options=question.options,
        limit=limit,
    )
    return (Message(Role.SYSTEM, (rendered("extract_system"),)), Message(Role.USER, (asked,)))
