"""Backends of multimodal models by name, and ``BACKEND:NAME`` to a model. Imports a backend only when it is asked for.

Another package adds its own under the entry-point group ``echo_iad.mllms``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from echo_iad.errors import ContractError, MissingExtraError, ProfileError, UnknownNameError
from echo_iad.mllms.base import MLLM
from echo_iad.plugins import Registry
from echo_iad.settings import MllmSettings

BACKENDS = Registry[Callable[[str, MllmSettings], MLLM]](
    "backend",
    {
        "openai": "echo_iad.mllms.openai_server:load_server",
        "transformers": "echo_iad.mllms.transformers:load_model",
        "scripted": "echo_iad.mllms.scripted:load_script",
    },
    group="echo_iad.mllms",
)
"""Name to a callable that takes the model's name and how it is run, and returns the model."""


@dataclass(frozen=True)
class _Needs:
    """What a backend imports, and the extra that brings it."""

    extra: str
    packages: tuple[str, ...]


_NEEDS = {
    "openai": _Needs("openai", ("openai",)),
    "transformers": _Needs("mllm", ("torch", "transformers", "safetensors")),
}
_AS_WRITTEN = MllmSettings()


@dataclass(frozen=True)
class ModelName:
    """Which model, behind which backend."""

    backend: str
    name: str


def parse_model(written: str) -> ModelName:
    """Read ``BACKEND:NAME``.

    Raises
    ------
    ProfileError
        There is no backend or no name in it.
    UnknownNameError
        No backend has this name.

    Examples
    --------
    >>> parse_model("scripted:answers.jsonl")
    ModelName(backend='scripted', name='answers.jsonl')
    """
    backend, _, name = written.partition(":")
    if not backend or not name.strip():
        backends = ", ".join(BACKENDS.names())
        msg = (
            f"A model is written BACKEND:NAME, for example transformers:FOLDER; backends: {backends}. "
            f"Got {written!r}. Give it with --model, or as model under [decider] in the profile."
        )
        raise ProfileError(msg)
    if backend not in BACKENDS.names():
        raise UnknownNameError("backend", backend, BACKENDS.names())
    return ModelName(backend, name.strip())


def load_mllm(written: str, settings: MllmSettings = _AS_WRITTEN) -> MLLM:
    """Load a model, ready to be asked.

    Parameters
    ----------
    written : str
        ``BACKEND:NAME``.
    settings : MllmSettings
        How it is run or reached.

    Raises
    ------
    ProfileError, UnknownNameError
        It is no ``BACKEND:NAME``, or names an unknown backend.
    MissingExtraError, MissingModelError
        What it needs is not on this machine; the message names the command that gets it.
    """
    model = parse_model(written)
    needs = _NEEDS.get(model.backend)
    if needs is not None and any(find_spec(package) is None for package in needs.packages):
        feature = f"The backend {model.backend!r}"
        raise MissingExtraError(feature, needs.extra)
    loaded: object = BACKENDS.load(model.backend)(model.name, settings)
    if not isinstance(loaded, MLLM):
        msg = f"The backend {model.backend!r} made a {type(loaded).__name__}, which does not keep the protocol MLLM."
        raise ContractError(msg)
    return loaded
