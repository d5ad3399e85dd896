"""The Knowledge Guide (paper, sections 3.2 and 3.4): what is known of an object, tailored to the question."""

from __future__ import annotations

from collections.abc import Sequence

from echo_iad.domain.evidence import Comparison, KnowledgePassage
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.encoders.base import TextEncoder
from echo_iad.knowledge.relevance import RelevanceExtractor
from echo_iad.memory.store import Memory
from echo_iad.settings import KnowledgeSettings


class KnowledgeGuide:
    """Chooses passages of the memory's knowledge.

    Parameters
    ----------
    memory : Memory
    text_encoder : TextEncoder
        Measures which passages bear on a question.
    settings : KnowledgeSettings
    """

    def __init__(self, memory: Memory, text_encoder: TextEncoder, settings: KnowledgeSettings) -> None:
        self._memory = memory
        self._extractor = RelevanceExtractor(text_encoder)
        self._settings = settings

    def everything(self, object: str) -> tuple[KnowledgePassage, ...]:
        """All passages about an object and the general ones; empty when the profile wants no knowledge."""
        if self._settings.mode == "none":
            return ()
        stored = [*self._memory.knowledge(object), *self._memory.knowledge("")]
        return tuple(KnowledgePassage(passage.text, passage.source, passage.topic) for passage in stored)

    def guide(
        self,
        passages: Sequence[KnowledgePassage],
        question: Question,
        question_type: QuestionType,
        comparison: Comparison | None,
    ) -> tuple[KnowledgePassage, ...]:
        """The passages that bear on a question and on what the comparator saw, most relevant first."""
        return self._extractor.extract(
            passages,
            question,
            question_type,
            mode=self._settings.mode,
            limit=self._settings.passages,
            seen=seen_words(comparison),
        )


def seen_words(comparison: Comparison | None) -> tuple[str, ...]:
    """What the comparator saw, a phrase for each region, e.g. ``darker, rougher region in the upper left``."""
    if comparison is None:
        return ()
    return tuple(
        f"{', '.join(region.change.words) if region.change else ''} region, {region.position}".strip(" ,")
        for region in comparison.regions
    )
