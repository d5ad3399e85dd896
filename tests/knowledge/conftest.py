"""Knowledge and encoders that the tests write themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.domain.parts import EncoderId, FloatArray
from echo_iad.encoders.onnx import EdgeTextEncoder
from echo_iad.knowledge.sources import read_knowledge

HINGE = """
# hinge

## good

The object is a steel hinge that carries a cupboard door. A good hinge is evenly grey, complete and without marks.
Small differences in brightness and a slight turn in the fixture are normal.

## rust

Rust shows as reddish-brown, rough patches with a flaky border. Rust is mostly found near the pin and at the edges of
the plates. Rust is caused by damp storage or by a gap in the zinc coating. Rust weakens the steel, so the door may sag
or fall.

## bent leaf

A bent leaf is a plate that stands at a visible angle to the other one. The bend usually lies between the two outer
drill holes. A leaf is bent by a fall or by too much pressure in packing. A hinge with a bent leaf jams and cannot be
mounted.
"""


class CountingEncoder:
    """Words hashed into a vector; counts what it was asked for."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.id = EncoderId("counting", "0", 64, "words", "words")

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        self.texts += texts
        rows = np.full((len(texts), 64), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[sum(map(ord, word)) % 64] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def counting() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture(scope="session")
def edge() -> EdgeTextEncoder:
    return EdgeTextEncoder()


@pytest.fixture(scope="session")
def hinge(tmp_path_factory: pytest.TempPathFactory) -> tuple[KnowledgePassage, ...]:
    path = tmp_path_factory.mktemp("knowledge") / "hinge.md"
    path.write_text(HINGE, encoding="utf-8")
    return read_knowledge(path)[0].passages
