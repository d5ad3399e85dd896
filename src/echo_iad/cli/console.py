"""Where the commands print: results on standard output, progress on standard error. Knows no result.

Rich is imported when something is printed, so that ``--help`` stays fast.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Progress: TypeAlias = Callable[[int, int, str], None]
"""Called with what is done, what there is, and what is being worked on."""


def results() -> Console:
    """Console for results; colours only on a terminal, and none under NO_COLOR."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def print_json(value: Any) -> None:
    """Print a value as one line of JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False))


def plain_table(*headings: str) -> Table:
    """Make a table with thin rules that reads well without colour too."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 1))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


@contextmanager
def progress_bar(title: str, *, wanted: bool = True) -> Iterator[Progress]:
    """Show a bar on standard error while work goes on; nothing where that is no terminal, or none is wanted."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}", style="dim", markup=False),
    )
    bar = Bar(*columns, console=console, transient=True, disable=not (wanted and console.is_terminal))
    task = bar.add_task(title, total=None, name="", rate="")
    first: list[tuple[float, int]] = []  # when work began, and what was done before

    def show(done: int, total: int, name: str) -> None:
        if not first:
            first.append((time.monotonic(), done))
        since, before = first[0]
        spent = time.monotonic() - since
        rate = f"{(done - before) / spent:.1f}/s" if spent > 1 else ""
        bar.update(task, completed=done, total=total, name=name, rate=rate)

    with bar:
        yield show


@contextmanager
def resumable() -> Iterator[None]:
    """Say how to go on when Ctrl-C ends work whose results are kept."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("What was answered is kept. Go on with the same command and --resume.", err=True)
        raise
