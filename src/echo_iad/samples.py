"""The sample parts that the package ships: three drawn products with knowledge and questions. Copies them out.

Knows where they lie and how ``questions.json`` is written; opens no picture.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path


@dataclass(frozen=True)
class SampleQuestion:
    """A question about one sample part, with its true answer."""

    image: str
    """Path below ``parts``, e.g. ``<object>/test/good/000.jpg``."""
    object: str
    question: str
    options: Mapping[str, str]
    """Letter to text; empty for an open question."""
    answer: str
    """Letter of the true option; empty for an open question."""


def sample_folder() -> Path:
    """Folder of the samples: ``parts``, ``knowledge``, ``questions.json``."""
    return Path(str(resources.files("echo_iad"))) / "assets" / "samples"


def sample_parts() -> Path:
    """Folder of the pictures, in MVTec layout: ``<object>/train/good``, ``<object>/test/<good or defect>``.

    Examples
    --------
    >>> sorted(folder.name for folder in sample_parts().iterdir())
    ['circuit_board', 'printed_cap', 'woven_fabric']
    """
    return sample_folder() / "parts"


def sample_knowledge() -> Path:
    """Folder with what is known about each object, one Markdown file each."""
    return sample_folder() / "knowledge"


def sample_questions() -> list[SampleQuestion]:
    """Read the questions about test parts.

    Examples
    --------
    >>> sample_questions()[0].object
    'printed_cap'
    """
    rows = json.loads((sample_folder() / "questions.json").read_text(encoding="utf-8"))
    return [SampleQuestion(**row) for row in rows]


def copy_samples(folder: Path) -> None:
    """Copy ``parts`` and ``knowledge`` into ``folder``, which is made when it is not there."""
    for source in (sample_parts(), sample_knowledge()):
        shutil.copytree(source, folder / source.name, dirs_exist_ok=True)
