"""``echo-iad knowledge review``: a person looks through what models picked, and has the last word."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from echo_iad.cli.console import plain_table, print_json, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson, MemoryFolder, ObjectName

if TYPE_CHECKING:
    from pathlib import Path

    from echo_iad.knowledge.stored import LatestExtract
    from echo_iad.memory.extracts import Extract

EXAMPLES = examples(
    ("Look through what is pending", "echo-iad knowledge review --memory parts"),
    ("Under a name of your own", "echo-iad knowledge review --author ines --memory parts"),
    ("Which are pending, approved, edited, rejected, stale", "echo-iad knowledge review --list --memory parts"),
)


def review(
    *,
    memory: MemoryFolder,
    object: ObjectName = None,
    author: Annotated[
        str | None, typer.Option("--author", metavar="NAME", help="Who reviews; else the system's user name.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the extracts and their state, and ask nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Look through what models picked from the knowledge, at a terminal.

    Each extract is shown beside everything that is known: approve it, edit it
    (choose other sentences, add your own words), reject it, skip it, or quit.
    Every answer is kept at once; the next review goes on with what is pending.
    """
    from echo_iad.knowledge.stored import latest_extracts
    from echo_iad.memory.store import Memory

    if not (listed or json):
        _walk(memory, object, author)
        return
    with Memory.open(memory, read_only=True) as store:
        latest = latest_extracts(store, object)
    if json:
        for each in latest:
            print_json(_as_json(each))
    else:
        _print(latest, memory)


def _walk(memory: Path, object: str | None, author: str | None) -> None:
    from echo_iad.cli.review_walk import ReviewWalk
    from echo_iad.enrolment import login_name
    from echo_iad.errors import KnowledgeError
    from echo_iad.knowledge.stored import latest_extracts
    from echo_iad.memory.extracts import Review
    from echo_iad.memory.store import Memory

    if not sys.stdin.isatty():
        msg = (
            "A review asks at a terminal, and there is none to type at. "
            f"See what is pending with: echo-iad knowledge review --list --memory {memory}"
        )
        raise KnowledgeError(msg)
    name = login_name() if author is None else author.strip()
    if not name:
        msg = "A review needs its author's name. Got an empty --author."
        raise KnowledgeError(msg)
    with Memory.open(memory) as store:
        latest = latest_extracts(store, object)
        walk = ReviewWalk(store, name, input, results())
        try:
            walk.through([extract for extract in _fresh(latest) if extract.review is Review.PENDING])
        except KeyboardInterrupt:
            typer.echo("\nWhat was reviewed is kept. Go on with the same command.", err=True)
            raise
        left = [each for each in _fresh(latest_extracts(store, object)) if each.review is Review.PENDING]
    counted = ", ".join(f"{count} {review}" for review, count in walk.said.items())
    typer.echo(f"{counted + '; ' if counted else ''}{len(left)} pending{_stale_remark(latest)}")


def _fresh(latest: list[LatestExtract]) -> list[Extract]:
    return [each.extract for each in latest if not each.is_stale]


def _stale_remark(latest: list[LatestExtract]) -> str:
    stale = sum(each.is_stale for each in latest)
    return f", {stale} stale: ask the model again with echo-iad knowledge extract" if stale else ""


def _as_json(latest: LatestExtract) -> dict[str, object]:
    from dataclasses import asdict

    extract = latest.extract
    return {**asdict(extract), "passages": [asdict(one) for one in extract.passages], "stale": latest.is_stale}


def _print(latest: list[LatestExtract], memory: Path) -> None:
    from rich.text import Text

    console = results()
    if not latest:
        cure = f"echo-iad knowledge extract --question TEXT --memory {memory}"
        console.print(f"Nothing was picked yet. Let a model pick with: {cure}", markup=False, soft_wrap=True)
        return
    table = plain_table("Number", "Object", "Question", "State", "By")
    table.columns[0].justify = "right"
    for each in latest:
        extract = each.extract
        state = f"{extract.review}, stale" if each.is_stale else str(extract.review)
        options = "".join(f"\n{label}. {text}" for label, text in extract.question.options.items())
        question = Text.assemble(extract.question.text, (options, "dim"))
        table.add_row(str(extract.id), Text(extract.object), question, state, Text(extract.author))
    console.print(table)
    if any(each.is_stale for each in latest):
        said = "Stale: the knowledge has changed since. Ask the model again with: echo-iad knowledge extract"
        console.print(said, soft_wrap=True)
