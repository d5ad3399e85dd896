"""The Knowledge Guide (paper, sections 3.2 and 3.4): what is known of an object, tailored to the question."""

from __future__ import annotations

from collections.abc import Callable

from echo_iad.domain.evidence import Comparison, KnowledgePassage
from echo_iad.encoders.base import TextEncoder
from echo_iad.errors import ProfileError
from echo_iad.experts.relevance_by_model import Guidance, NoExtract, RelevanceByModel, Sought
from echo_iad.knowledge.relevance import RelevanceExtractor
from echo_iad.knowledge.stored import known_about
from echo_iad.memory.store import Memory
from echo_iad.mllms.base import MLLM
from echo_iad.settings import KnowledgeSettings


class KnowledgeGuide:
    """Chooses passages of the memory's knowledge.

    Parameters
    ----------
    memory : Memory
    text_encoder : TextEncoder
        Measures which passages bear on a question.
    settings : KnowledgeSettings
    mllm : callable, optional
        Loads the model that picks passages where the settings want one; called when it is asked for the first time.

    Raises
    ------
    ProfileError
        The settings want a model, and none is given.
    """

    def __init__(
        self,
        memory: Memory,
        text_encoder: TextEncoder,
        settings: KnowledgeSettings,
        mllm: Callable[[], MLLM] | None = None,
    ) -> None:
        self._memory = memory
        self._by_embedding = RelevanceExtractor(text_encoder)
        self._settings = settings
        self._by_model: RelevanceByModel | None = None
        if settings.extractor == "model" and settings.mode == "context":
            if mllm is None:
                msg = 'knowledge.extractor = "model" needs a model, and this way of asking gives none.'
                raise ProfileError(msg)
            self._by_model = RelevanceByModel(memory, mllm, settings)

    def everything(self, object: str) -> tuple[KnowledgePassage, ...]:
        """All passages about an object and the general ones; empty when the profile wants no knowledge."""
        return () if self._settings.mode == "none" else known_about(self._memory, object)

    def guide(self, sought: Sought, comparison: Comparison | None, *, may_ask: bool = True) -> Guidance:
        """The passages that bear on a question, most relevant first, and who chose them.

        A model's extract, where the settings want it and its review allows it; else by embedding, which also heeds
        what the comparator saw.

        Parameters
        ----------
        sought : Sought
        comparison : Comparison, optional
        may_ask : bool
            Whether a model may be asked now; what it picked before is used in any case.
        """
        if self._settings.mode != "context":
            return Guidance(sought.knowledge, "everything that is known")
        if self._by_model is None:
            return Guidance(self._embedded(sought, comparison), "embedding")
        found = self._by_model.extract(sought, may_ask=may_ask)
        if isinstance(found, NoExtract):
            return Guidance(self._embedded(sought, comparison), f"embedding, because {found.why}")
        return found

    def _embedded(self, sought: Sought, comparison: Comparison | None) -> tuple[KnowledgePassage, ...]:
        return self._by_embedding.extract(
            sought.knowledge,
            sought.question,
            sought.question_type,
            mode="context",
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
