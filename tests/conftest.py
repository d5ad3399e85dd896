"""What all tests share: cases that are drawn the same way every time, the sample parts enrolled once, and two ways to
run the command line: in this process, and as a process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from echo_iad.cli.app import main
from echo_iad.echo import Echo
from echo_iad.samples import sample_knowledge, sample_parts

settings.register_profile("same-every-time", derandomize=True, deadline=None)
settings.load_profile("same-every-time")


@pytest.fixture(scope="session")
def samples_enrolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a memory that holds the three sample products and their knowledge; nobody may change it."""
    folder = tmp_path_factory.mktemp("samples") / "memory"
    with Echo.from_profile("edge", memory=folder, create=True) as echo:
        echo.enrol(sample_parts())
        echo.import_knowledge(sample_knowledge())
    return folder


@pytest.fixture(scope="session")
def echo(samples_enrolled: Path) -> Iterator[Echo]:
    """Echo over the sample products; nobody may change its memory."""
    with Echo.from_profile("edge", memory=samples_enrolled, read_only=True) as echo:
        yield echo


@pytest.fixture
def own_memory(samples_enrolled: Path, tmp_path: Path) -> Path:
    """Copy of the samples' memory, to change at will."""
    return Path(shutil.copytree(samples_enrolled, tmp_path / "own"))


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def echo_iad(capsys):
    """Run a command in this process, with the exit code and messages of a real one."""

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Ended(ended.value.code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def command():
    """The program and its surroundings, for a real process."""
    program = Path(sys.executable).with_name("echo-iad")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ECHO_IAD_"))}
    return [str(program)], variables | {"COLUMNS": "80"}


@pytest.fixture
def process(command, tmp_path):
    """Run a command as a process in an empty folder."""
    program, variables = command

    def run(*arguments, **more):
        words = [*program, *(str(argument) for argument in arguments)]
        done = subprocess.run(
            words, cwd=tmp_path, env=variables | more, capture_output=True, text=True, encoding="utf-8", check=False
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run
