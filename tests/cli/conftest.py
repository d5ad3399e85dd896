"""A memory of two sample products."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from echo_iad.echo import Echo
from echo_iad.samples import sample_knowledge, sample_parts

OBJECTS = ("printed_cap", "woven_fabric")


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
