"""Inspections as they come: each printed, and all in one report where it is wanted. Decides nothing."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from echo_iad.cli.console import results
from echo_iad.errors import ImageError, ModelGoneError
from echo_iad.reports import words
from echo_iad.reports.verdicts import Verdict, verdict_of

if TYPE_CHECKING:
    from echo_iad.domain.decisions import Inspection
    from echo_iad.memory.store import Memory
    from echo_iad.reports.html import ReportItem


def present(
    inspections: Iterable[Inspection], memory: Memory, *, json: bool, report: Path | None = None
) -> list[Verdict]:
    """Print each inspection as soon as it is there, and write the report at the end.

    Returns
    -------
    list of Verdict
        One for each inspection, in order.

    Raises
    ------
    UserError
        The report cannot be written there; found before the first inspection.
    ModelGoneError
        The model that decides answers nothing more; what came before is printed and in the report.
    """
    verdicts: list[Verdict] = []
    gone: list[ModelGoneError] = []

    def shown() -> Iterator[Inspection]:
        try:
            for inspection in inspections:
                _print(inspection, json=json)
                verdicts.append(verdict_of(inspection))
                yield inspection
        except ModelGoneError as fault:  # what was answered is reported all the same
            gone.append(fault)

    if report is None:
        deque(shown(), maxlen=0)
    else:
        _write(report, shown(), memory)
        typer.echo(f"Report: {report}", err=json)
    if gone:
        raise gone[0]
    return verdicts


def _write(report: Path, inspections: Iterable[Inspection], memory: Memory) -> None:
    from echo_iad.reports.html import write_report

    made_at = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    items = (report_item(inspection, memory) for inspection in inspections)
    write_report(report, items, memory=str(memory.folder), made_at=made_at)


def report_item(inspection: Inspection, memory: Memory) -> ReportItem:
    """Fetch the pictures of one inspection; one that cannot be read again is left out."""
    from echo_iad.images.loading import load_picture
    from echo_iad.reports.html import PICTURE_SIDE, ReportItem

    try:
        query = load_picture(inspection.image, at_least=PICTURE_SIDE).pixels
    except ImageError:
        query = None
    return ReportItem(inspection, query, tuple(memory.preview(reference.id) for reference in inspection.references))


def tally(verdicts: Iterable[Verdict]) -> str:
    """Count verdicts, those that need a look first.

    Examples
    --------
    >>> tally([Verdict.GOOD, Verdict.ANOMALOUS, Verdict.GOOD])
    '3 inspected: 1 anomalous and 2 good'
    """
    counts = Counter(verdicts)
    said = words.listed([f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict]])
    return f"{counts.total()} inspected: {said}"


def _print(inspection: Inspection, *, json: bool) -> None:
    if json:
        from echo_iad.reports.json_lines import to_json

        typer.echo(to_json(inspection))
        return
    from echo_iad.cli.show import inspection_panel

    results().print(inspection_panel(inspection))
