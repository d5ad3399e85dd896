"""What a prompt costs: counted by a processor where one is here, estimated by the catalogue elsewhere."""

import shutil

import numpy as np
import pytest

from echo_iad.domain.messages import Message, PicturePart, Role, TextPart
from echo_iad.mllms.base import Prompt
from echo_iad.mllms.catalog import load_mllm
from echo_iad.mllms.cost import Cost, estimate
from echo_iad.mllms.known.image_tokens import PixelTokens
from echo_iad.testing import write_random_mllm
from echo_iad.testing.random_mllm import FAMILIES


def picture(height, width):
    return PicturePart(np.zeros((height, width, 3), np.uint8), "drawn")


def conversation(*pictures, text="Is it good?"):
    return (Message(Role.SYSTEM, (TextPart("You inspect."),)), Message(Role.USER, (*pictures, TextPart(text))))


def test_text_and_pictures_add_up():
    assert Cost(text_tokens=10, picture_tokens=(256, 12), exact=True).total == 278


@pytest.mark.parametrize(
    ("name", "alone", "both"),
    [
        ("Qwen/Qwen2-VL-7B-Instruct", (256,), (256, 999)),
        ("OpenGVLab/InternVL2-8B", (256,), (256, 3328)),
        ("llava-hf/llava-onevision-qwen2-7b-ov-hf", (3699,), (730, 730)),
        ("somebody/something", (256,), (256, 999)),
    ],
)
def test_a_model_that_is_not_here_is_estimated_by_its_rule(name, alone, both):
    cost = estimate(conversation(picture(448, 448)), f"openai:{name}")
    assert cost == Cost(text_tokens=6, picture_tokens=alone, exact=False)  # 12 + 11 characters
    assert estimate(conversation(picture(448, 448), picture(768, 1024)), f"transformers:{name}").picture_tokens == both


def test_four_characters_are_estimated_as_a_token():
    assert estimate(conversation(text="word" * 1000), "openai:any").text_tokens == 1003  # 12 characters of the system


@pytest.fixture(scope="module")
def qwen(tmp_path_factory):
    """A model on this machine whose pictures have 4 to 16 places."""
    pytest.importorskip("transformers")
    return write_random_mllm(tmp_path_factory.mktemp("model") / "qwen", "qwen2_vl")


def test_a_model_on_this_machine_is_counted_by_its_processor(qwen):
    cost = estimate(conversation(picture(70, 90), picture(500, 40)), f"transformers:{qwen}")
    rule = PixelTokens("pixels", unit=28, least=56**2, most=4 * 56**2)
    assert cost.exact
    assert cost.picture_tokens == (rule.count(70, 90), rule.count(500, 40))
    longer = estimate(conversation(picture(70, 90), picture(500, 40), text="Is it good? Yes?"), f"transformers:{qwen}")
    assert longer.text_tokens > cost.text_tokens
    assert longer.picture_tokens == cost.picture_tokens


def test_no_weights_are_needed_to_count(qwen, tmp_path):
    bare = tmp_path / "bare"
    shutil.copytree(qwen, bare, ignore=shutil.ignore_patterns("*.safetensors"))
    messages = conversation(picture(70, 90))
    assert estimate(messages, f"transformers:{bare}") == estimate(messages, f"transformers:{qwen}")


def test_a_folder_that_is_no_model_is_estimated(tmp_path):
    assert not estimate(conversation(picture(448, 448)), f"transformers:{tmp_path}").exact


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_counted_picture_by_picture(family, folders):
    small, large, written = picture(70, 90), picture(300, 40), f"transformers:{folders[family]}"
    cost, turned = (estimate(conversation(*pictures), written) for pictures in ((small, large), (large, small)))
    assert cost.exact
    assert min(cost.picture_tokens) > 0
    assert cost.picture_tokens == turned.picture_tokens[::-1]
    assert cost.total == turned.total


@pytest.mark.parametrize("family", ["idefics3", "llava", "qwen3_vl"])
def test_what_is_counted_is_what_the_model_reads(family, folders):
    written, messages = f"transformers:{folders[family]}", conversation(picture(70, 90), picture(120, 40))
    (reply,) = load_mllm(written).ask([Prompt(messages, ("A", "B"))])
    assert estimate(messages, written).total == reply.prompt_tokens
