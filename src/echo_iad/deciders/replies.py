"""What a model replied to one question in one or several rotations of its options, read as one answer.

Knows replies and options; asks nothing and decides nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from echo_iad.deciders.answers import read_choice
from echo_iad.domain.decisions import Scoring
from echo_iad.errors import MllmError
from echo_iad.mllms.base import Answered, Reply
from echo_iad.prompts.rotation import Rotation


@dataclass(frozen=True)
class Reading:
    """One answer out of all replies to one question."""

    scoring: Scoring
    chances: Mapping[str, float]
    """The question's own label -> mean probability over the rotations, summing to one; empty when it was written."""
    option: str | None
    """The question's own label that more than half of all rotations name in writing; None when there is none."""
    is_split: bool
    """Whether rotations name options in writing, and none is named by more than half of all."""
    text: str
    """What the model wrote in answer to the question as it stands, first rotation."""
    raw_text: str
    """All that it wrote, its reasoning included."""
    prompt_tokens: int | None
    """Of all replies together; None when the model does not tell."""
    new_tokens: int | None


def read_replies(replies: Sequence[Reply], rotations: Sequence[Rotation]) -> Reading:
    """Read replies as one answer.

    Parameters
    ----------
    replies : sequence of Reply
        One for each rotation, in order.
    rotations : sequence of Rotation
        The first is the question as it stands.

    Returns
    -------
    Reading
        By probabilities when every reply has them, else by what was written.
    """
    scored = all(reply.scoring is Scoring.LOGPROBS for reply in replies)
    named = [] if scored else _named(replies, rotations)
    option = next((label for label, votes in Counter(named).items() if 2 * votes > len(replies)), None)
    return Reading(
        scoring=next((reply.scoring for reply in replies if reply.scoring is not Scoring.LOGPROBS), Scoring.LOGPROBS),
        chances=_averaged(replies, rotations) if scored else {},
        option=option,
        is_split=bool(named) and option is None,
        text=replies[0].text,
        raw_text="\n".join(words for reply in replies for words in (reply.thought, reply.text) if words),
        prompt_tokens=_total([reply.prompt_tokens for reply in replies]),
        new_tokens=_total([reply.new_tokens for reply in replies]),
    )


def after(thought: Reply, answered: Answered) -> Answered:
    """The answer that followed a model's reasoning, with the reasoning and its cost before it."""
    if isinstance(answered, MllmError):
        return answered
    return replace(
        answered,
        thought=thought.text,
        prompt_tokens=_total([thought.prompt_tokens, answered.prompt_tokens]),
        new_tokens=_total([thought.new_tokens, answered.new_tokens]),
    )


def _averaged(replies: Sequence[Reply], rotations: Sequence[Rotation]) -> dict[str, float]:
    """Mean probability of each of the question's own options, summing to one."""
    sums = dict.fromkeys(rotations[0].question.options, 0.0)
    for reply, rotation in zip(replies, rotations, strict=True):
        for shown, score in reply.scores.items():
            sums[rotation.means[shown]] += math.exp(score)
    total = sum(sums.values())
    return {label: share / total for label, share in sums.items()}


def _named(replies: Sequence[Reply], rotations: Sequence[Rotation]) -> list[str]:
    """The question's own label that each rotation names in writing; those that name none are left out."""
    read = [
        (rotation, read_choice(reply.text, rotation.question.options))
        for reply, rotation in zip(replies, rotations, strict=True)
    ]
    return [rotation.means[shown] for rotation, shown in read if shown is not None]


def _total(counts: Sequence[int | None]) -> int | None:
    told = [count for count in counts if count is not None]
    return sum(told) if len(told) == len(counts) else None
