"""The answers of another system, from a CSV. Knows its columns; no run and no score.

Columns: ``image`` and ``question_index`` (0-based in the image's conversation) name the question, ``model_answer`` (a
letter) or ``raw_output`` (what the system wrote) is its answer; ``correct_answer`` and ``question_type`` (MMAD's word
for a subtask, or Echo's) may be there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from echo_iad.errors import EvaluationError
from echo_iad.evaluation.benchmark.subtasks import MMAD_TYPES, Subtask

_NAMING = ("image", "question_index")
_ANSWERING = ("model_answer", "raw_output")
_SUBTASKS = MMAD_TYPES | {subtask.value: subtask for subtask in Subtask}


@dataclass(frozen=True)
class ForeignAnswer:
    """One row: what another system answered to one question."""

    image: str
    question_index: int
    letter: str
    """As the system's own reading has it; empty when it has none."""
    raw_text: str
    """What it wrote; empty when that is not kept."""
    correct: str | None
    """The right option's letter; None when the file does not say."""
    subtask: Subtask | None
    """None when the file does not say, or says a word that is no subtask."""

    @property
    def key(self) -> tuple[str, int]:
        """What names the question in a benchmark."""
        return self.image, self.question_index


def read_foreign_answers(path: Path) -> Iterator[ForeignAnswer]:
    """Read the rows of a CSV in UTF-8, in order.

    Raises
    ------
    EvaluationError
        The file cannot be read, lacks a column, or a row names no question; the message names column or line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            columns = list(rows.fieldnames or ())
            _check_columns(columns, path)
            for row in rows:
                yield _answer(row, path, rows.line_num)
    except OSError as fault:
        msg = f"{path} cannot be read: {fault.strerror}."
        raise EvaluationError(msg) from fault
    except (UnicodeDecodeError, csv.Error) as fault:
        msg = f"{path} cannot be read as a CSV in UTF-8: {fault}."
        raise EvaluationError(msg) from fault


def _check_columns(columns: list[str], path: Path) -> None:
    lacking = [name for name in _NAMING if name not in columns]
    if not set(columns) & set(_ANSWERING):
        lacking.append(" or ".join(_ANSWERING))
    if lacking:
        got = ", ".join(columns)[:200] or "none"
        msg = f"{path} lacks the column {', and '.join(lacking)}. Its first line names: {got}."
        raise EvaluationError(msg)


def _answer(row: dict[str, str | None], path: Path, line: int) -> ForeignAnswer:
    def cell(name: str) -> str:
        return (row.get(name) or "").strip()

    index = cell("question_index")
    if not cell("image") or not (index.isascii() and index.isdigit()):
        msg = (
            f"{path}, line {line} names no question: image must be a key of the benchmark and question_index a whole "
            f"number from 0. Got {cell('image')!r} and {index!r}."
        )
        raise EvaluationError(msg)
    return ForeignAnswer(
        image=cell("image"),
        question_index=int(index),
        letter=cell("model_answer"),
        raw_text=cell("raw_output"),
        correct=cell("correct_answer") or None,
        subtask=_SUBTASKS.get(cell("question_type")),
    )
