"""The catalogue's arithmetic beside the processors of the transformers library, made with the numbers of the hub."""

import numpy as np
import pytest
from PIL import Image
from tokenizers import Tokenizer, models

from echo_iad.mllms.known.cards import find_card
from echo_iad.mllms.known.image_tokens import SliceTokens

transformers = pytest.importorskip("transformers")

SIZES = [
    (448, 448),
    (30, 30),
    (70, 90),
    (336, 672),
    (384, 384),
    (480, 640),
    (512, 513),
    (123, 777),
    (1024, 200),
    (768, 1024),
    (1024, 683),
    (901, 903),
]
"""Heights and widths: tiny, square, long, just over an edge, as photos are."""


def tokenizer(**special):
    """Words are single letters; control words as given."""
    words = ["<unk>", "x", *special.values()]
    plain = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>"))
    plain.add_special_tokens(list(special.values()))
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=plain, unk_token="<unk>", pad_token="<unk>", extra_special_tokens=special
    )


def without_video(family, **parts):
    """A processor of a family that also reads videos, without that half."""

    def check(self, argument, value):
        return None if argument == "video_processor" else family.check_argument_for_proper_class(self, argument, value)

    return type(family.__name__, (family,), {"check_argument_for_proper_class": check})(**parts)


def qwen(family, **numbers):
    words = {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}
    marks = {"vision_start_token": "<|vision_start|>", "vision_end_token": "<|vision_end|>"}
    pictures = transformers.Qwen2VLImageProcessorPil(**numbers)
    return without_video(family, image_processor=pictures, tokenizer=tokenizer(**words, **marks))


def internvl():
    words = {"start_image_token": "<img>", "end_image_token": "</img>", "context_image_token": "<IMG_CONTEXT>"}
    return without_video(
        transformers.InternVLProcessor,
        image_processor=transformers.GotOcr2ImageProcessorPil(size={"height": 448, "width": 448}),
        tokenizer=tokenizer(**words, video_token="<video>"),
    )


def interleave():
    return transformers.LlavaProcessor(
        transformers.SiglipImageProcessorPil(size={"height": 384, "width": 384}),
        tokenizer(image_token="<image>"),
        patch_size=14,
        vision_feature_select_strategy="full",
    )


def onevision():
    return without_video(
        transformers.LlavaOnevisionProcessor,
        image_processor=transformers.LlavaOnevisionImageProcessorPil(),
        tokenizer=tokenizer(image_token="<image>", video_token="<video>"),
        num_image_tokens=729,
        vision_feature_select_strategy="full",
    )


def llava_next():
    return transformers.LlavaNextProcessor(
        transformers.LlavaNextImageProcessorPil(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336}),
        tokenizer(image_token="<image>"),
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
    )


def smolvlm(side, longest, tokens):
    words = ("<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>")
    return transformers.Idefics3Processor(
        transformers.Idefics3ImageProcessorPil(size={"longest_edge": longest}, max_image_size={"longest_edge": side}),
        tokenizer(**{f"word_{number}": word for number, word in enumerate(words)}),
        image_seq_len=tokens,
    )


PROCESSORS = {
    "Qwen2-VL 7B": lambda: qwen(transformers.Qwen2VLProcessor, min_pixels=3136, max_pixels=12845056),
    "Qwen2.5-VL 3B": lambda: qwen(transformers.Qwen2_5_VLProcessor, min_pixels=3136, max_pixels=12845056),
    "Qwen3-VL 8B": lambda: qwen(
        transformers.Qwen3VLProcessor, patch_size=16, size={"shortest_edge": 65536, "longest_edge": 16777216}
    ),
    "InternVL3 8B": internvl,
    "LLaVA-NeXT Interleave 7B": interleave,
    "LLaVA-OneVision 7B": onevision,
    "LLaVA-NeXT 7B": llava_next,
    "SmolVLM 256M": lambda: smolvlm(512, 2048, 64),
    "SmolVLM 2.2B": lambda: smolvlm(384, 1536, 81),
}


def places(processor, *sizes):
    """How many places the pictures of one prompt take."""
    pictures = [Image.fromarray(np.zeros((*size, 3), np.uint8)) for size in sizes]
    ids = processor(text=["x" + processor.image_token * len(pictures)], images=[pictures])["input_ids"]
    return int((np.array(ids) == processor.image_token_id).sum())


@pytest.mark.parametrize("name", PROCESSORS)
def test_a_picture_costs_what_the_processor_makes_of_it(name):
    rule, processor = find_card(name).image_tokens, PROCESSORS[name]()
    sizes = SIZES[::3] if "SmolVLM" in name else SIZES
    assert {size: rule.count(*size) for size in sizes} == {size: places(processor, size) for size in sizes}


@pytest.mark.parametrize("name", [name for name in PROCESSORS if "SmolVLM" not in name])
def test_two_pictures_cost_what_the_processor_makes_of_both(name):
    rule, pair = find_card(name).image_tokens, [(448, 448), (300, 500)]
    assert sum(rule.count(*size, alone=False) for size in pair) == places(PROCESSORS[name](), *pair)


def test_a_picture_beyond_the_most_pixels_is_reduced():
    rule, processor = find_card("Qwen2-VL 7B").image_tokens, PROCESSORS["Qwen2-VL 7B"]().image_processor
    assert rule.count(6000, 4000) == processor.get_number_of_image_patches(6000, 4000) // 4 < rule.most / rule.unit**2


@pytest.mark.parametrize("size", SIZES[::4])
def test_smolvlm2_splits_a_picture_as_smolvlm_does(size):
    pictures = transformers.SmolVLMImageProcessorPil(
        size={"longest_edge": 2048}, max_image_size={"longest_edge": 512}, return_row_col_info=True
    )
    split = pictures([np.zeros((*size, 3), np.uint8)])
    tiles = 1 + split["rows"][0][0] * split["cols"][0][0]
    assert find_card("SmolVLM2 500M").image_tokens.count(*size) == 64 * tiles


@pytest.mark.parametrize("size", SIZES)
def test_minicpm_slices_a_picture_as_its_processor_does(size):
    pictures = transformers.MiniCPMV4_6ImageProcessorPil()
    sliced = pictures([np.zeros((*size, 3), np.uint8)])
    views = [int(rows * columns) // 16 for rows, columns in sliced["target_sizes"]]
    assert find_card("MiniCPM-V 4.6").image_tokens.count(*size) == sum(views)
    older = find_card("MiniCPM-V 2.6").image_tokens
    assert isinstance(older, SliceTokens)
    assert older.count(*size) == 64 * len(views)
