"""Sets of questions that cannot be answered without looking, whatever is known about their words.

A **block** is one question with the same options in the same order, asked about one picture for each option, so that
each option is right once. Who answers without looking answers the whole block alike and is right exactly once: chance,
for every blind decider, however it was trained. No length, place, wording or frequency of an option can help.
Knows items with their answers; knows no picture and no words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Generic, TypeVar

import numpy as np

Subject = TypeVar("Subject")

MOST_OPTIONS = 4
"""As MMAD has."""
LEAST_OPTIONS = 3
"""The right one and two wrong ones."""
_DEALS = 32


@dataclass(frozen=True)
class Item(Generic[Subject]):
    """Something to ask about, with what would be right."""

    answer: str
    subject: Subject


Block = tuple[Item[Subject], ...]
"""Three or four items of different answers, in the order in which their answers are offered."""


def deal_blocks(
    items: Sequence[Item[Subject]],
    rng: np.random.Generator,
    *,
    is_fair: Callable[[Block[Subject]], bool] = lambda _: True,
) -> list[Block[Subject]]:
    """Put items into blocks, each item into one at most, as many items as possible.

    Parameters
    ----------
    items : sequence of Item
        In a stable order.
    rng : Generator
        Decides which items meet, which stay over, and the order of the options.
    is_fair : callable
        Whether the answers of a block may be offered together; must not depend on their order. A block that is not
        fair is tried again without one of its items; items that stay over are dealt anew, a bounded number of times.

    Returns
    -------
    list of Block

    Examples
    --------
    >>> items = [Item(answer, number) for number, answer in enumerate("aabbcc")]
    >>> blocks = deal_blocks(items, np.random.default_rng(0))
    >>> [sorted(item.answer for item in block) for block in blocks]
    [['a', 'b', 'c'], ['a', 'b', 'c']]
    """
    left = dict(enumerate(items))
    blocks: list[Block[Subject]] = []
    for _ in range(_DEALS):
        dealt = _deal([(number, item.answer) for number, item in left.items()], rng)
        if not dealt:
            break
        for numbers in dealt:
            kept = _fair_part(numbers, left, is_fair)
            if kept:
                blocks.append(tuple(left.pop(number) for number in kept))
    return blocks


def _fair_part(
    numbers: Sequence[int], items: dict[int, Item[Subject]], is_fair: Callable[[Block[Subject]], bool]
) -> tuple[int, ...]:
    """Return the whole block, or three of its four items, or nothing."""
    for size in range(len(numbers), LEAST_OPTIONS - 1, -1):
        for part in combinations(numbers, size):
            if is_fair(tuple(items[number] for number in part)):
                return part
    return ()


def _deal(hand: Sequence[tuple[int, str]], rng: np.random.Generator) -> list[list[int]]:
    """Numbers of items for each block, in the order of the options.

    Items stand in a row, equal answers side by side and at most one for each block, and go round the blocks in turn:
    so no block gets an answer twice, and the sizes of the blocks differ by one at most.
    """
    counts = Counter(answer for _, answer in hand)
    count = _best_number_of_blocks(list(counts.values()))
    if not count:
        return []
    row: list[int] = []
    for place in rng.permutation(len(counts)):
        answer = list(counts)[place]
        own = [number for number, given in hand if given == answer]
        row += [own[i] for i in rng.permutation(len(own))[:count]]
    row = row[: count * MOST_OPTIONS]
    blocks = [row[first::count] for first in range(count)]
    return [[block[i] for i in rng.permutation(len(block))] for block in blocks]


def _best_number_of_blocks(counts: Sequence[int]) -> int:
    """The number of blocks that uses most items; of several the smallest, which has most options; 0 = no block."""
    best, most = 0, 0
    for blocks in range(1, sum(counts) // LEAST_OPTIONS + 1):
        usable = sum(min(count, blocks) for count in counts)
        if usable < LEAST_OPTIONS * blocks:
            break  # more blocks lack even more
        if min(usable, MOST_OPTIONS * blocks) > most:
            best, most = blocks, min(usable, MOST_OPTIONS * blocks)
    return best
