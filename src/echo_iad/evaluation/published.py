"""What the paper publishes: Tables 1 to 3, its words on Table 4 and Figures 5 and 6, and where it contradicts itself.

All numbers are percent right. The text of the paper holds no cells of Table 4 and no values of Figures 5 and 6; they
are left out, never guessed. Knows no run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS, Subtask

PAPER = "Can Multimodal Large Language Models be Guided to Improve Industrial Anomaly Detection?"
"""Title of the paper, the source of everything in this module."""

MVTEC = "MVTec-AD"
VISA = "VisA"
PUBLISHED_DATASETS = (MVTEC, VISA)
"""The paper's data sets, in the order of its tables."""

_NAMES_IN_MMAD = {"DS-MVTec": MVTEC, "MVTec-AD": MVTEC, "VisA": VISA}
"""MMAD keeps the pictures that it asks about MVTec-AD in ``DS-MVTec``."""

BARE = "Qwen2-VL-7B"
BARE_SMALL = "Qwen2-VL-2B"
WITH_ECHO = "Qwen2-VL-7B + Echo"


@dataclass(frozen=True)
class PublishedModel:
    """One row of Table 1."""

    name: str
    cells: Mapping[str, Mapping[Subtask, float]]
    """Data set as the paper names it -> subtask -> percent."""
    average: float
    """As printed: over the ten cells."""


class KnowledgeGiven(StrEnum):
    """Rows of Table 2: what a model with Echo is told about the object."""

    NONE = "no external knowledge"
    DOMAIN = "domain knowledge"
    CONTEXT_SPECIFIC = "context-specific knowledge"


@dataclass(frozen=True)
class KnowledgeRow:
    """One row of Table 2, over both data sets."""

    model: str
    given: KnowledgeGiven
    classification: float
    description: float
    mean: float
    """As printed."""


class Ablation(StrEnum):
    """Columns of Table 3: which experts Qwen2-VL-7B with Echo has to do without."""

    BASELINE = "all experts"
    """The paper's word is "Baseline"."""
    NO_REFERENCE_EXTRACTOR = "without Reference Extractor"
    NO_KNOWLEDGE_GUIDE = "without Knowledge Guide"
    NO_REASONING_EXPERT = "without Reasoning Expert"
    NO_EXPERT = "without all"


class Shots(StrEnum):
    """Rows of Table 4: which good part is shown beside the query."""

    ZERO = "0-shot"
    ONE = "1-shot"
    """A random good part of the same object."""
    ONE_RETRIEVED = "1-shot*"
    """The most similar good part."""


@dataclass(frozen=True)
class StatedDelta:
    """A difference that the paper's text states of Table 4, in percentage points."""

    model: str
    of: Shots
    over: Shots
    subtask: Subtask | None
    """None: the mean."""
    points: float


@dataclass(frozen=True)
class StatedFigure:
    """A figure whose values are not in the paper's text."""

    name: str
    models: tuple[str, ...]
    subtasks: tuple[Subtask, ...]
    along: tuple[str, ...]
    """What is varied, in the order of the figure."""
    statement: str


def _model(name: str, mvtec: tuple[float, ...], visa: tuple[float, ...], average: float) -> PublishedModel:
    cells = {
        dataset: dict(zip(PAPER_SUBTASKS, row, strict=True))
        for dataset, row in zip(PUBLISHED_DATASETS, (mvtec, visa), strict=True)
    }
    return PublishedModel(name, cells, average)


TABLE1 = (
    _model("Random Chance", (50.0, 25.0, 25.0, 25.0, 25.0), (50.0, 25.0, 25.0, 25.0, 25.0), 30.0),
    _model("InternVL2-4B", (70.96, 44.81, 66.97, 59.52, 87.39), (63.29, 20.17, 53.71, 58.15, 70.25), 59.52),
    _model("InternVL2-8B", (76.88, 51.04, 59.18, 64.55, 85.73), (68.85, 35.04, 55.81, 59.24, 75.24), 63.16),
    _model("MiniCPM-V2.6-8B", (72.50, 64.07, 68.65, 79.55, 90.04), (64.41, 50.67, 57.73, 69.50, 68.44), 68.56),
    _model("LLaVA-NeXT-7B", (78.42, 45.23, 64.96, 68.18, 87.14), (56.98, 40.08, 58.90, 62.86, 68.87), 63.16),
    _model("LLaVA-OneVision-7B", (94.09, 79.59, 78.12, 83.18, 91.29), (76.46, 52.44, 60.40, 68.49, 75.92), 76.00),
    _model(BARE_SMALL, (73.21, 60.08, 65.46, 74.86, 88.63), (59.79, 37.31, 58.15, 66.81, 68.53), 65.28),
    _model(BARE, (82.26, 68.46, 76.11, 82.19, 92.28), (73.00, 57.06, 63.41, 74.71, 77.82), 74.73),
    _model(WITH_ECHO, (89.65, 72.86, 76.11, 85.57, 93.20), (76.79, 62.35, 63.41, 74.03, 79.11), 77.31),
)
"""Table 1, in its order. The columns of a row are discrimination to analysis."""

TABLE2 = (
    KnowledgeRow(BARE_SMALL, KnowledgeGiven.NONE, 44.82, 67.21, 56.02),
    KnowledgeRow(BARE_SMALL, KnowledgeGiven.DOMAIN, 45.10, 70.70, 57.90),
    KnowledgeRow(BARE_SMALL, KnowledgeGiven.CONTEXT_SPECIFIC, 46.87, 70.07, 58.47),
    KnowledgeRow(BARE, KnowledgeGiven.NONE, 63.55, 78.75, 71.15),
    KnowledgeRow(BARE, KnowledgeGiven.DOMAIN, 65.98, 79.31, 72.65),
    KnowledgeRow(BARE, KnowledgeGiven.CONTEXT_SPECIFIC, 67.61, 79.80, 73.71),
)
"""Table 2, in its order."""

TABLE3: Mapping[Ablation, Mapping[Subtask, float]] = {
    Ablation.BASELINE: {
        Subtask.DISCRIMINATION: 83.22,
        Subtask.CLASSIFICATION: 67.61,
        Subtask.LOCALIZATION: 69.76,
        Subtask.DESCRIPTION: 79.80,
        Subtask.ANALYSIS: 86.16,
    },
    Ablation.NO_REFERENCE_EXTRACTOR: {
        Subtask.DISCRIMINATION: 78.70,
        Subtask.CLASSIFICATION: 66.65,
        Subtask.DESCRIPTION: 79.72,
        Subtask.ANALYSIS: 85.05,
    },
    Ablation.NO_KNOWLEDGE_GUIDE: {Subtask.CLASSIFICATION: 63.55, Subtask.DESCRIPTION: 78.75},
    Ablation.NO_REASONING_EXPERT: {Subtask.DESCRIPTION: 79.84, Subtask.ANALYSIS: 84.80},
    Ablation.NO_EXPERT: {
        Subtask.DISCRIMINATION: 77.63,
        Subtask.CLASSIFICATION: 62.76,
        Subtask.LOCALIZATION: 69.76,
        Subtask.DESCRIPTION: 78.45,
        Subtask.ANALYSIS: 85.05,
    },
}
"""Table 3, over both data sets; a cell is absent where the plan of the subtask does not call the expert anyway."""

TABLE4_STATED = (
    StatedDelta(BARE_SMALL, Shots.ONE, Shots.ZERO, Subtask.DISCRIMINATION, 0.67),
    StatedDelta(BARE_SMALL, Shots.ONE_RETRIEVED, Shots.ZERO, Subtask.DISCRIMINATION, 0.68),
    StatedDelta(BARE, Shots.ONE_RETRIEVED, Shots.ZERO, Subtask.DISCRIMINATION, 5.99),
    StatedDelta(BARE, Shots.ONE_RETRIEVED, Shots.ZERO, None, 3.23),
)
"""All that appendix A.2 states of Table 4."""

FIGURE5 = StatedFigure(
    "Figure 5",
    models=(BARE_SMALL, BARE),
    subtasks=(Subtask.DISCRIMINATION,),
    along=("QA", "multiple-choice", "True/False"),
    statement="Multiple-choice beats open questions and True/False; True/False is worst, most of all for the 2B model.",
)

FIGURE6 = StatedFigure(
    "Figure 6",
    models=(BARE_SMALL, BARE),
    subtasks=(Subtask.DISCRIMINATION, Subtask.CLASSIFICATION, Subtask.DESCRIPTION, Subtask.ANALYSIS),
    along=("0-shot", "1-shot", "2-shot", "3-shot"),
    statement="One reference helps most, two and three add little or harm; the 7B model uses them better than the 2B.",
)

INCONSISTENCIES = (
    "Table 1 and section 4.2 print +6.79 for VisA discrimination; the cells give 76.79 - 73.00 = 3.79.",
    "Section 4.2 says 82.57 for MVTec-AD analysis; Table 1 prints 93.20.",
    "Section 4.2 says that Echo surpasses all models in discrimination and classification on both data sets; "
    "in Table 1 LLaVA-OneVision-7B leads it on MVTec-AD: 94.09 to 89.65 and 79.59 to 72.86.",
    "Section 4.2 calls the gains consistent; VisA description falls by 0.68.",
    "Section 4.4 says that context-specific knowledge is better in both subtasks; "
    "in Table 2 the 2B model describes better with domain knowledge: 70.70 to 70.07.",
    "Section 4.6 says that description suffers without the Reasoning Expert; Table 3 prints 79.84 without, 79.80 with.",
    "Appendix A.2 gives 5.99 for discrimination over 0-shot; Table 3 without the Reference Extractor loses 4.52.",
    "The joint embedding of CLIP ViT-B/16 has 512 numbers; section 3 says 576.",
)
"""Where the paper contradicts itself or its sources; the cells of the tables are taken as they are printed."""


def published_dataset(dataset: str) -> str | None:
    """Name a data set as the paper does; None when the paper does not report it.

    Parameters
    ----------
    dataset : str
        First part of an image's key in MMAD.

    Examples
    --------
    >>> published_dataset("DS-MVTec"), published_dataset("VisA"), published_dataset("GoodsAD")
    ('MVTec-AD', 'VisA', None)
    """
    return _NAMES_IN_MMAD.get(dataset)


def published_model(name: str) -> PublishedModel:
    """Row of Table 1 by its name.

    Raises
    ------
    KeyError
        Table 1 has no such row.

    Examples
    --------
    >>> published_model(WITH_ECHO).average
    77.31
    """
    return {row.name: row for row in TABLE1}[name]
