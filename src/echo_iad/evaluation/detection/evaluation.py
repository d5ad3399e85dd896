"""From a folder of labelled parts to its files: measures object by object, and writes what is known after each."""

from __future__ import annotations

from dataclasses import replace

from echo_iad.errors import EvaluationError
from echo_iad.evaluation.detection.files import ResultFolder
from echo_iad.evaluation.detection.folders import PartsFolder, said
from echo_iad.evaluation.detection.latency import peak_megabytes
from echo_iad.evaluation.detection.result import FolderResult
from echo_iad.evaluation.detection.run import ObjectResult, Progress, Way, measure_objects


def evaluate_folder(
    parts: PartsFolder, way: Way, files: ResultFolder, *, progress: Progress | None = None
) -> FolderResult:
    """Measure every object.

    Parameters
    ----------
    parts : PartsFolder
    way : Way
    files : ResultFolder
        Gets each record as it comes, the figures after each object, and the report at the end.
    progress : callable, optional

    Raises
    ------
    EvaluationError
        No object could be measured, or the files cannot be written.
    MissingExtraError
        scikit-learn is not installed.
    """
    result = FolderResult(way, (), parts.excluded)
    for found in measure_objects(parts, way, record=files.record, progress=progress):
        if isinstance(found, ObjectResult):
            result = replace(result, objects=(*result.objects, found), peak_megabytes=peak_megabytes())
        else:
            result = replace(result, excluded=(*result.excluded, found))
        if result.objects:
            files.write(result)
    if not result.objects:
        msg = f"No object could be measured: {said(result.excluded)}."
        raise EvaluationError(msg)
    files.write_report(result)
    return result
