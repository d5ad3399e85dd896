"""The command ``echo-iad``: its commands put together, and how it ends. Knows no command's work.

Exit codes: 0 all went well; 1 some images failed or something was found wrong; 2 a usage or set-up fault; 130 Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated

import typer
from typer.main import get_command

from echo_iad import __version__
from echo_iad.cli import (
    demo,
    doctor,
    enrol,
    evaluate,
    inspect,
    knowledge,
    memory,
    models,
    profiles,
    questions,
    reproduce,
)
from echo_iad.cli.examples import examples
from echo_iad.cli.plain_help import CommandGroup
from echo_iad.errors import UserError

FAULT = 2
"""Exit code of a usage or set-up fault."""
INTERRUPTED = 130
"""Exit code after Ctrl-C."""

app = CommandGroup(
    name="echo-iad",
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog=examples(
        ("Try it on the parts that Echo ships", "echo-iad demo"),
        ("Show it good parts", "echo-iad enrol photos/good --object valve --memory parts"),
        ("Ask about a new one", "echo-iad inspect new.jpg --memory parts"),
    ),
)
_INSPECT = "Inspect parts"
_MEASURE = "Measure"
_KEEP = "Look after them"
_CHOOSE = "Choose how"

app.command("demo", rich_help_panel=_INSPECT, epilog=demo.EXAMPLES)(demo.demo)
app.command("enrol", rich_help_panel=_INSPECT, epilog=enrol.EXAMPLES)(enrol.enrol)
app.command("inspect", rich_help_panel=_INSPECT, epilog=inspect.EXAMPLES)(inspect.inspect)
app.add_typer(knowledge.app, name="knowledge", rich_help_panel=_INSPECT)
app.add_typer(evaluate.app, name="evaluate", rich_help_panel=_MEASURE)
app.command("reproduce", rich_help_panel=_MEASURE, epilog=reproduce.EXAMPLES)(reproduce.reproduce)
app.add_typer(questions.app, name="questions", rich_help_panel=_MEASURE)
app.add_typer(memory.app, name="memory", rich_help_panel=_KEEP)
app.command("doctor", rich_help_panel=_KEEP, epilog=doctor.EXAMPLES)(doctor.doctor)
app.add_typer(profiles.app, name="profiles", rich_help_panel=_CHOOSE)
app.add_typer(models.app, name="models", rich_help_panel=_CHOOSE)


def _print_version(asked: bool) -> None:  # noqa: FBT001  typer calls it with the option's value
    if asked:
        typer.echo(f"echo-iad {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Answer questions about manufactured parts, with evidence.

    Show Echo good parts, and it remembers them. Then ask about a new part: is
    there a defect, which type, where, what does it look like, what does it do?
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; what the user can cure is one line on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # pipes get UTF-8 whatever the locale; a file's name need not be text
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    try:
        status = get_command(app).main(arguments, prog_name="echo-iad", standalone_mode=False)
    except UserError as fault:
        status = _refuse(str(fault))
    except typer.TyperException as fault:
        status = _refuse_usage(fault)
    except typer.Abort:
        status = INTERRUPTED
    if status == INTERRUPTED:
        typer.echo("Stopped.", err=True)
    sys.exit(status if isinstance(status, int) else 0)


def _refuse(message: str) -> int:
    from echo_iad.reports.words import printable

    said = printable(" ".join(message.split()))
    typer.echo(f"{typer.style('Error:', fg='red', bold=True)} {said}", err=True)
    return FAULT


def _refuse_usage(fault: typer.TyperException) -> int:
    message = fault.format_message()
    if not message:  # a group without a command: its help is printed already
        return FAULT
    context = getattr(fault, "ctx", None)
    path = context.command_path if context else "echo-iad"
    end = "" if message.endswith((".", "?")) else "."
    return _refuse(f"{message}{end} See: {path} --help")
