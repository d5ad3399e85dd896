"""``echo-iad models``: which encoders there are, and how a station gets one without torch."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from echo_iad.cli.console import plain_table, print_json, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson

LIST_EXAMPLES = examples(("What is on this machine", "echo-iad models list"))
EXPORT_EXAMPLES = examples(
    ("From a checkpoint in a folder", "echo-iad models export clip --model clip-vit-b16 --to clip-onnx"),
    ("Use it: in a profile", 'image_model = "clip-onnx"'),
)
app = typer.Typer(
    no_args_is_help=True, help="Encoders: which there are, and how to export one.", epilog=EXPORT_EXAMPLES
)


@app.command("list", epilog=LIST_EXAMPLES)
def list_models(*, json: AsJson = False) -> None:
    """List the encoders: what each is for, what it needs, whether it is here."""
    from rich.text import Text

    from echo_iad.encoders.catalog import encoder_cards

    cards = encoder_cards()
    if json:
        for card in cards:
            print_json(asdict(card))
        return
    table = plain_table("Encoder", "Of", "Numbers", "MB", "Here", "What it is")
    for column in table.columns[2:4]:
        column.justify = "right"
    for card in cards:
        purpose = Text(card.purpose)
        if card.extra and not card.present:
            purpose.append(f"\nneeds echo-iad[{card.extra}] and {card.origin}", style="dim")
        here = Text("yes", style="green") if card.present else Text("no", style="yellow")
        size = "" if card.megabytes is None else f"{card.megabytes:.0f}"
        table.add_row(card.name, f"{card.kind}s", str(card.dimension or ""), size, here, purpose)
    results().print(table)


@app.command("export", epilog=EXPORT_EXAMPLES)
def export(
    name: Annotated[str, typer.Argument(metavar="ENCODER", help="clip or dinov2.")],
    *,
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where to write it.")],
    model: Annotated[
        str, typer.Option("--model", metavar="MODEL", help="Hub name or folder of the checkpoint; else the default.")
    ] = "",
    json: AsJson = False,
) -> None:
    """Write an encoder as ONNX, so that a station needs no torch."""
    from echo_iad.encoders.export import export_encoder

    folder = export_encoder(name, model, to)
    files = {file.name: file.stat().st_size for file in sorted(folder.iterdir()) if file.is_file()}
    if json:
        print_json({"encoder": name, "folder": str(folder), "files": files})
        return
    size = sum(files.values()) / 1e6
    results().print(f"{folder}: {', '.join(files)}, {size:.1f} MB", markup=False, soft_wrap=True)
