"""One question with its evidence, and an answer before it becomes a decision. Holds; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from echo_iad.deciders.embedded.labelled import with_vote
from echo_iad.deciders.embedded.polarity import Side, option_sides
from echo_iad.deciders.embedded.scoring import ScoredOption
from echo_iad.deciders.embedded.seen import Seen, see
from echo_iad.deciders.embedded.topics import Topic, beliefs, defect_topics
from echo_iad.domain.evidence import Evidence
from echo_iad.domain.parts import FloatArray
from echo_iad.domain.questions import Expert, Question, QuestionType
from echo_iad.encoders.base import TextEncoder
from echo_iad.encoders.remembering import cosines


@dataclass(frozen=True)
class Answer:
    """What an answerer found; `decider` turns it into a decision."""

    text: str
    """The answer to the open question, in sentences."""
    reason: str
    """The evidence it rests on, one sentence."""
    options: tuple[ScoredOption, ...] = ()
    abstains: bool = False
    """The evidence carries no answer; ``reason`` says why."""


@dataclass(frozen=True)
class Case:
    """One question, its type and its evidence, with what follows from them, each worked out once."""

    question: Question
    question_type: QuestionType
    evidence: Evidence
    encoder: TextEncoder = field(repr=False)

    @cached_property
    def seen(self) -> Seen | None:
        """What the comparator saw; None when nothing was compared."""
        return see(self.evidence.comparison) if self.evidence.comparison is not None else None

    @cached_property
    def sides(self) -> dict[str, Side]:
        """Option label to its side."""
        return option_sides(self.question.text, self.question.options)

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        """The object's known defects."""
        return defect_topics(self.evidence.object_knowledge or self.evidence.knowledge)

    @cached_property
    def topic_beliefs(self) -> list[float]:
        """Probability of each topic by the looks, and by what labelled defects say."""
        if self.seen is None:
            return beliefs(self.topics, {})
        seen = beliefs(self.topics, self.seen.attributes, self.seen.colors, self.seen.kinds)
        return with_vote(seen, [topic.name for topic in self.topics], self.evidence.defect_vote, self.cosines)

    def cosines(self, texts: Sequence[str], others: Sequence[str]) -> FloatArray:
        """(n, m) float32: cosine of every text with every other; higher = closer in meaning."""
        return cosines(self.encoder, texts, others)

    @property
    def nothing_compared(self) -> str:
        """Why there is no comparison, as a clause."""
        why = self.evidence.missing.get(Expert.VISUAL_COMPARATOR, "no good parts of this object are enrolled")
        return why.rstrip(".")
