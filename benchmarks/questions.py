"""Multiple-choice questions about test parts, answered and counted: MMAD's file and the samples'.

Strict: an abstention or a failure is a wrong answer. Nothing is fitted on the questions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from echo_iad import Echo
from echo_iad.samples import sample_parts, sample_questions

SUBTASKS = {
    "Anomaly Detection": "discrimination",
    "Defect Classification": "classification",
    "Defect Localization": "localization",
    "Defect Description": "description",
    "Defect Analysis": "analysis",
}
"""MMAD's name -> the question type, for the five that count; the others ask about the object."""

BALANCED = "balanced discrimination"
"""Mean of what is right among the defective and among the good parts."""


@dataclass(frozen=True)
class Asked:
    """A question about one picture, with its true option."""

    image: Path
    object: str
    kind: str
    text: str
    options: Mapping[str, str]
    answer: str
    defective: bool
    """Whether the picture shows a defective part."""


def mmad_questions(folder: Path) -> list[Asked]:
    """Read the questions of the five subtasks whose pictures are there."""
    read = json.loads((folder / "mmad.json").read_text(encoding="utf-8"))
    return [asked for name, entry in read.items() for asked in _of_image(folder / name, name, entry)]


def own_questions() -> list[Asked]:
    """Read the samples' questions that have an answer; their kind is the type that Echo reads from the words."""
    from echo_iad.planning.question_types import classify_question

    return [
        Asked(
            image=sample_parts() / row.image,
            object=row.object,
            kind=str(classify_question(row.question, row.options)),
            text=row.question,
            options=row.options,
            answer=row.answer,
            defective="/good/" not in row.image,
        )
        for row in sample_questions()
        if row.answer
    ]


def _of_image(path: Path, name: str, entry: Mapping[str, Any]) -> Iterator[Asked]:
    if not path.is_file():
        return
    _, object, _, defect, _ = name.split("/")
    for row in entry["conversation"]:
        if row["type"] in SUBTASKS:
            kind = SUBTASKS[row["type"]]
            yield Asked(path, object, kind, row["Question"], row["Options"], row["Answer"], defect != "good")


def answer(echo: Echo, questions: Iterable[Asked]) -> list[str | None]:
    """Echo's option for each question, with the object named; None where it gives none."""
    return [echo.inspect(one.image, one.text, one.options, object=one.object).decision.option for one in questions]


def longest(questions: Iterable[Asked]) -> list[str | None]:
    """Answer blindly: the longest option, the first of equals. What any answer must beat to show that it looked."""
    return [max(one.options, key=lambda letter: len(one.options[letter])) for one in questions]


def count(questions: list[Asked], answers: list[str | None]) -> dict[str, dict[str, Any]]:
    """Right answers by object and subtask; ``all`` is the mean over the objects."""
    pairs = list(zip(questions, answers, strict=True))
    objects = {
        object: _by_kind([pair for pair in pairs if pair[0].object == object])
        for object in sorted({one.object for one in questions})
    }
    kinds = [kind for kind in (*SUBTASKS.values(), BALANCED) if any(kind in row for row in objects.values())]
    means = {
        kind: {"share": round(fmean(row[kind]["share"] for row in objects.values() if kind in row), 4)}
        for kind in kinds
    }
    return {**objects, "all": means}


def _by_kind(pairs: list[tuple[Asked, str | None]]) -> dict[str, Any]:
    kinds = [kind for kind in SUBTASKS.values() if any(asked.kind == kind for asked, _ in pairs)]
    counted: dict[str, Any] = {kind: _right([pair for pair in pairs if pair[0].kind == kind]) for kind in kinds}
    told = [pair for pair in pairs if pair[0].kind == "discrimination"]
    sides = [[pair for pair in told if pair[0].defective is side] for side in (True, False)]
    if all(sides):
        balanced = fmean(_right(side)["share"] for side in sides)
        counted[BALANCED] = {"share": round(balanced, 4), "questions": len(told)}
    return counted


def _right(pairs: list[tuple[Asked, str | None]]) -> dict[str, Any]:
    right = sum(given == asked.answer for asked, given in pairs)
    return {"share": round(right / len(pairs), 4), "right": right, "questions": len(pairs)}
