"""Examples at the foot of a command's help. Knows no command."""

from __future__ import annotations


def examples(*pairs: tuple[str, str]) -> str:
    r"""Lay examples out for the foot of a help page, in rich's markup.

    Parameters
    ----------
    *pairs : (str, str)
        What it does, and the command.

    Examples
    --------
    >>> examples(("Which encoders there are", "echo-iad models list"))
    '[bold]Examples[/bold]\n\n[dim]Which encoders there are[/dim]\n  echo-iad models list'
    """
    shown = "\n\n".join(f"[dim]{what}[/dim]\n  {command}" for what, command in pairs)
    return f"[bold]Examples[/bold]\n\n{shown}"
