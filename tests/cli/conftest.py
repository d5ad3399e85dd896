"""A memory of two sample products, and two ways to run the command line: in this process, and as a process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from echo_iad.cli.app import main
from echo_iad.echo import Echo
from echo_iad.samples import sample_knowledge, sample_parts

OBJECTS = ("printed_cap", "woven_fabric")


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


@pytest.fixture(scope="session")
def parts():
    return sample_parts()


@pytest.fixture(scope="session")
def whole_memory(tmp_path_factory, parts):
    """Two products with 20 normals each and what is known about them; made once, read only."""
    place = tmp_path_factory.mktemp("enrolled")
    for name in OBJECTS:
        folder = place / "good" / name
        folder.mkdir(parents=True)
        for number in range(20):
            shutil.copy(parts / name / "train" / "good" / f"{number:03}.jpg", folder)
    with Echo.from_profile("edge", memory=place / "memory", create=True) as echo:
        echo.enrol(place / "good")
        for name in OBJECTS:
            echo.import_knowledge(sample_knowledge() / f"{name}.md")
    return place / "memory"


@pytest.fixture
def memory(whole_memory, tmp_path):
    """A copy of one's own."""
    return Path(shutil.copytree(whole_memory, tmp_path / "memory"))


@pytest.fixture
def broken(tmp_path):
    """A file that is no picture."""
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"no picture at all")
    return path
