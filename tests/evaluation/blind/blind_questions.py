"""Drawn questions with and without habits, and a text encoder that needs no model."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from echo_iad.domain.parts import EncoderId
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask

LETTERS = "ABCD"


class WordEncoder:
    """The sum of a random vector for each word: equal words, equal meaning."""

    def __init__(self, weights: str = "0" * 64) -> None:
        self.id = EncoderId("words", weights, 48, "words", "words")
        self.encoded: list[str] = []

    def encode_texts(self, texts):
        self.encoded += texts
        rows = [sum((self._word(word) for word in text.lower().split()), np.full(48, 1e-3)) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], np.float32).reshape(len(texts), 48)

    def _word(self, word):
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "little")
        return np.random.default_rng(seed).normal(size=48)


def question(object, number, options, correct, *, subtask=Subtask.DESCRIPTION, dataset="Drawn"):
    """A question whose options are texts, and whose right one has the place ``correct``."""
    image = f"{dataset}/{object}/image/bad/{number:03}.png"
    shown = dict(zip(LETTERS, options, strict=False))
    return BenchmarkQuestion(
        image,
        0,
        Path(image),
        dataset,
        object,
        subtask,
        "What does it look like?",
        shown,
        LETTERS[correct],
        defective=True,
    )


def drawn(objects, count, options_of, *, seed=0, **more):
    """``count`` questions about each object; ``options_of(rng, object)`` gives options and the right one's place."""
    rng = np.random.default_rng(seed)
    return [question(name, number, *options_of(rng, name), **more) for name in objects for number in range(count)]


def words(rng, count):
    return " ".join("".join(rng.choice(list("bdgklmnprst"), 4)) for _ in range(count))


def without_habit(rng, object):
    return [words(rng, rng.integers(2, 6)) for _ in range(4)], int(rng.integers(4))


def longest_is_right(rng, object):
    correct = int(rng.integers(4))
    return [words(rng, 7 if place == correct else rng.integers(2, 5)) for place in range(4)], correct


def marked(word):
    """The right option holds ``word`` in three questions of four; a wrong one otherwise."""

    def options_of(rng, object):
        correct = int(rng.integers(4))
        holder = correct if rng.random() < 0.75 else (correct + 1) % 4
        return [words(rng, 2) + " " + (word if place == holder else words(rng, 1)) for place in range(4)], correct

    return options_of
