"""Inspections as they come: each printed, and all in one report where it is wanted. Decides nothing."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from echo_iad.cli.console import results
from echo_iad.errors import ImageError
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
    """
    verdicts: list[Verdict] = []

    def shown() -> Iterator[Inspection]:
        for inspection in inspections:
            _print(inspection, json=json)
            verdicts.append(verdict_of(inspection))
            yield inspection

    if report is None:
        deque(shown(), maxlen=0)
        return verdicts
    from echo_iad.reports.html import write_report

    made_at = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    items = (report_item(inspection, memory) for inspection in shown())
    write_report(report, items, memory=str(memory.folder), made_at=made_at)
    typer.echo(f"Report: {report}", err=json)
    return verdicts


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
