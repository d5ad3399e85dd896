"""Prompts that a model reads in one pass, whole or from where their common beginning ends, and what it says next.

Imports torch and transformers: import it late. Writing is greedy, the most probable token at each step; what a model's
folder says of sampling and of penalties for repetition does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
import transformers

from echo_iad.mllms.local.chat_inputs import Encoded
from echo_iad.mllms.local.passes import log_probabilities, no_numbers, placed
from echo_iad.mllms.local.spellings import Tokens
from echo_iad.mllms.prefix_cache import Prefix


@dataclass(frozen=True)
class Ending:
    """When writing ends."""

    limit: int
    """At most so many tokens, 1 or more."""
    tokens: Collection[int]
    """The model's own signs of the end."""
    told: Callable[[Sequence[int]], bool]
    """Whether what was written says that it is the end."""

    def reached(self, written: Sequence[int]) -> bool:
        """Whether nothing more is written after these tokens."""
        return len(written) >= self.limit or written[-1] in self.tokens or self.told(written)


class Reading(Protocol):
    """Prompts before a model."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Tokens of each prompt, those of its pictures included."""
        ...

    def following(self) -> torch.Tensor:
        """Log-probabilities of each prompt's next token, (n, vocabulary) float32."""
        ...

    def after(self, row: int, tokens: Tokens) -> torch.Tensor:
        """The same for one prompt when the answer begins with these tokens, (vocabulary,) float32."""
        ...

    def written(self, ending: Ending) -> list[list[int]]:
        """New tokens of each prompt, the sign of the end included."""
        ...


class WholeReading:
    """Prompts that are read from their first token on.

    Parameters
    ----------
    model : object
        As transformers loads it.
    prompts : Encoded
    alone : callable
        Row to that prompt alone, without padding.
    filler : int
        The token that pads.
    """

    def __init__(self, model: Any, prompts: Encoded, alone: Callable[[int], Encoded], filler: int) -> None:
        self._model = model
        self._prompts = prompts
        self._alone = alone
        self._filler = filler

    @property
    def sizes(self) -> tuple[int, ...]:
        """Tokens of each prompt; see `Reading`."""
        return self._prompts.sizes

    def following(self) -> torch.Tensor:
        """Log-probabilities of the next token; see `Reading`."""
        return log_probabilities(self._model, placed(self._prompts.tensors, self._model), use_cache=False)

    def after(self, row: int, tokens: Tokens) -> torch.Tensor:
        """Log-probabilities behind the beginning of an answer; see `Reading`."""
        longer = placed(self._alone(row).followed(tokens), self._model)
        return log_probabilities(self._model, longer, use_cache=False)[0]

    def written(self, ending: Ending) -> list[list[int]]:
        """New tokens, by the model's own ``generate``, which knows every family; see `Reading`."""
        read = self._prompts.tensors["input_ids"].shape[1]
        rows = self._model.generate(
            **placed(self._prompts.tensors, self._model),
            max_new_tokens=ending.limit,
            stopping_criteria=[_Ended(ending, read)],
            logits_processor=[_Numbers(self._model.dtype)],
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            repetition_penalty=1.0,
            pad_token_id=self._filler,
        )
        return [_until(ending, row[read:].tolist()) for row in rows]


class ContinuedReading:
    """Prompts of which the model has read the common beginning.

    Parameters
    ----------
    model : object
        As transformers loads it.
    prefix : Prefix
    ends : sequence of tuple of int
        What follows it, at least one token each.
    filler : int
        The token that pads.
    """

    def __init__(self, model: Any, prefix: Prefix, ends: Sequence[Tokens], filler: int) -> None:
        self._model = model
        self._prefix = prefix
        self._ends = ends
        self._filler = filler

    @property
    def sizes(self) -> tuple[int, ...]:
        """Tokens of each prompt; see `Reading`."""
        return tuple(len(self._prefix.tokens) + len(end) for end in self._ends)

    def following(self) -> torch.Tensor:
        """Log-probabilities of the next token; see `Reading`."""
        return log_probabilities(self._model, self._prefix.followed(self._ends, self._filler))

    def after(self, row: int, tokens: Tokens) -> torch.Tensor:
        """Log-probabilities behind the beginning of an answer; see `Reading`."""
        longer = self._prefix.followed([(*self._ends[row], *tokens)], self._filler)
        return log_probabilities(self._model, longer)[0]

    def written(self, ending: Ending) -> list[list[int]]:
        """New tokens, positions and masks counted here; see `Reading`."""
        inputs = self._prefix.followed(self._ends, self._filler)
        written: list[list[int]] = [[] for _ in self._ends]
        going = set(range(len(written)))
        while going:
            likeliest = log_probabilities(self._model, inputs).argmax(-1)
            for row in sorted(going):
                written[row].append(int(likeliest[row]))
            going = {row for row in going if not ending.reached(written[row])}
            read = inputs["attention_mask"]
            inputs |= {
                "input_ids": likeliest[:, None].to(read.device),
                "attention_mask": torch.cat([read, read.new_ones(len(read), 1)], dim=1),
                "position_ids": inputs["position_ids"][:, -1:] + 1,
            }
        return written


class _Numbers(transformers.LogitsProcessor):  # type: ignore[misc]  # transformers is not typed
    """Refuses what is no number, which ``generate`` would take for the most probable."""

    def __init__(self, dtype: torch.dtype) -> None:
        self._dtype = dtype

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """The scores of the next tokens as they are, (n, vocabulary)."""
        if scores.isnan().any():
            raise no_numbers(self._dtype)
        return scores


class _Ended(transformers.StoppingCriteria):  # type: ignore[misc]  # transformers is not typed
    """An `Ending` as transformers wants it."""

    def __init__(self, ending: Ending, read: int) -> None:
        self._ending = ending
        self._read = read

    def __call__(self, input_ids: torch.Tensor, scores: object, **others: object) -> torch.Tensor:
        """Whether each row has ended, (n,) bool."""
        ended = [self._ending.reached(row[self._read :].tolist()) for row in input_ids]
        return torch.tensor(ended, device=input_ids.device)


def _until(ending: Ending, tokens: list[int]) -> list[int]:
    """The tokens up to the end, without the padding that follows."""
    ends = (place for place in range(1, len(tokens) + 1) if ending.reached(tokens[:place]))
    return tokens[: next(ends, len(tokens))]
