"""``echo-iad knowledge``: what is normal and what goes wrong, into a memory and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echo_iad.cli import knowledge_extract, knowledge_review
from echo_iad.cli.console import print_json, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson, MemoryFolder, ObjectName, ProfileName
from echo_iad.cli.plain_help import CommandGroup

if TYPE_CHECKING:
    from echo_iad.memory.records import StoredPassage

SOURCE_HELP = "Markdown or text (a file for each product, named like it), or MMAD's domain_knowledge.json."
IMPORT_EXAMPLES = examples(
    ("A folder with one file for each product", "echo-iad knowledge import knowledge/ --memory parts"),
    ("One text about one product", "echo-iad knowledge import notes.md --object valve --memory parts"),
)
SHOW_EXAMPLES = examples(("What Echo knows about one product", "echo-iad knowledge show --object valve --memory parts"))
app = CommandGroup(help="What is normal about a product, and what goes wrong.", epilog=IMPORT_EXAMPLES)
app.command("extract", epilog=knowledge_extract.EXAMPLES)(knowledge_extract.extract)
app.command("review", epilog=knowledge_review.EXAMPLES)(knowledge_review.review)


@app.command("import", epilog=IMPORT_EXAMPLES)
def import_knowledge(
    source: Annotated[Path, typer.Argument(metavar="FILE_OR_FOLDER", help=SOURCE_HELP)],
    *,
    memory: MemoryFolder,
    object: ObjectName = None,
    profile: ProfileName = "edge",
    json: AsJson = False,
) -> None:
    """Read knowledge about products into a memory; the same source replaces what it said before."""
    from echo_iad.echo import Echo

    with Echo.from_profile(profile, memory=memory, create=True) as echo:
        done = echo.import_knowledge(source, object=object)
    if json:
        print_json({"passages": done.passages, "objects": list(done.objects)})
        return
    results().print(f"[bold]{done.passages}[/bold] passages about {', '.join(done.objects)}")


@app.command("show", epilog=SHOW_EXAMPLES)
def show(*, memory: MemoryFolder, object: ObjectName = None, json: AsJson = False) -> None:
    """Print what the memory knows about products, with the source of each passage."""
    from dataclasses import asdict

    from echo_iad.memory.store import Memory

    with Memory.open(memory, read_only=True) as store:
        passages = store.knowledge(object)
    if json:
        for passage in passages:
            print_json(asdict(passage))
        return
    _print(passages)


def _print(passages: list[StoredPassage]) -> None:
    from itertools import groupby

    from rich.padding import Padding
    from rich.text import Text

    console = results()
    if not passages:
        console.print("No knowledge. Import some with: echo-iad knowledge import FILE_OR_FOLDER --memory DIR")
    for (name, topic), group in groupby(passages, lambda passage: (passage.object, passage.topic)):
        console.print(Text.assemble((name or "every product", "bold"), f" · {topic}" if topic else ""))
        for passage in group:
            console.print(Padding(Text.assemble(passage.text, (f"  [{passage.source}]", "dim")), (0, 0, 0, 2)))
