"""Extracts for many questions at once, before anybody asks them. Resumable: what is stored is not asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from echo_iad.errors import MllmError
from echo_iad.experts.relevance_by_model import RelevanceByModel, Sought
from echo_iad.memory.extracts import Extract, options_sha256, question_key
from echo_iad.memory.store import Memory

Progress = Callable[[int, int, str], None]
"""Called with what is done, the total, and the object at hand."""

_BATCH = 16
"""Questions asked together; a kill loses at most so many answers."""


@dataclass(frozen=True)
class Failure:
    """A question for which nothing could be picked, and why."""

    object: str
    question: str
    why: str


@dataclass(frozen=True)
class Filling:
    """What was done."""

    picked: int
    """Extracts that are new."""
    known: int
    """Questions that had one already."""
    refused: int
    """Picks that are not in the knowledge, over all new extracts."""
    failed: tuple[Failure, ...]


@dataclass
class _Tally:
    picked: int = 0
    refused: int = 0
    failed: list[Failure] = field(default_factory=list)


def fill_ahead(
    sought: Iterable[Sought],
    extractor: RelevanceByModel,
    memory: Memory,
    *,
    again: bool = False,
    progress: Progress | None = None,
) -> Filling:
    """Ask for each question that has no extract from the knowledge as it is now, and store what is picked as pending.

    Parameters
    ----------
    sought : iterable of Sought
        A question that comes twice is asked once.
    extractor : RelevanceByModel
    memory : Memory
        Open for writing.
    again : bool
        Ask also where an extract is pending or rejected, for example with another model.
    progress : callable, optional

    Raises
    ------
    ModelGoneError
        The model can answer nothing more; what it answered before is stored.
    MemoryStoreError
        The memory cannot be written.
    """
    different = list({_key(each): each for each in sought}.values())
    wanted = [each for each in different if _is_wanted(extractor.stored(each), again=again)]
    tally, remaining = _Tally(), iter(wanted)
    while batch := list(islice(remaining, _BATCH)):
        _fill(batch, extractor, memory, tally)
        if progress is not None:
            progress(tally.picked + len(tally.failed), len(wanted), batch[-1].object)
    return Filling(tally.picked, len(different) - len(wanted), tally.refused, tuple(tally.failed))


def _fill(batch: Sequence[Sought], extractor: RelevanceByModel, memory: Memory, tally: _Tally) -> None:
    for each, picked in zip(batch, extractor.pick(batch), strict=True):
        if isinstance(picked, MllmError):
            tally.failed.append(Failure(each.object, each.question.text, str(picked)))
        else:
            memory.extracts.keep(picked)
            tally.picked += 1
            tally.refused += picked.refused


def _key(sought: Sought) -> tuple[str, ...]:
    question = sought.question
    return sought.object, sought.question_type, question_key(question.text), options_sha256(question.options)


def _is_wanted(stored: Extract | None, *, again: bool) -> bool:
    return stored is None or (again and not stored.is_reviewed)
