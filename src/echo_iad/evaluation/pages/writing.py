"""Writes a page about an evaluation: one self-contained HTML file, the same as Markdown, and its plots as files.

The HTML asks for nothing and runs nothing: pictures are data URLs, plots stand inside. Both files are replaced when
the new ones are whole. Knows pages; no summary.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from echo_iad.evaluation.pages.content import Drawing, Flag, Page, Section, ShownAnswer, Table
from echo_iad.evaluation.result_files import told_of, write_whole

if TYPE_CHECKING:
    from jinja2 import Environment

HTML, MARKDOWN, PLOTS = "report.html", "report.md", "plots"
"""Names in the folder of the results."""

_ESCAPED = str.maketrans({**{sign: f"\\{sign}" for sign in "\\`*_{}[]<>#|"}, "\n": " ", "\r": " "})


def write_page(folder: Path, page: Page) -> None:
    """Write ``report.html``, ``report.md`` and ``plots/*.svg`` and ``*.png``; the same page gives the same bytes.

    Parameters
    ----------
    folder : Path
        Made when it is not there.
    page : Page

    Raises
    ------
    EvaluationError
        The folder cannot be written.
    """
    with told_of(folder):
        (folder / PLOTS if page.drawings else folder).mkdir(parents=True, exist_ok=True)
    for drawing in page.drawings:
        write_whole(folder / PLOTS / f"{drawing.name}.svg", drawing.svg)
        write_whole(folder / PLOTS / f"{drawing.name}.png", drawing.png)
    write_whole(folder / MARKDOWN, to_markdown(page))
    write_whole(folder / HTML, to_html(page))


def to_html(page: Page) -> str:
    """The page as HTML that stands alone."""
    from markupsafe import Markup

    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            page=page,
            style=Markup(style),  # noqa: S704  files of ours
            style_digest=digest,
        )
    )


def to_markdown(page: Page) -> str:
    """The page as Markdown: the same words and tables, plots by reference, mistakes without pictures."""
    blocks = [f"# {escaped(page.title)}", *map(escaped, page.lead)]
    blocks.append("\n".join(f"- {escaped(fact.name)}: {escaped(fact.value)}" for fact in page.facts))
    for section in page.sections:
        blocks.extend(_section_blocks(section))
    return "\n\n".join(block for block in blocks if block) + "\n"


def table_to_markdown(table: Table) -> str:
    """A table with its caption above it."""
    heads = [table.head, *(f"{each.group}: {each.name}" if each.group else each.name for each in table.columns)]
    rules = ["---", *("---" if column.words else "---:" for column in table.columns)]
    rows = [
        [row.label, *(f"{cell.text} ({cell.note})" if cell.note else cell.text for cell in row.cells)]
        for row in table.rows
    ]
    lines = [_line(map(escaped, heads)), _line(rules), *(_line(map(escaped, row)) for row in rows)]
    return f"**{escaped(table.caption)}**\n\n" + "\n".join(lines)


def escaped(text: str) -> str:
    r"""Text in which Markdown and HTML find nothing to act on.

    Examples
    --------
    >>> print(escaped("a|b <i>"))
    a\|b \<i\>
    """
    return text.translate(_ESCAPED)


def _line(cells: Iterator[str] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _section_blocks(section: Section) -> Iterator[str]:
    yield f"## {escaped(section.heading)}"
    yield from map(escaped, section.text)
    for drawing in section.drawings:
        yield _drawing_reference(drawing)
    for table in section.tables:
        yield table_to_markdown(table)
    for number, answer in enumerate(section.answers, start=1):
        yield _answer_block(number, answer)
    for listing in section.listings:
        names = [f"- {escaped(name)}" for name in listing.first]
        more = [f"- and {listing.more} more"] if listing.more else []
        yield "\n".join([f"{escaped(listing.why)} ({listing.count}):", "", *names, *more])
    yield from map(escaped, section.after)


def _drawing_reference(drawing: Drawing) -> str:
    return f"![{escaped(drawing.alt)}]({PLOTS}/{drawing.name}.svg)"


def _answer_block(number: int, answer: ShownAnswer) -> str:
    named = f"{answer.object}, {answer.subtask}, {answer.image}, question {answer.question_index}"
    lines = [f"{number}. {escaped(named)}", "", f"   {escaped(answer.question)}", ""]
    for option in answer.options:
        marks = [mark for mark, holds in (("chosen", option.chosen), ("right", option.right)) if holds]
        said = ", ".join(text for text in (*marks, option.probability) if text)
        named = f"{option.letter}: {option.text} ({said})" if said else f"{option.letter}: {option.text}"
        lines.append(f"   - {escaped(named)}")
    lines += ["", f"   {escaped(answer.sureness)}. {escaped(answer.reason)}".rstrip()]
    return "\n".join(lines)


def _style() -> str:
    """The inspection report's style sheet, and what only this page needs."""
    ours = resources.files("echo_iad.evaluation.pages").joinpath("templates", "page.css").read_text(encoding="utf-8")
    base = resources.files("echo_iad.reports").joinpath("templates", "report.css").read_text(encoding="utf-8")
    return base + ours


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("echo_iad.evaluation.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["Flag"] = Flag
    environment.filters["drawn"] = lambda drawing: Markup(drawing.svg)  # noqa: S704  its texts are escaped when drawn
    return environment
