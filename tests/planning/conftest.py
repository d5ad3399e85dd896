"""Questions with their types, as data beside the tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from echo_iad.domain.questions import QuestionType

HERE = Path(__file__).parent
Cases = list[tuple[str, dict[str, str], QuestionType]]


@pytest.fixture(scope="session")
def free_form() -> Callable[[str], Cases]:
    """Questions, options and types of one of the JSON files beside this one."""

    def read(name: str) -> Cases:
        rows = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
        return [(row["question"], row.get("options", {}), QuestionType(row["type"])) for row in rows]

    return read
