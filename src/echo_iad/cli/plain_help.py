"""Commands whose help shows no types of Python: a flag takes no value, and an argument's help says what it is.

Knows no command.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

Function = TypeVar("Function", bound=Callable[..., Any])


class CommandGroup(typer.Typer):
    """A group of commands whose help, and whose commands' help, is plain."""

    def __init__(self, **choices: Any) -> None:
        super().__init__(cls=_PlainGroup, no_args_is_help=True, **choices)

    def command(self, name: str | None = None, **choices: Any) -> Callable[[Function], Function]:
        """Add a command; see `typer.Typer.command`."""
        return super().command(name, cls=_PlainCommand, **choices)


class _PlainCommand(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        return _without_types(super().get_params(ctx))


class _PlainGroup(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        return _without_types(super().get_params(ctx))


def _without_types(params: list[Any]) -> list[Any]:
    for param in params:
        if isinstance(param, TyperOption) and param.is_flag:
            param.metavar = ""
        elif isinstance(param, TyperArgument):
            param.display_type_rich = _no_type  # type: ignore[method-assign]  # typer has no setting for it
    return params


def _no_type(ctx: Any) -> str:
    return ""
