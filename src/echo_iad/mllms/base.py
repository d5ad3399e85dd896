"""What every multimodal model promises. Knows messages; knows no evidence and no question type.

``echo_iad.testing.check_mllm`` proves the promise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from echo_iad.domain.messages import Messages


@runtime_checkable
class MLLM(Protocol):
    """A model that reads texts and pictures and writes text."""

    @property
    def name(self) -> str:
        """``BACKEND:NAME``, as records name it."""
        ...

    @property
    def scores_options(self) -> bool:
        """Whether `score_options` may be called."""
        ...

    def score_options(self, prompts: Sequence[Messages], labels: Sequence[str]) -> list[dict[str, float]]:
        """How likely the model's answer to each prompt begins with each label.

        Parameters
        ----------
        prompts : sequence of Messages
            Asked independently of each other; one in a batch scores as it does alone.
        labels : sequence of str
            At least two, all different, e.g. ``("A", "B")``.

        Returns
        -------
        list of dict of str to float
            For each prompt, label -> natural logarithm of its probability; the probabilities sum to one.

        Raises
        ------
        UnscoredError
            It can only write an answer: `generate`.
        MllmError
            The model cannot answer, with the cause.
        """
        ...

    def generate(self, messages: Messages, *, max_new_tokens: int, stop: Sequence[str] = ()) -> str:
        """What the model writes in answer, without the prompt; the same prompt gets the same text.

        Parameters
        ----------
        messages : Messages
        max_new_tokens : int
            At most so many tokens, 1 or more.
        stop : sequence of str
            It ends after the first of these.

        Raises
        ------
        MllmError
            The model cannot answer, with the cause.
        """
        ...


def normalised(scores: Mapping[str, float]) -> dict[str, float]:
    """Shift log-scores so that their probabilities sum to one.

    Examples
    --------
    >>> shares = normalised({"A": 0.0, "B": math.log(3.0)})
    >>> round(math.exp(shares["B"]), 6)
    0.75
    """
    highest = max(scores.values())
    total = highest + math.log(sum(math.exp(score - highest) for score in scores.values()))
    return {label: score - total for label, score in scores.items()}
