"""Multimodal models behind an OpenAI-compatible server. Imports openai: import it late.

vLLM, SGLang, llama.cpp, Ollama, ``transformers serve``, OpenAI. How they are asked stands in
`echo_iad.mllms.server.asking`; here is the connection. The SDK's own retries are off: they spread no waits that a
server asks for, and cannot be interrupted. So is its time-out of an answer, for it holds for each read: a server that
sends a byte now and then would never be given up.
"""

from __future__ import annotations

import functools
import os
import threading
import time
import weakref
from concurrent.futures import CancelledError
from dataclasses import replace
from difflib import get_close_matches

import openai

from echo_iad.errors import MissingModelError, MllmError, UnknownNameError
from echo_iad.mllms.base import MLLM
from echo_iad.mllms.remembering import RememberingMllm
from echo_iad.mllms.server.address import ServerAddress, find_server
from echo_iad.mllms.server.asking import ServerMllm
from echo_iad.mllms.server.background import Background, Work
from echo_iad.mllms.server.replies import Completion, read_completion, read_error, read_model_names
from echo_iad.mllms.server.requests import Body
from echo_iad.mllms.server.retrying import Fault, Patience, told_wait
from echo_iad.settings import MllmSettings

_PATIENCE_AT_LOADING = 10.0
"""Seconds for the list of models, and for each connection."""
_MOST_NAMES = 20
_LONGEST_CAUSE = 300


class OpenAIConnection:
    """One model of one server, reached through the SDK.

    Parameters
    ----------
    address : ServerAddress
    model : str
        Its name there.
    settings : MllmSettings
        Time-out and retries.
    patience : Patience, optional
        When to try again; by default as the settings say, differently in each process.
    """

    def __init__(
        self, address: ServerAddress, model: str, settings: MllmSettings, patience: Patience | None = None
    ) -> None:
        self.address = address
        self._model = model
        self._seconds = settings.timeout_s
        self._patience = patience or Patience(settings.retries, seed=os.getpid())
        self._client = openai.AsyncOpenAI(
            base_url=address.url,
            api_key=address.key.get_secret_value() or "none",
            timeout=openai.Timeout(None, connect=_PATIENCE_AT_LOADING),
            max_retries=0,
            # a proxy for the world outside does not know this machine's own addresses
            http_client=openai.DefaultAsyncHttpxClient(trust_env=not address.on_this_machine),
        )
        self._background = Background()
        weakref.finalize(self, self._background.close, self._client.close)

    @property
    def url(self) -> str:
        """Base URL of the server."""
        return self.address.url

    def complete(self, body: Body, stop: threading.Event) -> Completion | Fault:
        """Send one request, again as long as that may help."""
        client, model = self._client, self._model

        async def post() -> str:
            return (await client.chat.completions.with_raw_response.create(model=model, **body)).http_response.text

        answer = self._patience.send(lambda: self._said(post, self._seconds, stop), stop)
        if isinstance(answer, Fault):
            return answer
        try:
            read = read_completion(answer, self.address.without_key)
        except MllmError as fault:
            return Fault(str(fault), status=200)
        shown, written = self.address.without_key, self.address.written_without_key
        return replace(read, text=written(read.text), thought=written(read.thought), refusal=shown(read.refusal))

    def model_names(self) -> tuple[str, ...] | Fault:
        """Names of the server's models; none when it does not list them."""
        client = self._client

        async def get() -> str:
            return (await client.models.with_raw_response.list()).http_response.text

        answer = self._said(get, _PATIENCE_AT_LOADING, threading.Event())
        return answer if isinstance(answer, Fault) else read_model_names(answer)

    def _said(self, request: Work[str], seconds: float, stop: threading.Event) -> str | Fault:
        """What the server says; every fault becomes a value without the key, for its text may hold it."""
        try:
            return self._background.run(request, seconds, stop)
        except TimeoutError:
            return Fault(f"The server {self.url} did not answer in time, within {seconds:g} s")
        except CancelledError:
            return Fault(f"The server {self.url} was not waited for")
        except openai.APIStatusError as refused:
            wait = told_wait(refused.response.headers.get("retry-after"), time.time())
            words = read_error(refused.response.text) or refused.response.reason_phrase
            if refused.status_code == 404 and not self.url.endswith("/v1"):
                words += f" (most servers want a base URL that ends in /v1, this one is {self.url})"
            return Fault(self._in_short(f"HTTP {refused.status_code}: {words}"), refused.status_code, wait)
        except openai.APITimeoutError:
            return Fault(f"The server {self.url} did not take the connection in time")
        except openai.APIConnectionError as fault:
            return Fault(self._in_short(f"No answer from {self.url}: {fault.__cause__ or fault}"))
        except openai.OpenAIError as fault:
            return Fault(self._in_short(f"{type(fault).__name__}: {fault}"), status=200)

    def _in_short(self, text: str) -> str:
        line = " ".join(self.address.without_key(text).split())
        return line if len(line) <= _LONGEST_CAUSE else f"{line[:_LONGEST_CAUSE]} ..."


def load_server(name: str, settings: MllmSettings) -> MLLM:
    """Reach a model of a server; the last one reached is kept, with its replies.

    Parameters
    ----------
    name : str
        The model's name on the server.
    settings : MllmSettings
        Base URL, time-out, retries and concurrency.

    Raises
    ------
    ProfileError
        The base URL cannot be used.
    MissingModelError
        The server is not there or turns the key away, or there is no key for a server on another machine.
    UnknownNameError
        The server lists its models, and this is none of them.
    """
    return _reached(name, settings, find_server(settings.base_url))


@functools.lru_cache(maxsize=1)
def _reached(name: str, settings: MllmSettings, address: ServerAddress) -> MLLM:
    connection = OpenAIConnection(address, name, settings)
    _check_model(connection, name)
    return RememberingMllm(ServerMllm(f"openai:{name}", connection, settings.concurrency))


def _check_model(connection: OpenAIConnection, name: str) -> None:
    """Refuse what no prompt could be answered by. A server that lists no models is taken at its word."""
    names = connection.model_names()
    if isinstance(names, Fault):
        if names.status is None:
            start = f"Start the server, for example with: vllm serve {name}"
            cure = start if connection.address.on_this_machine else "Check the URL and the network"
            msg = (
                f"{names.cause}. {cure}; or name another server with --base-url or OPENAI_BASE_URL. "
                "See docs/model-servers.md."
            )
            raise MissingModelError(msg)
        if names.is_final:
            msg = f"The server {connection.url} refuses the key of OPENAI_API_KEY: {names.cause}"
            raise MissingModelError(msg)
        return
    if not names or name in names or name.startswith((".", "/")):  # a folder over there need not be listed
        return
    shown = [connection.address.without_key(known) for known in names]
    nearest = shown if len(shown) <= _MOST_NAMES else get_close_matches(name, shown, _MOST_NAMES, cutoff=0.0)
    kind = f"model of the server {connection.url}:"
    raise UnknownNameError(kind, name, nearest)
