"""``echo-iad evaluate mmad``: the MMAD benchmark, or questions of its form about your own parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echo_iad.cli.console import plain_table, progress_bar, results, resumable
from echo_iad.cli.examples import examples
from echo_iad.cli.options import (
    AsJson,
    BaseUrl,
    BenchmarkRoot,
    FittedBlind,
    KeptMemory,
    Limit,
    ModelName,
    Objects,
    ProfileName,
    QuestionsFile,
    Resume,
    Settings,
    Subtasks,
    Without,
    names,
)
from echo_iad.evaluation.answers.asking import AnswerForm, Asking, Templates

if TYPE_CHECKING:
    from rich.table import Table

    from echo_iad.evaluation.scores.summary import Summary
    from echo_iad.evaluation.scores.text_prior import TextPriorRow

EXAMPLES = examples(
    ("The whole benchmark", "echo-iad evaluate mmad MMAD --out runs/edge"),
    ("A first look", "echo-iad evaluate mmad MMAD --limit 50 --out runs/look"),
    ("Go on with a run that was stopped", "echo-iad evaluate mmad MMAD --out runs/edge --resume"),
    ("With MMAD's own domain knowledge, and marked so", "echo-iad evaluate mmad MMAD --assisted --out runs/assisted"),
)


def mmad(  # noqa: PLR0913  one parameter for each option of the fixed interface
    root: BenchmarkRoot,
    *,
    questions: QuestionsFile = None,
    profile: ProfileName = "edge",
    model: ModelName = None,
    base_url: BaseUrl = None,
    without: Without = None,
    settings: Settings = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the results.")] = Path("echo-mmad"),
    limit: Limit = None,
    objects: Objects = None,
    subtasks: Subtasks = None,
    resume: Resume = False,
    templates: Annotated[
        Templates,
        typer.Option(metavar="WHICH", help="References: retrieved by Echo, or random or similar, as MMAD lists them."),
    ] = Templates.RETRIEVED,
    form: Annotated[
        AnswerForm, typer.Option(metavar="FORM", help="Of the questions: multiple_choice, open or true_false.")
    ] = AnswerForm.MULTIPLE_CHOICE,
    assisted: Annotated[
        bool, typer.Option("--assisted", help="Use domain_knowledge.json, which describes the test's own defects.")
    ] = False,
    robustness: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Ask again: shuffled, leading, paraphrased, unanswerable, or all of them."),
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own marks on pictures, beside the known ones.")
    ] = None,
    memory: KeptMemory = None,
    blind: FittedBlind = None,
    json: AsJson = False,
) -> None:
    """Ask MMAD's questions, and print each accuracy beside its blind baseline.

    DIR gets records.jsonl (a line an answer), summary.json, report.html,
    report.md and plots/, and text_prior.csv, the answers of the row "evidence +
    text prior". A run that was stopped goes on with --resume.
    """
    from echo_iad.cli.choosing import choose_profile
    from echo_iad.evaluation.answers.robustness import choose_variants
    from echo_iad.evaluation.answers.run import Way, measure
    from echo_iad.evaluation.benchmark.manifest import known_manifest, read_manifest
    from echo_iad.evaluation.benchmark.mmad import read_mmad, select
    from echo_iad.evaluation.blind.file import read_head
    from echo_iad.evaluation.pages.run_report import answer_blindly, report_run

    marks = known_manifest() if manifest is None else known_manifest().plus(read_manifest(manifest))
    head = None if blind is None else read_head(blind)
    whole = read_mmad(root, questions, manifest=marks)
    benchmark = select(whole, objects=names(objects), subtasks=names(subtasks), limit=limit)
    chosen = choose_profile(profile, model=model, base_url=base_url, without=without, settings=settings)
    way = Way(chosen, Asking(root, templates, form, assisted), out)
    reworded = {
        name: replace(way, variant=name, folder=out / "robustness" / name)
        for name in choose_variants(names(robustness))
    }
    with resumable():
        measure(benchmark, [way, *reworded.values()], memory or out / "memory", resume=resume, bar=progress_bar)
    with progress_bar("Answering blindly"):
        baseline = answer_blindly(benchmark, fit_on=whole, head=head, seed=way.profile.seed)
    with progress_bar("Reporting"):
        folders = {name: variant.folder for name, variant in reworded.items()}
        summary = report_run(benchmark, out, baseline, folders)
    if json:
        typer.echo(summary.to_json(), nl=False)
    else:
        _print(summary, out)


def _print(summary: Summary, out: Path) -> None:
    from echo_iad.evaluation.pages.tables import best_blind, covered, percent, signed
    from echo_iad.evaluation.pages.who_decided import who_decided

    console = results()
    console.print(who_decided(summary), soft_wrap=True, markup=False)
    for dataset, cells in summary.strict.items():
        table = plain_table(f"{dataset}, %", "n", "right", "95 %", "blind", "gain", "hard", "MMAD")
        for place, column in enumerate(table.columns):
            column.no_wrap, column.justify = place > 0, "right" if place else "left"
        for subtask, strict in cells.items():
            low, high = summary.intervals[dataset][subtask]
            gain = summary.gain.get(dataset, {}).get(subtask)
            answered = summary.coverage[dataset][subtask]
            table.add_row(
                subtask.replace("_", " "),
                str(summary.counts[dataset][subtask]),
                covered(strict, answered).text,
                f"{low:.0f}–{high:.0f}",
                percent(best_blind(summary, dataset, subtask)),
                "–" if gain is None else signed(gain.difference),
                percent(summary.hard.get(dataset, {}).get(subtask)),
                percent(summary.official[dataset][subtask] if answered else None),
            )
        console.print(table)
        if summary.text_prior is not None:
            console.print(_prior_table(summary.text_prior, dataset))
    for line in _remarks(summary):
        console.print(line, soft_wrap=True)
    console.print(f"Report: {out / 'report.html'}", soft_wrap=True)


def _prior_table(prior: TextPriorRow, dataset: str) -> Table:
    """The row "evidence + text prior" of one data set, in the order of the table above it."""
    from echo_iad.evaluation.pages.tables import percent, signed
    from echo_iad.evaluation.scores.text_prior import NAME

    table = plain_table(f"{NAME}, %", "right", "95 %", "words", "gain", "hard")
    for place, column in enumerate(table.columns):
        column.no_wrap, column.justify = place > 0, "right" if place else "left"
    for subtask, strict in prior.strict[dataset].items():
        low, high = prior.intervals[dataset][subtask]
        gain = prior.gain.get(dataset, {}).get(subtask)
        table.add_row(
            subtask.replace("_", " "),
            percent(strict),
            f"{low:.0f}–{high:.0f}",
            percent(prior.words[dataset][subtask]),
            "–" if gain is None else signed(gain.difference),
            percent(prior.hard.get(dataset, {}).get(subtask)),
        )
    return table


def _remarks(summary: Summary) -> list[str]:
    """What must be known to read the table rightly."""
    said = [
        "blind: the best decider that sees no picture; hard: right among the questions that the learned one of them "
        "gets wrong; MMAD: by its published rule, faults included."
    ]
    said += _together(summary)
    said += _answering(summary)
    if summary.assisted:
        said.append("Assisted: the knowledge at hand describes the test's own defects.")
    for dataset, sides in summary.balanced.items():
        if sides.overkill is not None and sides.miss is not None:
            said.append(
                f"{dataset}, discrimination: {sides.accuracy:.1f} % balanced, {sides.overkill:.1f} % of good parts "
                f"called defective, {sides.miss:.1f} % of defective ones missed."
            )
    for variant, rows in (summary.robustness or {}).items():
        asked = sum(row["questions"] for row in rows.values())
        changed = [row["flips"] * row["questions"] for row in rows.values() if row["flips"] is not None]
        declined = sum(row["abstains"] * row["questions"] for row in rows.values()) / asked
        what = f"{sum(changed) / asked:.1f} % of the answers change" if changed else f"{declined:.1f} % are declined"
        said.append(f"Asked {variant}: {what}.")
    if summary.zero_shot:
        said.append(f"0-shot, without any reference: {', '.join(summary.zero_shot)}.")
    if summary.excluded:
        said.append(f"Left out: {len(summary.excluded)} pictures, templates or questions; the report names them.")
    return said


def _together(summary: Summary) -> list[str]:
    """The hard questions as one figure, and what the columns about the text prior are."""
    from echo_iad.evaluation.pages.prior_section import together

    said = []
    if summary.hard_together is not None:
        said.append(f"Hard questions about defects, all subtasks together: {together(summary.hard_together)}.")
    prior = summary.text_prior
    if prior is None:
        return said
    said.append(
        "Evidence + text prior: learned on other objects' questions; words: the same without the evidence. For "
        "benchmarks only: no inspection uses it."
    )
    if prior.hard_together is not None:
        said.append(f"Evidence + text prior, hard questions about defects: {together(prior.hard_together)}.")
    return [*said, *prior.remarks]


def _answering(summary: Summary) -> list[str]:
    """What was not answered, what MMAD's rule makes of it, and whose word the verdicts are."""
    from echo_iad.evaluation.pages.tables import guessed_cells, percent
    from echo_iad.evaluation.pages.who_decided import whose_word

    said = []
    unanswered = {status: count for status, count in summary.statuses.items() if status != "answered" and count}
    if unanswered:
        counted = ", ".join(f"{count} {status}" for status, count in unanswered.items())
        said.append(f"Not answered, and counted as wrong: {counted}.")
    if any(share < 100 for row in summary.coverage.values() for share in row.values()):
        said.append("⚠ with the share of a cell's questions that were answered with an option.")
    guessed = guessed_cells(summary).items()
    if guessed:
        cells = ", ".join(f"{dataset} {of.replace('_', ' ')} {percent(figure)}" for (dataset, of), figure in guessed)
        said.append(
            "MMAD –: nothing was answered. Its rule would guess, by a lone capital or the option most alike to what "
            f"was written: {cells}."
        )
    if summary.verdicts is not None:
        said.append(f"Discrimination: {whose_word(summary.verdicts)}.")
    return said
