"""``echo-iad reproduce``: the paper's tables and figures, measured again beside what the paper prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from echo_iad.cli.console import progress_bar, results, resumable
from echo_iad.cli.examples import examples
from echo_iad.cli.options import (
    AsJson,
    BaseUrl,
    BenchmarkRoot,
    FittedBlind,
    Limit,
    Objects,
    ProfileName,
    QuestionsFile,
    Resume,
    Settings,
    names,
)

EXAMPLES = examples(
    ("What each expert adds", "echo-iad reproduce table3 MMAD --out runs/paper"),
    ("With a multimodal model", "echo-iad reproduce table1 MMAD --model transformers:FOLDER --out runs/paper"),
    ("Every table and figure; what they share is measured once", "echo-iad reproduce all MMAD --out runs/paper"),
)


def reproduce(  # noqa: PLR0913  one parameter for each option
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help="table1, table2, table3, table4, figure5, figure6 or all.")
    ],
    root: BenchmarkRoot,
    *,
    questions: QuestionsFile = None,
    profile: ProfileName = "edge",
    model: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="BACKEND:NAME", help="Multimodal model to measure; repeat it for several."),
    ] = None,
    base_url: BaseUrl = None,
    settings: Settings = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the results.")] = Path("echo-paper"),
    limit: Limit = None,
    objects: Objects = None,
    resume: Resume = False,
    blind: FittedBlind = None,
    json: AsJson = False,
) -> None:
    """Run the paper's experiments, and print measured beside published figures.

    Each has a row for the bare model, measured in the same harness. DIR gets a
    folder for each cell, report.html and report.md. With --resume, cells that
    are measured already are kept, also those of another experiment.
    """
    from echo_iad.cli.choosing import choose_profile
    from echo_iad.evaluation.answers.changed_settings import changed_settings
    from echo_iad.evaluation.benchmark.mmad import read_mmad, select
    from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS
    from echo_iad.evaluation.blind.file import read_head
    from echo_iad.evaluation.pages.comparison_table import comparison_lines
    from echo_iad.evaluation.pages.run_report import answer_blindly
    from echo_iad.evaluation.pages.who_decided import decider, profile_and_changes
    from echo_iad.evaluation.paper import reproduction
    from echo_iad.evaluation.paper.recipes import choose_recipes
    from echo_iad.evaluation.paper.report import EXPERIMENTS, report_experiments

    recipes = choose_recipes(experiment)
    head = None if blind is None else read_head(blind)
    whole = read_mmad(root, questions)
    benchmark = select(whole, objects=names(objects), subtasks=PAPER_SUBTASKS, limit=limit)
    base = choose_profile(profile, model=next(iter(model or ()), None), base_url=base_url, settings=settings)
    contestants = reproduction.contestants(base, model or [])
    place = reproduction.Place(root, out)
    with resumable():
        measured = reproduction.reproduce(recipes, contestants, benchmark, place, resume=resume, bar=progress_bar)
    with progress_bar("Reporting"):
        baseline = answer_blindly(benchmark, fit_on=whole, head=head, seed=base.seed)
        experiments = report_experiments(recipes, measured, benchmark, baseline, out, contestants)
    if json:
        typer.echo((out / EXPERIMENTS).read_text(encoding="utf-8"), nl=False)
        return
    console = results()
    deciders = "; ".join(decider(one.profile.decider.model) for one in contestants)
    with_what = profile_and_changes(base.name, changed_settings(contestants[0].profile))
    console.print(f"Decided by: {deciders}; {with_what}.", soft_wrap=True, markup=False)
    for one in experiments:
        console.print(comparison_lines(one.title, one.measured_rows()))
        for note in one.notes:
            console.print(note, soft_wrap=True, markup=False)
    console.print(f"Report: {out / 'report.html'}", soft_wrap=True)
