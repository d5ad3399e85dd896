"""One line of ``records.jsonl``: a question, its answer, and everything needed to replay and to judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from echo_iad.evaluation.benchmark.subtasks import Subtask


class AnswerStatus(StrEnum):
    """How an answer ended. Only ``answered`` may be right; ``failed`` is tried again by ``--resume``."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"
    UNPARSED = "unparsed"
    """The model wrote something that names no option."""
    REFUSED = "refused"
    """The model wrote that it will not answer."""
    FAILED = "failed"
    """Nothing came back: an unreadable picture, a server that is down."""


@dataclass(frozen=True)
class AnswerRecord:
    """A question and what was answered; the JSON line has these fields and no other."""

    image: str
    question_index: int
    dataset: str
    object: str
    subtask: Subtask
    question: str
    options: Mapping[str, str]
    correct: str
    defective: bool
    answer: str | None
    """The chosen option's letter; None unless answered."""
    status: AnswerStatus
    probabilities: Mapping[str, float] = field(default_factory=dict)
    """Option letter -> probability."""
    p_anomalous: float | None = None
    p_model: float | None = None
    """What the model alone gives for it, where its verdict was weighed against the comparison; None elsewhere."""
    text: str = ""
    """The answer in words."""
    raw_text: str = ""
    """All that a model wrote, its reasoning included, unread; empty without a model."""
    written: str = ""
    """What a model's answer was read from: its words on the options as they stand; empty where numbers decided."""
    reason: str = ""
    prompt_sha256: str = ""
    """Digest of what was given to who decided; empty when nothing was.

    To a model: its prompts in all rotations, with their texts, roles, order and pixels, however they came about. To the
    embedded decider: the picture, the question, the evidence and the profile.
    """
    plan: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """What the experts found, as in the record of an inspection, without pictures."""
    shots: int = 0
    """References that were shown or compared with; 0 = 0-shot."""
    assisted: bool = False
    """Whether knowledge that describes the test's own defects was at hand."""
    marks: tuple[str, ...] = ()
    """What is known against the picture."""
    model: str | None = None
    scoring: str | None = None
    seed: int = 0
    profile: str = ""
    profile_sha256: str = ""
    version: str = ""
    latency_ms: float = 0.0
    """From the question to the decision; what is looked at first counts for a picture's first question, and what its
    questions are decided by together is divided evenly."""
    prompt_tokens: int | None = None
    """Tokens that a model read, those of pictures included; None without a model, or when it does not tell."""
    new_tokens: int | None = None
    """Tokens that it wrote."""
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int]:
        """What names this question in a benchmark."""
        return self.image, self.question_index

    @property
    def right(self) -> bool:
        """Whether the answer is the correct option."""
        return self.answer == self.correct
