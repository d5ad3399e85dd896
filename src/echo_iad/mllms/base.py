"""What every multimodal model promises. Knows messages; knows no evidence and no question type.

``echo_iad.testing.check_mllm`` proves the promise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

from echo_iad.domain.decisions import Scoring
from echo_iad.domain.messages import Messages
from echo_iad.errors import MllmError


@dataclass(frozen=True, eq=False)
class Prompt:
    """What a model is asked once."""

    messages: Messages
    labels: tuple[str, ...] = ()
    """Options to choose from, two or more and all different, e.g. ``("A", "B")``; without any the model writes."""
    max_new_tokens: int = 256
    """At most so many tokens are written, 1 or more."""
    stop: tuple[str, ...] = ()
    """Writing ends after the first of these."""

    def __post_init__(self) -> None:
        if len(self.labels) == 1 or len(set(self.labels)) != len(self.labels):
            msg = f"A prompt has no labels, or two and more that differ. Got {self.labels}."
            raise ValueError(msg)

    def up_to_stop(self, text: str) -> str:
        """What was written, up to and with the first stop in it; all of it when there is none.

        Examples
        --------
        >>> Prompt((), stop=(".", "!")).up_to_stop("A dent. It is deep.")
        'A dent.'
        """
        return text[: min((text.index(mark) + len(mark) for mark in self.stop if mark in text), default=len(text))]


@dataclass(frozen=True)
class Reply:
    """What a model answered, and how it was made to."""

    scoring: Scoring
    """``logprobs``: read `scores`; ``structured``: `text` is one of the labels; ``text``: it wrote freely."""
    text: str = ""
    """What it wrote, without the prompt; empty when it was scored by probabilities alone."""
    thought: str = ""
    """The reasoning that it wrote before; empty when there was none or it is not shown."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Label -> natural logarithm of the probability that the answer begins with it; the probabilities sum to one."""
    prompt_tokens: int | None = None
    """Tokens of the prompt, those of its pictures included; None when the backend does not tell."""
    new_tokens: int | None = None
    """Tokens that were written; None when the backend does not tell."""


Answered: TypeAlias = Reply | MllmError
"""A reply, or the fault that there is in its place."""


@runtime_checkable
class MLLM(Protocol):
    """A model that reads texts and pictures and writes text."""

    @property
    def name(self) -> str:
        """``BACKEND:NAME``, as records name it."""
        ...

    def ask(self, prompts: Sequence[Prompt]) -> list[Answered]:
        """Answer prompts, each independently of the others: one in a batch gets what it gets alone.

        A prompt with labels is scored by their probabilities where the backend has them; else the model is let write
        nothing but a label, where the backend can do that; else it writes freely.

        Parameters
        ----------
        prompts : sequence of Prompt
            Any number. Those whose messages begin alike may share work.

        Returns
        -------
        list of Reply or MllmError
            For each prompt its reply, or why it got none. The same prompt gets the same reply.

        Raises
        ------
        ModelGoneError
            The model can answer nothing more: its server is gone, or refuses everything.
        """
        ...


def normalised(scores: Mapping[str, float]) -> dict[str, float]:
    """Shift log-scores so that their probabilities sum to one.

    Raises
    ------
    ValueError
        A score is not finite.

    Examples
    --------
    >>> shares = normalised({"A": 0.0, "B": math.log(3.0)})
    >>> round(math.exp(shares["B"]), 6)
    0.75
    """
    if not all(map(math.isfinite, scores.values())):
        msg = f"The logarithm of a probability must be finite. Got {dict(scores)}."
        raise ValueError(msg)
    highest = max(scores.values())
    total = highest + math.log(sum(math.exp(score - highest) for score in scores.values()))
    return {label: score - total for label, score in scores.items()}
