"""How the questions of a run are asked. Names and values alone; imports nothing that takes time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class AnswerForm(StrEnum):
    """The paper's three ways to put a question (section 4.3)."""

    MULTIPLE_CHOICE = "multiple_choice"
    OPEN = "open"
    """Without options; the answer's own words must name one."""
    TRUE_FALSE = "true_false"
    """A statement; for discrimination alone, as in the paper."""


class Templates(StrEnum):
    """Which good parts serve as references."""

    RETRIEVED = "retrieved"
    """As the profile says: Echo's own retrieval (the paper's 1-shot*)."""
    RANDOM = "random"
    """The benchmark's random templates (the paper's 1-shot)."""
    SIMILAR = "similar"
    """The benchmark's similar templates."""


@dataclass(frozen=True)
class Asking:
    """How every question of a run is asked."""

    root: Path
    """What the benchmark's keys are relative to."""
    templates: Templates = Templates.RETRIEVED
    form: AnswerForm = AnswerForm.MULTIPLE_CHOICE
    assisted: bool = False
    """Whether knowledge that describes the test's own defects may be used."""
