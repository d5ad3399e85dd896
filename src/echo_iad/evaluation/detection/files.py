"""The files of a measured folder: ``detection.json``, and ``records.jsonl`` that grows by a line a part.

``detection.json`` is written anew after each object, so a run that is stopped leaves the objects that were measured.
The same folder, profile and seed give the same bytes, times apart.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Self

from echo_iad.domain.decisions import Inspection
from echo_iad.errors import EvaluationError
from echo_iad.evaluation.answers.recording import IDENTITY, RECORDS
from echo_iad.evaluation.detection.report import WORST, report_page, surest
from echo_iad.evaluation.detection.result import FolderResult
from echo_iad.evaluation.pages.writing import HTML, MARKDOWN, write_page
from echo_iad.evaluation.result_files import prepare_folder, told_of, write_whole
from echo_iad.reports.html import write_report
from echo_iad.reports.json_lines import to_json

DETECTION = "detection.json"
_WRITTEN = (DETECTION, RECORDS, HTML, MARKDOWN, WORST)


class ResultFolder:
    """Where a run writes while it goes on; without a folder nothing is written.

    Parameters
    ----------
    folder : Path, optional
        Made when it is not there. Left without a file when nothing was inspected.

    Raises
    ------
    EvaluationError
        It cannot be written, or holds an earlier run, which stays as it is.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        if folder is None:
            return
        with told_of(folder):
            earlier = next((name for name in (IDENTITY, *_WRITTEN) if (folder / name).exists()), None)
        if earlier is not None:
            msg = f"{folder} holds {earlier} of an earlier run, which this would overwrite. Name another --out."
            raise EvaluationError(msg)
        prepare_folder(folder)
        with told_of(folder):
            self._records = (folder / RECORDS).open("xb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is None:
            return
        records = self._folder / RECORDS
        with told_of(self._folder):
            self._records.close()
            if not records.stat().st_size:
                records.unlink()

    def record(self, inspection: Inspection) -> None:
        """Write one line; it is whole when this returns.

        Raises
        ------
        EvaluationError
            The disk is full or gone.
        """
        if self._folder is None:
            return
        with told_of(self._folder):
            self._records.write(to_json(inspection).encode("utf-8", errors="backslashreplace") + b"\n")
            self._records.flush()

    def write(self, result: FolderResult) -> None:
        """Write ``detection.json`` with the objects so far.

        Raises
        ------
        EvaluationError
            The disk is full or gone; the file that was there stays.
        """
        if self._folder is None:
            return
        text = json.dumps(result.to_values(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        write_whole(self._folder / DETECTION, text)

    def write_report(self, result: FolderResult) -> None:
        """Write ``report.html``, ``report.md``, and ``worst.html`` with the pictures of the surest mistakes.

        Raises
        ------
        UserError
            They cannot be written.
        """
        if self._folder is None:
            return
        write_page(self._folder, report_page(result))
        worst = [item for measured in result.objects for item in measured.worst]
        if worst:
            write_report(self._folder / WORST, worst, title=f"The surest mistakes: {surest(result)}")
