"""A run that never was: plausible figures over the drawn sample parts, for tests of what is made of a summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.questions import Excluded
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.summary import Summary, summarise
from echo_iad.samples import sample_parts

DATASET_OF = {"printed_cap": "DS-MVTec", "woven_fabric": "DS-MVTec", "circuit_board": "VisA"}
OPTIONS = {
    "A": "A dark spot near the rim.",
    "B": "A bent corner.",
    "C": "A missing piece of the edge.",
    "D": "Nothing.",
}
YES_NO = {"A": "Yes.", "B": "No."}
RIGHT_OF_TEN = {
    Subtask.DISCRIMINATION: 9,
    Subtask.CLASSIFICATION: 6,
    Subtask.LOCALIZATION: 3,
    Subtask.DESCRIPTION: 7,
    Subtask.ANALYSIS: 8,
}
"""How many of ten questions of a subtask the made-up run answers rightly."""


def sample_pictures() -> dict[str, Path]:
    """Key of a picture -> its file."""
    return {
        f"{DATASET_OF[path.parts[-4]]}/{'/'.join(path.parts[-4:])}": path
        for path in sorted(sample_parts().glob("*/test/*/*.jpg"))
    }


def make_records(
    *, assisted: bool = False, unanswered: bool = True, model: str | None = None
) -> Iterator[AnswerRecord]:
    """Every picture asked five things; which answers are right follows from their number alone."""
    number = 0
    for image in sample_pictures():
        _, name, _, kind, _ = image.split("/")
        for index, subtask in enumerate(RIGHT_OF_TEN):
            defective = kind != "good"
            if not defective and subtask is not Subtask.DISCRIMINATION:
                continue
            number += 1
            yield _record(image, index, name, subtask, number, assisted=assisted, unanswered=unanswered, model=model)


def _record(image, index, name, subtask, number, *, assisted, unanswered, model):
    options = YES_NO if subtask is Subtask.DISCRIMINATION else OPTIONS
    defective = "/good/" not in image
    correct = ("A" if defective else "B") if subtask is Subtask.DISCRIMINATION else "ABCD"[number % 4]
    right = (number * 7) % 10 < RIGHT_OF_TEN[subtask]
    answer = correct if right else next(letter for letter in options if letter != correct)
    status = AnswerStatus.UNPARSED if unanswered and number % 23 == 0 else AnswerStatus.ANSWERED
    given = answer if status is AnswerStatus.ANSWERED else None
    sure = 0.4 + 0.59 * ((number * 37) % 100) / 100
    rest = (1 - sure) / (len(options) - 1)
    return AnswerRecord(
        image=image,
        question_index=index,
        dataset=image.split("/")[0],
        object=name,
        subtask=subtask,
        question=f"What about the {subtask.replace('_', ' ')} of this part?",
        options=options,
        correct=correct,
        defective=defective,
        answer=given,
        status=status,
        probabilities={letter: sure if letter == answer else rest for letter in options} if given else {},
        reason="The regions lie in the upper left of the part." if number % 2 else "",
        assisted=assisted,
        marks=("training: drawn parts",) if number % 11 == 0 else (),
        model=model,
        profile="edge",
        profile_sha256="0123456789abcdef" * 4,
        version="0.1.0",
        latency_ms=5.0 + number % 13,
    )


def blind_letters(records: list[AnswerRecord]) -> dict[str, dict[tuple[str, int], str]]:
    """What four blind deciders say; the learned one is good at places and bad at defects."""
    learned, longest = {}, {}
    for number, record in enumerate(records):
        lucky = {Subtask.LOCALIZATION: 8, Subtask.DISCRIMINATION: 5}.get(record.subtask, 4)
        wrong = next(letter for letter in record.options if letter != record.correct)
        learned[record.key] = record.correct if number % 10 < lucky else wrong
        longest[record.key] = max(record.options, key=lambda letter: len(record.options[letter]))
    first = {record.key: "A" for record in records}
    return {"first": first, "knowledge": first, "learned": learned, "longest": longest}


def excluded() -> tuple[Excluded, ...]:
    """More of one kind than a report names, and two of another."""
    missing = [Excluded(f"VisA/circuit_board/test/bad/{n:03d}.JPG", "the picture is missing") for n in range(23)]
    templates = [
        Excluded(f"VisA/circuit_board/train/good/{n:03d}.JPG", f"template of {n + 1} picture{'s' * (n > 0)}: no file")
        for n in range(2)
    ]
    return (*missing, *templates, Excluded("VisA/circuit_board/test/good/009.JPG", "the question has no type", 3))


def make_summary(*, robustness: bool = True, blind: bool = True, **choices: object) -> Summary:
    """Summary of `make_records`."""
    records = list(make_records(**choices))
    rows = {"questions": 20, "accuracy": 61.0, "stays_right": 83.5, "flips": None}
    return summarise(
        records,
        blind_letters(records) if blind else {},
        excluded(),
        seed=0,
        questions_sha256="fedcba9876543210" * 4,
        robustness={"shuffled": {"classification": rows, "localization": rows}} if robustness else None,
    )


@pytest.fixture(scope="session")
def pictures() -> dict[str, Path]:
    return sample_pictures()


@pytest.fixture(scope="session")
def records() -> list[AnswerRecord]:
    """All answers of the made-up run, in its order."""
    return list(make_records())


@pytest.fixture(scope="session")
def summary() -> Summary:
    return make_summary()


@pytest.fixture(scope="session")
def summary_of() -> Callable[..., Summary]:
    """``summary_of(assisted=True, unanswered=False, model="m", robustness=False, blind=False)``."""
    return make_summary
