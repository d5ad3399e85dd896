"""``echo-iad evaluate``: measures on questions and folders whose answers are known. Puts its commands together."""

from __future__ import annotations

from echo_iad.cli import evaluate_blind_fit, evaluate_compare, evaluate_folder, evaluate_mmad
from echo_iad.cli.examples import examples
from echo_iad.cli.plain_help import CommandGroup

app = CommandGroup(
    help="Measure on questions and folders whose answers are known.",
    epilog=examples(
        ("Questions with answers", "echo-iad evaluate mmad MMAD --out runs/edge"),
        ("Your own labelled parts", "echo-iad evaluate folder parts --out runs/parts"),
    ),
)
app.command("mmad", epilog=evaluate_mmad.EXAMPLES)(evaluate_mmad.mmad)
app.command("compare", epilog=evaluate_compare.EXAMPLES)(evaluate_compare.compare)
app.command("folder", epilog=evaluate_folder.EXAMPLES)(evaluate_folder.folder)
app.command("blind-fit", epilog=evaluate_blind_fit.EXAMPLES)(evaluate_blind_fit.blind_fit)
