"""Drawn normals: encodings without an encoder, so that the memory is tested alone."""

import hashlib

import numpy as np
import pytest

from echo_iad.domain.parts import EncoderId, ImageEncoding
from echo_iad.memory.defects import LabelledDefect
from echo_iad.memory.records import NewNormal
from echo_iad.memory.store import Memory
from echo_iad.settings import load_profile

DIMENSION = 16
IMAGE = EncoderId("drawn", "ab" * 32, DIMENSION, "none", "drawn-image")
TEXT = EncoderId("drawn", "cd" * 32, 8, "none", "drawn-text")


def unit_vector(seed, dimension=DIMENSION):
    vector = np.random.default_rng(seed).standard_normal(dimension)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def drawn_normal(name, number, *, vector=None):
    """Normal ``number`` of object ``name``; the same arguments give the same normal."""
    rng = np.random.default_rng([number, len(name)])
    vector = unit_vector([number, *name.encode()]) if vector is None else vector
    levels = (rng.standard_normal((4, 5, 3)).astype(np.float32), rng.standard_normal((2, 2, 6)).astype(np.float32))
    digest = hashlib.sha256(f"{name} {number}".encode()).hexdigest()
    preview = b"\xff\xd8" + f"{name} {number}".encode() + b"\xff\xd9"
    return NewNormal(
        name, f"/parts/{name}/{number}.png", digest, 640, 480, 1000, preview, ImageEncoding(vector, levels), "ines"
    )


def drawn_defect(name, number, kind="dent", **other):
    """Labelled defect ``number`` of object ``name``; the same arguments give the same one."""
    digest = hashlib.sha256(f"{name} defect {number}".encode()).hexdigest()
    look = np.random.default_rng([number, len(name)]).standard_normal(3).astype(np.float32)
    fields = {
        "object": name,
        "type": kind,
        "path": f"/parts/{name}/bad/{number}.png",
        "sha256": digest,
        "width": 640,
        "height": 480,
        "box": (1, 2, 30, 40),
        "stood_out": True,
        "form": "looks 1",
        "enrolled_by": "ines",
        "looks": {"context": look, "area": np.array([0.5], np.float32)},
    }
    return LabelledDefect(**fields | other)


@pytest.fixture(scope="session")
def make_defect():
    return drawn_defect


@pytest.fixture(scope="session")
def make_normal():
    return drawn_normal


@pytest.fixture(scope="session")
def make_vector():
    return unit_vector


@pytest.fixture(scope="session")
def encoders():
    return IMAGE, TEXT


@pytest.fixture
def memory(tmp_path):
    with Memory.open(tmp_path / "memory", create=True) as memory:
        memory.bind(IMAGE, TEXT)
        yield memory


@pytest.fixture(scope="session")
def settings():
    return load_profile("edge").retrieval
