"""The smallest models of known architectures, with random weights. Imports transformers: import it late.

Each maker returns the model and what is saved beside it. Byte tokens, two layers, pictures of 56 pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

_SIDE, _PATCH, _PLACES = 56, 14, 16
_TURN = "{% for m in messages %}<s>{{ m.role }}\n{% for p in m.content %}"
_PART = "{% if p.type == 'image' %}IMAGE{% else %}{{ p.text }}{% endif %}{% endfor %}</s>\n{% endfor %}"
_OPENING = "{% if add_generation_prompt %}<s>assistant\n{% endif %}"
_CONTROL = ("<pad>", "<s>", "</s>")
_SIZE = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
_EYES = {**_SIZE, "image_size": _SIDE, "patch_size": _PATCH}
_GRID = [[_SIDE, 2 * _SIDE], [2 * _SIDE, _SIDE], [2 * _SIDE, 2 * _SIDE]]
"""Height and width of the tilings that families with tiles may choose."""


def _words(tokenizer: Any, kind: str = "llama") -> dict[str, Any]:
    """Settings of the language half."""
    limits = {"num_key_value_heads": 2, "max_position_embeddings": 16384, "vocab_size": len(tokenizer)}
    return {"model_type": kind, **_SIZE, **limits, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}


def _tokenizer(special: Mapping[str, str], image: str) -> Any:
    """Bytes as tokens: any text can be said, nothing is trained.

    Parameters
    ----------
    special : mapping of str to str
        Name to control word.
    image : str
        What the chat template writes for a picture.
    """
    words = [*_CONTROL, *special.values(), *sorted(pre_tokenizers.ByteLevel.alphabet())]
    plain = Tokenizer(models.BPE(vocab={word: number for number, word in enumerate(words)}, merges=[]))
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain.decoder = decoders.ByteLevel()
    plain.add_special_tokens([*_CONTROL, *special.values()])
    pad, opening, end = _CONTROL
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=plain,
        pad_token=pad,
        bos_token=opening,
        eos_token=end,
        extra_special_tokens=dict(special),
        chat_template=(_TURN + _PART + _OPENING).replace("IMAGE", image),
    )


def _llava() -> tuple[Any, ...]:
    tokenizer = _tokenizer({"image_token": "<image>"}, "<image>")
    config = transformers.LlavaConfig(
        vision_config={"model_type": "clip_vision_model", **_EYES},
        text_config=_words(tokenizer),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
    )
    pictures = transformers.CLIPImageProcessorPil(
        size={"shortest_edge": _SIDE}, crop_size={"height": _SIDE, "width": _SIDE}
    )
    processor = transformers.LlavaProcessor(
        pictures,
        tokenizer,
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=tokenizer.chat_template,
    )
    return transformers.LlavaForConditionalGeneration(config), processor


def _llava_next() -> tuple[Any, ...]:
    tokenizer = _tokenizer({"image_token": "<image>"}, "<image>")
    config = transformers.LlavaNextConfig(
        vision_config={"model_type": "clip_vision_model", **_EYES},
        text_config=_words(tokenizer),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        image_grid_pinpoints=_GRID,
    )
    pictures = transformers.LlavaNextImageProcessorPil(
        size={"shortest_edge": _SIDE}, crop_size={"height": _SIDE, "width": _SIDE}, image_grid_pinpoints=_GRID
    )
    processor = transformers.LlavaNextProcessor(
        pictures,
        tokenizer,
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=tokenizer.chat_template,
    )
    return transformers.LlavaNextForConditionalGeneration(config), processor


def _idefics3() -> tuple[Any, ...]:
    words = ("<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>")
    tokenizer = _tokenizer({f"word_{number}": word for number, word in enumerate(words)}, "<image>")
    config = transformers.Idefics3Config(
        vision_config=_EYES,
        text_config=_words(tokenizer),
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        scale_factor=2,
    )
    pictures = transformers.Idefics3ImageProcessorPil(
        size={"longest_edge": 2 * _SIDE}, max_image_size={"longest_edge": _SIDE}
    )
    processor = transformers.Idefics3Processor(
        pictures, tokenizer, image_seq_len=_PLACES // 4, chat_template=tokenizer.chat_template
    )
    return transformers.Idefics3ForConditionalGeneration(config), processor


def _qwen_parts() -> tuple[Any, dict[str, Any]]:
    names = ("image_token", "video_token", "vision_start_token", "vision_end_token")
    words = ("<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>")
    tokenizer = _tokenizer(dict(zip(names, words, strict=True)), "<|vision_start|><|image_pad|><|vision_end|>")
    numbers = {f"{name}_id": tokenizer.convert_tokens_to_ids(word) for name, word in zip(names, words, strict=True)}
    rope = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0}
    language = {key: value for key, value in _words(tokenizer).items() if key != "model_type"}
    return tokenizer, {"text_config": {**language, "rope_parameters": rope}, **numbers}


def _qwen_pictures() -> Any:
    return transformers.Qwen2VLImageProcessorPil(min_pixels=_SIDE**2, max_pixels=4 * _SIDE**2)


def _qwen2_vl() -> tuple[Any, ...]:
    tokenizer, settings = _qwen_parts()
    eyes = {"depth": 2, "embed_dim": 32, "hidden_size": 32, "num_heads": 4, "mlp_ratio": 2, "patch_size": _PATCH}
    model = transformers.Qwen2VLForConditionalGeneration(transformers.Qwen2VLConfig(vision_config=eyes, **settings))
    return model, tokenizer, _qwen_pictures()


def _qwen2_5_vl() -> tuple[Any, ...]:
    tokenizer, settings = _qwen_parts()
    eyes: dict[str, Any] = {"depth": 2, "hidden_size": 32, "out_hidden_size": 32, "num_heads": 4}
    eyes |= {"intermediate_size": 64, "patch_size": _PATCH, "fullatt_block_indexes": [1], "window_size": _SIDE}
    config = transformers.Qwen2_5_VLConfig(vision_config=eyes, **settings)
    return transformers.Qwen2_5_VLForConditionalGeneration(config), tokenizer, _qwen_pictures()


MAKERS: Mapping[str, Callable[[], tuple[Any, ...]]] = {
    "idefics3": _idefics3,
    "llava": _llava,
    "llava_next": _llava_next,
    "qwen2_5_vl": _qwen2_5_vl,
    "qwen2_vl": _qwen2_vl,
}
"""Family, as transformers names it, to its maker."""
