"""Paired scores as ``compare.json`` and ``compare.md``, and the words for their figures. Computes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from echo_iad.evaluation.result_files import prepare_folder, write_whole
from echo_iad.evaluation.scores.compare import Judged, PairedScore, PairedScores, RunFacts

JSON_FILE = "compare.json"
PAGE = "compare.md"

_KNOWLEDGE = "knowledge that describes the test's own defects"


def as_json(scores: PairedScores) -> dict[str, Any]:
    """Everything, ready for JSON: percent with two decimals, A minus B."""
    return {
        "a": scores.a,
        "b": scores.b,
        "run_a": scores.run_a and asdict(scores.run_a),
        "run_b": scores.run_b and asdict(scores.run_b),
        "remark": assisted_remark(scores) or None,
        "overall": _score_as_json(scores.overall),
        "groups": [_score_as_json(group) for group in scores.groups],
        "only_in_a": scores.only_in_a,
        "only_in_b": scores.only_in_b,
        "not_answered_a": dict(scores.not_answered_a),
        "not_answered_b": dict(scores.not_answered_b),
        "without_subtask": scores.without_subtask,
        "changed": [_judged_as_json(one) for one in scores.changed],
    }


def _score_as_json(score: PairedScore) -> dict[str, Any]:
    return {
        "dataset": score.dataset,
        "subtask": score.subtask,
        "questions": score.questions,
        "images": score.images,
        "accuracy_a": round(score.accuracy_a, 2),
        "accuracy_b": round(score.accuracy_b, 2),
        "difference": round(score.difference.difference, 2),
        "low": round(score.difference.low, 2),
        "high": round(score.difference.high, 2),
        "only_a": score.mcnemar.only_a,
        "only_b": score.mcnemar.only_b,
        "p_value": score.mcnemar.p_value,
    }


def _judged_as_json(one: Judged) -> dict[str, Any]:
    return {
        "image": one.image,
        "question_index": one.question_index,
        "subtask": one.subtask,
        "a": one.answer_a,
        "b": one.answer_b,
        "correct": one.correct,
    }


def write_scores(scores: PairedScores, folder: Path) -> None:
    """Write ``compare.json`` and ``compare.md``.

    Raises
    ------
    EvaluationError
        The folder cannot be written.
    """
    prepare_folder(folder)
    text = json.dumps(as_json(scores), ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(folder / JSON_FILE, text + "\n")
    write_whole(folder / PAGE, "\n".join(_page(scores)) + "\n")


def group_name(score: PairedScore) -> str:
    """Name of a group: data set, subtask, both, or all."""
    subtask = score.subtask.replace("_", " ") if score.subtask else None
    return " ".join(part for part in (score.dataset, subtask) if part) or "all"


def signed(points: float) -> str:
    """Points with their sign, and none at zero.

    Examples
    --------
    >>> signed(2.25), signed(-0.04), signed(-12)
    ('+2.2', '0.0', '-12.0')
    """
    said = f"{points:+.1f}"
    return "0.0" if said in {"+0.0", "-0.0"} else said


def probability(value: float) -> str:
    """A p-value in three decimals.

    Examples
    --------
    >>> probability(0.0002), probability(0.5)
    ('< 0.001', '0.500')
    """
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def run_facts(run: RunFacts | None) -> str:
    """What a side is, in words.

    Examples
    --------
    >>> run_facts(RunFacts("edge", None, 0, "0.1.0", assisted=False))
    'profile edge, no model, seed 0, version 0.1.0, not assisted'
    >>> run_facts(None)
    'a CSV of answers, which does not say how they were made'
    """
    if run is None:
        return "a CSV of answers, which does not say how they were made"
    model = f"model {run.model}" if run.model else "no model"
    assisted = "assisted" if run.assisted else "not assisted"
    return (
        f"profile {run.profile or 'unknown'}, {model}, seed {run.seed}, version {run.version or 'unknown'}, {assisted}"
    )


def assisted_remark(scores: PairedScores) -> str:
    """What an assisted side had, and whether the other had it too; empty when no side is assisted."""
    runs = {"A": scores.run_a, "B": scores.run_b}
    assisted = [side for side, run in runs.items() if run and run.assisted]
    if not assisted:
        return ""
    if len(assisted) == len(runs):
        return f"Both are assisted: they had {_KNOWLEDGE}."
    (side,) = assisted
    (other,) = runs.keys() - assisted
    if runs[other] is None:
        return f"{side} is assisted: it had {_KNOWLEDGE}. Whether {other} had any is not known."
    return f"Only {side} is assisted: it had {_KNOWLEDGE}. {other} had none, so the difference is not between equals."


def coverage_lines(scores: PairedScores) -> Iterator[str]:
    """What was compared and what was not, a sentence each."""
    overall = scores.overall
    yield f"{_counted(overall.questions, 'question')} on {_counted(overall.images, 'image')} held by both."
    if scores.only_in_a or scores.only_in_b:
        yield f"Not compared: {scores.only_in_a} held by A alone, {scores.only_in_b} by B alone."
    for side, lacking in (("A", scores.not_answered_a), ("B", scores.not_answered_b)):
        if lacking:
            why = ", ".join(f"{count} {reason}" for reason, count in lacking.items())
            yield f"{side} did not answer {sum(lacking.values())} of them ({why}); they count as wrong."
    if scores.without_subtask:
        yield f"The subtask of {_counted(scores.without_subtask, 'question')} is not known."


def mcnemar_sentence(score: PairedScore) -> str:
    """McNemar's test in words."""
    test = score.mcnemar
    return f"Only A is right on {test.only_a}, only B on {test.only_b}: McNemar's exact p {_equal(test.p_value)}."


def _equal(value: float) -> str:
    said = probability(value)
    return said if said.startswith("<") else f"= {said}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _page(scores: PairedScores) -> Iterator[str]:
    yield from ("# A and B on the same questions", "")
    for side, name, run in (("A", scores.a, scores.run_a), ("B", scores.b, scores.run_b)):
        yield f"- {side}: {_cell(name)} ({_cell(run_facts(run))})"
    yield ""
    if remark := assisted_remark(scores):
        yield from (f"**{remark}**", "")
    yield from (*coverage_lines(scores), mcnemar_sentence(scores.overall), "")
    yield "| | questions | A % | B % | A - B | 95 % interval | only A | only B | p |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for score in (scores.overall, *scores.groups):
        difference, test = score.difference, score.mcnemar
        interval = f"{signed(difference.low)} to {signed(difference.high)}"
        yield (
            f"| {_cell(group_name(score))} | {score.questions} | {score.accuracy_a:.1f} | {score.accuracy_b:.1f} "
            f"| {signed(difference.difference)} | {interval} | {test.only_a} | {test.only_b} "
            f"| {probability(test.p_value)} |"
        )
    yield from ("", "A % and B % are percent right, and no answer counts as wrong. A - B is in points; its interval is")
    yield from ("by bootstrap over images. Only A and only B count the questions on which one side alone is right.", "")
    yield from (f"## {_counted(len(scores.changed), 'question')} on which one side alone is right", "")
    if scores.changed:
        yield from ("| image | question | subtask | A | B | correct |", "|---|---:|---|---|---|---|")
    for one in scores.changed:
        cells = (one.image, one.question_index, one.subtask, one.answer_a, one.answer_b, one.correct)
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(value: str | int | None) -> str:
    return "–" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
