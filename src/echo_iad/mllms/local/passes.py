"""One forward pass of a model, and the numbers that come out of it. Imports torch: import it late."""

from __future__ import annotations

from typing import Any

import torch

from echo_iad.errors import MllmError


def placed(tensors: Any, model: Any) -> dict[str, torch.Tensor]:
    """Tensors where the model is; pictures in its precision."""
    return {
        key: value.to(device=model.device, dtype=model.dtype if value.is_floating_point() else None)
        for key, value in tensors.items()
    }


def log_probabilities(model: Any, inputs: dict[str, Any], *, use_cache: bool = True) -> torch.Tensor:
    """Log-probabilities of the next token, (n, vocabulary) float32 on the CPU; minus infinity = impossible.

    Raises
    ------
    MllmError
        One of the prompts led to numbers that are none.
    """
    logits = model(**inputs, use_cache=use_cache, logits_to_keep=1).logits[:, -1]
    found = torch.log_softmax(logits.float(), dim=-1).cpu()
    if found.isnan().any():
        raise no_numbers(model.dtype)
    return found


def no_numbers(dtype: torch.dtype) -> MllmError:
    """The fault of a prompt at which a model's arithmetic broke down: in half precision, too large a number.

    Examples
    --------
    >>> print(no_numbers(torch.float16))
    The model computes no finite probabilities for this prompt in float16: give it --set mllm.dtype=float32.
    """
    name = str(dtype).removeprefix("torch.")
    exact = dtype is torch.float32
    cure = "its weights are damaged, load them again" if exact else "give it --set mllm.dtype=float32"
    return MllmError(f"The model computes no finite probabilities for this prompt in {name}: {cure}.")
