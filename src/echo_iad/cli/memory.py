"""``echo-iad memory``: look into a memory, check it, take normals and labelled defects out of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from echo_iad.cli.console import plain_table, print_json, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson, MemoryFolder, ObjectName
from echo_iad.cli.plain_help import CommandGroup
from echo_iad.errors import MemoryStoreError, UnknownObjectError

if TYPE_CHECKING:
    from echo_iad.domain.parts import Framing, Normal
    from echo_iad.memory.defects import LabelledDefect
    from echo_iad.memory.records import ObjectSummary
    from echo_iad.memory.store import Memory

INFO_EXAMPLES = examples(
    ("Its objects", "echo-iad memory info --memory parts"),
    ("The normals of one object, with their numbers", "echo-iad memory info --memory parts --object valve"),
    ("Its labelled defects, with theirs", "echo-iad memory info --memory parts --object valve --defects"),
)
VERIFY_EXAMPLES = examples(("Read everything and check it", "echo-iad memory verify --memory parts"))
REMOVE_EXAMPLES = examples(
    ("Two normals, by their numbers", "echo-iad memory remove 17 18 --memory parts"),
    ("A whole object; its knowledge stays", "echo-iad memory remove --object valve --memory parts"),
    ("A labelled defect, by its number", "echo-iad memory remove 3 --defects --memory parts"),
)
app = CommandGroup(help="What was enrolled: look into it, check it, remove from it.", epilog=INFO_EXAMPLES)


Defects = Annotated[bool, typer.Option("--defects", help="Labelled defects, in place of normals.")]


@app.command("info", epilog=INFO_EXAMPLES)
def info(*, memory: MemoryFolder, object: ObjectName = None, defects: Defects = False, json: AsJson = False) -> None:
    """Tell what a memory holds; with --object, list the normals of that object.

    With --defects, list the labelled defects, of one object or of all.
    """
    from echo_iad.memory.store import Memory

    with Memory.open(memory, read_only=True) as store:
        if defects:
            _defects(store.defects.all(_known_object(store, object)), json=json)
        elif object is None:
            _info(store, json=json)
        else:
            _normals(store.normals(_known_object(store, object)), json=json)


def _info(store: Memory, *, json: bool) -> None:
    objects = [_described(store, summary) for summary in store.objects()]
    if json:
        encoders = {"image": store.image_encoder, "text": store.text_encoder}
        described = {kind: asdict(encoder) if encoder else None for kind, encoder in encoders.items()}
        print_json({"memory": str(store.folder), "identity": store.identity, "encoders": described, "objects": objects})
        return
    console = results()
    encoder = store.image_encoder
    made_by = f" by the image encoder {encoder.name!r}" if encoder else ""
    console.print(f"{store.folder}: {store.count()} normals{made_by}", markup=False, soft_wrap=True)
    if not objects:
        console.print(f"Enrol good parts with: echo-iad enrol FOLDER --memory {store.folder}", markup=False)
        return
    table = plain_table("Object", "Normals", "MB", "Knowledge", "Defects", "Compared")
    for column in table.columns[1:5]:
        column.justify = "right"
    for row in objects:
        labelled = sum(row["defects"].values())
        figures = (row["normals"], f"{row['megabytes']:.1f}", row["knowledge"], labelled)
        table.add_row(str(row["name"]), *map(str, figures), _cut(store.framing(row["name"])))
    console.print(table)


def _described(store: Memory, summary: ObjectSummary) -> dict[str, Any]:
    framing = store.framing(summary.name)
    return asdict(summary) | {
        "knowledge": len(store.knowledge(summary.name)),
        "defects": store.defects.counts(summary.name),
        "framing": None if framing is None else asdict(framing),
    }


def _cut(framing: Framing | None) -> str:
    if framing is None:
        return "whole"
    turned = "turned, " if framing.turned else ""
    return f"cut, {turned}{framing.columns} × {framing.rows}"


def _known_object(store: Memory, object: str | None) -> str | None:
    """The object, if it is enrolled, or None as it is.

    Raises
    ------
    UnknownObjectError
        It is not enrolled.
    """
    if object is not None and object not in store.object_names():
        raise UnknownObjectError(object, store.object_names())
    return object


def _normals(normals: list[Normal], *, json: bool) -> None:
    if json:
        for normal in normals:
            print_json(asdict(normal))
        return
    table = plain_table("Number", "Picture", "Size", "Enrolled", "By")
    table.columns[0].justify = "right"
    for normal in normals:
        size = f"{normal.width} × {normal.height}"
        table.add_row(str(normal.id), normal.path, size, normal.enrolled_at[:10], normal.enrolled_by)
    results().print(table)


def _defects(defects: list[LabelledDefect], *, json: bool) -> None:
    from rich.text import Text

    if json:
        for defect in defects:
            print_json({name: value for name, value in asdict(defect).items() if name != "looks"})
        return
    if not defects:
        results().print("No defect is labelled. Label some with: echo-iad enrol FOLDER --object NAME --defect TYPE")
        return
    table = plain_table("Number", "Object", "Type", "Picture", "Region x0, y0, x1, y1", "Stood out", "By")
    table.columns[0].justify = "right"
    for defect in defects:
        box = ", ".join(map(str, defect.box))
        stood_out = "yes" if defect.stood_out else "no"
        cells = (str(defect.id), defect.object, defect.type, defect.path, box, stood_out, defect.enrolled_by)
        table.add_row(*map(Text, cells))
    results().print(table)


@app.command("verify", epilog=VERIFY_EXAMPLES)
def verify(*, memory: MemoryFolder, json: AsJson = False) -> None:
    """Read everything in a memory and check it; exit code 1 when something is wrong."""
    from echo_iad.memory.store import Memory

    with Memory.open(memory, read_only=True) as store:
        problems = store.verify()
        normals = store.count()
    if json:
        print_json({"memory": str(memory), "normals": normals, "problems": problems})
    else:
        console = results()
        for problem in problems:
            console.print(problem, markup=False, soft_wrap=True)
        plural = "" if len(problems) == 1 else "s"
        verdict = f"{len(problems)} problem{plural}" if problems else f"sound, {normals} normals"
        console.print(f"{memory}: {verdict}", markup=False, soft_wrap=True)
    if problems:
        raise typer.Exit(1)


@app.command("remove", epilog=REMOVE_EXAMPLES)
def remove(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="NUMBER", help="As `memory info` lists them.")] = None,
    *,
    memory: MemoryFolder,
    object: ObjectName = None,
    defects: Defects = False,
    json: AsJson = False,
) -> None:
    """Remove normals by their numbers, or an object with all that is enrolled of it.

    With --defects, remove labelled defects by their numbers, or all of an
    object; its normals stay.
    """
    from echo_iad.memory.store import Memory

    if bool(numbers) == bool(object):
        msg = "Name the numbers of normals, or one object with --object NAME. See: echo-iad memory info"
        raise MemoryStoreError(msg)
    with Memory.open(memory) as store:
        before = len(store.defects.all())
        if defects:
            known = _known_object(store, object)
            removed = store.defects.remove(numbers or [defect.id for defect in store.defects.all(known)])
        else:
            for number in numbers or ():
                store.normal(number)  # refuses an unknown one before any is removed
            removed = store.remove_object(object) if object else store.remove(numbers or ())
        left, labelled = store.count(), len(store.defects.all())
    if json:
        print_json({"removed": removed, "normals": left, "defects": labelled})
        return
    console = results()
    console.print(f"[bold]{removed}[/bold] removed, {labelled if defects else left} left")
    if not defects and before > labelled:
        console.print(f"{before - labelled} labelled defects went with the last normal of their object.")
