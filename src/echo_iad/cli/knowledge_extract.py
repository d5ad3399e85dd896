"""``echo-iad knowledge extract``: a model picks the sentences that questions need, before anybody asks them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echo_iad.cli.console import print_json, progress_bar, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson, BaseUrl, MemoryFolder, ObjectName, ProfileName, Settings

if TYPE_CHECKING:
    from echo_iad.experts.extracts_ahead import Filling
    from echo_iad.experts.relevance_by_model import Sought
    from echo_iad.memory.store import Memory

EXAMPLES = examples(
    (
        "For one question, about every product",
        'echo-iad knowledge extract --question "Why?" --model openai:qwen3 --memory m',
    ),
    ("All questions of a file", "echo-iad knowledge extract --questions q.json --profile paper --memory m"),
)


@dataclass(frozen=True)
class _Asked:
    """What is to be asked."""

    sought: list[Sought]
    undescribed: list[str]
    """Objects that there are questions about and no knowledge, sorted."""


def extract(  # noqa: PLR0913  one parameter for each option
    *,
    memory: MemoryFolder,
    object: ObjectName = None,
    question: Annotated[
        list[str] | None, typer.Option("--question", metavar="TEXT", help="A question without options; repeatable.")
    ] = None,
    questions: Annotated[
        Path | None, typer.Option("--questions", metavar="FILE", help="Questions in MMAD's form; no picture is needed.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="BACKEND:NAME", help="Model that picks; else the profile's for knowledge."),
    ] = None,
    base_url: BaseUrl = None,
    profile: ProfileName = "edge",
    settings: Settings = None,
    again: Annotated[
        bool, typer.Option("--again", help="Ask anew where what was picked is pending or rejected.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Let a model pick the sentences that questions need, and keep them for review.

    What is there already is not asked again, so a run that was stopped goes on
    with the same command. Sentences are picked by number, word for word; what
    is not in the knowledge is left out and counted.
    """
    from echo_iad.cli.choosing import choose_profile
    from echo_iad.errors import ModelGoneError
    from echo_iad.experts.extracts_ahead import fill_ahead
    from echo_iad.experts.relevance_by_model import RelevanceByModel, load_knowledge_model
    from echo_iad.memory.store import Memory

    chosen = choose_profile(profile, knowledge_model=model, base_url=base_url, settings=settings)
    with Memory.open(memory) as store:
        asked = _asked(store, object, question or [], questions)
        extractor = RelevanceByModel(store, lambda: load_knowledge_model(chosen), chosen.knowledge)
        try:
            with progress_bar("Picking") as progress:
                done = fill_ahead(asked.sought, extractor, store, again=again, progress=progress)
        except (KeyboardInterrupt, ModelGoneError):
            typer.echo("What was picked is kept. Go on with the same command.", err=True)
            raise
    if json:
        print_json({**asdict(done), "undescribed": asked.undescribed})
    else:
        _print(done, asked.undescribed, memory)
    if done.failed:
        raise typer.Exit(1)


def _asked(store: Memory, object: str | None, texts: list[str], file: Path | None) -> _Asked:
    """Every question, about each object that the memory has knowledge about."""
    from echo_iad.domain.questions import Question
    from echo_iad.errors import QuestionError
    from echo_iad.evaluation.benchmark.mmad import read_mmad
    from echo_iad.experts.relevance_by_model import Sought
    from echo_iad.knowledge.stored import described_objects, known_about
    from echo_iad.planning.question_types import classify_question

    if not texts and file is None:
        msg = "Name what will be asked: --question TEXT, or --questions FILE with questions in MMAD's form."
        raise QuestionError(msg)
    if not all(map(str.strip, texts)):
        msg = "A question must have text. Got an empty --question."
        raise QuestionError(msg)
    known = {name: known_about(store, name) for name in described_objects(store, object)}
    asked = [(name, Question(text)) for name in known for text in texts]
    if file is not None:
        read = read_mmad(file.parent, file, without_pictures=True).questions
        asked += [(each.object, Question(each.text, each.options)) for each in read if object in {None, each.object}]
    return _Asked(
        [Sought(name, each, classify_question(each), known[name]) for name, each in asked if name in known],
        sorted({name for name, _ in asked} - set(known)),
    )


def _print(done: Filling, undescribed: list[str], memory: Path) -> None:
    from rich.text import Text

    from echo_iad.reports.words import listed, printable

    console = results()
    had = f", {done.known} known already" if done.known else ""
    console.print(f"[bold]{done.picked}[/bold] {_plural(done.picked, 'extract')} picked{had}")
    if done.refused:
        are = "is" if done.refused == 1 else "are"
        picks = f"{done.refused} {_plural(done.refused, 'pick')} {are}"
        console.print(f"{picks} not in the knowledge, and {are} left out", soft_wrap=True)
    if undescribed:
        said = f"Not asked about {listed(undescribed)}, of which the memory knows nothing"
        console.print(Text(printable(said)), soft_wrap=True)
    for failure in done.failed:
        said = printable(f"{failure.object}, {failure.question!r}: {failure.why}")
        console.print(Text.assemble(("Failed ", "bold red"), said), soft_wrap=True)
    if done.picked:
        console.print(f"Review them with: echo-iad knowledge review --memory {memory}", markup=False, soft_wrap=True)


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"
