"""A multimodal model behind a server, asked in the best way that the server has. Knows no library and no connection.

Labels are scored by the probabilities of the first token; a server without them is made to write one label and nothing
else; one that cannot do that either writes freely. What a server lacks is found out once and remembered, as soon as
the same prompt was answered in another way: until then it may be the prompt that is at fault. What has worked once is
tried first with every prompt.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

from echo_iad.domain.decisions import Scoring
from echo_iad.domain.messages import Message, Role, TextPart
from echo_iad.errors import MllmError, RefusedError
from echo_iad.mllms.base import Answered, Prompt, Reply
from echo_iad.mllms.server.replies import Completion, label_in, label_scores
from echo_iad.mllms.server.requests import Body, Manner, request_body, wire_messages
from echo_iad.mllms.server.retrying import Fault
from echo_iad.mllms.server.standing import Standing

_SIGN_OF_LIFE = Prompt((Message(Role.USER, (TextPart("Answer with one word: are you there?"),)),), max_new_tokens=1)
"""What any model can answer that answers at all."""


class Connection(Protocol):
    """Carries requests to one model of one server, and repeats them as long as that may help."""

    @property
    def url(self) -> str:
        """Base URL of the server."""
        ...

    def complete(self, body: Body, stop: threading.Event) -> Completion | Fault:
        """Send one request; ``stop`` ends it, and the waiting between two tries."""
        ...


@dataclass(frozen=True)
class _Unfit:
    """An answer in which the labels are not scored as they were to be."""

    lasting: bool
    """Whether the server's next one will be no better, whatever the prompt."""


@dataclass(frozen=True)
class _Tried:
    """What one way gave, and how the server wants to be asked as far as that showed."""

    got: Completion | Fault
    manner: Manner


class ServerMllm:
    """A model behind a server.

    Parameters
    ----------
    name : str
        ``openai:NAME``.
    connection : Connection
    concurrency : int
        Requests under way at once, whoever asks.
    """

    def __init__(self, name: str, connection: Connection, concurrency: int) -> None:
        self.name = name
        self._connection = connection
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="echo-iad-server")
        self._lock = threading.Lock()
        self._manner = Manner()
        self._standing = Standing(connection.url)

    def ask(self, prompts: Sequence[Prompt]) -> list[Answered]:
        """Answer prompts, several at once; see `echo_iad.mllms.base.MLLM`."""
        stop = threading.Event()
        futures = [self._pool.submit(self._answer, prompt, stop) for prompt in prompts]
        try:
            return [future.result() for future in futures]
        except BaseException:  # an interrupt ends what is under way
            stop.set()
            for future in futures:
                future.cancel()
            raise

    def _answer(self, prompt: Prompt, stop: threading.Event) -> Answered:
        manner, messages = self._manner, wire_messages(prompt.messages)
        ways = iter(manner.ways if prompt.labels else (Scoring.TEXT,))
        while True:  # until writing, the last way, which is never unfit
            way = next(ways)
            tried = self._tried(prompt, messages, way, manner, stop)
            if isinstance(tried.got, Completion):
                self._standing.heard()
            read = tried.got if isinstance(tried.got, Fault) else _read(tried.got, prompt, way)
            if isinstance(read, Reply):
                self._learn(replace(tried.manner, proven=frozenset({way})))
                return read
            if isinstance(read, Fault) and not (read.is_refusal and way is not Scoring.TEXT):
                return self._failed(read, stop)
            lasting = isinstance(read, Fault) or read.lasting
            manner = tried.manner.without(way) if lasting else tried.manner

    def _tried(
        self, prompt: Prompt, messages: Sequence[Body], way: Scoring, manner: Manner, stop: threading.Event
    ) -> _Tried:
        """Ask in one way, with other fields when the server refuses some."""
        while True:
            got = self._connection.complete(request_body(prompt, messages, way, manner), stop)
            changed = _after(got, prompt, way, manner) if isinstance(got, Fault) else None
            if changed is None:
                return _Tried(got, manner)
            manner = changed

    def _learn(self, manner: Manner) -> None:
        with self._lock:
            self._manner = self._manner.and_also(manner)

    def _failed(self, fault: Fault, stop: threading.Event) -> MllmError:
        """The fault of one prompt; raises when nothing more can be expected of the server."""
        if fault.is_declined:
            return RefusedError(fault.cause)
        if not stop.is_set():  # what was ended here says nothing about the server
            self._standing.failed(fault, lambda: self._is_there(stop))
        return MllmError(f"{fault.cause.rstrip('. ')}.")

    def _is_there(self, stop: threading.Event) -> bool:
        """Whether the model answers a few words without a picture; a list of models shows only its server's door."""
        messages = wire_messages(_SIGN_OF_LIFE.messages)
        return isinstance(self._tried(_SIGN_OF_LIFE, messages, Scoring.TEXT, self._manner, stop).got, Completion)


def _after(fault: Fault, prompt: Prompt, way: Scoring, manner: Manner) -> Manner | None:
    """How to ask after a fault; None when no other way of asking can help. Some servers break down over a stop."""
    if fault.is_refusal:
        return manner.after(fault.cause)
    broke_down = fault.status is not None and fault.status >= 500
    return manner.without_stop() if broke_down and way is Scoring.TEXT and prompt.stop else None


def _read(completion: Completion, prompt: Prompt, way: Scoring) -> Reply | Fault | _Unfit:
    if completion.refusal:
        return Fault(" ".join(completion.refusal.split()), status=200, is_declined=True)
    if completion.ended == "content_filter":
        return Fault("A content filter of the server stopped the answer", status=200)
    return _READERS[way](completion, prompt)


def _scored(completion: Completion, prompt: Prompt) -> Reply | Fault | _Unfit:
    if completion.thought or not completion.first:
        return _Unfit(lasting=True)
    scores = label_scores(completion.first, prompt.labels)
    return _Unfit(lasting=False) if scores is None else _reply(completion, Scoring.LOGPROBS, scores=scores)


def _structured(completion: Completion, prompt: Prompt) -> Reply | Fault | _Unfit:
    label = label_in(completion.text, prompt.labels)
    if label is not None:
        return _reply(completion, Scoring.STRUCTURED, text=label)
    begun = completion.text.strip()[:1] in {"", "{"}
    return _cut_off(prompt) if completion.ended == "length" and begun else _Unfit(lasting=True)


def _written(completion: Completion, prompt: Prompt) -> Reply | Fault | _Unfit:
    text = prompt.up_to_stop(completion.text).strip()
    if text or (prompt.stop and completion.ended == "stop"):  # a server leaves the stop itself out
        return _reply(completion, Scoring.TEXT, text=text)
    return _cut_off(prompt) if completion.ended == "length" else Fault("The model wrote nothing", status=200)


_READERS: Mapping[Scoring, Callable[[Completion, Prompt], Reply | Fault | _Unfit]] = {
    Scoring.LOGPROBS: _scored,
    Scoring.STRUCTURED: _structured,
    Scoring.TEXT: _written,
}


def _cut_off(prompt: Prompt) -> Fault:
    cause = f"The answer was cut off after {prompt.max_new_tokens} tokens, before it began: raise max_new_tokens"
    return Fault(cause, status=200)


def _reply(
    completion: Completion, scoring: Scoring, *, text: str = "", scores: Mapping[str, float] | None = None
) -> Reply:
    return Reply(
        scoring,
        text=text,
        thought=completion.thought,
        scores=scores or {},
        prompt_tokens=completion.prompt_tokens,
        new_tokens=completion.new_tokens,
    )
