"""The report of a run: ``report.html`` and ``report.md`` beside its records and its summary.

Puts the pieces together: what the summary says (`sections`), the worst mistakes (`mistakes`), and the writing
(`writing`). Measures nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from echo_iad.evaluation.answers.records import AnswerRecord
from echo_iad.evaluation.pages.content import Page
from echo_iad.evaluation.pages.mistakes import shown_answer, worst_mistakes
from echo_iad.evaluation.pages.sections import ASSISTED, NOT_ASSISTED, facts, sections
from echo_iad.evaluation.pages.writing import write_page
from echo_iad.evaluation.scores.summary import Summary


def write_report(
    folder: Path,
    summary: Summary,
    records: Iterable[AnswerRecord],
    *,
    pictures: Mapping[str, Path] | None = None,
    title: str = "MMAD evaluation",
    made_at: str = "",
) -> None:
    """Write the report of a run; the same arguments give the same bytes.

    Parameters
    ----------
    folder : Path
        Of the run; gets ``report.html``, ``report.md`` and ``plots``.
    summary : Summary
    records : iterable of AnswerRecord
        The run's answers, gone through once.
    pictures : mapping, optional
        Key of a picture -> its file, for the worst mistakes. Pictures that are not there are said to be gone.
    title : str
        What was run; "assisted" is added where it was.
    made_at : str
        Date and time as they are printed; left out when empty.

    Raises
    ------
    EvaluationError
        The folder cannot be written.
    """
    mistakes = [shown_answer(record, pictures or {}) for record in worst_mistakes(records)]
    page = Page(
        title=f"{title}: {summary.model or summary.profile}{', assisted' if summary.assisted else ''}",
        lead=(ASSISTED if summary.assisted else NOT_ASSISTED,),
        facts=facts(summary, made_at),
        sections=sections(summary, mistakes),
    )
    write_page(folder, page)
