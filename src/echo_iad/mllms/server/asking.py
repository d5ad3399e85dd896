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
from echo_iad.errors import MllmError, ModelGoneError, RefusedError
from echo_iad.mllms.base import Answered, Prompt, Reply
from echo_iad.mllms.server.replies import Completion, label_in, label_scores
from echo_iad.mllms.server.requests import Body, Manner, request_body, wire_messages
from echo_iad.mllms.server.retrying import Fault

MOST_FAILURES = 5
"""Prompts that the server may fail in a row; then it counts as gone."""


class Connection(Protocol):
    """Carries requests to one model of one server, and repeats them as long as that may help."""

    @property
    def url(self) -> str:
        """Base URL of the server."""
        ...

    def complete(self, body: Body, stop: threading.Event) -> Completion | Fault:
        """Send one request; ``stop`` ends the waiting between two tries."""
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
        self._has_answered = False
        self._failures = 0

    def ask(self, prompts: Sequence[Prompt]) -> list[Answered]:
        """Answer prompts, several at once; see `echo_iad.mllms.base.MLLM`."""
        stop = threading.Event()
        futures = [self._pool.submit(self._answer, prompt, stop) for prompt in prompts]
        try:
            return [future.result() for future in futures]
        except BaseException:  # an interrupted run sends nothing more either
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
            read = tried.got if isinstance(tried.got, Fault) else _read(tried.got, prompt, way)
            if isinstance(read, Reply):
                self._learn(replace(tried.manner, proven=frozenset({way})))
                return read
            if isinstance(read, Fault) and not (read.is_refusal and way is not Scoring.TEXT):
                return self._failed(read)
            lasting = isinstance(read, Fault) or read.lasting
            manner = tried.manner.without(way) if lasting else tried.manner

    def _tried(
        self, prompt: Prompt, messages: Sequence[Body], way: Scoring, manner: Manner, stop: threading.Event
    ) -> _Tried:
        """Ask in one way, with other fields when the server refuses some."""
        while True:
            got = self._connection.complete(request_body(prompt, messages, way, manner), stop)
            if isinstance(got, Completion):
                self._heard()
            changed = manner.after(got.cause) if isinstance(got, Fault) and got.is_refusal else None
            if changed is None:
                return _Tried(got, manner)
            manner = changed

    def _heard(self) -> None:
        with self._lock:
            self._has_answered = True
            self._failures = 0

    def _learn(self, manner: Manner) -> None:
        with self._lock:
            self._manner = self._manner.and_also(manner)

    def _failed(self, fault: Fault) -> MllmError:
        """The fault of one prompt; raises when nothing more can be expected of the server.

        Before its first answer every fault counts: a server that refuses each prompt is as good as gone.
        """
        if fault.is_declined:
            return RefusedError(fault.cause)
        with self._lock:
            self._failures = self._failures + 1 if fault.is_of_server or not self._has_answered else 0
            failures = self._failures
        url, cause = self._connection.url, fault.cause.rstrip(". ")
        if fault.is_final:
            msg = f"The server {url} refuses the key of OPENAI_API_KEY, or this model to it: {cause}."
            raise ModelGoneError(msg)
        if failures >= MOST_FAILURES:
            msg = (
                f"The server {url} failed {failures} prompts in a row, the last with: {cause}. Cure that; a run of an "
                "evaluation then goes on with --resume."
            )
            raise ModelGoneError(msg)
        return MllmError(f"{cause}.")


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
    ends = [completion.text.index(mark) + len(mark) for mark in prompt.stop if mark in completion.text]
    text = completion.text[: min(ends, default=None)].strip()
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
