"""MMAD's published rule, its faults included: how it reads an answer and how it scores a list of them.

Kept apart because its figures serve one end, to stand beside published tables; `docs/scoring.md` shows each fault on
an example, and `scores.accuracy` holds the rule without them. After ``summary.py`` and ``gpt4v.py`` of MMAD's
scripts. Not modelled: scripts that ask all questions of a picture in one prompt drop the picture when the number of
letters differs from the number of questions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask

_LONE_LETTER = re.compile(r"\b([A-E])\b")
_LETTERS = frozenset("ABCDE")
_NORMAL_FLAG = "good"


@dataclass(frozen=True)
class OfficialAnswer:
    """What MMAD's scorer looks at."""

    image: str
    """The picture's key; the scorer takes the picture's goodness from it."""
    dataset: str
    subtask: Subtask
    given: str | None
    """The letter that MMAD's parser finds; None where nothing came back."""
    correct: str

    @property
    def legible(self) -> bool:
        """Whether both letters are of those that the scorer knows."""
        return self.given in _LETTERS and self.correct in _LETTERS


def official_letter(raw_text: str, options: Mapping[str, str]) -> str | None:
    """Read an answer as MMAD's scripts do.

    The last capital from A to E that stands alone counts, whatever it stands for; without any, the option whose text
    is most alike counts, however unlike it is.

    Parameters
    ----------
    raw_text : str
        What a model wrote.
    options : mapping of str to str
        Letter -> text.

    Returns
    -------
    str or None
        A letter, which need not be one of the options; None only where no letter stands alone and there are no options.

    Examples
    --------
    >>> options = {"A": "Yes.", "B": "No."}
    >>> official_letter("Answer: B.", options), official_letter("B. A scratch is there.", options)
    ('B', 'A')
    >>> official_letter("I cannot see the picture.", options) is not None
    True
    """
    letters = _LONE_LETTER.findall(raw_text)
    if letters:
        return str(letters[-1])
    closest = get_close_matches(raw_text, list(options.values()), n=1, cutoff=0.0)
    return next((letter for letter, text in options.items() if text in closest), None)


def official_answer(record: AnswerRecord) -> OfficialAnswer:
    """Take what MMAD's scorer would see of a record: the letter in the words that were read, or else the answer."""
    if record.status is AnswerStatus.FAILED:
        given = None
    elif record.written:
        given = official_letter(record.written, record.options)
    else:
        given = record.answer
    return OfficialAnswer(record.image, record.dataset, record.subtask, given, record.correct)


def official_accuracy(answers: Iterable[OfficialAnswer]) -> dict[str, dict[Subtask, float]]:
    """Score a list of answers as MMAD's ``summary.py`` does.

    Parameters
    ----------
    answers : iterable of OfficialAnswer
        In the order in which they were given: the order matters.

    Returns
    -------
    dict
        Data set -> subtask -> percent. Each data set has every subtask that any of them has, with 0 where it has no
        question: MMAD's averages count those zeros.

    Examples
    --------
    >>> asked = OfficialAnswer("shop/cap/good/0.png", "shop", Subtask.ANALYSIS, given="A", correct="A")
    >>> official_accuracy([asked])
    {'shop': {<Subtask.ANALYSIS: 'analysis'>: 100.0}}
    """
    answers = list(answers)
    tallies: defaultdict[tuple[str, Subtask], _Tally] = defaultdict(_Tally)
    for answer in _seen_while_removing(answers):
        tallies[answer.dataset, answer.subtask].add(answer)
    subtasks = [subtask for subtask in Subtask if any(answer.subtask is subtask for answer in answers)]
    return {
        dataset: {subtask: tallies[dataset, subtask].percent(subtask) for subtask in subtasks}
        for dataset in sorted({answer.dataset for answer in answers})
    }


class _Tally:
    """Counts of one data set's subtask, the pictures with the flag in their path and those without apart."""

    def __init__(self) -> None:
        self.asked = {True: 0, False: 0}
        self.right = {True: 0, False: 0}

    def add(self, answer: OfficialAnswer) -> None:
        normal = _NORMAL_FLAG in answer.image
        self.asked[normal] += 1
        self.right[normal] += answer.given == answer.correct

    def percent(self, subtask: Subtask) -> float:
        if subtask is Subtask.DISCRIMINATION:
            return 50 * sum(_share(self.right[side], self.asked[side]) for side in (True, False))
        return 100 * _share(sum(self.right.values()), sum(self.asked.values()))


def _seen_while_removing(answers: Iterable[OfficialAnswer]) -> Iterator[OfficialAnswer]:
    """Answers that a loop counts which takes illegible ones off the list it walks along: the next one slips by."""
    walk = iter(answers)
    for answer in walk:
        if answer.legible:
            yield answer
        else:
            next(walk, None)


def _share(right: int, asked: int) -> float:
    return right / asked if asked else 0.0
