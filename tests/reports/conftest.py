"""Inspections made up in full, so that reports are tested without any model."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from echo_iad.domain.decisions import Decision, Inspection, Status
from echo_iad.domain.evidence import (
    AnomalyMap,
    Change,
    Comparison,
    DefectVote,
    KnowledgePassage,
    NearDefect,
    ObjectMatch,
    ReasoningStep,
    Reference,
    Region,
)
from echo_iad.domain.questions import Expert, QuestionType
from echo_iad.reports.cards import ReportItem

WIDTH, HEIGHT = 300, 200
BOX = (150, 40, 210, 90)


@pytest.fixture
def photograph():
    """(200, 300, 3) uint8: a shaded blue part."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    shade = 60 + 100 * columns / WIDTH + 30 * rows / HEIGHT
    return np.stack([shade * 0.5, shade * 0.7, shade], axis=2).astype(np.uint8)


@pytest.fixture
def jpeg(photograph):
    stream = io.BytesIO()
    Image.fromarray(photograph).save(stream, "JPEG")
    return stream.getvalue()


@pytest.fixture
def anomaly_map():
    """A hump of three times the threshold inside the box, next to nothing elsewhere."""
    values = np.full((100, 150), 0.2, dtype=np.float32)
    values[25:40, 80:100] = 6.0
    return AnomalyMap(values, threshold=2.0, extent=1.5)


@pytest.fixture
def comparison(anomaly_map):
    change = Change(-20.0, 1.0, 12.0, 0.4, "dark brown", "blue", ("darker", "rougher"))
    region = Region(BOX, 0.05, "upper right", 6.0, 1.3, "near the rim", change)
    return Comparison(
        score=5.0,
        p_value=0.04,
        threshold=2.0,
        margin=1.5,
        certified=True,
        certified_reason="24 normals support a false-alarm rate of 0.05.",
        false_alarm_rate=0.05,
        is_anomalous=True,
        normals=24,
        regions=(region,),
        anomaly_map=anomaly_map,
    )


@pytest.fixture
def inspection(comparison):
    """Everything that a record can hold."""
    return Inspection(
        image="parts/valve/017.png",
        object="valve",
        question="Which defect is it?",
        question_type=QuestionType.CLASSIFICATION,
        profile="edge",
        plan=(
            Expert.REFERENCE_EXTRACTOR,
            Expert.VISUAL_COMPARATOR,
            Expert.KNOWLEDGE_GUIDE,
            Expert.DECISION_MAKER,
        ),
        references=(Reference(3, "good/003.png", 0.97), Reference(8, "good/008.png", 0.95)),
        comparison=comparison,
        knowledge=(KnowledgePassage("A stain is a brown spot.", "valve.md, line 3", "stain", 0.8),),
        decision=Decision(Status.ANSWERED, "B", "", {"A": 0.1, "B": 0.9}, 0.98, "The region is dark brown."),
        timings_ms={"encode": 8.5, "total": 31.25},
        options={"A": "Scratch", "B": "Stain"},
        object_match=ObjectMatch("valve", False, 0.97, 0.2, "Nearest to valve."),
        reasoning=(ReasoningStep("What differs", "One region is darker."),),
        missing={},
        defect_vote=DefectVote({"stain": 0.75}, 0.25, (NearDefect(2, "stain", "bad/002.png", 0.5),), 1),
        width=WIDTH,
        height=HEIGHT,
        version="0.1.0",
        profile_sha256="ab" * 32,
    )


@pytest.fixture
def good(inspection):
    calm = replace(inspection.comparison, score=1.2, margin=-0.4, p_value=0.5, is_anomalous=False, regions=())
    return replace(inspection, image="parts/valve/018.png", comparison=calm, decision=Decision(Status.ANSWERED, "A"))


@pytest.fixture
def failed(inspection):
    decision = Decision(Status.FAILED, reason="The picture parts/valve/019.png is empty.")
    return replace(
        inspection,
        image="parts/valve/019.png",
        object=None,
        references=(),
        comparison=None,
        knowledge=(),
        decision=decision,
        timings_ms={},
        object_match=None,
        reasoning=(),
        width=0,
        height=0,
    )


@pytest.fixture
def unsure(inspection):
    decision = Decision(Status.ABSTAINED, None, "", {"A": 0.5, "B": 0.5}, 0.5, "The best option leads by nothing.")
    return replace(inspection, image="parts/valve/020.png", decision=decision)


@pytest.fixture
def make_item(photograph, jpeg):
    """An item with its pictures."""

    def make(inspection, **changes):
        record = replace(inspection, **changes)
        query = photograph if record.width else None
        return ReportItem(record, query, (jpeg,) * len(record.references))

    return make
