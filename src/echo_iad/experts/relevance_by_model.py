"""The Context-Specific Relevance Extractor by a model (paper, section 3.2): it picks, people review, the memory keeps.

The paper asks GPT-4o and reviews by hand; here any model may pick, by number, among the sentences that are known. Where
no extract may be used, the caller's other extractor answers, and is told why. Knows no pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import (
    MemoryStoreError,
    MissingExtraError,
    MissingModelError,
    MllmError,
    ModelGoneError,
    ProfileError,
)
from echo_iad.knowledge.extraction import knowledge_sha256, read_picks
from echo_iad.memory.extracts import Extract, Review
from echo_iad.memory.store import Memory
from echo_iad.mllms.base import MLLM, Answered, Prompt
from echo_iad.mllms.catalog import load_mllm
from echo_iad.mllms.remembering import remembering
from echo_iad.prompts.extraction import extraction_messages
from echo_iad.settings import KnowledgeSettings, Profile

_SHOWN = 60
"""Characters of an unreadable answer that its error repeats."""

_Unusable: TypeAlias = ModelGoneError | MissingModelError | MissingExtraError


@dataclass(frozen=True)
class Sought:
    """A question for which the sentences that help are sought."""

    object: str
    question: Question
    question_type: QuestionType
    knowledge: tuple[KnowledgePassage, ...]
    """All that is known about the object; not empty."""

    def __post_init__(self) -> None:
        if not self.knowledge:
            msg = f"Sought.knowledge must hold a passage to choose from. Got none about {self.object!r}."
            raise ValueError(msg)


@dataclass(frozen=True)
class Guidance:
    """The passages that a question gets."""

    passages: tuple[KnowledgePassage, ...]
    """Most helpful first."""
    by: str
    """Who chose them, for the record, e.g. ``model openai:gpt-4o, approved by ines``."""


@dataclass(frozen=True)
class NoExtract:
    """No extract may be used."""

    why: str
    """Goes on after "because", e.g. ``no extract is reviewed``."""


class RelevanceByModel:
    """Picks by a model, kept in a memory with what people said to them.

    Parameters
    ----------
    memory : Memory
        New picks are stored where it may be written.
    mllm : callable
        Loads the model; called only when something has to be asked.
    settings : KnowledgeSettings
        How many passages a model may pick, and whether picks count before a person saw them.
    """

    def __init__(self, memory: Memory, mllm: Callable[[], MLLM], settings: KnowledgeSettings) -> None:
        self._memory = memory
        self._load = mllm
        self._settings = settings
        self._unusable: _Unusable | None = None

    def extract(self, sought: Sought, *, may_ask: bool = True) -> Guidance | NoExtract:
        """The stored extract, where its review allows it; else the model's picks, stored as pending.

        Where only reviewed extracts count, the model is not asked; one that is gone or cannot be loaded is not tried
        again.

        Parameters
        ----------
        sought : Sought
        may_ask : bool
            Whether the model may be asked now.
        """
        stored = self.stored(sought)
        if stored is not None:
            return self._allowed(stored)
        if not self._settings.unreviewed:
            return NoExtract("no extract is reviewed")
        if not may_ask:
            return NoExtract("no extract is stored")
        try:
            (picked,) = self.pick([sought])
        except ModelGoneError as fault:
            self._unusable = fault
            return NoExtract(f"the model is gone: {fault}")
        except (MissingModelError, MissingExtraError) as fault:
            self._unusable = fault
            return NoExtract(f"the model cannot be loaded: {fault}")
        if isinstance(picked, MllmError):
            return NoExtract(f"the model failed: {picked}")
        return self._guidance(picked, "pending" if self._is_kept(picked) else "not kept")

    def stored(self, sought: Sought) -> Extract | None:
        """The extract that was made from the knowledge as it is now; None when there is none."""
        state = knowledge_sha256(sought.knowledge)
        return self._memory.extracts.find(sought.object, sought.question_type, sought.question, state)

    def pick(self, sought: Sequence[Sought]) -> list[Extract | MllmError]:
        """Ask the model; nothing is stored.

        Returns
        -------
        list of Extract or MllmError
            For each question what was picked, or why nothing was: the model failed, or wrote no list of sentences.

        Raises
        ------
        ModelGoneError
            The model can answer nothing more.
        ProfileError, MissingExtraError, MissingModelError
            It cannot be loaded.
        """
        if self._unusable is not None:
            raise self._unusable
        return [self._read(*each) for each in zip(sought, self._mllm.ask(list(map(self._prompt, sought))), strict=True)]

    @cached_property
    def _mllm(self) -> MLLM:
        return remembering(self._load())  # a memory that cannot be written forgets what was picked

    def _prompt(self, sought: Sought) -> Prompt:
        limit = self._settings.passages
        asked = (sought.object, sought.knowledge, sought.question, sought.question_type)
        return Prompt(extraction_messages(*asked, limit=limit))

    def _read(self, sought: Sought, answered: Answered) -> Extract | MllmError:
        if isinstance(answered, MllmError):
            return answered
        picks = read_picks(answered.text, sought.knowledge)
        if picks is None:
            return MllmError(f"it wrote no list of sentences that are known: {_shortened(answered.text)!r}")
        return Extract(
            object=sought.object,
            question_type=sought.question_type,
            question=sought.question,
            knowledge_sha256=knowledge_sha256(sought.knowledge),
            picked=picks.passages,
            refused=picks.refused,
            model=self._mllm.name,
        )

    def _allowed(self, stored: Extract) -> Guidance | NoExtract:
        if stored.is_reviewed:
            return Guidance(stored.passages, f"model {stored.model}, {stored.review} by {stored.author}")
        if stored.review is Review.REJECTED:
            return NoExtract(f"{stored.author} rejected what model {stored.model} picked")
        if not self._settings.unreviewed:
            return NoExtract(f"what model {stored.model} picked is pending")
        return self._guidance(stored, "pending")

    def _guidance(self, extract: Extract, state: str) -> Guidance:
        return Guidance(extract.picked[: self._settings.passages], f"model {extract.model}, {state}")

    def _is_kept(self, extract: Extract) -> bool:
        """Store it where that is possible: an inspection does not fail for it."""
        try:
            self._memory.extracts.keep(extract)
        except MemoryStoreError:
            return False
        return True


def may_ask_model(settings: KnowledgeSettings) -> bool:
    """Whether an inspection with these settings may ask a model to pick."""
    return settings.extractor == "model" and settings.mode == "context" and settings.unreviewed


def load_knowledge_model(profile: Profile) -> MLLM:
    """Load the model that picks: the profile's own for knowledge, else the decider's.

    Raises
    ------
    ProfileError
        Neither is named.
    UnknownNameError, MissingExtraError, MissingModelError
        See `echo_iad.mllms.catalog.load_mllm`.
    """
    name = profile.knowledge.model or profile.decider.model
    if not name:
        msg = (
            f"The profile {profile.name} names no model that picks knowledge. "
            'Write model = "BACKEND:NAME" under [knowledge]; knowledge extract takes --model BACKEND:NAME.'
        )
        raise ProfileError(msg)
    return load_mllm(name, profile.mllm)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
