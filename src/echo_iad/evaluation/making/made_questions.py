"""What ``echo-iad questions make`` makes: questions about one's own parts, and what could not be asked. Pure data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.making.labelled_parts import LabelledObject, LabelledPicture
from echo_iad.knowledge.sources import ObjectKnowledge


@dataclass(frozen=True)
class MadeQuestion:
    """One question about one picture."""

    subtask: Subtask
    text: str
    options: Mapping[str, str]
    """Letter -> text, in the order shown."""
    correct: str
    """The right option's letter."""


@dataclass(frozen=True)
class MadePicture:
    """A test picture with its questions, in the order of MMAD's subtasks."""

    picture: LabelledPicture
    questions: tuple[MadeQuestion, ...]


@dataclass(frozen=True)
class NotAsked:
    """Pictures that a subtask could not ask about."""

    object: str
    subtask: Subtask
    why: str
    pictures: int


@dataclass(frozen=True)
class MadeQuestions:
    """Everything that was made from one folder."""

    objects: tuple[LabelledObject, ...]
    knowledge: tuple[ObjectKnowledge, ...]
    """Of these objects."""
    pictures: tuple[MadePicture, ...]
    not_asked: tuple[NotAsked, ...]
    seed: int

    def count(self, subtask: Subtask) -> int:
        """How many questions a subtask has."""
        return len(self._of(subtask))

    def chance(self, subtask: Subtask) -> float | None:
        """Percent right by answering without looking; None without questions.

        One in the number of options; of discrimination the share of the more frequent answer.
        """
        asked = self._of(subtask)
        if not asked:
            return None
        if subtask == Subtask.DISCRIMINATION:
            most = Counter(question.options[question.correct] for question in asked).most_common(1)[0][1]
            return 100 * most / len(asked)
        return 100 * sum(1 / len(question.options) for question in asked) / len(asked)

    def _of(self, subtask: Subtask) -> list[MadeQuestion]:
        return [one for made in self.pictures for one in made.questions if one.subtask == subtask]
