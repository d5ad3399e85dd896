"""Asks every question of every cell, picture by picture, and records the answers at once. Knows no decider.

All cells of an experiment are asked about a picture before the next one is read, so they share its decoding, its
encoding and its comparison, and memory does not grow with the number of questions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from echo_iad.evaluation.answers.recording import Key, RunFolder
from echo_iad.evaluation.answers.records import AnswerRecord
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion

Progress = Callable[[int, int, str], None]
"""Called with what is done, the total, and the object at hand."""


class Answerer(Protocol):
    """Anything that answers a benchmark's questions."""

    def answer_all(self, asked: Sequence[BenchmarkQuestion]) -> list[AnswerRecord]:
        """Answer the questions about one picture, in order; never raise for what it or a question holds."""
        ...


@dataclass(frozen=True)
class Cell:
    """One way to answer, and where its records go."""

    answerer: Answerer
    folder: RunFolder
    asked: frozenset[Key]
    """The questions that it answers."""

    @property
    def pending(self) -> frozenset[Key]:
        """Those that have no answer yet."""
        return self.asked - self.folder.done


def run(questions: Sequence[BenchmarkQuestion], cells: Sequence[Cell], progress: Progress | None = None) -> None:
    """Ask what has no answer yet; afterwards the records are in the order of the questions.

    Raises
    ------
    EvaluationError
        Records cannot be written; what was written before stays.
    ModelGoneError
        The model that decides answers nothing more; what was written before stays.
    """
    waiting = [cell.pending for cell in cells]
    total = sum(len(cell.asked) for cell in cells)
    done = total - sum(map(len, waiting))
    if progress is not None:
        progress(done, total, "")
    for _, group in groupby(questions, key=lambda asked: asked.image):
        about_one = list(group)
        for cell, keys in zip(cells, waiting, strict=True):
            pending = [asked for asked in about_one if asked.key in keys]
            for record in cell.answerer.answer_all(pending) if pending else ():
                cell.folder.append(record)
            done += len(pending)
        if progress is not None:
            progress(done, total, about_one[0].object)
    order = [asked.key for asked in questions]
    for cell in cells:
        cell.folder.sort(order)
