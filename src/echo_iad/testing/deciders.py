"""Contract checks for deciders, for their authors. Knows the protocol and made-up evidence; no decider.

Call `check_decider` in a test of your own; it raises `ContractError` that says which promise was broken and by what.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from echo_iad.deciders.base import Decider
from echo_iad.domain.decisions import Decision, Scoring, Status
from echo_iad.domain.evidence import AnomalyMap, Change, Comparison, Evidence, KnowledgePassage, ObjectMatch, Region
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import ContractError

_CHOICES = (
    {"A": "Yes.", "B": "No."},
    {"1": "A scratch", "2": "A stain", "3": "A hole", "4": "A missing piece", "5": "No defect"},
    {"upper": "Top left", "lower": "Bottom right"},
    {"True": "True", "False": "False"},
)


def check_decider(decider: Decider) -> None:
    """Check every promise of `echo_iad.deciders.base.Decider`.

    Raises
    ------
    ContractError
        The first promise that is broken, with the question and what was decided.

    Examples
    --------
    >>> class Silent:
    ...     name = "silent"
    ...     def decide(self, question, question_type, evidence):
    ...         return Decision(Status.ANSWERED, option="Z")
    >>> check_decider(Silent())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    echo_iad.errors.ContractError: 'silent' on Question(text='What about this part?', ...
    """
    _promise(isinstance(decider, Decider), "A decider has a name and decide(question, question_type, evidence).")
    _promise(bool(decider.name), f"A decider's name must not be empty. Got {decider.name!r}.")
    for question, kind, evidence in _cases():
        decision = decider.decide(question, kind, evidence)
        what = f"{decider.name!r} on {question} ({kind})"
        _promise(isinstance(decision, Decision), f"{what} must return a Decision. Got {type(decision).__name__}.")
        _check_decision(decision, question, what)
        again = decider.decide(question, kind, evidence)
        _promise(again == decision, f"{what} must decide the same twice. Got {decision} and {again}.")
    _check_never_silently_good(decider)


def _promise(kept: object, broken: str) -> None:
    if not kept:
        raise ContractError(broken)


def _check_decision(decision: Decision, question: Question, what: str) -> None:
    _promise(decision.reason, f"{what} must give a reason. Got none with {decision.status}.")
    if decision.p_anomalous is not None:
        _promise(0.0 <= decision.p_anomalous <= 1.0, f"{what}: p_anomalous is 0 to 1. Got {decision.p_anomalous}.")
    if decision.status is not Status.ANSWERED:
        return
    _promise(decision.text.strip(), f"{what} must answer in words. Got none.")
    if question.options:
        chances = decision.probabilities
        _promise(decision.option in question.options, f"{what} must answer with a label. Got {decision.option!r}.")
        if decision.scoring in {Scoring.TEXT, Scoring.STRUCTURED}:
            _promise(not chances, f"{what}: an answer that was written has no probabilities. Got {dict(chances)}.")
            return
        _promise(
            set(chances) == set(question.options), f"{what} must give every option a probability. Got {dict(chances)}."
        )
        _promise(
            math.isclose(chances[decision.option or ""], max(chances.values())),
            f"{what} must choose the likeliest option. Got {decision.option!r} of {dict(chances)}.",
        )


def _check_never_silently_good(decider: Decider) -> None:
    """Check that what was not compared, or holds numbers that are not finite, is never answered."""
    question = Question("Is there any defect in the object?", {"A": "Yes.", "B": "No."})
    broken = replace(_comparison(), score=math.nan, margin=math.nan)
    for name, comparison in (("nothing compared", None), ("a score that is not a number", broken)):
        decision = decider.decide(question, QuestionType.DISCRIMINATION, replace(_evidence(), comparison=comparison))
        answered = decision.status is Status.ANSWERED
        _promise(not answered, f"{decider.name!r} must not answer with {name}. Got {decision}.")


def _cases() -> Iterator[tuple[Question, QuestionType, Evidence]]:
    full = _evidence()
    without_map = replace(full, comparison=replace(_comparison(), anomaly_map=None))
    normal = replace(_comparison(), score=0.8, margin=-0.2, p_value=0.6, is_anomalous=False, regions=())
    pieces = (full, without_map, replace(full, comparison=normal), replace(full, comparison=None))
    bare = replace(full, knowledge=(), object_knowledge=())
    for evidence in (*pieces, bare):
        for kind in QuestionType:
            yield Question("What about this part?"), kind, evidence
            for options in _CHOICES:
                yield Question("Which is right for this part?", options), kind, evidence


def _evidence() -> Evidence:
    passages = (
        KnowledgePassage("A scratch is a thin bright line that weakens the surface.", "guide.md", topic="scratch"),
        KnowledgePassage("A stain is a dark patch that looks bad.", "guide.md", topic="stain"),
        KnowledgePassage("A good part is grey and smooth.", "guide.md", topic="good"),
    )
    match = ObjectMatch("part", named_by_user=True, similarity=0.9, margin=0.3, reason="Named by the user.")
    return Evidence(match, comparison=_comparison(), knowledge=passages[:2], object_knowledge=passages)


def _comparison() -> Comparison:
    values = np.full((40, 50), 0.2, np.float32)
    values[5:9, 5:20] = 1.0
    change = Change(12.0, 1.0, 2.0, 0.3, "light gray", "gray", ("brighter",))
    region = Region((5, 5, 20, 9), 0.03, "upper left", 1.0, 3.5, "", change)
    return Comparison(
        score=1.4,
        p_value=0.02,
        threshold=1.0,
        margin=0.4,
        certified=True,
        certified_reason="49 good parts support 5 %.",
        false_alarm_rate=0.05,
        is_anomalous=True,
        normals=49,
        regions=(region,),
        anomaly_map=AnomalyMap(values, threshold=0.5, extent=0.4),
    )
