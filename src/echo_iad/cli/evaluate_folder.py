"""``echo-iad evaluate folder``: how well defects are found in any folder of labelled parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echo_iad.cli.console import plain_table, print_json, progress_bar, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson, Objects, ProfileName, names
from echo_iad.errors import EvaluationError

if TYPE_CHECKING:
    from rich.table import Table

    from echo_iad.evaluation.detection.result import FolderResult
    from echo_iad.evaluation.detection.shots import ShotResult

EXAMPLES = examples(
    ("Your own parts", "echo-iad evaluate folder parts"),
    ("With files and a report", "echo-iad evaluate folder parts --out runs/parts"),
    ("Beside a plain PatchCore", "echo-iad evaluate folder parts --baseline"),
    ("How few good parts are enough?", "echo-iad evaluate folder parts --shots 1,2,4,8 --out runs/few"),
)

_SHORT = {
    "image_auroc": "Image\nAUROC",
    "balanced_accuracy": "Bal.\nacc. %",
    "false_alarm_rate": "Alarms\n%",
    "miss_rate": "Missed\n%",
    "pixel_auroc": "Pixel\nAUROC",
    "aupro": "\nAUPRO",
}
"""What 80 columns have room for; the others are in the files."""
_SHOWN_SHOTS = ("image_auroc", "balanced_accuracy", "miss_rate", "aupro")


def folder(  # noqa: PLR0913  one parameter for each option of the fixed interface
    root: Annotated[
        Path,
        typer.Argument(metavar="ROOT", help="MVTec layout: OBJECT/train/good, OBJECT/test/TYPE, OBJECT/ground_truth."),
    ],
    *,
    profile: ProfileName = "edge",
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the results and report.")] = None,
    objects: Objects = None,
    false_alarm_rate: Annotated[
        float | None,
        typer.Option(metavar="RATE", help="How often a good part may be called anomalous; else the profile's."),
    ] = None,
    shots: Annotated[
        str | None, typer.Option("--shots", metavar="K,K", help="Repeat with so many normals, e.g. 1,2,4,8.")
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", min=1, help="Draws of each number of --shots.")] = 5,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Measure a plain PatchCore on the same features beside.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Measure how well defects are found in a folder of labelled parts.

    Good parts in train/good are enrolled, all test parts inspected. DIR gets
    detection.json, records.jsonl (a line a part), report.html and report.md.
    """
    counts = shot_counts(shots)
    from echo_iad.evaluation.detection.evaluation import evaluate_folder
    from echo_iad.evaluation.detection.files import ResultFolder
    from echo_iad.evaluation.detection.folders import read_parts_folder
    from echo_iad.evaluation.detection.measures import metrics_library
    from echo_iad.evaluation.detection.run import Way
    from echo_iad.evaluation.detection.shots import ShotPlan
    from echo_iad.settings import load_profile

    chosen = load_profile(profile)
    rate = chosen.tolerance.false_alarm_rate if false_alarm_rate is None else false_alarm_rate
    way = Way(chosen, rate, ShotPlan(counts, seeds) if counts else None, baseline=baseline)
    parts = read_parts_folder(root, objects=names(objects))
    metrics_library()  # a missing one is told before a folder is made
    with _kept(out), ResultFolder(out) as files, progress_bar("Measuring") as progress:
        result = evaluate_folder(parts, way, files, progress=progress)
    if json:
        print_json(result.to_values())
    else:
        _print(result, out)


def shot_counts(listed: str | None) -> tuple[int, ...]:
    """Read ``1,2,4``; empty = none asked for.

    Raises
    ------
    EvaluationError
        One is no number of at least 1.

    Examples
    --------
    >>> shot_counts("4,1,2")
    (1, 2, 4)
    """
    asked = names(listed) or []
    if any(not name.isdecimal() or int(name) < 1 for name in asked) or (listed is not None and not asked):
        msg = f"--shots takes numbers of good parts, at least 1, with commas between, e.g. 1,2,4,8. Got {listed!r}."
        raise EvaluationError(msg)
    return tuple(sorted({int(name) for name in asked}))


@contextmanager
def _kept(out: Path | None) -> Iterator[None]:
    """Say what stays when Ctrl-C ends the work."""
    from echo_iad.evaluation.detection.files import DETECTION

    try:
        yield
    except KeyboardInterrupt:
        if out is not None:
            kept = f"Finished objects are kept in {out}. Measure the others with --objects and another --out."
            typer.echo(kept if (out / DETECTION).exists() else "No object was finished.", err=True)
        raise


def _print(result: FolderResult, out: Path | None) -> None:
    from rich.text import Text

    console = results()
    console.print(f"At most {100 * result.way.false_alarm_rate:g} % false alarms asked for.")
    console.print(_figures(result))
    if result.way.baseline:
        console.print(_methods(result))
    for measured in result.objects:
        if measured.shots:
            console.print(Text(f"{measured.name}, with few good parts"))
            console.print(_shots(measured.shots, measured.baseline.shots if measured.baseline else ()))
    if len(result.objects) > 1 and any(measured.shots for measured in result.objects):
        console.print(Text("Mean of the objects that have so many good parts"))
        means, beside = result.mean_shots(), result.baseline_mean_shots()
        console.print(_shots([shot for shot, _ in means], [shot for shot, _ in beside]))
    for sentence in result.lacking():
        console.print(Text(sentence), soft_wrap=True)
    if out is not None:
        console.print(Text(f"Report: {out / 'report.html'}"), soft_wrap=True)


def _figures(result: FolderResult) -> Table:
    from echo_iad.evaluation.detection.report import certified, figure

    table = _right_set("\nObject", "Test\nparts", "Good\nparts", *_SHORT.values(), "\nCert.")
    for measured in result.objects:
        named = measured.figures.named()
        cells = [figure(measure, named[measure]).removesuffix(" %") for measure in _SHORT]
        table.add_row(measured.name, str(len(measured.outcomes)), str(measured.normals), *cells, certified(measured))
    if len(result.objects) > 1:
        mean = result.mean()
        cells = [figure(measure, mean[measure]).removesuffix(" %") for measure in _SHORT]
        table.add_row("mean", "", "", *cells, style="bold")
    return table


def _methods(result: FolderResult) -> Table:
    """Echo and the baseline, object by object."""
    from echo_iad.evaluation.detection.baseline import BASELINE
    from echo_iad.evaluation.detection.report import ECHO, figure, methods

    table = _right_set("\nObject", "\nMethod", *_SHORT.values(), "ms,\nmedian")
    table.columns[1].justify = "left"
    for measured in result.objects:
        for place, (method, figures, latency) in enumerate(methods(measured)):
            named = figures.named()
            cells = [figure(measure, named[measure]).removesuffix(" %") for measure in _SHORT]
            spent = f"{latency.p50:.1f}" if latency else ""
            table.add_row("" if place else measured.name, method, *cells, spent)
    for method, mean in ((ECHO, result.mean()), (BASELINE, result.baseline_mean())):
        cells = [figure(measure, mean[measure]).removesuffix(" %") for measure in _SHORT]
        table.add_row("mean" if method == ECHO else "", method, *cells, style="bold")
    return table


def _shots(echo: Sequence[ShotResult], baseline: Sequence[ShotResult]) -> Table:
    from echo_iad.evaluation.detection.baseline import BASELINE
    from echo_iad.evaluation.detection.report import ECHO, shot_figure

    method = ["\nMethod"] if baseline else []
    table = _right_set("Good\nparts", *method, "\nDraws", *(_SHORT[measure] for measure in _SHOWN_SHOTS))
    named = [(shot, ECHO) for shot in echo] + [(shot, BASELINE) for shot in baseline]
    for shot, name in sorted(named, key=lambda entry: entry[0].normals):
        spreads = dict(shot.measures)
        cells = [shot_figure(measure, spreads[measure]).removesuffix(" %") for measure in _SHOWN_SHOTS]
        table.add_row(str(shot.normals), *([name] if baseline else []), str(shot.draws), *cells)
    return table


def _right_set(*headings: str) -> Table:
    table = plain_table(*headings)
    table.padding, table.show_edge = (0, 1, 0, 0), False
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    return table
