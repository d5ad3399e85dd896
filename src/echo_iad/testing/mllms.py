"""Contract check for multimodal models, for the authors of backends. Knows the protocol and drawn pictures; no model.

Call `check_mllm` in a test of your own; it raises `ContractError` that says which promise was broken and by what.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from echo_iad.domain.messages import Message, Messages, PicturePart, Role, TextPart
from echo_iad.errors import ContractError
from echo_iad.mllms.base import MLLM

TOLERANCE = 1e-3
"""Most by which two log-probabilities of the same may differ."""
_LABELS = ("A", "B", "C")


def check_mllm(mllm: MLLM) -> None:
    """Check every promise of `echo_iad.mllms.base.MLLM`, as far as any model can be held to it.

    Raises
    ------
    ContractError
        The first promise that is broken, with what was got.
    """
    _promise(isinstance(mllm, MLLM), "A model has name, scores_options, score_options and generate.")
    backend, _, name = mllm.name.partition(":")
    _promise(bool(backend and name), f"A model's name is BACKEND:NAME. Got {mllm.name!r}.")
    _check_text(mllm)
    if mllm.scores_options:
        _check_scores(mllm)


def _check_text(mllm: MLLM) -> None:
    prompt = _prompt(references=1)
    text = mllm.generate(prompt, max_new_tokens=8)
    _promise(isinstance(text, str), f"generate must return text. Got {type(text).__name__}.")
    _promise(prompt[-1].text not in text, f"generate must return new text alone, not the prompt. Got {text!r}.")
    again = mllm.generate(prompt, max_new_tokens=8)
    _promise(again == text, f"The same prompt must get the same text. Got {text!r} and {again!r}.")


def _check_scores(mllm: MLLM) -> None:
    prompts = (_prompt(references=2), _prompt(references=1), _prompt(references=0, question="Is anything missing?"))
    _promise(mllm.score_options([], _LABELS) == [], "score_options([]) must be [].")
    batch = mllm.score_options(prompts, _LABELS)
    _promise(len(batch) == len(prompts), f"There must be scores for each prompt. Got {len(batch)} of {len(prompts)}.")
    for prompt, scores in zip(prompts, batch, strict=True):
        _promise(set(scores) == set(_LABELS), f"Scores must have the labels {_LABELS}. Got {tuple(scores)}.")
        total = sum(math.exp(score) for score in scores.values())
        _promise(abs(total - 1) <= TOLERANCE, f"Probabilities must sum to 1. Got {total}.")
        _near(mllm.score_options([prompt], _LABELS)[0], scores, "alone and in a batch")
        _near(mllm.score_options([prompt], _LABELS[::-1])[0], scores, "of labels in another order")


def _near(one: Mapping[str, float], other: Mapping[str, float], what: str) -> None:
    gap = max(abs(one[label] - other[label]) for label in other)
    _promise(gap <= TOLERANCE, f"Scores {what} must agree to {TOLERANCE:g}. They differ by {gap:.2g}.")


def _prompt(*, references: int, question: str = "Is there a scratch?") -> Messages:
    random = np.random.default_rng(references)
    pictures = [
        PicturePart(random.integers(0, 256, (64 + 8 * number, 96, 3), dtype=np.uint8), f"reference {number + 1}")
        for number in range(references)
    ]
    query = PicturePart(random.integers(0, 256, (80, 80, 3), dtype=np.uint8), "query")
    asked = TextPart(f"{question}\nA. Yes\nB. No\nC. Not sure\nAnswer with the letter alone.")
    return (Message(Role.SYSTEM, (TextPart("You inspect parts."),)), Message(Role.USER, (*pictures, query, asked)))


def _promise(kept: object, broken: str) -> None:
    if not kept:
        raise ContractError(broken)
