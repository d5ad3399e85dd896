"""The row "evidence + text prior": what a benchmark's wording gives away and what was seen, added up.

Both are log-odds of the options. The words' part comes from the blind head and its second pass, the evidence's from
the run's records; either was learned on other objects than the one at hand. What an option gains from the questions
around it depends on how these lean, and they lean by words and evidence together, so a few rounds are gone through.
Only an evaluation can do this: it needs other questions with known answers, and all questions about an object at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from echo_iad.encoders.base import TextEncoder
from echo_iad.evaluation.answers.records import AnswerRecord
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.choice import Numbers, softmax, starts_of
from echo_iad.evaluation.blind.head import LearnedHead, group_of
from echo_iad.evaluation.blind.second_pass import SCALE
from echo_iad.evaluation.blind.surroundings import TOLD, Surroundings, leaning_of
from echo_iad.evaluation.prior.evidence import Evidence, weigh_evidence
from echo_iad.evaluation.scores.text_prior import Beliefs, PriorAnswers

ROUNDS = 3

Questions = Sequence[BenchmarkQuestion]


def answer_with_prior(
    questions: Questions, records: Iterable[AnswerRecord], head: LearnedHead, encoder: TextEncoder
) -> PriorAnswers:
    """Answer the recorded questions by evidence and words together, and by the words alone.

    Parameters
    ----------
    questions : sequence of BenchmarkQuestion
        Those of the records at least; others are left aside.
    records : iterable of AnswerRecord
        What the evidence says; read once, and not changed.
    head : LearnedHead
        For an object that it was fitted on, the weights that were fitted without that object are used.
    encoder : TextEncoder
        The one that the head was fitted with; best one that remembers the texts.

    Raises
    ------
    EvaluationError
        The head was fitted with another text encoder.
    """
    evidence = weigh_evidence(records)
    asked = _by_object([one for one in questions if one.key in evidence.log_odds])
    both: dict[tuple[str, int], Mapping[str, float]] = {}
    words: dict[tuple[str, int], Mapping[str, float]] = {}
    for (group, together), held in asked.items():
        words.update(_answer(group, held, head, encoder, together=together, evidence=None))
        both.update(_answer(group, held, head, encoder, together=together, evidence=evidence))
    weights: defaultdict[str, dict[Subtask, float]] = defaultdict(dict)
    for (group, subtask), weight in sorted(evidence.weights.items()):
        weights[group][subtask] = weight
    return PriorAnswers(both, words, dict(weights), len(weights), head.questions)


def _by_object(questions: Questions) -> dict[tuple[str, bool], list[BenchmarkQuestion]]:
    """Object, and whether its questions hear each other -> questions."""
    found: defaultdict[tuple[str, bool], list[BenchmarkQuestion]] = defaultdict(list)
    for one in questions:
        found[group_of(one.object), one.subtask in TOLD].append(one)
    return dict(found)


def _answer(
    group: str,
    questions: Questions,
    head: LearnedHead,
    encoder: TextEncoder,
    *,
    together: bool,
    evidence: Evidence | None,
) -> Beliefs:
    """Chances of the options of one object's questions; words alone where there is no evidence to go by."""
    starts = starts_of([len(one.options) for one in questions])
    scored = head.score(questions, encoder)
    weights = [head.second.weights_for(group, one.subtask) for one in questions]
    totals = [
        (np.zeros(len(one.options)) if scores is None else SCALE * row[0] * scores.astype(np.float64))
        + (0.0 if evidence is None else evidence.of(one.key, group, one.subtask))
        for one, scores, row in zip(questions, scored, weights, strict=True)
    ]
    own = np.concatenate(totals)
    heard = own
    if together:
        around = Surroundings(questions, encoder)
        sizes = [len(one.options) for one in questions]
        loudness = np.repeat(np.stack([row[1:] for row in weights]), sizes, axis=0)
        for _ in range(ROUNDS):
            heard = own + (around.numbers(leaning_of(heard, starts)) * loudness).sum(axis=1)
    return _beliefs(questions, softmax(heard, starts), starts[1:])


def _beliefs(questions: Questions, chances: Numbers, borders: NDArray[np.int64]) -> Beliefs:
    parts = np.split(chances, borders)
    return {
        one.key: dict(zip(one.options, row.tolist(), strict=True)) for one, row in zip(questions, parts, strict=True)
    }
