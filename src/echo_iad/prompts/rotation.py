"""A question with its options' texts moved on among the labels, so that no label is favoured. Knows no wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from echo_iad.domain.questions import Question


@dataclass(frozen=True)
class Rotation:
    """A question as it is shown."""

    question: Question
    means: Mapping[str, str]
    """Label as shown -> label of the question's own options."""


def rotate(question: Question, places: int) -> Rotation:
    """Move the options' texts on by so many places; a question without options stays as it is.

    Examples
    --------
    >>> rotation = rotate(Question("Which?", {"A": "dent", "B": "stain"}), 1)
    >>> dict(rotation.question.options), dict(rotation.means)
    ({'A': 'stain', 'B': 'dent'}, {'A': 'B', 'B': 'A'})
    """
    labels = list(question.options)
    if not labels:
        return Rotation(question, {})
    start = places % len(labels)
    means = dict(zip(labels, labels[start:] + labels[:start], strict=True))
    return Rotation(Question(question.text, {label: question.options[own] for label, own in means.items()}), means)
