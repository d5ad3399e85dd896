"""Deciders that never see a picture: what a benchmark's wording alone gives away.

``first`` and ``longest`` look at the options' order and length, ``knowledge`` at what is written about the object, and
``learned`` at what right options of other objects sound like (`blind.head`). Opens no picture; knows no other decider.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from echo_iad.encoders.base import TextEncoder
from echo_iad.encoders.remembering import RememberingTextEncoder, cosines
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.features import spoken_name, texts_of
from echo_iad.evaluation.blind.head import LearnedHead, Progress, fit_head, nothing_to_learn_from
from echo_iad.evaluation.scores.beyond_blind import LEARNED, BlindLetters
from echo_iad.knowledge.sources import ObjectKnowledge, find_object, read_knowledge

_AT_ONCE = 512
"""Texts that are embedded between two reports of progress."""


class BlindDecider(Protocol):
    """Answers questions from their words alone."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def answers(self, questions: Sequence[BenchmarkQuestion]) -> dict[tuple[str, int], str | None]:
        """Key of each question -> the letter chosen; None where there is nothing to go by."""
        ...


class FirstOption:
    """Takes the first option."""

    name = "first"

    def answers(self, questions: Sequence[BenchmarkQuestion]) -> dict[tuple[str, int], str | None]:
        """See `BlindDecider`."""
        return {question.key: next(iter(question.options)) for question in questions}


class LongestOption:
    """Takes the option with the most characters, the first of equals."""

    name = "longest"

    def answers(self, questions: Sequence[BenchmarkQuestion]) -> dict[tuple[str, int], str | None]:
        """See `BlindDecider`."""
        return {one.key: max(one.options, key=lambda letter: len(one.options[letter])) for one in questions}


class NearestKnowledge:
    """Takes the option nearest in meaning to any sentence of the object's knowledge, the first of equals.

    Whether this one part is defective stands in no text about its object: discrimination is not answered.

    Parameters
    ----------
    knowledge : sequence of ObjectKnowledge
        What was read; an object that is not there is not answered for.
    encoder : TextEncoder
        Best one that remembers the texts.
    """

    name = "knowledge"

    def __init__(self, knowledge: Sequence[ObjectKnowledge], encoder: TextEncoder) -> None:
        self._knowledge = knowledge
        self._encoder = encoder

    def answers(self, questions: Sequence[BenchmarkQuestion]) -> dict[tuple[str, int], str | None]:
        """See `BlindDecider`."""
        known = {name: self._sentences(name) for name in {question.object for question in questions}}
        return {question.key: self._answer(question, known[question.object]) for question in questions}

    def _sentences(self, object: str) -> list[str]:
        found = find_object(self._knowledge, spoken_name(object))
        return list(dict.fromkeys(passage.text for passage in found.passages)) if found else []

    def _answer(self, question: BenchmarkQuestion, sentences: Sequence[str]) -> str | None:
        if question.subtask is Subtask.DISCRIMINATION or not sentences:
            return None
        nearness = cosines(self._encoder, list(question.options.values()), sentences).max(axis=1)
        return list(question.options)[int(np.argmax(nearness))]


class LearnedDecider:
    """Takes the option that sounds most like right options of other objects.

    Parameters
    ----------
    head : LearnedHead
        For an object that it was fitted on, the weights that were fitted without that object are used.
    encoder : TextEncoder
        The one that the head was fitted with.
    """

    name = LEARNED

    def __init__(self, head: LearnedHead, encoder: TextEncoder) -> None:
        self._head = head
        self._encoder = encoder

    def answers(self, questions: Sequence[BenchmarkQuestion]) -> dict[tuple[str, int], str | None]:
        """See `BlindDecider`."""
        letters = self._head.choose(questions, self._encoder)
        return {question.key: letter for question, letter in zip(questions, letters, strict=True)}


class NothingLearned:
    """Stands for the learned decider where there is nothing to learn from: answers nothing, and says why.

    Parameters
    ----------
    reason : str
    """

    name = LEARNED

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def answers(self, questions: Sequence[BenchmarkQuestion]) -> dict[tuple[str, int], str | None]:
        """See `BlindDecider`."""
        return {question.key: None for question in questions}


def blind_deciders(
    questions: Sequence[BenchmarkQuestion],
    *,
    text_encoder: TextEncoder,
    knowledge: Path | None,
    head: LearnedHead | None,
    seed: int,
) -> tuple[BlindDecider, ...]:
    """Make the four blind deciders for some questions; parameters and errors of `blind_answers`."""
    known = read_knowledge(knowledge) if knowledge else ()
    return (
        FirstOption(),
        LongestOption(),
        NearestKnowledge(known, text_encoder),
        _learned(questions, text_encoder, head, seed),
    )


def blind_answers(
    questions: Sequence[BenchmarkQuestion],
    *,
    text_encoder: TextEncoder,
    knowledge: Path | None,
    head: LearnedHead | None = None,
    seed: int = 0,
) -> Mapping[str, BlindLetters]:
    """Answer questions in every blind way.

    Parameters
    ----------
    questions : sequence of BenchmarkQuestion
    text_encoder : TextEncoder
    knowledge : Path, optional
        File that `echo_iad.knowledge.sources` reads.
    head : LearnedHead, optional
        Of ``echo-iad evaluate blind-fit``. Without one, a head is fitted on these very questions, leaving out the
        object that it answers for.
    seed : int
        Of a head that is fitted here.

    Returns
    -------
    mapping of str to mapping
        Decider (``first``, ``longest``, ``knowledge``, ``learned``) -> key -> letter. A question that a decider has
        nothing to go by is left out, so that it counts neither for nor against it.

    Raises
    ------
    KnowledgeError
        The knowledge cannot be read.
    EvaluationError
        The head was fitted with another text encoder.
    """
    encoder = encode_once(texts_of(questions), text_encoder)
    deciders = blind_deciders(questions, text_encoder=encoder, knowledge=knowledge, head=head, seed=seed)
    return {decider.name: _answered(decider.answers(questions)) for decider in deciders}


def encode_once(texts: Sequence[str], encoder: TextEncoder, progress: Progress | None = None) -> RememberingTextEncoder:
    """Embed texts, each once, and remember them all."""
    remembering = RememberingTextEncoder(encoder, capacity=max(2 * len(texts), 4096))
    for start in range(0, len(texts), _AT_ONCE):
        if progress:
            progress(start, len(texts), "reading the texts")
        remembering.encode_texts(texts[start : start + _AT_ONCE])
    return remembering


def _learned(
    questions: Sequence[BenchmarkQuestion], encoder: TextEncoder, head: LearnedHead | None, seed: int
) -> BlindDecider:
    if head is None:
        why = nothing_to_learn_from(questions)
        if why:
            return NothingLearned(why)
        head = fit_head(questions, encoder, seed=seed)
    return LearnedDecider(head, encoder)


def _answered(letters: Mapping[tuple[str, int], str | None]) -> dict[tuple[str, int], str | None]:
    return {key: letter for key, letter in letters.items() if letter is not None}
