"""``echo-iad enrol``: good parts into a memory, and labelled defects beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echo_iad.cli.console import plain_table, print_json, progress_bar, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson, MemoryFolder, ObjectName, ProfileName

if TYPE_CHECKING:
    from echo_iad.enrolment import Enrolment

EXAMPLES = examples(
    ("Photos of one product", "echo-iad enrol photos/good --object valve --memory parts"),
    ("A folder for each product, or MVTec layout", "echo-iad enrol photos --memory parts"),
    ("Photos of one type of defect", "echo-iad enrol photos/bent --object valve --defect bent --memory parts"),
)


def enrol(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Pictures of good parts: plain, or in a folder for each product.")
    ],
    *,
    memory: MemoryFolder,
    object: ObjectName = None,
    defect: Annotated[
        str | None, typer.Option("--defect", metavar="TYPE", help="FOLDER shows this type of defect, and no good part.")
    ] = None,
    profile: ProfileName = "edge",
    json: AsJson = False,
) -> None:
    """Show Echo good parts, which it remembers.

    FOLDER holds pictures (then name the product with --object), a folder of
    pictures for each product, or MVTec layout: PRODUCT/train/good. The same
    picture twice is stored once, so the command may be repeated at any time.

    With --defect, FOLDER holds pictures of one type of defect, or is one such
    picture: each becomes a labelled region, by which Echo names the type of a
    defect that looks like it. Good parts must be enrolled first.
    """
    from echo_iad.echo import Echo

    create = defect is None
    with Echo.from_profile(profile, memory=memory, create=create) as echo, progress_bar("Enrolling") as progress:
        done = echo.enrol(folder, object=object, defect=defect, progress=progress)
    if json:
        print_json(_as_json(done) if defect is None else _as_json(done) | _labels_as_json(done))
    else:
        _print(done, labelled=defect is not None)
    if done.failed:
        raise typer.Exit(1)


def _as_json(done: Enrolment) -> dict[str, object]:
    return {
        "added": done.added,
        "known": done.known,
        "failed": [{"path": str(image.path), "reason": image.reason} for image in done.failed],
        "objects": dict(done.objects),
        "seconds": round(done.seconds, 3),
    }


def _labels_as_json(done: Enrolment) -> dict[str, object]:
    return {"defects": dict(done.defects), "unremarkable": list(done.unremarkable)}


def _print(done: Enrolment, *, labelled: bool) -> None:
    from rich.text import Text

    console = results()
    known = f", {done.known} known already" if done.known else ""
    console.print(f"[bold]{done.added}[/bold] {'labelled' if labelled else 'enrolled'}{known} in {done.seconds:.1f} s")
    table = plain_table("Defect", "Labelled") if labelled else plain_table("Object", "Normals")
    table.columns[1].justify = "right"
    for name, count in (done.defects if labelled else done.objects).items():
        table.add_row(Text(name), str(count))
    console.print(table)
    for path in done.unremarkable:
        said = f"{path}: nothing beyond the tolerance was found, so its strongest place is labelled."
        console.print(Text.assemble(("Look ", "bold yellow"), said), soft_wrap=True)
    for image in done.failed:
        console.print(Text.assemble(("Failed ", "bold red"), image.reason), soft_wrap=True)
