"""What was decided, and the record of one inspection: the JSON line, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from echo_iad.domain.evidence import (
    Comparison,
    DefectVote,
    Fusion,
    KnowledgePassage,
    ObjectMatch,
    ReasoningStep,
    Reference,
)
from echo_iad.domain.questions import Expert, QuestionType


class Scoring(StrEnum):
    """How an MLLM's answer was read."""

    LOGPROBS = "logprobs"
    """From the probabilities of the options' letters."""
    STRUCTURED = "structured"
    """The server let it write nothing but a letter."""
    TEXT = "text"
    """From what it wrote."""


class Status(StrEnum):
    """How a decision ended. No answer is not a pass: only ``answered`` carries a verdict."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"
    FAILED = "failed"


@dataclass(frozen=True)
class Decision:
    """An answer, an abstention, or a failure with its reason."""

    status: Status
    option: str | None = None
    """The chosen option's letter; None for an open question, an abstention or a failure."""
    text: str = ""
    """The answer in words; empty when it failed."""
    probabilities: Mapping[str, float] = field(default_factory=dict)
    """Option letter -> probability; they sum to one. Empty without options."""
    p_anomalous: float | None = None
    """Probability that the part is defective, 0 to 1; None when nothing was compared."""
    reason: str = ""
    """Why, in one sentence, with the evidence it rests on."""
    model: str | None = None
    """``BACKEND:NAME`` of the MLLM that answered; None when none did."""
    scoring: Scoring | None = None
    raw_text: str = ""
    """All that the MLLM wrote, its reasoning included, unread; empty when it was scored by probabilities alone."""
    written: str = ""
    """What its answer was read from: its words on the options as they stand; empty where numbers decided."""
    p_model: float | None = None
    """What the MLLM alone gives for ``p_anomalous``, where that is fused with the comparison; None otherwise."""
    is_anomalous: bool | None = None
    """What an MLLM's answer says of the part: True = defective; None when it takes no side, or no MLLM answered."""
    prompt_tokens: int | None = None
    """Tokens that the MLLM read, those of pictures included; None when there was none or it does not tell."""
    new_tokens: int | None = None
    """Tokens that it wrote."""
    prompt_sha256: str = ""
    """Digest of the prompts that the MLLM was given, one for each rotation; empty when it was asked nothing."""

    def __post_init__(self) -> None:
        if self.status is not Status.ANSWERED and self.option is not None:
            msg = f"Only an answered decision names an option. Got {self.status} with {self.option!r}."
            raise ValueError(msg)
        total = sum(self.probabilities.values())
        if self.probabilities and not abs(total - 1.0) <= 1e-6:  # a number that is none is not near 1 either
            msg = f"Decision.probabilities must sum to 1. Got {total}."
            raise ValueError(msg)


@dataclass(frozen=True)
class Inspection:
    """The record of one inspection; its JSON line has these fields and no other."""

    image: str
    """Path as given."""
    object: str | None
    """The enrolled object; None when unknown."""
    question: str
    question_type: QuestionType
    profile: str
    plan: tuple[Expert, ...]
    references: tuple[Reference, ...]
    comparison: Comparison | None
    knowledge: tuple[KnowledgePassage, ...]
    decision: Decision
    timings_ms: Mapping[str, float]
    options: Mapping[str, str] = field(default_factory=dict)
    knowledge_by: str = ""
    """Who chose the passages of ``knowledge``: ``embedding``, or a model and the state of its review."""
    object_match: ObjectMatch | None = None
    reasoning: tuple[ReasoningStep, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    """Expert -> why its evidence is missing."""
    fusion: Fusion | None = None
    """How a model's word was weighed against the comparison; None where it was not."""
    defect_vote: DefectVote | None = None
    """What the labelled defects say of its type; None when none is labelled or nothing was compared."""
    width: int = 0
    """Pixels of the upright image; 0 when it could not be read."""
    height: int = 0
    version: str = ""
    """Version of Echo."""
    profile_sha256: str = ""
    """Digest of the effective profile: two records with the same one were decided by the same settings."""
