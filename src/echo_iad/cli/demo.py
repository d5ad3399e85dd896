"""``echo-iad demo``: the sample parts, from a folder of good ones to answers and a report."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echo_iad.cli.console import progress_bar, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson
from echo_iad.errors import UserError

if TYPE_CHECKING:
    from echo_iad.domain.decisions import Inspection
    from echo_iad.echo import Echo
    from echo_iad.samples import SampleQuestion

EXAMPLES = examples(
    ("Enrol the sample parts, ask, and write a report", "echo-iad demo"),
    ("Then ask for yourself", "echo-iad inspect echo-demo/parts/*/test/stain --memory echo-demo/memory"),
)
MARKER = "made-by-echo-iad-demo"
"""File that says that a folder is a demo's, which the next demo may make anew."""


def demo(
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where its files go; made anew each time.")] = Path(
        "echo-demo"
    ),
    json: AsJson = False,
) -> None:
    """Enrol the sample parts that Echo ships, inspect several with questions of all types, and write a report."""
    from echo_iad.cli.presenting import present, tally
    from echo_iad.echo import Echo
    from echo_iad.reports.verdicts import Verdict
    from echo_iad.samples import copy_samples, sample_questions

    make_fresh(out)
    copy_samples(out)
    questions = sample_questions()
    answers: list[Inspection] = []
    with Echo.from_profile("edge", memory=out / "memory", create=True) as echo:
        _prepare(echo, out, quiet=json)
        asked = _ask(echo, out / "parts", questions, answers)
        verdicts = present(asked, echo.memory, json=json, report=out / "report.html")
    if not json:
        results().print(tally(verdicts), markup=False)
        results().print(_score(questions, answers), markup=False)
    if Verdict.FAILED in verdicts:
        raise typer.Exit(1)


def make_fresh(out: Path) -> None:
    """Make the demo's folder, or empty it when an earlier demo made it.

    Raises
    ------
    UserError
        The folder holds something else, or cannot be made.
    """
    try:
        if (out / MARKER).is_file():
            shutil.rmtree(out)
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            msg = f"The folder {out} is not empty, and no demo made it. Name another with: echo-iad demo --out DIR"
            raise UserError(msg)
        (out / MARKER).write_text("The next echo-iad demo makes this folder anew. It may be deleted.\n")
    except OSError as fault:
        msg = f"The folder {out} cannot be made: {fault.strerror}. Name another with: echo-iad demo --out DIR"
        raise UserError(msg) from fault


def _prepare(echo: Echo, out: Path, *, quiet: bool) -> None:
    with progress_bar("Enrolling") as progress:
        enrolled = echo.enrol(out / "parts", progress=progress)
    known = echo.import_knowledge(out / "knowledge")
    if quiet:
        return
    console = results()
    rate = enrolled.added / enrolled.seconds
    console.print(f"$ echo-iad enrol {out / 'parts'} --memory {out / 'memory'}", style="bold", soft_wrap=True)
    console.print(f"{enrolled.added} good parts of {len(enrolled.objects)} products, {rate:.0f} a second")
    console.print(
        f"$ echo-iad knowledge import {out / 'knowledge'} --memory {out / 'memory'}", style="bold", soft_wrap=True
    )
    console.print(f"{known.passages} passages about them\n")


def _ask(echo: Echo, parts: Path, questions: list[SampleQuestion], answers: list[Inspection]) -> Iterator[Inspection]:
    for sample in questions:
        answer = echo.inspect(parts / sample.image, sample.question, sample.options)
        answers.append(answer)
        yield answer


def _score(questions: list[SampleQuestion], answers: list[Inspection]) -> str:
    closed = [pair for pair in zip(questions, answers, strict=True) if pair[0].answer]
    right = sum(sample.answer == answer.decision.option for sample, answer in closed)
    return f"{right} of {len(closed)} questions with options answered as the parts were drawn"
