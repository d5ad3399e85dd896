"""Checks the Markdown pages: relative links lead somewhere, and the commands shown exist.

Knows the Makefile's targets and asks `echo-iad` for its commands; runs none of them.

Run: ``python tools/check_docs.py [FOLDER]``. Exit code 1 and one line for each fault.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)
FENCE = re.compile(r"```[a-z]*\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
ELSEWHERE = ("http://", "https://", "mailto:")


def main() -> int:
    """Check every page of the project, or of the folder given."""
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    pages = sorted({*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("changes/*.md")})
    faults = [fault for page in pages for fault in faults_of(page, root)]
    for fault in faults:
        print(fault)
    print(f"{len(pages)} pages, {len(faults)} faults")
    return 1 if faults else 0


def faults_of(page: Path, root: Path) -> Iterator[str]:
    """Yield one line for each link or command of a page that leads nowhere."""
    text = page.read_text(encoding="utf-8")
    name = page.relative_to(root)
    for target in LINK.findall(FENCE.sub("", text)):
        if not target.startswith(ELSEWHERE) and not _leads_somewhere(page, target):
            yield f"{name}: the link {target} leads nowhere"
    for command in commands_in(text):
        if not _exists(command, root):
            yield f"{name}: no such command: {command}"


def commands_in(text: str) -> list[str]:
    """Commands of the project that a page shows, in blocks and in running text.

    Examples
    --------
    >>> commands_in("Run `make demo`, then `echo-iad memory info --memory DIR` and `python x.py`.")
    ['make demo', 'echo-iad memory info', 'python x.py']
    """
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()]
    lines += INLINE.findall(FENCE.sub("", text))
    return [command for line in lines if (command := _command(line.strip().removeprefix("$ ")))]


def _command(line: str) -> str:
    words = line.split()
    if words[:1] == ["make"] and len(words) > 1 and "=" not in words[1]:
        return " ".join(words[:2])
    if words[:1] == ["echo-iad"]:
        named = [word for word in words[1:3] if re.fullmatch(r"[a-z]+", word)]
        return " ".join(["echo-iad", *named]) if words[1:2] == named[:1] else ""
    if words[:1] == ["python"] and len(words) > 1 and words[1].endswith(".py"):
        return " ".join(words[:2])
    return ""


def _exists(command: str, root: Path) -> bool:
    program, *words = command.split()
    if program == "make":
        return bool(
            re.search(rf"^{re.escape(words[0])}:", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        )
    if program == "python":
        return (root / words[0]).is_file()
    return not words or (words[0] in echo_commands() and (len(words) == 1 or _takes(words[0], words[1])))


def _takes(command: str, word: str) -> bool:
    """Whether a word after a command is one of its subcommands, or the command takes arguments."""
    subcommands = echo_commands()[command]
    return not subcommands or word in subcommands


@cache
def echo_commands() -> dict[str, frozenset[str]]:
    """Ask the command line: each command with its subcommands, none for a plain command."""
    from typer.main import get_command

    from echo_iad.cli.app import app

    top = getattr(get_command(app), "commands", {})
    return {name: frozenset(getattr(command, "commands", ())) for name, command in top.items()}


def _leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (page.parent / path) if path else page
    if not file.exists() or not anchor:
        return file.exists()
    headings = HEADING.findall(file.read_text(encoding="utf-8"))
    return anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


if __name__ == "__main__":
    sys.exit(main())
