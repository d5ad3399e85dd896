"""Evidence with pictures that can be told apart by their brightness, and prompts as a model gets them from Echo."""

import os
from pathlib import Path

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
from echo_iad.domain.messages import PicturePart
from echo_iad.domain.parts import Picture
from echo_iad.experts.consulting import Request
from echo_iad.images.preparing import encode_jpeg
from echo_iad.mllms.scripted import ScriptedMllm
from echo_iad.samples import sample_parts
from echo_iad.settings import load_profile

SNAPSHOTS = Path(__file__).parent / "snapshots"
WRITE = "UPDATE_SNAPSHOTS=1 python -m pytest tests/prompts"
CHIPPED = sample_parts() / "printed_cap" / "test" / "chipped_rim" / "000.jpg"

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


@pytest.fixture(scope="session")
def written():
    """A conversation as text, with its pictures by their labels."""

    def write(messages):
        lines = []
        for message in messages:
            lines.append(f"[{message.role}]")
            lines += [f"<{part.label}>" if isinstance(part, PicturePart) else part.text for part in message.parts]
        return "\n".join(lines)

    return write


@pytest.fixture(scope="session")
def unchanged():
    """Check a text against the snapshot of that name, or write it when that is wanted."""

    def check(name, text):
        path = SNAPSHOTS / f"{name}.txt"
        if os.environ.get("UPDATE_SNAPSHOTS"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"write it with: {WRITE}"
        assert text == path.read_text(encoding="utf-8"), f"read what changed, then: {WRITE}"

    return check


@pytest.fixture(scope="module")
def sent(echo):
    """What a profile's model is sent about the drawn cap with a chipped rim: a function of profile and question.

    The encoders that ship stand in for a profile's own. Learned weights and rotations change no wording.
    """
    asked = []

    def script(messages):
        asked.append(messages)
        return "A"

    def send(name, question, **style):
        profile = load_profile(name).with_model("scripted:cap")
        decider = profile.decider.model_copy(update={"fuse": False, "rotations": 1} | style)
        knowledge = profile.knowledge.model_copy(update={"extractor": "embedding"})
        parts = {"encoders": echo.profile.encoders, "decider": decider, "knowledge": knowledge}
        asked.clear()
        record = echo.with_profile(profile.model_copy(update=parts)).answer(Request(CHIPPED, question, "printed_cap"))
        assert record.decision.reason.startswith("scripted:cap"), record.decision
        return record.question_type, asked[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("echo_iad.deciders.mllm.load_mllm", lambda *_: ScriptedMllm(script, "scripted:cap"))
        yield send
