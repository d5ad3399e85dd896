"""Deciders by name. Imports none of them until it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from echo_iad.deciders.base import Decider
from echo_iad.encoders.base import TextEncoder
from echo_iad.plugins import Registry
from echo_iad.settings import Profile

DECIDERS: Registry[Callable[[Profile, TextEncoder], Decider]] = Registry(
    "decider",
    {
        "embedded": "echo_iad.deciders.embedded.decider:make_decider",
        "mllm": "echo_iad.deciders.mllm:make_decider",
    },
    group="echo_iad.deciders",
)
"""Name to a callable that makes the decider from a profile and its text encoder."""
