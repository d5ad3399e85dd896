"""What prompts have in common, computed once. Imports torch and transformers: import it late.

Questions about one picture begin alike: system text, references, the picture itself. What a model keeps of a token, its
keys and values, depends on that token and on those before it alone. So those of the common beginning are computed once,
and each prompt goes on from there:

1. The beginning is the longest run of tokens that all prompts share, and it holds all their pictures. Token numbers are
   compared, never texts, so it cannot end inside of what the tokenizer merges; and it cannot end inside of a picture.
   Prompts that show other pictures have another beginning.
2. Each prompt goes on from a copy of the keys and values. No question can change them.
3. Ends of different lengths are padded on the left, between the beginning and the end. Padding is masked out, and
   positions are counted as if it were not there. Families that place pictures in a plane (M-RoPE) give text behind a
   picture a smaller position than its place; this shift is read from the model once, with the beginning.
4. One beginning is kept. The next call goes on from it, from less of it where its prompts part earlier. Other pictures
   drop it before their own beginning is computed, so that two are never held.

It fits models whose layers keep the keys and values of all tokens; one with sliding windows or linear attention is
recognised by its cache, and nothing is shared. Some keep such a cache and yet let early tokens look at later ones. No
setting tells, so the first prompt of a model is computed both ways, and where they differ nothing is shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from echo_iad.mllms.local.chat_inputs import Encoded
from echo_iad.mllms.local.passes import log_probabilities, placed
from echo_iad.mllms.local.spellings import Tokens

_LEAST = 16
"""Tokens; it is not worth while to keep less."""
_LIKELIEST = 5
"""Tokens whose log-probabilities are compared to prove that a beginning may be shared."""
_CLOSE = {torch.float32: 1e-3}
"""Most by which these may differ; numbers of half precision are `_CLOSE_HALF` apart in themselves."""
_CLOSE_HALF = 0.25


@dataclass(frozen=True, eq=False)
class Prefix:
    """The common beginning of prompts, read by a model."""

    tokens: Tokens
    pictures: str
    """Digest of all pictures in it, in order."""
    layers: tuple[tuple[torch.Tensor, torch.Tensor], ...]
    """Keys and values of each layer, (1, heads, tokens, size of a head)."""
    shift: int
    """What is added to the place of a token behind it to get its position."""

    def cut(self, length: int) -> Prefix:
        """Its first tokens, in the same memory; there must be no picture in what is left out."""
        layers = tuple((keys[..., :length, :], values[..., :length, :]) for keys, values in self.layers)
        return Prefix(self.tokens[:length], self.pictures, layers, self.shift)

    def followed(self, ends: Sequence[Tokens], filler: int) -> dict[str, Any]:
        """Arguments of a forward pass over the ends of prompts that begin with it.

        Parameters
        ----------
        ends : sequence of tuple of int
            At least one token each.
        filler : int
            The token that pads.
        """
        longest = max(len(end) for end in ends)
        device = self.layers[0][0].device
        ids = torch.tensor([[filler] * (longest - len(end)) + list(end) for end in ends], device=device)
        places = torch.arange(longest, device=device)
        padding = torch.tensor([[longest - len(end)] for end in ends], device=device)
        real = places >= padding
        read = real.new_ones(len(ends), len(self.tokens))
        copies = [tuple(kept.expand(len(ends), -1, -1, -1) for kept in layer) for layer in self.layers]
        return {
            "input_ids": ids,
            "attention_mask": torch.cat([read, real], dim=1).long(),
            "position_ids": (places - padding).clamp(min=0) + len(self.tokens) + self.shift,
            "past_key_values": DynamicCache(copies),
        }


class PrefixCache:
    """Keeps the beginning of the prompts that a model was asked last.

    Parameters
    ----------
    model : object
        As transformers loads it.
    picture_token : int or None
        Stands in the tokens wherever a picture is; None when that is not known, and then no picture is shared.
    """

    def __init__(self, model: Any, picture_token: int | None) -> None:
        self._model = model
        self._picture_token = picture_token
        self._usable = keeps_every_token(model)
        self._proven = False
        self._kept: Prefix | None = None

    @property
    def pictures(self) -> str | None:
        """Digest of the pictures in the beginning that is kept; None when none is."""
        return None if self._kept is None else self._kept.pictures

    def forget(self) -> None:
        """Free the memory of what is kept."""
        self._kept = None

    def covering(self, prompts: Sequence[Encoded]) -> Prefix | None:
        """The beginning of prompts that show the same pictures; None when it cannot be shared.

        Every prompt is at least one token longer. A single prompt is cut behind its last picture.
        """
        if not self._usable:
            return None
        tokens = [prompt.tokens for prompt in prompts]
        common = min(*(alike(tokens[0], other) for other in tokens), *(len(each) - 1 for each in tokens))
        shown = max(self._end_of_pictures(each) for each in tokens)
        if common < shown or (prompts[0].pictures and not shown):
            self.forget()
            return None
        if self._kept is not None and self._kept.pictures == prompts[0].pictures:
            same = alike(self._kept.tokens, tokens[0][:common])
            if same >= max(shown, common // 2, _LEAST):
                return self._kept.cut(same)
        self.forget()
        length = common if len(prompts) > 1 else shown
        if length >= _LEAST:
            self._kept = self._computed(prompts[0], length)
        return self._kept

    def _computed(self, prompt: Encoded, length: int) -> Prefix | None:
        """Read the beginning; None when this model cannot go on from one."""
        deltas = next((module for module in self._model.modules() if hasattr(module, "rope_deltas")), None)
        if deltas is not None:
            deltas.rope_deltas = None
        read = self._model(**placed(prompt.begun(length), self._model), use_cache=True, logits_to_keep=1)
        shift = 0 if deltas is None or deltas.rope_deltas is None else int(deltas.rope_deltas.item())
        layers = tuple((layer.keys, layer.values) for layer in read.past_key_values.layers)
        prefix = Prefix(prompt.tokens[:length], prompt.pictures, layers, shift)
        self._proven = self._proven or self._proves(prefix, prompt)
        self._usable = self._proven
        return prefix if self._proven else None

    def _proves(self, prefix: Prefix, prompt: Encoded) -> bool:
        """Whether the prompt gets the same next token from the beginning as when it is read whole."""
        whole = log_probabilities(self._model, placed(prompt.tensors, self._model), use_cache=False)[0]
        end = prompt.tokens[len(prefix.tokens) :]
        continued = log_probabilities(self._model, prefix.followed([end], filler=0))[0]
        likeliest = whole.topk(_LIKELIEST).indices
        apart = (whole - continued)[likeliest].abs().max()
        return float(apart) <= _CLOSE.get(self._model.dtype, _CLOSE_HALF)

    def _end_of_pictures(self, tokens: Tokens) -> int:
        """Tokens up to and including the last of a picture."""
        return max((place for place, token in enumerate(tokens, start=1) if token == self._picture_token), default=0)


def keeps_every_token(model: Any) -> bool:
    """Whether every layer of a model keeps the keys and values of all tokens, and nothing else."""
    config = model.config
    if getattr(config, "is_encoder_decoder", False):
        return False
    try:
        layers = DynamicCache(config=config).layers
    except (AttributeError, KeyError, TypeError, ValueError):  # a configuration that transformers' caches do not know
        return False
    return bool(layers) and all(type(layer) is DynamicLayer for layer in layers)


def alike(one: Tokens, other: Tokens) -> int:
    """How many tokens two sequences begin with in common.

    Examples
    --------
    >>> alike((1, 2, 3), (1, 2, 4, 5))
    2
    """
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))
