"""One inspection on a terminal: a compact panel that reads well at 80 columns and without colour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from echo_iad.reports import words
from echo_iad.reports.verdicts import Verdict, verdict_of

if TYPE_CHECKING:
    from echo_iad.domain.decisions import Inspection
    from echo_iad.domain.evidence import Comparison

_STYLES = {
    Verdict.FAILED: "bold reverse magenta",
    Verdict.ANOMALOUS: "bold reverse red",
    Verdict.NOT_SURE: "bold reverse yellow",
    Verdict.ANSWERED: "bold reverse cyan",
    Verdict.GOOD: "bold reverse green",
}
_SHOWN_REGIONS = 3
_BAR = 20
_TITLE = 72


def inspection_panel(inspection: Inspection) -> RenderableType:
    """Lay one inspection out."""
    verdict = verdict_of(inspection)
    head = Text.assemble((f" {verdict.upper()} ", _STYLES[verdict]), "  ", _text(_about(inspection)))
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for label, value in _facts(inspection):
        facts.add_row(label, value)
    title = _text(_ending(inspection.image), style="bold")
    return Panel(Group(head, facts), title=title, title_align="left", box=ROUNDED, border_style="dim")


def _about(inspection: Inspection) -> str:
    match = inspection.object_match
    known = inspection.object or ("an unknown object" if match else "")
    recognised = " (recognised)" if inspection.object and match and not match.named_by_user else ""
    return f"{known}{recognised}"


def _ending(path: str) -> str:
    """The end of a long path, which tells pictures apart."""
    return path if len(path) <= _TITLE else f"…{path[1 - _TITLE :]}"


def _text(said: str, style: str = "") -> Text:
    """Words of a record, which cannot steer the terminal."""
    return Text(words.printable(said), style=style)


def _facts(inspection: Inspection) -> Iterator[tuple[str, RenderableType]]:
    decision = inspection.decision
    yield "Question", _text(inspection.question)
    yield "Answer", _text(words.answer(inspection), style="bold")
    if why := words.reason(inspection):
        yield "Because", _text(why)
    for letter, probability in decision.probabilities.items():
        yield "", _bar(f"{letter}  {inspection.options.get(letter, '')}", probability, chosen=letter == decision.option)
    if inspection.comparison is not None:
        yield from _comparison(inspection.comparison)
    if like := words.labelled(inspection):
        yield "Type", _text(like)
    for lack in words.missing(inspection):
        yield "Without", _text(lack)
    if "total" in inspection.timings_ms:
        yield "Time", _text(words.milliseconds(inspection.timings_ms["total"]))


def _comparison(comparison: Comparison) -> Iterator[tuple[str, RenderableType]]:
    yield "Score", _text(words.score_sentence(comparison))
    yield "p-value", _text(words.p_value_sentence(comparison))
    yield "Certified" if comparison.certified else "Not certified", _text(comparison.certified_reason)
    for place, region in enumerate(comparison.regions[:_SHOWN_REGIONS], start=1):
        said = f"{words.place(region)}, {words.percent(region.area_fraction)} of the picture"
        change = words.change(region)
        yield f"Region {place}", _text(f"{said}: {change}" if change else said)
    if len(comparison.regions) > _SHOWN_REGIONS:
        yield "", _text(f"and {len(comparison.regions) - _SHOWN_REGIONS} smaller regions", style="dim")


def _bar(label: str, share: float, *, chosen: bool) -> RenderableType:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=_BAR)
    row.add_column(width=7, justify="right")
    row.add_column(overflow="fold")
    filled = round(_BAR * share)
    style = "bold" if chosen else "dim"
    row.add_row(
        Text("█" * filled + "░" * (_BAR - filled), style=style), words.percent(share), _text(label, style=style)
    )
    return row
