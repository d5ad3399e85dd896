"""The page about prompts shows what is truly sent and said."""

import re
from pathlib import Path

import pytest

from echo_iad.domain.questions import Question
from echo_iad.prompts.neutral import neutral

PAGE = Path(__file__).parents[2] / "docs" / "prompts.md"
QUESTION = Question("Which type of defect does this cap show?", {"A": "Stain.", "B": "Scratch.", "C": "Chipped rim."})


@pytest.fixture(scope="module")
def page():
    return PAGE.read_text(encoding="utf-8")


def without_digits(text):
    """Measured numbers may differ in their last digit from machine to machine."""
    return re.sub(r"\d+\.\d+", "#.#", text)


def test_the_whole_prompt_is_the_one_that_is_sent(page, sent, written):
    _, messages = sent("guided", QUESTION)
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert without_digits(shown.rstrip("\n")) == without_digits(written(messages)), written(messages)


def test_each_question_is_put_as_the_table_says(page):
    rows = re.findall(r"^\| (.+\?) \| (.+\?) \|$", page, re.MULTILINE)
    assert len(rows) == 7
    assert [neutral(asked) for asked, _ in rows] == [put for _, put in rows]
