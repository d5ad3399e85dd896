"""``echo-iad models``: which encoders and multimodal models there are, how to run one, how to export an encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from echo_iad.cli.console import plain_table, print_json, results
from echo_iad.cli.examples import examples
from echo_iad.cli.options import AsJson
from echo_iad.cli.plain_help import CommandGroup

if TYPE_CHECKING:
    from rich.table import Table

    from echo_iad.encoders.catalog import EncoderCard
    from echo_iad.mllms.known.cards import ModelCard

LIST_EXAMPLES = examples(("What there is", "echo-iad models list"))
SHOW_EXAMPLES = examples(
    ("How to get and run a model, and what it costs", "echo-iad models show 'Qwen2-VL 7B'"),
    ("By its hub name", "echo-iad models show Qwen/Qwen2-VL-7B-Instruct"),
    ("An encoder", "echo-iad models show clip"),
)
EXPORT_EXAMPLES = examples(
    ("From a checkpoint in a folder", "echo-iad models export clip --model clip-vit-b16 --to clip-onnx"),
    ("Use it: in a profile", 'image_model = "clip-onnx"'),
)
app = CommandGroup(
    help="Encoders and multimodal models: list, show, export.",
    epilog=SHOW_EXAMPLES,
)

WIDE = 110
"""Columns of a terminal from which on whole hub names are shown."""


@app.command("list", epilog=LIST_EXAMPLES)
def list_models(*, json: AsJson = False) -> None:
    """List the encoders, and the multimodal models that can decide in place of Echo's own decider."""
    from echo_iad.encoders.catalog import encoder_cards
    from echo_iad.mllms.known.cards import model_cards

    if json:
        for encoder in encoder_cards():
            print_json(asdict(encoder))
        for model in model_cards():
            print_json(_facts(model))
        return
    console = results()
    console.print(_encoder_table(encoder_cards()))
    console.print(_model_table(model_cards(), wide=console.width >= WIDE))
    console.print("How to get and run one: echo-iad models show 'Qwen2-VL 7B'", markup=False)


@app.command("show", epilog=SHOW_EXAMPLES)
def show(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="A multimodal model's name or hub name, or an encoder.")],
    *,
    json: AsJson = False,
) -> None:
    """Tell how to get and run a multimodal model or an encoder, what it needs, and what to mind."""
    from echo_iad.encoders.catalog import encoder_cards
    from echo_iad.errors import UnknownNameError
    from echo_iad.mllms.known.cards import find_card, model_cards

    model = find_card(name)
    encoders = [] if model else [card for card in encoder_cards() if card.name.casefold() == name.strip().casefold()]
    if not (model or encoders):
        known = {card.name for card in encoder_cards()} | {card.name for card in model_cards()}
        raise UnknownNameError("model", name, known)
    if json:
        for facts in [_facts(model)] if model else map(asdict, encoders):
            print_json(facts)
        return
    console = results()
    for what, line in _lines(model) if model else _encoder_lines(encoders):
        console.print(f"{what:<16}{line}", markup=False, soft_wrap=True)


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


def _encoder_table(cards: list[EncoderCard]) -> Table:
    from rich.text import Text

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
    return table


def _model_table(cards: tuple[ModelCard, ...], *, wide: bool) -> Table:
    """One row a model, those of the paper first; on a wide terminal with what ``--model`` wants."""
    headings = ("Multimodal model, as --model takes it",) if wide else ("Multimodal model", "Runs by")
    table = plain_table(*headings, "Size", "Licence", "Ran with")
    table.columns[len(headings)].justify = "right"
    for column in (*table.columns[:-2], table.columns[-1]):
        column.no_wrap = True
    for card in cards:
        named = (card.written,) if wide else (card.name, "transformers" if card.native else "a server")
        table.add_row(*named, _size(card), card.licence, card.status.removeprefix("ran with "))
    return table


def _size(card: ModelCard) -> str:
    return f"{card.billions:.1f} B" if card.billions >= 1 else f"{card.billions * 1000:.0f} M"


def _lines(card: ModelCard) -> list[tuple[str, str]]:
    """Everything about a model, as headings and lines; a heading stands once for its lines."""
    from echo_iad.mllms.known.cards import base_url
    from echo_iad.mllms.local.folders import download_command

    inspect = "echo-iad inspect new.jpg --memory DIR"
    if card.single_image:
        inspect += " --without reference_extractor"
    needs = ", ".join(f"{card.gigabytes(bits):.1f} GB at {bits} bits" for bits in (16, 8, 4))
    lines = [
        ("Model", f"{card.name}, {card.hub}{', measured in the paper' if card.in_paper else ''}"),
        ("Licence", card.licence),
        ("Size", f"{card.billions} billion parameters; the weights alone need {needs}"),
        ("A picture costs", _picture_cost(card)),
        ("Status", card.status),
    ]
    if card.native:
        get = download_command(card.hub).removeprefix("Download it with: ")
        lines += [("On this machine", get), ("", f"{inspect} --model {card.written}")]
    for server in card.servers:
        lines += [
            ("Behind a server", server),
            ("", f"{inspect} --model openai:{card.hub} --base-url {base_url(server)}"),
        ]
    return lines + [("" if number else "Mind", quirk) for number, quirk in enumerate(card.quirks)]


def _encoder_lines(cards: list[EncoderCard]) -> Iterator[tuple[str, str]]:
    """Everything about the encoders of one name, of pictures and of texts."""
    from echo_iad.encoders.checkpoints import download_command

    for card in cards:
        numbers = f"{card.dimension} numbers" if card.dimension else "as many numbers as it has"
        yield "Encoder", f"{card.name}, of {card.kind}s to {numbers}"
        yield "What it is", card.purpose
        yield "Licence", card.licence
        yield "Size", "not known" if card.megabytes is None else f"{card.megabytes:g} MB"
        yield "On this machine", "yes" if card.present else "no"
        if card.extra and not card.present:
            yield "", f"pip install 'echo-iad[{card.extra}]'"
            yield "", download_command(card.origin).removeprefix("Download it with: ")
        yield "In a profile", f'{card.kind} = "{card.name}" under [encoders]'


def _picture_cost(card: ModelCard) -> str:
    count = card.image_tokens.count
    alone = f"{count(448, 448)} tokens at 448 x 448, {count(768, 1024)} at 1024 x 768"
    beside = count(448, 448, alone=False)
    return alone if beside == count(448, 448) else f"{alone}; {beside} beside another"


def _facts(card: ModelCard) -> dict[str, Any]:
    return {"kind": "multimodal", "model": card.written} | asdict(card)
