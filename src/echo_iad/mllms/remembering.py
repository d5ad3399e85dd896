"""A model that computes each prompt once. Knows the model before it by its protocol only.

Cells of an experiment often ask alike: what one expert adds to some prompts, it leaves out of others. Two prompts are
the same when the model is given the same texts, roles, order and pixels, wherever a picture came from.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TypeVar

from echo_iad.domain.messages import Messages, Part, TextPart
from echo_iad.mllms.base import MLLM

T = TypeVar("T")


class RememberingMllm:
    """A bounded memory before a model; the result that was not used for longest is forgotten first.

    A prompt that the model could not answer is not remembered: it is asked again.

    Parameters
    ----------
    mllm : MLLM
    capacity : int
        Scored prompts kept, and as many texts; 4,096 of each take a few MB, for no picture is kept.
    """

    def __init__(self, mllm: MLLM, *, capacity: int = 4096) -> None:
        self.mllm = mllm
        self._capacity = capacity
        self._scores: OrderedDict[str, Mapping[str, float]] = OrderedDict()
        self._texts: OrderedDict[str, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._scores) + len(self._texts)

    @property
    def name(self) -> str:
        """Of the model behind it."""
        return self.mllm.name

    @property
    def scores_options(self) -> bool:
        """Of the model behind it."""
        return self.mllm.scores_options

    def score_options(self, prompts: Sequence[Messages], labels: Sequence[str]) -> list[dict[str, float]]:
        """Log-probabilities of the labels; the model is asked for the prompts that are new, all at once."""
        keys = [_digest(messages, tuple(labels)) for messages in prompts]
        new = {key: messages for key, messages in zip(keys, prompts, strict=True) if key not in self._scores}
        fresh = dict(zip(new, self.mllm.score_options(list(new.values()), labels), strict=True)) if new else {}
        scored = [fresh[key] if key in fresh else self._scores[key] for key in keys]
        for key, scores in zip(keys, scored, strict=True):
            self._keep(self._scores, key, scores)
        return [dict(scores) for scores in scored]

    def generate(self, messages: Messages, *, max_new_tokens: int, stop: Sequence[str] = ()) -> str:
        """What the model writes in answer, or wrote."""
        key = _digest(messages, (max_new_tokens, *stop))
        if key not in self._texts:
            text = self.mllm.generate(messages, max_new_tokens=max_new_tokens, stop=stop)
        else:
            text = self._texts[key]
        self._keep(self._texts, key, text)
        return text

    def _keep(self, results: OrderedDict[str, T], key: str, result: T) -> None:
        results[key] = result
        results.move_to_end(key)
        if len(results) > self._capacity:
            results.popitem(last=False)


def _digest(messages: Messages, beside: tuple[object, ...]) -> str:
    """Digest of everything that the model is given."""
    digest = hashlib.sha256(repr(beside).encode())
    for message in messages:
        digest.update(repr((message.role.value, len(message.parts))).encode())
        for part in message.parts:
            digest.update(_given(part))
    return digest.hexdigest()


def _given(part: Part) -> bytes:
    if isinstance(part, TextPart):
        return repr(part.text).encode()
    return repr(part.pixels.shape).encode() + part.pixels.tobytes()
