"""What all tests share: cases that are drawn the same way every time, and the sample parts enrolled once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

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
