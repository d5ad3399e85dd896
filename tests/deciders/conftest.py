"""Made-up evidence for deciders: a map with a blob, a comparison around it, a text encoder of words."""

import hashlib

import numpy as np
import pytest

from echo_iad.domain.evidence import AnomalyMap, Change, Comparison, Evidence, KnowledgePassage, ObjectMatch, Region
from echo_iad.domain.parts import EncoderId


class WordEncoder:
    """Bag of words as unit vectors: texts that share words are alike. Counts what it was asked for."""

    id = EncoderId("words", "0" * 64, 256, "words", "words")

    def __init__(self):
        self.encoded = []

    def encode_texts(self, texts):
        self.encoded += list(texts)
        rows = np.zeros((len(texts), 256), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace(".", " ").replace(",", " ").split():
                row[hashlib.sha256(word.rstrip("s").encode()).digest()[0]] += 1.0
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def encoder():
    return WordEncoder()


def make_map(box=(10, 10, 30, 20), shape=(80, 100), foreground=None, threshold=0.5):
    """A map of 0.2 with 1.0 in ``box`` (x0, y0, x1, y1)."""
    values = np.full(shape, 0.2, np.float32)
    if box is not None:
        x0, y0, x1, y1 = box
        values[y0:y1, x0:x1] = 1.0
    return AnomalyMap(values, threshold, 0.8 * threshold, foreground)


def make_change(brightness=0.0, hue=0.0, texture=0.0, colour="gray", words=()):
    return Change(brightness, 0.0, hue, texture, colour, "gray", tuple(words))


def make_region(box=(10, 10, 30, 20), area=0.025, position="upper left", elongation=2.0, part="", change=None):
    return Region(box, area, position, 1.0, elongation, part, change)


def make_comparison(margin=0.4, anomalous=None, regions=None, anomaly_map="default", **changes):
    anomalous = margin > 0 if anomalous is None else anomalous
    default = (make_region(),) if anomalous else ()
    return Comparison(
        score=changes.get("score", 1.0 + margin),
        p_value=changes.get("p_value", 0.02 if anomalous else 0.5),
        threshold=changes.get("threshold", 1.0),
        margin=margin,
        certified=changes.get("certified", True),
        certified_reason=changes.get("certified_reason", "49 good parts support 5 %."),
        false_alarm_rate=0.05,
        is_anomalous=anomalous,
        normals=49,
        regions=default if regions is None else regions,
        anomaly_map=make_map() if isinstance(anomaly_map, str) else anomaly_map,
    )


KNOWLEDGE = (
    KnowledgePassage(
        "A scratch is a thin, long line. It weakens the coating and lets rust begin.", "guide.md", "scratch"
    ),
    KnowledgePassage("A stain is a discoloured patch. It looks bad to the buyer.", "guide.md", "stain"),
    KnowledgePassage("A good bracket is grey and smooth. It holds a shelf.", "guide.md", "good"),
)


def make_evidence(comparison="default", knowledge=KNOWLEDGE, name="bracket", **changes):
    match = ObjectMatch(name, named_by_user=True, similarity=0.9, margin=0.3, reason="Named by the user.")
    comparison = make_comparison() if isinstance(comparison, str) else comparison
    return Evidence(match, comparison=comparison, knowledge=knowledge[:1], object_knowledge=knowledge, **changes)


@pytest.fixture
def make():
    """The builders above, by name."""

    class Make:
        map = staticmethod(make_map)
        change = staticmethod(make_change)
        region = staticmethod(make_region)
        comparison = staticmethod(make_comparison)
        evidence = staticmethod(make_evidence)

    return Make
