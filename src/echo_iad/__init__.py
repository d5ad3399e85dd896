"""Echo answers questions about manufactured parts, with evidence.

The public names are imported when they are used, so that ``import echo_iad`` stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from echo_iad.echo import Echo
    from echo_iad.errors import EchoError, UserError

__all__ = ["Echo", "EchoError", "UserError", "__version__"]

_HOMES = {"Echo": "echo_iad.echo", "EchoError": "echo_iad.errors", "UserError": "echo_iad.errors"}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOMES:
        msg = f"module 'echo_iad' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)
