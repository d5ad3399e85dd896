"""Deciders by name. Imports none of them until it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from echo_iad.deciders.base import Decider
from echo_iad.plugins import Registry

DECIDERS: Registry[Callable[..., Decider]] = Registry(
    "decider",
    {"embedded": "echo_iad.deciders.embedded.decider:EmbeddedDecider"},
    group="echo_iad.deciders",
)
"""Name to a class that is called as ``(text_encoder, *, abstain_below=0.0)``."""
