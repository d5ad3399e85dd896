"""A model that says what a script says: for tests, and to replay answers without the model that gave them.

A script is a file of JSON lines, or a Python function. A question that the script does not hold fails; there is no
default answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from echo_iad.domain.decisions import Scoring
from echo_iad.domain.messages import Messages, PicturePart, Role, pictures_of
from echo_iad.errors import MissingModelError, MllmError
from echo_iad.mllms.base import Answered, Prompt, Reply, normalised
from echo_iad.settings import MllmSettings

_UNLIKELY = 1e-6
"""Probability of an option that the script gives none, so that a logarithm exists."""
_QUESTION = re.compile(r"^Question:\s*", re.MULTILINE)
"""Where a prompt comes to its question."""


class Line(BaseModel):
    """One line of a script."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    image: str = "*"
    """End of the query picture's path, its sha256, or ``*`` for every picture."""
    question: str = "*"
    """A piece of the question or of its options, or ``*`` for every question."""
    answer: str = ""
    """What the model writes."""
    probabilities: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    """Label -> probability, 0 or more; read instead of ``answer`` where options are scored, one of them at least."""
    fail: str = ""
    """Why the model fails; it answers when this is empty."""

    def fits(self, query: PicturePart | None, text: str) -> bool:
        """Whether this line answers a prompt about ``query`` that asks ``text``."""
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

    def ask(self, prompts: Sequence[Prompt]) -> list[Answered]:
        """What the script says; its text is as long as it is, up to a stop. See `echo_iad.mllms.base.MLLM`."""
        return [self._answered(prompt) for prompt in prompts]

    def _answered(self, prompt: Prompt) -> Answered:
        try:
            said = self.script(prompt.messages)
        except MllmError as fault:
            return fault
        line = Line(answer=said) if isinstance(said, str) else said
        if line.fail:
            return MllmError(line.fail)
        if prompt.labels and line.probabilities:
            return _scored(prompt.labels, line.probabilities)
        return Reply(Scoring.TEXT, text=prompt.up_to_stop(line.answer))


def _scored(labels: Sequence[str], probabilities: Mapping[str, float]) -> Answered:
    told = {label: probabilities.get(label, 0.0) for label in labels}
    if not any(told.values()):
        asked, given = ", ".join(labels), ", ".join(probabilities)
        return MllmError(f"The script gives no probability to an option that is asked: {asked}. It names {given}.")
    scores = {label: math.log(max(chance, _UNLIKELY)) for label, chance in told.items()}
    return Reply(Scoring.LOGPROBS, scores=normalised(scores))


def load_script(name: str, settings: MllmSettings) -> ScriptedMllm:
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
        query = next((picture for picture in pictures_of(messages) if picture.label == "query"), None)
        found = next((line for line in lines if line.fits(query, _asked(messages))), None)
        if found is None:
            shown = query.path if query is not None else "no picture"
            msg = f"The script {path} holds no answer to this question about {shown}."
            raise MllmError(msg)
        return found

    return ScriptedMllm(script, f"scripted:{name}")


def _asked(messages: Messages) -> str:
    """What the user asks last, from the word "Question:" on; all that is said where that word is not."""
    turns = [message.text for message in messages if message.role is Role.USER]
    marked = ((turn, _QUESTION.search(turn)) for turn in reversed(turns))
    asked = next((turn[mark.end() :] for turn, mark in marked if mark), None)
    return "\n".join(message.text for message in messages) if asked is None else asked


def _parsed(text: str, path: Path, number: int) -> Line:
    try:
        return Line.model_validate_json(text)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        msg = f"Line {number} of the script {path} is wrong{f' at {place}' if place else ''}: {first['msg']}."
        raise MissingModelError(msg) from fault
