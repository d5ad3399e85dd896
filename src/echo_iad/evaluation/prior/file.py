"""The row's answers as a CSV beside the records, so that they can be compared with any system's. Answers nothing.

The columns are those that `evaluation.scores.foreign_answers` reads, and the chosen option's probability.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.result_files import write_whole
from echo_iad.evaluation.scores.text_prior import PriorAnswers

TEXT_PRIOR = "text_prior.csv"
"""Name of the file in the folder of a run."""
COLUMNS = ("image", "question_index", "question_type", "correct_answer", "model_answer", "probability")


def write_prior_answers(folder: Path, questions: Sequence[BenchmarkQuestion], answers: PriorAnswers) -> Path:
    """Write the answers of the row "evidence + text prior" into the folder of a run.

    Parameters
    ----------
    folder : Path
    questions : sequence of BenchmarkQuestion
        Those that were answered are written, in this order.
    answers : PriorAnswers

    Raises
    ------
    EvaluationError
        The folder cannot be written.
    """
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for one in questions:
        chances = answers.both.get(one.key)
        if chances is not None:
            chosen = max(chances, key=chances.__getitem__)
            rows.writerow((*one.key, one.subtask.value, one.correct, chosen, f"{chances[chosen]:.6f}"))
    path = folder / TEXT_PRIOR
    write_whole(path, text.getvalue())
    return path
