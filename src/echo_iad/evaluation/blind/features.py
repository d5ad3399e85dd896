"""What can be seen of an option without its picture, as numbers: its meaning, its place, its length, its company.

The numbers of an option are its text's embedding, random Fourier features (Rahimi and Recht 2007) of that embedding and
of its difference from the question's mean, which let a linear head follow curved borders, and a few plain features of
the words. Only differences between the options of one question matter, so every number has its question's mean taken
away. Knows no answer and no object but its name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import FloatArray
from echo_iad.encoders.base import TextEncoder
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion

LAYOUT = 2
"""Number of this way to see options and what is around them: a head that was fitted in another way cannot be used."""
WAVES = 192
"""Random Fourier features of an option's embedding, and as many of its difference from the question's mean."""
WIDTH = 0.7
"""Gamma of the kernel exp(-gamma * |x - y|^2) that they stand for, x and y of unit length."""
WORD_WEIGHT = 1.0
"""Weight of the plain features beside the rest: they mean the same for every object, so they need few of them."""
PLAIN = 24
"""How many plain features there are."""

_NEGATIONS = frozenset("no not none never without cannot nothing neither nor doesn't isn't don't won't".split())
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_PLACES = 4


@dataclass(frozen=True, eq=False)
class Waves:
    """Random directions and shifts, drawn once for a head; the second half is for differences."""

    directions: FloatArray
    """(d, w) float32."""
    shifts: FloatArray
    """(w,) float32, 0 to 2 pi."""

    def of(self, vectors: FloatArray, differences: FloatArray) -> FloatArray:
        """(n, w) float32: inner products of two rows come close to the kernels of their vectors and differences."""
        half = len(self.shifts) // 2
        projected = [vectors @ self.directions[:, :half], differences @ self.directions[:, half:]]
        return np.asarray(np.cos(np.hstack(projected) + self.shifts) / np.sqrt(half / 2), np.float32)


@dataclass(frozen=True, eq=False)
class OptionRows:
    """The options of some questions, one row each, in order."""

    numbers: FloatArray
    """(n, d) float32; each question's rows have the mean 0."""
    starts: NDArray[np.int64]
    """(q,) first row of each question."""


def draw_waves(dimension: int, seed: int) -> Waves:
    """Draw the random Fourier features of embeddings with ``dimension`` numbers."""
    rng = np.random.default_rng(seed)
    directions = rng.normal(scale=np.sqrt(2 * WIDTH), size=(dimension, 2 * WAVES))
    return Waves(directions.astype(np.float32), rng.uniform(0, 2 * np.pi, 2 * WAVES).astype(np.float32))


def numbers_in_a_row(dimension: int, waves: int) -> int:
    """Length of an option's row: plain features, embedding, random Fourier features.

    Examples
    --------
    >>> numbers_in_a_row(384, 384)
    792
    """
    return PLAIN + dimension + waves


def spoken_name(object: str) -> str:
    """An object's name in words; of two data sets' objects of one name, that name.

    Examples
    --------
    >>> spoken_name("VisA/metal_cap")
    'metal cap'
    """
    return object.rpartition("/")[2].replace("_", " ").strip()


def texts_of(questions: Sequence[BenchmarkQuestion]) -> list[str]:
    """Every text that `option_rows` embeds, once."""
    found = (text for one in questions for text in (one.text, *one.options.values(), spoken_name(one.object)))
    return list(dict.fromkeys(found))


def option_rows(questions: Sequence[BenchmarkQuestion], encoder: TextEncoder, waves: Waves) -> OptionRows:
    """Describe the options of questions.

    Parameters
    ----------
    questions : sequence of BenchmarkQuestion
        At least one; their answers are not looked at.
    encoder : TextEncoder
        Best one that remembers the texts.
    waves : Waves
        Of the encoder's dimension.
    """
    sizes = np.array([len(one.options) for one in questions])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    meanings = encoder.encode_texts([text for one in questions for text in one.options.values()])
    asked = encoder.encode_texts([one.text for one in questions])
    named = encoder.encode_texts([spoken_name(one.object) for one in questions])
    plain = [
        _plain(one, meanings[start : start + size], asked[place], named[place])
        for place, (one, start, size) in enumerate(zip(questions, starts, sizes, strict=True))
    ]
    waved = waves.of(meanings, less_mean(meanings, starts))
    numbers = np.hstack([WORD_WEIGHT * np.concatenate(plain), meanings, waved])
    return OptionRows(less_mean(numbers, starts), starts.astype(np.int64))


def less_mean(rows: FloatArray, starts: NDArray[np.int64]) -> FloatArray:
    """(n, d) float32: each row less the mean of its question's."""
    sizes = np.diff([*starts, len(rows)])
    means = np.add.reduceat(rows, starts, axis=0) / sizes[:, None]
    return np.asarray(rows - np.repeat(means, sizes, axis=0), np.float32)


def _plain(one: BenchmarkQuestion, meanings: FloatArray, asked: FloatArray, named: FloatArray) -> FloatArray:
    """(k, `PLAIN`) float32: what the words of one question's options show."""
    texts = list(one.options.values())
    count = len(texts)
    words = [_words(text) for text in texts]
    shared = Counter(word for held in words for word in held)
    question, name = _words(one.text), _words(spoken_name(one.object))
    columns = [
        *_lengths(texts),
        *_company(meanings),
        meanings @ asked,
        meanings @ named,
        [len(held & question) / max(len(held), 1) for held in words],
        [float(bool(held & name)) for held in words],
        [sum(shared[word] > 1 for word in held) / max(len(held), 1) for held in words],
        [float(bool(held & _NEGATIONS)) for held in words],
        [float("," in text) for text in texts],
        [float("and" in held) for held in words],
        [float("or" in held) for held in words],
        [float(any(sign.isdigit() for sign in text)) for text in texts],
        [float(any(word.endswith("ed") for word in held)) for held in words],
        [float(any(word.endswith("ing") for word in held)) for held in words],
        *(np.arange(count) == place for place in range(_PLACES)),
    ]
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)


def _lengths(texts: Sequence[str]) -> list[FloatArray]:
    """Length beside the mean, rank, whether none is longer, whether none is shorter, words beside the mean."""
    lengths = np.array([len(text) for text in texts], np.float32)
    counts = np.array([len(text.split()) for text in texts], np.float32)
    rank = (lengths[None] < lengths[:, None]).mean(axis=1, dtype=np.float32)
    longest, shortest = lengths == lengths.max(), lengths == lengths.min()
    relative = (lengths / lengths.mean(), rank, longest, shortest, counts / max(float(counts.mean()), 1.0))
    return [np.asarray(column, np.float32) for column in relative]


def _company(meanings: FloatArray) -> list[FloatArray]:
    """Mean, highest and lowest cosine of each option with the others."""
    count = len(meanings)
    others = (meanings @ meanings.T)[~np.eye(count, dtype=np.bool_)].reshape(count, count - 1)
    return [others.mean(axis=1), others.max(axis=1), others.min(axis=1)]


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))
