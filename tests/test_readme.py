"""The blocks of README.md and the quickstart do what the pages say: each is run, in order, beside the demo."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "docs" / "quickstart.md")
BLOCK = re.compile(r"^```(sh|python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DEMO = "echo-iad demo\n"


@dataclass(frozen=True)
class Block:
    """One block that is run, and what the page shows of its output; empty when it shows none."""

    language: str
    code: str
    shown: str


def blocks(page):
    """Blocks in order; a text block belongs to the one before it."""
    found = []
    for language, code in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language == "text":
            found[-1] = Block(found[-1].language, found[-1].code, code)
        else:
            found.append(Block(language, code, said_in_comments(code) if language == "python" else ""))
    return found


def said_in_comments(code):
    """Output that a Python block shows: ``print(...)  # output``."""
    lines = re.findall(r"^ *print\(.*\)  # (.+)$", code, re.MULTILINE)
    return "".join(f"{line}\n" for line in lines)


def variables():
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ECHO_IAD_"))}
    programs = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return kept | {"PATH": programs, "COLUMNS": "80", "NO_COLOR": "1", "ECHO_IAD_THREADS": "1"}


def run(block, folder):
    command = [sys.executable, "-c"] if block.language == "python" else ["bash", "-euo", "pipefail", "-c"]
    done = subprocess.run(
        [*command, block.code],
        cwd=folder,
        env=variables(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{block.code}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def shows(shown, printed):
    """Whether the printed text is the shown one, where ``…`` stands for any text and spaces count once."""
    parts = (re.escape(" ".join(part.split())) for part in shown.split("…"))
    return re.fullmatch(" ?.*".join(parts), " ".join(printed.split()), re.DOTALL) is not None


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory):
    """A folder that was empty until the demo ran in it, as both pages begin."""
    folder = tmp_path_factory.mktemp("newcomer")
    run(Block("sh", DEMO, ""), folder)
    return folder


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_block_runs_and_prints_what_is_shown(page, demonstrated, tmp_path):
    first, *others = blocks(page)
    assert first.code == DEMO
    folder = shutil.copytree(demonstrated, tmp_path / "newcomer")
    for block in others:
        printed = run(block, folder)
        assert not block.shown or shows(block.shown, printed), f"{block.code}\nprinted\n{printed}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_page_has_blocks_of_both_languages_with_output(page):
    found = blocks(page)
    assert {block.language for block in found} == {"sh", "python"}
    assert sum(bool(block.shown) for block in found) >= 2


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a  b\n", "a b", True),
        ("a …\nd", "a b\nc d", True),
        ("…\nd\n", "a\n d\n", True),
        ("a …", "b", False),
        ("a\n", "a b\n", False),
    ],
)
def test_shown_output_is_compared_word_by_word(shown, printed, same):
    assert shows(shown, printed) is same


def test_the_figures_are_those_of_the_benchmark():
    spec = importlib.util.spec_from_file_location("quote_benchmarks", ROOT / "tools" / "quote_benchmarks.py")
    quoting = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(quoting)
    written = quoting.PAGE.read_text(encoding="utf-8")
    assert quoting.page(written) == written, "write them anew with: python tools/quote_benchmarks.py"


def test_the_picture_of_a_report_is_there_and_small():
    picture = ROOT / "docs" / "images" / "report.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 400_000
