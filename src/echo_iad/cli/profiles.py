"""``echo-iad profiles``: which ways to inspect there are, and what they choose."""

from __future__ import annotations

from typing import Annotated

import typer

from echo_iad.cli.console import plain_table, print_json, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson
from echo_iad.cli.plain_help import CommandGroup

LIST_EXAMPLES = examples(("What Echo ships", "echo-iad profiles list"))
SHOW_EXAMPLES = examples(
    ("Every choice of one profile", "echo-iad profiles show edge"),
    ("Make your own: copy it, change it", "echo-iad profiles show edge > mine.toml"),
    ("and use it", "echo-iad inspect new.jpg --memory parts --profile mine.toml"),
)
app = CommandGroup(help="Profiles: one TOML file names every choice.", epilog=SHOW_EXAMPLES)


@app.command("list", epilog=LIST_EXAMPLES)
def list_profiles(*, json: AsJson = False) -> None:
    """List the profiles that Echo ships."""
    from echo_iad.settings import load_profile, profile_names

    profiles = [load_profile(name) for name in profile_names()]
    if json:
        for profile in profiles:
            print_json({"name": profile.name, "description": profile.description, "sha256": profile.sha256()})
        return
    table = plain_table("Profile", "What it is")
    for profile in profiles:
        table.add_row(profile.name, profile.description)
    results().print(table)


@app.command("show", epilog=SHOW_EXAMPLES)
def show(
    name: Annotated[str, typer.Argument(metavar="PROFILE", help="A shipped profile, or the TOML file of your own.")],
    *,
    json: AsJson = False,
) -> None:
    """Print a profile as TOML, ready to be copied; with --json, its effective values."""
    from echo_iad.settings import load_profile, profile_text

    profile = load_profile(name)
    if json:
        print_json(profile.model_dump(mode="json") | {"sha256": profile.sha256()})
    else:
        typer.echo(profile_text(name).rstrip("\n"))
