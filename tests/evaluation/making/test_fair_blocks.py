"""Blocks in which nobody is right more often than by chance without looking."""

from __future__ import annotations

import zlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.evaluation.making.fair_blocks import Item, deal_blocks

hands = st.lists(st.sampled_from("abcdefg"), max_size=60)
seeds = st.integers(0, 1000)


def items_of(answers):
    return [Item(answer, number) for number, answer in enumerate(answers)]


def deal(answers, seed=0, **more):
    return deal_blocks(items_of(answers), np.random.default_rng(seed), **more)


@given(hands, seeds)
def test_a_block_has_three_or_four_different_answers_and_no_item_is_used_twice(answers, seed):
    blocks = deal(answers, seed)
    used = [item.subject for block in blocks for item in block]
    assert len(used) == len(set(used))
    assert all(len(block) in {3, 4} for block in blocks)
    assert all(len({item.answer for item in block}) == len(block) for block in blocks)


@given(hands, seeds, st.integers())
def test_whoever_answers_without_looking_is_right_exactly_once_in_each_block(answers, seed, habit):
    for block in deal(answers, seed):
        offered = [item.answer for item in block]
        chosen = offered[zlib.crc32(repr((habit, offered)).encode()) % len(offered)]
        assert sum(item.answer == chosen for item in block) == 1


@given(hands, seeds)
def test_only_what_has_too_few_partners_stays_over(answers, seed):
    left = Counter(answers) - Counter(item.answer for block in deal(answers, seed) for item in block)
    assert len(left) < 3


@pytest.mark.parametrize(
    ("answers", "sizes"),
    [
        ("aabbccdd", [4, 4]),
        ("aabbccddee", [4, 3, 3]),  # all ten, although five answers do not divide into fours
        ("aaaaabbc", [3]),
        ("aaaabbbb", []),  # two answers are no choice
        ("", []),
    ],
)
def test_as_many_items_as_possible_are_used(answers, sizes):
    assert sorted(map(len, deal(answers)), reverse=True) == sizes


@given(hands, seeds)
def test_answers_that_must_not_meet_never_do(answers, seed):
    def is_fair(block):
        return not {"a", "b"} <= {item.answer for item in block}

    assert all(is_fair(block) for block in deal(answers, seed, is_fair=is_fair))


def test_a_block_that_is_not_fair_is_tried_without_one_of_its_items():
    blocks = deal("abcd", is_fair=lambda block: not {"a", "b"} <= {item.answer for item in block})
    assert len(blocks) == 1
    assert len(blocks[0]) == 3


def test_the_seed_decides():
    answers = "abcdefg" * 5
    assert deal(answers, 1) == deal(answers, 1)
    assert deal(answers, 1) != deal(answers, 2)


def test_each_place_is_right_about_as_often():
    places = Counter(
        place
        for seed in range(200)
        for block in deal("abcd", seed)
        for place, item in enumerate(block)
        if item.answer == "a"
    )
    assert all(30 < places[place] < 70 for place in range(4))
