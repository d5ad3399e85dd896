"""A question in one of the paper's three forms (section 4.3), and what its answers stand for. Knows no wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from echo_iad.domain.questions import Question

T = TypeVar("T")


class AnswerFormat(StrEnum):
    """How a question is put to a model."""

    MULTIPLE_CHOICE = "multiple_choice"
    OPEN = "open"
    """Without its options."""
    TRUE_FALSE = "true_false"
    """As a statement that there is no defect."""


@dataclass(frozen=True)
class Verdicts:
    """The two options of a question that asks whether a part is good."""

    good: str
    """Label of the option that says so."""
    defective: str
    """Label of the option that says the contrary."""


@dataclass(frozen=True)
class Form:
    """A question as it is put."""

    format: AnswerFormat
    question: str
    options: Mapping[str, str]
    """Label -> text, as shown; empty when none are shown."""
    means: Mapping[str, str]
    """Label as shown -> label of the question's own options."""


def put(question: Question, wanted: AnswerFormat, verdicts: Verdicts | None = None, *, turn: int = 0) -> Form:
    """Put a question in a form.

    Parameters
    ----------
    question : Question
    wanted : AnswerFormat
        A statement needs ``verdicts``, a choice needs options; what cannot be put so is put as multiple choice, or
        open when it has no options.
    verdicts : Verdicts, optional
    turn : int
        By how many places the options' texts move on among the labels, so that no label is favoured.

    Examples
    --------
    >>> form = put(Question("Which?", {"A": "dent", "B": "stain"}), AnswerFormat.MULTIPLE_CHOICE, turn=1)
    >>> dict(form.options), dict(form.means)
    ({'A': 'stain', 'B': 'dent'}, {'A': 'B', 'B': 'A'})
    """
    labels = list(question.options)
    if not labels or wanted is AnswerFormat.OPEN:
        return Form(AnswerFormat.OPEN, question.text, {}, {})
    if wanted is AnswerFormat.TRUE_FALSE and verdicts is not None:
        said = [("True", verdicts.good), ("False", verdicts.defective)]
        turned = _turned(said, turn)
        shown = dict(zip(("A", "B"), turned, strict=True))
        texts = {label: text for label, (text, _) in shown.items()}
        return Form(AnswerFormat.TRUE_FALSE, question.text, texts, {label: own for label, (_, own) in shown.items()})
    means = dict(zip(labels, _turned(labels, turn), strict=True))
    texts = {label: question.options[own] for label, own in means.items()}
    return Form(AnswerFormat.MULTIPLE_CHOICE, question.text, texts, means)


def _turned(items: list[T], turn: int) -> list[T]:
    places = turn % len(items)
    return items[places:] + items[:places]
