"""A model that says what a script says: for tests, and to replay answers without the model that gave them.

A script is a file of JSON lines, or a Python function. A question that the script does not hold fails; there is no
default answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from echo_iad.domain.messages import Messages, PicturePart, pictures_of
from echo_iad.errors import MissingModelError, MllmError, UnscoredError
from echo_iad.mllms.base import normalised

_UNLIKELY = 1e-6
"""Probability of an option that the script gives none, so that a logarithm exists."""


class Line(BaseModel):
    """One line of a script."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    image: str = "*"
    """End of the query picture's path, its sha256, or ``*`` for every picture."""
    question: str = "*"
    """A piece of the prompt's text, or ``*`` for every question."""
    answer: str = ""
    """What the model writes."""
    probabilities: dict[str, float] = Field(default_factory=dict)
    """Label -> probability; read instead of ``answer`` where options are scored."""
    fail: str = ""
    """Why the model fails; it answers when this is empty."""

    def fits(self, query: PicturePart | None, text: str) -> bool:
        """Whether this line answers a prompt about ``query`` that says ``text``."""
        named = query is not None and (query.path.endswith(self.image) or query.sha256 == self.image)
        return (self.image == "*" or named) and (self.question == "*" or self.question in text)


Script = Callable[[Messages], Line | str]
"""A prompt to what is said, or to the text alone."""


@dataclass(frozen=True)
class ScriptedMllm:
    """Answers by a script.

    Attributes
    ----------
    script : callable
        Raises `MllmError` for what it does not know.
    name : str
        ``scripted:NAME``.
    """

    script: Script
    name: str = "scripted:function"
    scores_options: bool = field(default=True, kw_only=True)
    """False: options are never scored, every answer is text."""

    def score_options(self, prompts: Sequence[Messages], labels: Sequence[str]) -> list[dict[str, float]]:
        """Log-probabilities of the script; see `echo_iad.mllms.base.MLLM`.

        Raises
        ------
        UnscoredError
            The script gives a text alone.
        MllmError
            The script fails, or does not hold the question.
        """
        return [self._scores(messages, labels) for messages in prompts]

    def generate(self, messages: Messages, *, max_new_tokens: int, stop: Sequence[str] = ()) -> str:
        """The script's text; its length is the script's own affair."""
        text = self._said(messages).answer
        ends = [text.index(mark) + len(mark) for mark in stop if mark in text]
        return text[: min(ends)] if ends else text

    def _said(self, messages: Messages) -> Line:
        said = self.script(messages)
        line = Line(answer=said) if isinstance(said, str) else said
        if line.fail:
            raise MllmError(line.fail)
        return line

    def _scores(self, messages: Messages, labels: Sequence[str]) -> dict[str, float]:
        chances = self._said(messages).probabilities
        if not chances:
            msg = "The script gives no probabilities."
            raise UnscoredError(msg)
        return normalised({label: math.log(max(chances.get(label, 0.0), _UNLIKELY)) for label in labels})


def load_script(name: str) -> ScriptedMllm:
    """Read a script from a file of JSON lines; the first line that fits a prompt answers it.

    Raises
    ------
    MissingModelError
        The file is not there, or a line of it cannot be read.
    """
    path = Path(name)
    try:
        written = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        msg = f"The script {path} cannot be read: {fault}. A script is a file of JSON lines; see docs/mllms.md."
        raise MissingModelError(msg) from fault
    lines = [_parsed(text, path, number) for number, text in enumerate(written, start=1) if text.strip()]

    def script(messages: Messages) -> Line:
        query = next(reversed(pictures_of(messages)), None)
        text = "\n".join(message.text for message in messages)
        found = next((line for line in lines if line.fits(query, text)), None)
        if found is None:
            shown = query.path if query is not None else "no picture"
            msg = f"The script {path} holds no answer to this question about {shown}."
            raise MllmError(msg)
        return found

    return ScriptedMllm(script, f"scripted:{name}")


def _parsed(text: str, path: Path, number: int) -> Line:
    try:
        return Line.model_validate_json(text)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        msg = f"Line {number} of the script {path} is wrong{f' at {place}' if place else ''}: {first['msg']}."
        raise MissingModelError(msg) from fault
