"""Names of what a benchmark asks: MMAD's seven subtasks, the paper's five, and MMAD's spelling of both. Pure data."""

from __future__ import annotations

from enum import StrEnum


class Subtask(StrEnum):
    """MMAD's seven subtasks; the first five are the paper's (section 4.1)."""

    DISCRIMINATION = "discrimination"
    CLASSIFICATION = "classification"
    LOCALIZATION = "localization"
    DESCRIPTION = "description"
    ANALYSIS = "analysis"
    OBJECT_CLASSIFICATION = "object_classification"
    OBJECT_ANALYSIS = "object_analysis"


PAPER_SUBTASKS = (
    Subtask.DISCRIMINATION,
    Subtask.CLASSIFICATION,
    Subtask.LOCALIZATION,
    Subtask.DESCRIPTION,
    Subtask.ANALYSIS,
)
"""What the paper kept of MMAD (section 4.1), in the order of its tables."""

MMAD_TYPES = {
    "Anomaly Detection": Subtask.DISCRIMINATION,
    "Defect Classification": Subtask.CLASSIFICATION,
    "Defect Localization": Subtask.LOCALIZATION,
    "Defect Description": Subtask.DESCRIPTION,
    "Defect Analysis": Subtask.ANALYSIS,
    "Object Classification": Subtask.OBJECT_CLASSIFICATION,
    "Object Structure": Subtask.OBJECT_ANALYSIS,
    "Object Details": Subtask.OBJECT_ANALYSIS,
    "Object Analysis": Subtask.OBJECT_ANALYSIS,
}
"""MMAD's type of a question -> its subtask; structure, details and analysis of the object are one, as MMAD has it."""
