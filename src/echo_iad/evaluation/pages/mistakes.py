"""Which wrong answers a report shows: the surest ones, spread over subtasks and objects, with their pictures.

Goes through the records once and keeps a few for each subtask and object, so memory does not grow with the run. An
answer that names no option is no mistake of this kind; the report counts it elsewhere.
"""

from __future__ import annotations

import base64
import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from echo_iad.errors import ImageError
from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.pages.content import ShownAnswer, ShownOption
from echo_iad.images.loading import load_picture
from echo_iad.images.preparing import encode_jpeg, shrink
from echo_iad.reports.words import percent

MOST = 12
"""Wrong answers in a report."""
PICTURE_SIDE = 320
"""Longest side of their pictures, in pixels."""
_QUALITY = 80


def worst_mistakes(records: Iterable[AnswerRecord], most: int = MOST) -> list[AnswerRecord]:
    """Choose wrong answers to look at.

    Each choice takes the subtask, then the object, then the picture that was chosen least so far, and of what is left
    the surest answer. Answers without probabilities count as the least sure.

    Parameters
    ----------
    records : iterable of AnswerRecord
        Gone through once; their order does not matter.
    most : int
        How many to choose at most.
    """
    groups: dict[tuple[Subtask, str], list[tuple[float, str, int, int, AnswerRecord]]] = {}
    for number, record in enumerate(records):
        if record.status is AnswerStatus.ANSWERED and not record.right:
            group = groups.setdefault((record.subtask, record.object), [])
            entry = (sureness(record), record.image, -record.question_index, number, record)
            push = heapq.heappush if len(group) < most else heapq.heappushpop
            push(group, entry)
    left = [record for group in groups.values() for *_, record in group]
    seen: Counter[Subtask | str] = Counter()
    chosen: list[AnswerRecord] = []
    while left and len(chosen) < most:
        record = min(left, key=lambda each: (*_times_seen(each, seen), -sureness(each), each.key))
        left.remove(record)
        chosen.append(record)
        seen.update((record.subtask, record.object, record.image))
    return sorted(chosen, key=lambda each: (-sureness(each), each.key))


def sureness(record: AnswerRecord) -> float:
    """Probability of the chosen option, 0 to 1; 0 where there is none."""
    return record.probabilities.get(record.answer or "", 0.0)


def shown_answer(record: AnswerRecord, pictures: Mapping[str, Path]) -> ShownAnswer:
    """Lay a wrong answer out, with its picture made small.

    Parameters
    ----------
    record : AnswerRecord
    pictures : mapping
        Key of a picture -> its file. A picture that is not among them, or that cannot be read any more, is said to be
        gone.
    """
    options = tuple(
        ShownOption(letter, text, _probability(record, letter), letter == record.answer, letter == record.correct)
        for letter, text in record.options.items()
    )
    url, width, height, gone = _picture(pictures.get(record.image))
    known = record.probabilities.get(record.answer or "")
    return ShownAnswer(
        subtask=record.subtask.replace("_", " "),
        object=record.object,
        image=record.image,
        question_index=record.question_index,
        question=record.question,
        options=options,
        sureness="no probability recorded" if known is None else f"{percent(known)} sure",
        reason=record.reason,
        picture=url,
        width=width,
        height=height,
        gone=gone,
    )


def _times_seen(record: AnswerRecord, seen: Counter[Subtask | str]) -> tuple[int, int, int]:
    return seen[record.subtask], seen[record.object], seen[record.image]


def _probability(record: AnswerRecord, letter: str) -> str:
    return percent(record.probabilities[letter]) if letter in record.probabilities else ""


def _picture(path: Path | None) -> tuple[str, int, int, str]:
    """Data URL, width, height, and why there is none."""
    if path is None:
        return "", 0, 0, "The picture was not at hand when this report was written."
    try:
        small = shrink(load_picture(path, at_least=PICTURE_SIDE).pixels, PICTURE_SIDE)
    except ImageError:
        return "", 0, 0, "The picture is gone: its file is missing or cannot be read."
    height, width = small.shape[:2]
    encoded = base64.b64encode(encode_jpeg(small, _QUALITY)).decode("ascii")
    return f"data:image/jpeg;base64,{encoded}", width, height, ""
