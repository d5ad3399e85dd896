"""Options that several commands share, so that one word means one thing on the whole command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

MemoryFolder = Annotated[Path, typer.Option("--memory", metavar="DIR", help="Folder of the memory.")]
ObjectName = Annotated[str | None, typer.Option("--object", metavar="NAME", help="The product.")]
ProfileName = Annotated[
    str, typer.Option("--profile", metavar="P", help="A shipped profile, or the TOML file of your own.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
