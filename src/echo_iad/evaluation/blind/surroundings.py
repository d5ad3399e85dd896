"""What the other questions of a benchmark say about an option: of the same picture, and of the object's other pictures.

A benchmark asks several questions about one defect. The option that agrees with the likely right options of the other
questions is more likely right itself; so is one that means what is likely right for many other pictures of the object.
That needs no picture and no answer, only other questions beside this one: a habit of benchmarks, which a user's single
question does not have. Knows no answer and no evidence, only how each option leans.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import FloatArray
from echo_iad.encoders.base import TextEncoder
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.choice import Numbers, softmax, starts_of
from echo_iad.evaluation.blind.features import less_mean

TOLD = (Subtask.CLASSIFICATION, Subtask.LOCALIZATION, Subtask.DESCRIPTION, Subtask.ANALYSIS)
"""Subtasks whose questions presuppose a defect. The others are left to themselves: that a picture has such questions
gives away that its part is defective, and nothing is to be had from that."""
WITNESSES = (Subtask.CLASSIFICATION, Subtask.DESCRIPTION, Subtask.ANALYSIS)
"""Of these, those that tell what the defect is like."""
PLACES = 2 * len(WITNESSES)
"""Numbers of an option: for each witness, the agreement within the picture and over the other pictures."""

_SHARP = 6.0
"""How fast two options of different pictures stop to mean the same: exp(-_SHARP * (1 - cosine))."""
_SAME, _OTHER = 3.0, 4.0
"""Bring both agreements to the size of log-odds, so that one pull serves all weights."""


class Surroundings:
    """The options of one object's questions, and how much each has to do with each other.

    Parameters
    ----------
    questions : sequence of BenchmarkQuestion
        About one object, of the subtasks in `TOLD`; at least one.
    encoder : TextEncoder
        Best one that remembers the texts.
    """

    def __init__(self, questions: Sequence[BenchmarkQuestion], encoder: TextEncoder) -> None:
        sizes = [len(one.options) for one in questions]
        self.starts = starts_of(sizes)
        meanings = encoder.encode_texts([text for one in questions for text in one.options.values()])
        own = np.repeat(np.arange(len(questions)), sizes)
        _, pictures = np.unique([one.image for one in questions], return_inverse=True)
        places = [TOLD.index(one.subtask) for one in questions]
        self._asked = np.repeat(np.array(places), sizes)
        self._same, self._other = _ties(meanings, own, np.asarray(pictures, np.int64)[own])

    def numbers(self, leaning: Numbers) -> Numbers:
        """(n, `PLACES`) float64: how far each option agrees; each question's rows have the mean 0.

        Parameters
        ----------
        leaning : (n,) float64
            Probability of each option less that of guessing; higher = more likely right.
        """
        columns = []
        for witness in WITNESSES:
            heard = self._asked == TOLD.index(witness)
            ties = self._other[:, heard]
            columns.append(_SAME * self._same[:, heard] @ leaning[heard])
            columns.append(_OTHER * (ties @ leaning[heard]) / (ties.sum(axis=1) + 1))
        return np.asarray(less_mean(np.stack(columns, axis=1), self.starts), np.float64)


def leaning_of(totals: Numbers, starts: NDArray[np.int64]) -> Numbers:
    """(n,) float64: probability of each option, by its log-odds, less that of guessing."""
    sizes = np.diff([*starts, len(totals)])
    return softmax(totals, starts) - 1 / np.repeat(sizes, sizes)


def _ties(meanings: FloatArray, own: NDArray[np.int64], pictures: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """(n, n) float32 each: cosines within a picture but not a question, and likeness between pictures."""
    cosines = meanings @ meanings.T
    together = pictures[:, None] == pictures[None]
    beside = together & (own[:, None] != own[None])
    likeness = np.where(together, 0.0, np.exp(-_SHARP * (1 - cosines)))
    return np.asarray(np.where(beside, cosines, 0.0), np.float32), np.asarray(likeness, np.float32)
