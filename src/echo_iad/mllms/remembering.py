"""A model that computes each prompt once. Knows the model before it by its protocol only.

Cells of an experiment often ask alike: what one expert adds to some prompts, it leaves out of others. Two prompts are
the same when the model is given the same texts, roles, order and pixels, wherever a picture came from.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from echo_iad.mllms.base import MLLM, Answered, Prompt, Reply
from echo_iad.mllms.digests import prompt_sha256


def remembering(mllm: MLLM) -> MLLM:
    """A model that computes each prompt once: itself where it does so already."""
    return mllm if isinstance(mllm, RememberingMllm) else RememberingMllm(mllm)


class RememberingMllm:
    """A bounded memory before a model; the reply that was not used for longest is forgotten first.

    A prompt that the model could not answer is not remembered: it is asked again.

    Parameters
    ----------
    mllm : MLLM
    capacity : int
        Replies kept; 4,096 take a few MB, for no picture is kept.
    """

    def __init__(self, mllm: MLLM, *, capacity: int = 4096) -> None:
        self.mllm = mllm
        self._capacity = capacity
        self._replies: OrderedDict[str, Reply] = OrderedDict()

    def __len__(self) -> int:
        return len(self._replies)

    @property
    def name(self) -> str:
        """Of the model behind it."""
        return self.mllm.name

    def ask(self, prompts: Sequence[Prompt]) -> list[Answered]:
        """Replies; the model is asked for the prompts that are new, all at once and each once."""
        keys = [prompt_sha256(prompt) for prompt in prompts]
        new = {key: prompt for key, prompt in zip(keys, prompts, strict=True) if key not in self._replies}
        fresh = dict(zip(new, self.mllm.ask(list(new.values())), strict=True)) if new else {}
        answered = [fresh[key] if key in fresh else self._replies[key] for key in keys]
        for key, reply in zip(keys, answered, strict=True):
            if isinstance(reply, Reply):
                self._keep(key, reply)
        return answered

    def _keep(self, key: str, reply: Reply) -> None:
        self._replies[key] = reply
        self._replies.move_to_end(key)
        if len(self._replies) > self._capacity:
            self._replies.popitem(last=False)
