"""Writes the second half of docs/cli.md: the help of every command as it is printed.

Run: ``python tools/generate_cli_docs.py``. A test compares the page with what this would write.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from typer.main import get_command
from typer.testing import CliRunner

from echo_iad.cli.app import app

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
MARK = "<!-- The rest is written by tools/generate_cli_docs.py. -->\n"


def main() -> None:
    """Write the page anew below its mark."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def page(written: str) -> str:
    """Text of the page: what is written by hand above the mark, then the help of each command."""
    above, mark, _ = written.partition(MARK)
    if not mark:
        sys.exit(f"{PAGE} has lost the line {MARK}")
    helps = [f"\n## `{' '.join(['echo-iad', *words])}`\n\n```text\n{shown_help(words)}\n```\n" for words in commands()]
    return above + mark + "".join(helps)


def commands() -> Iterator[list[str]]:
    """Yield the words of every command, groups before what is in them."""
    yield []
    for name, command in sorted(getattr(get_command(app), "commands", {}).items()):
        yield [name]
        for inner in sorted(getattr(command, "commands", {})):
            yield [name, inner]


def shown_help(words: list[str]) -> str:
    """Help of a command as it is printed on 80 columns, without colours."""
    screen = {"COLUMNS": "80", "TERMINAL_WIDTH": "80", "NO_COLOR": "1", "TERM": "dumb"}
    printed = CliRunner().invoke(app, [*words, "--help"], env=screen, catch_exceptions=False).stdout
    lines = [line.rstrip() for line in COLOURS.sub("", printed).splitlines()]
    return "\n".join(lines).strip("\n")


if __name__ == "__main__":
    main()
