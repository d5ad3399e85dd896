"""The paper's three ways to ask (section 4.3): multiple choice, an open question, a statement to judge.

Turns a benchmark's question into what is asked, and what was decided back into one of the benchmark's options, so that
any decider can be asked in any form. Knows no decider.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from echo_iad.deciders.answers import read_choice
from echo_iad.domain.decisions import Decision, Status
from echo_iad.domain.questions import Question
from echo_iad.evaluation.answers.asking import AnswerForm
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask

STATEMENT = "The part in the query picture has no defect compared with good parts. True or false?"
"""What a discrimination question becomes; the paper's statement denies a defect too."""

_TRUE, _FALSE = "A", "B"


@dataclass(frozen=True)
class Wording:
    """What is asked in place of a benchmark's question, and how its decision is read."""

    question: Question
    read: Callable[[Decision], Decision]
    """A decision on ``question`` -> one on the benchmark's options."""


def put(asked: BenchmarkQuestion, form: AnswerForm) -> Wording:
    """Word a question in a form; what has no such form is asked as multiple choice.

    Examples
    --------
    >>> from pathlib import Path
    >>> asked = BenchmarkQuestion(
    ...     "a.png", 0, Path("a.png"), "D", "cap", Subtask.DISCRIMINATION, "Any defect?", {"A": "No.", "B": "Yes."},
    ...     "B", defective=True,
    ... )
    >>> wording = put(asked, AnswerForm.TRUE_FALSE)
    >>> wording.read(Decision(Status.ANSWERED, option="B", probabilities={"A": 0.1, "B": 0.9})).option
    'B'
    """
    sides = yes_and_no(asked.options) if asked.subtask is Subtask.DISCRIMINATION else None
    if form is AnswerForm.OPEN:
        return Wording(Question(asked.text), lambda decision: _from_words(decision, asked.options, sides))
    if form is AnswerForm.TRUE_FALSE and sides is not None:
        renamed = {_TRUE: sides.no, _FALSE: sides.yes}
        question = Question(STATEMENT, {_TRUE: "True", _FALSE: "False"})
        return Wording(question, lambda decision: _renamed(decision, renamed))
    return Wording(Question(asked.text, dict(asked.options)), lambda decision: decision)


@dataclass(frozen=True)
class YesAndNo:
    """Letters of the two options of a yes-or-no question."""

    yes: str
    no: str


def yes_and_no(options: Mapping[str, str]) -> YesAndNo | None:
    """Which option says yes and which no; None when they are no such pair.

    Examples
    --------
    >>> yes_and_no({"A": "No.", "B": "Yes."})
    YesAndNo(yes='B', no='A')
    """
    said = {text.strip().rstrip(".!").casefold(): letter for letter, text in options.items()}
    if set(said) != {"yes", "no"}:
        return None
    return YesAndNo(said["yes"], said["no"])


def _from_words(decision: Decision, options: Mapping[str, str], sides: YesAndNo | None) -> Decision:
    """Read an open answer: its words must name an option, or a measured verdict one where they are yes and no.

    The answer's own words count, never what a model wrote on the way to them: that may be its reasoning, or a letter of
    options that the benchmark does not know.
    """
    if decision.status is not Status.ANSWERED:
        return decision
    letter = read_choice(decision.text, options)
    if letter is None and sides is not None and decision.p_anomalous is not None and decision.model is None:
        letter = sides.yes if decision.p_anomalous >= 0.5 else sides.no
    if letter is None:
        return replace(
            decision,
            status=Status.FAILED,
            text="",
            p_anomalous=None,
            p_model=None,
            is_anomalous=None,
            reason="The open answer names no option.",
            raw_text=decision.raw_text or decision.text,
        )
    return replace(decision, option=letter, probabilities={})


def _renamed(decision: Decision, letters: Mapping[str, str]) -> Decision:
    option = None if decision.option is None else letters[decision.option]
    chances = {letters[letter]: chance for letter, chance in decision.probabilities.items()}
    return replace(decision, option=option, probabilities=dict(sorted(chances.items())), written="")
