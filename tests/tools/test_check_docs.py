"""The checker of the docs finds what leads nowhere, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "check_docs.py"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "Makefile").write_text("demo:  ## run\n\techo\n", encoding="utf-8")
    (tmp_path / "docs" / "tour.md").write_text("# The Tour, in a minute\n", encoding="utf-8")
    return tmp_path


def check(project, text):
    (project / "README.md").write_text(text, encoding="utf-8")
    return subprocess.run([sys.executable, TOOL, project], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "text",
    [
        "[tour](docs/tour.md)",
        "[tour](docs/tour.md#the-tour-in-a-minute)",
        "[elsewhere](https://example.org/nothing)",
        "```sh\nmake demo\n[not](a-link)\n```",
        "Run `make demo`.",
        "Run `echo-iad inspect part.jpg --memory DIR` or `echo-iad memory info`.",
        "Give `echo-iad --help`.",
    ],
)
def test_what_leads_somewhere_is_silent(project, text):
    done = check(project, text)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[tour](docs/detour.md)", "the link docs/detour.md leads nowhere"),
        ("[tour](docs/tour.md#the-detour)", "the link docs/tour.md#the-detour leads nowhere"),
        ("![picture](docs/report.png)", "the link docs/report.png leads nowhere"),
        ("```sh\n$ make detour\n```", "no such command: make detour"),
        ("Run `python tools/detour.py`.", "no such command: python tools/detour.py"),
        ("Run `echo-iad detour`.", "no such command: echo-iad detour"),
        ("Run `echo-iad memory detour`.", "no such command: echo-iad memory detour"),
    ],
)
def test_what_leads_nowhere_is_named_with_its_page(project, text, fault):
    done = check(project, text)
    assert done.returncode == 1, done.stderr
    assert f"README.md: {fault}" in done.stdout
