"""``echo-iad inspect``: questions about new parts, answered with the evidence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echo_iad.cli.console import Progress, progress_bar, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson, BaseUrl, MemoryFolder, ModelName, ObjectName, ProfileName, Settings, Without
from echo_iad.errors import ImageError, QuestionError

if TYPE_CHECKING:
    from echo_iad.domain.decisions import Inspection
    from echo_iad.experts.consulting import Request

EXAMPLES = examples(
    ("Is there any defect?", "echo-iad inspect new.jpg --memory parts"),
    (
        "A question with options",
        'echo-iad inspect new.jpg --memory parts --question "Which defect?" \\\n    --option A=Scratch --option B=Dent',
    ),
    ("A folder, as JSON lines and as a report", "echo-iad inspect today --memory parts --json --report today.html"),
    (
        "A multimodal model decides, by its folder or its hub name",
        "echo-iad inspect new.jpg --memory parts --model transformers:qwen2-vl-7b",
    ),
    ("One false alarm in a hundred", "echo-iad inspect new.jpg --memory parts --false-alarm-rate 0.01"),
)


def inspect(  # noqa: PLR0913  one parameter for each option of the fixed interface
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE", help="Pictures of parts, or folders of such pictures.")
    ],
    *,
    memory: MemoryFolder,
    question: Annotated[
        str | None, typer.Option("--question", metavar="TEXT", help="Else: Is there any defect in the object?")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", metavar="A=TEXT", help="An option to choose from; repeat it.")
    ] = None,
    object: ObjectName = None,
    profile: ProfileName = "edge",
    model: ModelName = None,
    base_url: BaseUrl = None,
    without: Without = None,
    settings: Settings = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what a model would be asked and what it costs; ask nothing.")
    ] = False,
    false_alarm_rate: Annotated[
        float | None,
        typer.Option(
            metavar="RATE", help="How often a good part may be called anomalous, e.g. 0.05; else the profile's."
        ),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(metavar="SCORE", help="Call a part anomalous from this score on, whatever the rate.")
    ] = None,
    json: AsJson = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write all inspections as one HTML page too.")
    ] = None,
) -> None:
    """Answer a question about new parts.

    Without --object, Echo recognises the product. A picture that cannot be
    read is reported among the others, which go on; the exit code is 1 then.
    """
    pictures = find_images(images)
    options = parse_options(option or [])
    from echo_iad.cli.choosing import choose_profile
    from echo_iad.cli.presenting import present, tally
    from echo_iad.echo import Echo
    from echo_iad.reports.verdicts import Verdict

    chosen = choose_profile(profile, model=model, base_url=base_url, without=without, settings=settings)
    read_only = not os.access(memory, os.W_OK)
    if dry_run:
        from echo_iad.cli.dry_run import show_prompts
        from echo_iad.echo import make_question

        def ask(picture: Path) -> Request:
            asked = make_question(question, options)
            return echo.request(picture, asked, object, false_alarm_rate=false_alarm_rate, threshold=threshold)

        with Echo.from_profile(chosen, memory=memory, read_only=read_only) as echo:
            faults = show_prompts(echo, pictures, ask, json=json)
        for fault in faults:
            typer.echo(f"Error: {fault}", err=True)
        if faults:
            raise typer.Exit(1)
        return
    opened = Echo.from_profile(chosen, memory=memory, read_only=read_only, learning=_say_learning)
    with opened as echo, _bar(pictures) as progress:
        inspections = echo.inspect_many(
            pictures, question, options, object, false_alarm_rate=false_alarm_rate, threshold=threshold
        )
        verdicts = present(_counted(inspections, len(pictures), progress), echo.memory, json=json, report=report)
    if len(verdicts) > 1 and not json:
        results().print(tally(verdicts))
    if Verdict.FAILED in verdicts:
        raise typer.Exit(1)


def find_images(named: Sequence[Path]) -> list[Path]:
    """Put the pictures of each folder in its place; files stay as they are named, whether they exist or not.

    Raises
    ------
    ImageError
        A folder holds no picture.
    """
    from echo_iad.images.loading import SUFFIXES, find_pictures

    images: list[Path] = []
    for path in named:
        found = find_pictures(path) if path.is_dir() else [path]
        if not found:
            msg = f"The folder {path} holds no picture. Echo reads {', '.join(sorted(SUFFIXES))}."
            raise ImageError(msg)
        images += found
    return images


def parse_options(written: Sequence[str]) -> dict[str, str]:
    """Read ``A=Yes`` and the like.

    Raises
    ------
    QuestionError
        An option has no letter, no text, or a letter that another one has.

    Examples
    --------
    >>> parse_options(["A=Yes", "B=No, a = b"])
    {'A': 'Yes', 'B': 'No, a = b'}
    """
    options: dict[str, str] = {}
    for option in written:
        letter, equals, text = (part.strip() for part in option.partition("="))
        if not (letter and equals and text):
            msg = f"An option is written --option LETTER=TEXT, for example --option A=Yes. Got {option!r}."
            raise QuestionError(msg)
        if letter in options:
            msg = f"Each option needs a letter of its own. Got {letter} twice: {options[letter]!r} and {text!r}."
            raise QuestionError(msg)
        options[letter] = text
    return options


def _bar(pictures: Sequence[Path]) -> AbstractContextManager[Progress]:
    """A bar where the results themselves do not show how far it is."""
    return progress_bar("Inspecting", wanted=len(pictures) > 1 and not sys.stdout.isatty())


def _say_learning(done: int, total: int, name: str) -> None:
    """Say at its beginning what the first verdict on a product waits for."""
    if done == 0 and _is_terminal():
        parts = f"{total} good parts, each also with a synthetic defect"
        typer.echo(f"Learning, once, how much the model's word counts for {name}: {parts}.", err=True)


def _is_terminal() -> bool:
    return sys.stderr.isatty()


def _counted(inspections: Iterator[Inspection], total: int, progress: Progress) -> Iterator[Inspection]:
    for done, inspection in enumerate(inspections, start=1):
        yield inspection
        progress(done, total, Path(inspection.image).name)
