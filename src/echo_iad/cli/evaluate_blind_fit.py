"""``echo-iad evaluate blind-fit``: learns what a benchmark's right answers sound like, and how far that goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echo_iad.cli.console import plain_table, print_json, progress_bar, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson

if TYPE_CHECKING:
    from echo_iad.evaluation.blind.fitting import BlindFit

EXAMPLES = examples(
    ("Fit on MMAD's questions", "echo-iad evaluate blind-fit MMAD/mmad.json --out blind.json"),
    ("Measure a run against it", "echo-iad evaluate mmad MMAD --blind blind.json --out runs/edge"),
)


def blind_fit(
    questions: Annotated[
        list[Path],
        typer.Argument(metavar="QUESTIONS...", help="Files of questions in MMAD's form, without pictures."),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="File for the blind decider.")],
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Seed of the random features.")] = 0,
    json: AsJson = False,
) -> None:
    """Fit the blind decider, which answers without a picture.

    It learns what right options sound like, and answers for each object with
    what it learned on the others. Printed is how often it is right so, beside
    taking the first option, the longest option, and guessing.
    """
    from echo_iad.encoders.catalog import load_text_encoder
    from echo_iad.evaluation.blind.fitting import fit_from_files

    with progress_bar("Fitting") as progress:
        fit = fit_from_files(questions, out, text_encoder=load_text_encoder("edge"), seed=seed, progress=progress)
    if json:
        print_json(fit.to_json())
    else:
        _print(fit)


def _print(fit: BlindFit) -> None:
    table = plain_table("Percent right", "Questions", "Chance", "First", "Longest", "Learned")
    for column in table.columns[1:]:
        column.justify = "right"
    for subtask, row in fit.accuracy.items():
        figures = (row.chance, row.first, row.longest, row.learned)
        table.add_row(subtask, f"{row.questions:,}", *("-" if one is None else f"{one:.1f}" for one in figures))
    console = results()
    console.print(table)
    console.print(f"Each of {len(fit.objects)} objects was answered for by what was learned on the others.")
    console.print(f"Written: {fit.file}", soft_wrap=True, markup=False, highlight=False)
