"""What is given to a model counts, and nothing else; `test_remembering` varies a prompt part by part."""

from dataclasses import replace

import numpy as np
import pytest

from echo_iad.domain.messages import Message, PicturePart
from echo_iad.mllms.base import Prompt
from echo_iad.mllms.digests import picture_sha256, prompt_sha256, prompts_sha256


def test_where_a_picture_came_from_is_not_given(ask):
    system, user = ask()
    moved = [PicturePart(part.pixels.copy(), "query", "elsewhere.png", "ab" * 32) for part in user.pictures]
    again = (system, Message(user.role, (*moved, user.parts[-1])))
    assert prompt_sha256(Prompt(ask())) == prompt_sha256(Prompt(again))


@pytest.mark.parametrize("changed", [{"labels": ("A", "B")}, {"max_new_tokens": 9}, {"stop": (".",)}], ids=str)
def test_whatever_is_given_counts(ask, changed):
    prompt = Prompt(ask())
    assert prompt_sha256(prompt) != prompt_sha256(replace(prompt, **changed))
    assert prompt_sha256(prompt) != prompt_sha256(Prompt(ask("Another?")))


def test_of_several_prompts_each_counts_and_their_order(ask):
    one, two = Prompt(ask("one")), Prompt(ask("two"))
    assert prompts_sha256([one, two]) == prompts_sha256([one, two])
    assert len({prompts_sha256(some) for some in ([one], [two], [one, two], [two, one], [one, one], [])}) == 6


def test_pictures_of_the_same_bytes_and_another_shape_differ():
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert picture_sha256(pixels) == picture_sha256(pixels[:, ::-1][:, ::-1])
    assert picture_sha256(pixels) != picture_sha256(pixels.reshape(4, 2, 3))
