"""Evidence with pictures that can be told apart by their brightness."""

import numpy as np
import pytest

from echo_iad.domain.evidence import (
    Change,
    Comparison,
    Evidence,
    Exhibits,
    KnowledgePassage,
    ObjectMatch,
    ReasoningStep,
    Reference,
    Region,
)
from echo_iad.domain.parts import Picture
from echo_iad.images.preparing import encode_jpeg

QUERY_GREY = 200


def grey(level, height=60, width=90):
    return np.full((height, width, 3), level, np.uint8)


def make_comparison(*, anomalous):
    change = Change(-12.0, 0.0, 1.0, 0.2, "dark grey", "grey", ("darker", "rougher"))
    region = Region((10, 10, 30, 20), 0.025, "upper left", 1.0, 2.0, "near the rim", change)
    return Comparison(
        score=1.4 if anomalous else 0.7,
        p_value=0.02,
        threshold=1.0,
        margin=0.4 if anomalous else -0.3,
        certified=True,
        certified_reason="49 good parts support 5 %.",
        false_alarm_rate=0.05,
        is_anomalous=anomalous,
        normals=49,
        regions=(region,) if anomalous else (),
    )


@pytest.fixture
def scene():
    """Evidence of every expert about one part, with ``shots`` references as grey as their number times ten."""

    def make(*, shots=1, anomalous=None, knowledge=False, reasoning=False):
        references = tuple(Reference(number, f"good/{number}.jpg", 0.9) for number in range(1, shots + 1))
        jpegs = tuple(encode_jpeg(grey(10 * number)) for number in range(1, shots + 1))
        query = Picture(grey(QUERY_GREY), 90, 60, "new/7.jpg", "ab" * 32)
        passages = (KnowledgePassage("A dent is a shallow hollow.", "guide.md", "dent"),) if knowledge else ()
        steps = (ReasoningStep("What differs", "The rim is dented."),) if reasoning else ()
        return Evidence(
            ObjectMatch("steel_bracket", named_by_user=True, similarity=0.9, margin=0.3, reason="Named by the user."),
            references=references,
            comparison=None if anomalous is None else make_comparison(anomalous=anomalous),
            knowledge=passages,
            reasoning=steps,
            exhibits=Exhibits(query, jpegs),
        )

    return make
