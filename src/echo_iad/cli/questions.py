"""``echo-iad questions``: questions about one's own parts, to measure Echo or any other system on them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echo_iad.cli.console import plain_table, print_json, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson, Objects, names
from echo_iad.cli.plain_help import CommandGroup

if TYPE_CHECKING:
    from echo_iad.evaluation.making.made_questions import MadeQuestions
    from echo_iad.evaluation.making.mmad_writing import WrittenBenchmark

MAKE_EXAMPLES = examples(
    ("Make questions about your own parts", "echo-iad questions make parts --knowledge knowledge --out questions"),
    ("Measure Echo on them", "echo-iad evaluate mmad questions"),
)
app = CommandGroup(help="Questions about your own parts, to measure with.", epilog=MAKE_EXAMPLES)


@app.callback()
def _group() -> None:
    """Questions about your own parts, to measure with."""


@app.command("make", epilog=MAKE_EXAMPLES)
def make(  # noqa: PLR0913  one parameter for each option
    root: Annotated[
        Path,
        typer.Argument(metavar="ROOT", help="MVTec layout: OBJECT/train/good, OBJECT/test/TYPE, OBJECT/ground_truth."),
    ],
    *,
    knowledge: Annotated[
        Path,
        typer.Option("--knowledge", metavar="FILE|DIR", help="What is known: Markdown or text files, or MMAD's JSON."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="New folder for the benchmark.")] = Path(
        "questions"
    ),
    objects: Objects = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="The same seed makes the same questions.")
    ] = 0,
    every_picture: Annotated[
        bool,
        typer.Option(
            "--every-picture",
            help="Ask about every picture whether it has a defect, though one answer is then more frequent.",
        ),
    ] = False,
    copy: Annotated[bool, typer.Option("--copy", help="Copy the pictures instead of linking them.")] = False,
    json: AsJson = False,
) -> None:
    """Make MMAD's questions about your own parts, from labels, masks and knowledge.

    A question is asked where its right answer has evidence. The wrong options
    are right answers about other pictures, so that nobody can tell the right
    one without looking. DIR is a complete benchmark for evaluate mmad.
    """
    from echo_iad.encoders.catalog import load_text_encoder
    from echo_iad.evaluation.making.mmad_writing import check_new_folder, write_mmad
    from echo_iad.evaluation.making.question_making import make_questions

    check_new_folder(out, source=root)
    made = make_questions(
        root,
        knowledge,
        text_encoder=load_text_encoder("edge"),
        objects=names(objects),
        seed=seed,
        balanced=not every_picture,
    )
    written = write_mmad(made, out, source=root, copy=copy)
    if json:
        print_json(_as_json(made, written))
    else:
        _print(made, written)


def _as_json(made: MadeQuestions, written: WrittenBenchmark) -> dict[str, object]:
    from dataclasses import asdict

    from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS

    chances = {subtask: made.chance(subtask) for subtask in PAPER_SUBTASKS}
    return {
        "folder": str(written.folder),
        "pictures": len(made.pictures),
        "linked": written.linked,
        "copied": written.copied,
        "questions": {subtask: made.count(subtask) for subtask in PAPER_SUBTASKS},
        "chance": {subtask: None if chance is None else round(chance, 2) for subtask, chance in chances.items()},
        "not_asked": [asdict(entry) for entry in made.not_asked],
    }


def _print(made: MadeQuestions, written: WrittenBenchmark) -> None:
    from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS

    console = results()
    asked = sum(made.count(subtask) for subtask in PAPER_SUBTASKS)
    console.print(f"{asked} questions about {len(made.pictures)} pictures in {written.folder}", markup=False)
    table = plain_table("Subtask", "Questions", "Chance")
    for column in table.columns[1:]:
        column.justify = "right"
    for subtask in PAPER_SUBTASKS:
        chance = made.chance(subtask)
        table.add_row(subtask, str(made.count(subtask)), "" if chance is None else f"{chance:.1f} %")
    console.print(table)
    if made.not_asked:
        left_out = plain_table("Not asked", "Subtask", "Pictures", "Why")
        left_out.columns[2].justify = "right"
        for entry in made.not_asked:
            left_out.add_row(entry.object, entry.subtask, str(entry.pictures), entry.why)
        console.print(left_out)
    console.print(f"Measure with: echo-iad evaluate mmad {written.folder}", markup=False, soft_wrap=True)
