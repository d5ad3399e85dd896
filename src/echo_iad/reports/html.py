"""Inspections as one HTML page that stands alone: no request, no script, pictures inside. Knows cards, not experts.

A card is encoded when its inspection comes and kept in a temporary file, so memory stays bounded however many come.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import IO, TYPE_CHECKING

from echo_iad import __version__
from echo_iad.domain.decisions import Inspection
from echo_iad.errors import UserError
from echo_iad.reports import words
from echo_iad.reports.cards import PICTURE_SIDE, Card, ReportItem, make_card
from echo_iad.reports.json_lines import without_map
from echo_iad.reports.verdicts import Verdict

if TYPE_CHECKING:
    from jinja2 import Environment, Template

__all__ = ["PICTURE_SIDE", "ReportItem", "write_report"]


@dataclass(frozen=True)
class Line:
    """One inspection in the overview; the page links it to its card."""

    number: int
    verdict: Verdict
    inspection: Inspection
    caption: str = ""


@dataclass
class Overview:
    """What the head of the page says; grows card by card.

    Attributes
    ----------
    title, memory, made_at : str
    profiles, rates, versions, models : list of str
        What was used, each once, in order of appearance.
    """

    title: str
    memory: str
    made_at: str
    profiles: list[str] = field(default_factory=list)
    rates: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def add(self, card: Card) -> None:
        """Count a card in; its pictures and its map are not kept."""
        inspection = card.inspection
        _once(self.profiles, inspection.profile)
        _once(self.versions, inspection.version or __version__)
        if inspection.decision.model:
            _once(self.models, inspection.decision.model)
        if inspection.comparison is not None:
            _once(self.rates, words.percent(inspection.comparison.false_alarm_rate))
        self.lines.append(Line(card.number, card.verdict, without_map(inspection), card.caption))

    def counts(self) -> dict[Verdict, int]:
        """How many of each verdict, those that need a look first."""
        found = Counter(line.verdict for line in self.lines)
        return {verdict: found[verdict] for verdict in Verdict if found[verdict]}

    def captions(self) -> dict[str, int]:
        """How many of each caption, in order of appearance; cards without one are not counted."""
        return dict(Counter(line.caption for line in self.lines if line.caption))

    def folder(self) -> str:
        """The folder that all pictures lie in, with its last separator; empty when they share none."""
        images = {line.inspection.image for line in self.lines}
        try:
            shared = os.path.commonpath([os.path.dirname(image) for image in images])  # noqa: PTH120  text, not a place
        except ValueError:  # none, or some absolute and some not
            return ""
        return os.path.join(shared, "") if shared else ""  # noqa: PTH118  the same

    def sorted_lines(self) -> list[Line]:
        """Lines, those that need a look first."""
        order = list(Verdict)
        return sorted(self.lines, key=lambda line: (order.index(line.verdict), line.number))


def write_report(
    path: Path | str,
    items: Iterable[ReportItem],
    *,
    title: str = "Inspection report",
    memory: str = "",
    made_at: str = "",
) -> None:
    """Write one page about all inspections; one that is there already is replaced when the new one is whole.

    Parameters
    ----------
    path : Path or str
    items : iterable of ReportItem
        Used up one by one.
    title : str
    memory : str
        Where the normals are, for the page's head; left out when empty.
    made_at : str
        Date and time for the page's head; left out when empty.

    Raises
    ------
    UserError
        The page cannot be written there; found before the first item is asked for.
    """
    overview = Overview(title, memory, made_at)
    with _replacement(Path(path)) as page, tempfile.TemporaryFile() as shelf:
        lengths = []
        for place, item in enumerate(items, start=1):
            card = make_card(place, item)
            overview.add(card)
            lengths.append(shelf.write(_encoded(_template("card.html.jinja").render(card=card))))
        shelf.seek(0)
        for piece in _pages(overview, (shelf.read(length) for length in lengths)):
            page.write(_encoded(piece))


def _pages(overview: Overview, cards: Iterable[bytes]) -> Iterator[str]:
    from markupsafe import Markup

    style = resources.files("echo_iad.reports").joinpath("templates", "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return _template("page.html.jinja").generate(
        overview=overview,
        cards=(Markup(card.decode()) for card in cards),  # noqa: S704  rendered with every value escaped
        style=Markup(style),  # noqa: S704  a file of ours
        style_digest=digest,
    )


@contextmanager
def _replacement(path: Path) -> Iterator[IO[bytes]]:
    """Write to another name first; take the path's place at the end, or leave nothing behind."""
    with _named_fault(path):
        made = tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)  # noqa: SIM115
    written = Path(made.name)
    try:
        with made:
            yield made
        with _named_fault(path):
            written.chmod(0o644)
            written.replace(path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise


@contextmanager
def _named_fault(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        msg = f"The report {path} cannot be written: {fault.strerror}. Name another place for it."
        raise UserError(msg) from fault


def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("echo_iad.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["words"] = words
    environment.globals["Verdict"] = Verdict
    return environment


def _shown(value: object) -> object:
    """A value as the page has it; pieces of the page itself stay as they are."""
    from markupsafe import Markup

    return words.printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="backslashreplace")  # a file's name need not be text


def _once(values: list[str], value: str) -> None:
    if value not in values:
        values.append(value)
