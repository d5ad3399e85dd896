"""``echo-iad evaluate compare``: two runs, or a run and another system, on the questions that both answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echo_iad.cli.console import plain_table, print_json, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from echo_iad.evaluation.scores.compare import Judged, PairedScores

EXAMPLES = examples(
    ("Two runs", "echo-iad evaluate compare runs/edge runs/mine"),
    ("A run and another system's answers", "echo-iad evaluate compare runs/edge theirs.csv --out runs/against"),
)
_SHOWN = 10
_IMAGE = 34
"""Columns for an image's key; its end tells pictures apart."""


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="A run: its folder or records.jsonl; or a CSV of answers.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The other one.")],
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write compare.json and compare.md there.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Compare two runs, or a run and another system, question by question.

    A CSV has the columns image, question_index, and model_answer (a letter) or
    raw_output (what was written). Only questions of both are compared, and no
    answer counts as wrong. The difference is A minus B.
    """
    from echo_iad.evaluation.scores.compare import compare as compare_sides
    from echo_iad.evaluation.scores.compare import read_side
    from echo_iad.evaluation.scores.compare_files import as_json, write_scores

    scores = compare_sides(read_side(a), read_side(b))
    if out is not None:
        write_scores(scores, out)
    if json:
        print_json(as_json(scores))
    else:
        _print(scores, out)


def _print(scores: PairedScores, out: Path | None) -> None:
    from echo_iad.evaluation.scores.compare_files import JSON_FILE, PAGE, coverage_lines, mcnemar_sentence

    console = results()
    _print_sides(scores, console)
    for line in (*coverage_lines(scores), mcnemar_sentence(scores.overall)):
        console.print(line, markup=False)
    console.print(_score_table(scores))
    count = len(scores.changed)
    if not count:
        console.print("No question changed sides.")
    else:
        shown = f"; the first {_SHOWN}" if count > _SHOWN else ""
        console.print(f"{count} question{'' if count == 1 else 's'} changed sides{shown}:")
        console.print(_changed_table(scores.changed[:_SHOWN]))
    if out is not None:
        console.print(f"All of them: {out / PAGE}, {out / JSON_FILE}", markup=False, soft_wrap=True)
    elif count > _SHOWN:
        console.print("All of them go into files with --out DIR.")


def _print_sides(scores: PairedScores, console: Console) -> None:
    from echo_iad.evaluation.scores.compare_files import assisted_remark, run_facts

    for side, name, run in (("A", scores.a, scores.run_a), ("B", scores.b, scores.run_b)):
        console.print(f"{side}  {name}", markup=False, soft_wrap=True)
        console.print(f"   {run_facts(run)}", markup=False, soft_wrap=True)
    if remark := assisted_remark(scores):
        console.print(remark, markup=False, style="bold")


def _score_table(scores: PairedScores) -> Table:
    from echo_iad.evaluation.scores.compare_files import group_name, probability, signed

    table = plain_table("", "N", "A %", "B %", "A - B", "95 % interval", "p")
    for column in table.columns[1:]:
        column.justify = "right"
        column.no_wrap = True
    for score in (scores.overall, *(group for group in scores.groups if not (group.dataset and group.subtask))):
        difference = score.difference
        table.add_row(
            group_name(score),
            str(score.questions),
            f"{score.accuracy_a:.1f}",
            f"{score.accuracy_b:.1f}",
            signed(difference.difference),
            f"{signed(difference.low)} to {signed(difference.high)}",
            probability(score.mcnemar.p_value),
        )
    return table


def _changed_table(changed: tuple[Judged, ...]) -> Table:
    from rich.text import Text

    table = plain_table("Image", "Index", "Subtask", "A", "B", "Right")
    for one in changed:
        image = one.image if len(one.image) <= _IMAGE else f"…{one.image[1 - _IMAGE :]}"
        subtask = one.subtask.replace("_", " ") if one.subtask else ""
        cells = (image, str(one.question_index), subtask, one.answer_a or "–", one.answer_b or "–", one.correct)
        table.add_row(*(Text(cell) for cell in cells))
    table.columns[1].justify = "right"
    return table
