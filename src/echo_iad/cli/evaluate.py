"""``echo-iad evaluate``: measures on questions and folders whose answers are known. Puts its commands together."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="Measure on questions and folders whose answers are known.")
