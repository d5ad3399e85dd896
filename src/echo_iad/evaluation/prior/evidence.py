"""What a run's evidence says of each option, as log-odds, and how far it is to be believed beside the words.

The evidence answers as it is recorded: nothing in it is fitted here. One number for each subtask says how much its
log-odds count; it is learned on the run's other objects, pulled towards 1, which is to take the probabilities at their
word. Knows no word of a question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from echo_iad.evaluation.answers.records import AnswerRecord
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.choice import Choices, Numbers, fit_weights, starts_of
from echo_iad.evaluation.blind.head import group_of

FLOOR = 0.05
"""Share of its certainty that the evidence gives up, spread over all options: no answer is beyond doubt."""
AT_ITS_WORD = 1.0
PULL = 0.2
"""A few objects only have pictures, so the weight stays near `AT_ITS_WORD` unless they say otherwise clearly."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a run found, question by question."""

    log_odds: Mapping[tuple[str, int], Numbers]
    """Image and question index -> (k,) float64, mean 0: what speaks for each option, in their order."""
    weights: Mapping[tuple[str, Subtask], float]
    """Key of an object and subtask -> how much its evidence counts; learned on the other objects."""

    def of(self, key: tuple[str, int], group: str, subtask: Subtask) -> Numbers:
        """(k,) float64: the log-odds of a question's options, as far as they are believed."""
        return self.weights[group, subtask] * self.log_odds[key]


def weigh_evidence(records: Iterable[AnswerRecord]) -> Evidence:
    """Read what the records say, and learn how much it counts on each object from the others.

    Parameters
    ----------
    records : iterable of AnswerRecord
        Read once.
    """
    found: dict[tuple[str, int], Numbers] = {}
    rows: defaultdict[Subtask, defaultdict[str, list[tuple[Numbers, Numbers]]]]
    rows = defaultdict(lambda: defaultdict(list))
    for record in records:
        odds = log_odds(record)
        right = np.array([float(letter == record.correct) for letter in record.options])
        found[record.key] = odds
        rows[record.subtask][group_of(record.object)].append((odds, right))
    weights = {
        (group, subtask): _weight([row for other, held in of.items() if other != group for row in held])
        for subtask, of in rows.items()
        for group in of
    }
    return Evidence(found, weights)


def log_odds(record: AnswerRecord) -> Numbers:
    """(k,) float64, mean 0: how much a recorded answer speaks for each option.

    Without probabilities the chosen option stands for all of it; without either, nothing speaks for any.
    """
    chances = np.array([record.probabilities.get(letter, 0.0) for letter in record.options])
    if not record.probabilities:
        chances = np.array([float(letter == record.answer) for letter in record.options])
    total = chances.sum()
    even = np.full(len(chances), 1 / len(chances))
    logs = np.log((1 - FLOOR) * (chances / total if total > 0 else even) + FLOOR * even)
    return np.asarray(logs - logs.mean(), np.float64)


def _weight(rows: list[tuple[Numbers, Numbers]]) -> float:
    if not rows:
        return AT_ITS_WORD
    choices = Choices(np.concatenate([odds for odds, _ in rows])[:, None], starts_of([len(odds) for odds, _ in rows]))
    right = np.concatenate([right for _, right in rows])
    return float(fit_weights(choices, right, centre=np.array([AT_ITS_WORD]), pull=PULL)[0])
