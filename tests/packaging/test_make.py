"""The Makefile and the script for continuous integration, without running their work."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TARGETS = {"help", "demo", "test", "check", "format", "wheel", "bench", "constraints", "clean"}


@pytest.fixture
def fresh(tmp_path):
    """A checkout in which nothing was installed yet."""
    for name in ("Makefile", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make(folder, *words):
    # the suite itself may run under make, whose variables would make this one a part of it
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(["make", *words], cwd=folder, capture_output=True, text=True, check=False, env=variables)
    return done.returncode, done.stdout + done.stderr


def test_make_alone_lists_every_task(fresh):
    status, said = make(fresh)
    assert status == 0
    assert set(re.findall(r"^  make (\w+) +\S", said, re.MULTILINE)) == TARGETS


def test_demo_installs_the_pinned_base_and_no_extra(fresh):
    _, said = make(fresh, "--dry-run", "demo")
    (install,) = [line for line in said.splitlines() if "pip install" in line]
    assert "--constraint constraints.txt ." in install
    assert "[" not in install
    assert said.splitlines()[-1].endswith("echo-iad demo")


def test_what_is_installed_is_not_installed_again(fresh):
    for marker in (".venv/.echo-base", ".venv-dev/.echo-dev"):
        (fresh / marker).parent.mkdir()
        (fresh / marker).touch()
    for task in ("demo", "test", "check"):
        assert "pip install" not in make(fresh, "--dry-run", task)[1]


def test_an_old_python_is_refused_with_the_cure(fresh):
    old = fresh / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    status, said = make(fresh, f"PYTHON={old}", "demo")
    assert status != 0
    assert "Python 3.11 or newer. Name one with: make PYTHON=python3.11 demo" in said


def test_continuous_integration_checks_and_then_tests():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
    lines = script.read_text(encoding="utf-8").splitlines()
    assert "set -euo pipefail" in lines
    assert lines[-2:] == ["make check", "make test"]
