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
ModelName = Annotated[
    str | None,
    typer.Option("--model", metavar="BACKEND:NAME", help="Multimodal model that decides; else the profile's decider."),
]
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", metavar="URL", help="Server of an openai: model; else OPENAI_BASE_URL.")
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="EXPERT", help="Switch an expert off, e.g. reference_extractor; repeat it."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change a value of the profile, e.g. retrieval.shots=2; repeat it."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

BenchmarkRoot = Annotated[Path, typer.Argument(metavar="ROOT", help="Folder in MMAD's own layout; see docs/mmad.md.")]
QuestionsFile = Annotated[
    Path | None, typer.Option("--questions", metavar="FILE", help="Questions in MMAD's form; else ROOT/mmad.json.")
]
Objects = Annotated[str | None, typer.Option("--objects", metavar="A,B", help="Only these objects.")]
Subtasks = Annotated[str | None, typer.Option("--subtasks", metavar="A,B", help="Only these subtasks.")]
Limit = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="Only N questions, about all kinds of parts in turn.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")]
KeptMemory = Annotated[
    Path | None, typer.Option("--memory", metavar="DIR", help="Memory of the normals, kept; else OUT/memory.")
]
FittedBlind = Annotated[
    Path | None, typer.Option("--blind", metavar="FILE", help="Blind decider of blind-fit; else fitted on the spot.")
]


def names(listed: str | None) -> list[str] | None:
    """Split ``a,b``; None = all.

    Examples
    --------
    >>> names("valve, cap")
    ['valve', 'cap']
    """
    return None if listed is None else [name.strip() for name in listed.split(",") if name.strip()]
