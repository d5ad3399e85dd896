"""``echo-iad doctor``: is everything here, and does it work."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echo_iad.cli.console import print_json, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson

if TYPE_CHECKING:
    from echo_iad.cli.checks import Check

EXAMPLES = examples(
    ("Check the installation", "echo-iad doctor"),
    ("A memory too", "echo-iad doctor --memory parts"),
)


def doctor(
    *,
    memory: Annotated[Path | None, typer.Option("--memory", metavar="DIR", help="Check this memory too.")] = None,
    json: AsJson = False,
) -> None:
    """Check the installation; exit code 1 when something is wrong.

    Looks at the libraries, the encoders with a trial run, threads, optional
    packages, and the memory where one is named.
    """
    from echo_iad.cli.checks import State, all_checks

    checks = []
    for check in all_checks(memory):
        checks.append(check)
        if json:
            print_json(asdict(check))
        else:
            _print(check)
    if any(check.state is State.WRONG for check in checks):
        raise typer.Exit(1)


def _print(check: Check) -> None:
    from rich.table import Table
    from rich.text import Text

    from echo_iad.cli.checks import State

    style = {State.RIGHT: "green", State.ABSENT: "yellow", State.WRONG: "bold red"}[check.state]
    row = Table.grid(padding=(0, 2))
    row.add_column(width=7)
    row.add_column(width=18)
    row.add_column(overflow="fold")
    row.add_row(Text(check.state, style=style), check.name, Text(check.found))
    results().print(row)
