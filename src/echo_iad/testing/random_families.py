"""The smallest models of known architectures, with random weights. Imports transformers: import it late.

Each maker returns what a folder of the hub holds: model, tokenizer, how pictures are prepared, and the processor's own
settings. Two layers, pictures of 56 or 64 pixels, tiles where a family has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import transformers
from tokenizers import Tokenizer

from echo_iad.testing import random_chats as chats
from echo_iad.testing.random_words import byte_words, piece_words

_SIDE, _PATCH = 56, 14
_PLACES = (_SIDE // _PATCH) ** 2
_SIZE = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
_EYES = {**_SIZE, "image_size": _SIDE, "patch_size": _PATCH}
_SQUARE = {"height": _SIDE, "width": _SIDE}
_GRID = [[_SIDE, _SIDE], [_SIDE, 2 * _SIDE], [2 * _SIDE, _SIDE], [2 * _SIDE, 2 * _SIDE]]
"""Height and width of the tilings that families with tiles may choose."""


_CLIP = {"patch_size": _PATCH, "vision_feature_select_strategy": "default", "num_additional_image_tokens": 1}
_SPLIT = {"size": {"longest_edge": 2 * _SIDE}, "max_image_size": {"longest_edge": _SIDE}}
_ROPE = {"rope_type": "default", "mrope_section": [2, 1, 1], "rope_theta": 10000.0}
_QWEN_EYES = {"depth": 2, "hidden_size": 32, "out_hidden_size": 32, "intermediate_size": 64, "num_heads": 4}


@dataclass(frozen=True)
class Checkpoint:
    """What a folder of the hub holds."""

    model: Any
    processor: Any
    """A whole processor; or the tokenizer alone, where the processor would need torchvision for its videos."""
    pictures: Any = None
    """In that case: how pictures are prepared."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """And what else the processor is told."""


def _tokenizer(words: Tokenizer, chat: str, *, ends: Sequence[str | None], names: Mapping[str, str]) -> Any:
    """A tokenizer as transformers has it.

    Parameters
    ----------
    words : Tokenizer
    chat : str
        Chat template.
    ends : sequence of str or None
        What pads, what opens a text (None: nothing does), what ends one.
    names : mapping of str to str
        Attribute to control word.
    """
    pad, opening, end = ends
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token=pad,
        bos_token=opening,
        eos_token=end,
        extra_special_tokens=dict(names),
        chat_template=chat,
    )


def _piece_tokenizer(chat: str) -> Any:
    """Of Llama 2's kind: a control word opens every text, another ends it."""
    words = piece_words(["<unk>", "<s>", "</s>", "<pad>", "<image>"])
    return _tokenizer(words, chat, ends=("<pad>", "<s>", "</s>"), names={"image_token": "<image>"})


def _chat_ml_tokenizer(names: Mapping[str, str], chat: str) -> Any:
    """Of Qwen's kind: nothing opens a text, marks of turns end it."""
    words = byte_words(["<|endoftext|>", "<|im_start|>", "<|im_end|>", *names.values()])
    return _tokenizer(words, chat, ends=("<|endoftext|>", None, "<|im_end|>"), names=names)


def _language(tokenizer: Any, **kind: Any) -> dict[str, Any]:
    """Settings of the language half; what is its kind's own is given."""
    numbers = {f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in ("pad", "bos", "eos")}
    limits = {"num_key_value_heads": 2, "max_position_embeddings": 16384, "vocab_size": len(tokenizer)}
    return {**_SIZE, **limits, **numbers, "tie_word_embeddings": False, **kind}


def _llava() -> Checkpoint:
    """LLaVA 1.5: CLIP before Llama 2."""
    tokenizer = _piece_tokenizer(chats.vicuna("<image>\n"))
    config = transformers.LlavaConfig(
        vision_config={"model_type": "clip_vision_model", **_EYES},
        text_config=_language(tokenizer, model_type="llama"),
        image_token_index=tokenizer.image_token_id,
    )
    pictures = transformers.CLIPImageProcessorPil(size={"shortest_edge": _SIDE}, crop_size=_SQUARE)
    processor = transformers.LlavaProcessor(pictures, tokenizer, chat_template=tokenizer.chat_template, **_CLIP)
    return Checkpoint(transformers.LlavaForConditionalGeneration(config), processor)


def _llava_interleave() -> Checkpoint:
    """LLaVA-NeXT (interleave), which is LLaVA's architecture: SigLIP before Qwen2."""
    tokenizer = _chat_ml_tokenizer({"image_token": "<image>"}, chats.chat_ml("<image>\n", pictures_first=True))
    config = transformers.LlavaConfig(
        vision_config={"model_type": "siglip_vision_model", **_EYES, "vision_use_head": False},
        text_config=_language(tokenizer, model_type="qwen2"),
        image_token_index=tokenizer.image_token_id,
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
    )
    pictures = transformers.SiglipImageProcessorPil(size=_SQUARE)
    settings = {"patch_size": _PATCH, "vision_feature_select_strategy": "full", "num_additional_image_tokens": 0}
    processor = transformers.LlavaProcessor(pictures, tokenizer, chat_template=tokenizer.chat_template, **settings)
    return Checkpoint(transformers.LlavaForConditionalGeneration(config), processor)


def _llava_next() -> Checkpoint:
    """LLaVA-NeXT: tiles of a picture through CLIP before Mistral."""
    tokenizer = _piece_tokenizer(chats.instructions("<image>\n"))
    config = transformers.LlavaNextConfig(
        vision_config={"model_type": "clip_vision_model", **_EYES},
        text_config=_language(tokenizer, model_type="mistral", sliding_window=None),
        image_token_index=tokenizer.image_token_id,
        image_grid_pinpoints=_GRID,
    )
    pictures = transformers.LlavaNextImageProcessorPil(
        size={"shortest_edge": _SIDE}, crop_size=_SQUARE, image_grid_pinpoints=_GRID
    )
    processor = transformers.LlavaNextProcessor(pictures, tokenizer, chat_template=tokenizer.chat_template, **_CLIP)
    return Checkpoint(transformers.LlavaNextForConditionalGeneration(config), processor)


def _llava_onevision() -> Checkpoint:
    """LLaVA-OneVision: tiles of a lone picture, and each of several whole, through SigLIP before Qwen2."""
    names = {"image_token": "<image>", "video_token": "<video>"}
    tokenizer = _chat_ml_tokenizer(names, chats.chat_ml("<image>", pictures_first=True))
    config = transformers.LlavaOnevisionConfig(
        vision_config={"model_type": "siglip_vision_model", **_EYES, "vision_use_head": False},
        text_config=_language(tokenizer, model_type="qwen2"),
        image_token_index=tokenizer.image_token_id,
        video_token_index=tokenizer.video_token_id,
        image_grid_pinpoints=_GRID,
    )
    pictures = transformers.LlavaOnevisionImageProcessorPil(size=_SQUARE, image_grid_pinpoints=_GRID)
    settings = {"num_image_tokens": _PLACES, "vision_feature_select_strategy": "full"}
    return Checkpoint(transformers.LlavaOnevisionForConditionalGeneration(config), tokenizer, pictures, settings)


def _internvl() -> Checkpoint:
    """InternVL: tiles through a vision model of its own before Qwen2."""
    kinds = ("start_image_token", "end_image_token", "context_image_token", "video_token")
    names = dict(zip(kinds, ("<img>", "</img>", "<IMG_CONTEXT>", "<video>"), strict=True))
    tokenizer = _chat_ml_tokenizer(names, chats.chat_ml("<IMG_CONTEXT>\n"))
    config = transformers.InternVLConfig(
        vision_config=_EYES,
        text_config=_language(tokenizer, model_type="qwen2"),
        image_token_id=tokenizer.context_image_token_id,
        image_seq_length=_PLACES // 4,
        tie_word_embeddings=False,
    )
    pictures = transformers.GotOcr2ImageProcessorPil(size=_SQUARE, max_patches=4)
    settings = {"image_seq_length": _PLACES // 4}
    return Checkpoint(transformers.InternVLForConditionalGeneration(config), tokenizer, pictures, settings)


def _utterance_tokenizer(opening: str) -> Any:
    """Of Idefics 3's kind: a control word opens each conversation, others say where a tile belongs."""
    places = [f"<row_{row}_col_{column}>" for row in (1, 2) for column in (1, 2)]
    named = {"image_token": "<image>", "fake_image_token": "<fake_token_around_image>"}
    named |= {"global_image_token": "<global-img>", "end_of_utterance_token": "<end_of_utterance>"}
    words = byte_words(["<pad>", opening, *named.values(), *places])
    chat = chats.utterances("<image>", opening)
    return _tokenizer(words, chat, ends=("<pad>", opening, "<end_of_utterance>"), names=named)


def _idefics3() -> Checkpoint:
    """Idefics 3: tiles and the whole picture through SigLIP before Llama 3."""
    tokenizer = _utterance_tokenizer("<|begin_of_text|>")
    config = transformers.Idefics3Config(
        vision_config=_EYES,
        text_config=_language(tokenizer, model_type="llama"),
        image_token_id=tokenizer.image_token_id,
        scale_factor=2,
    )
    pictures = transformers.Idefics3ImageProcessorPil(**_SPLIT)
    settings = {"image_seq_len": _PLACES // 4, "chat_template": tokenizer.chat_template}
    processor = transformers.Idefics3Processor(pictures, tokenizer, **settings)
    return Checkpoint(transformers.Idefics3ForConditionalGeneration(config), processor)


def _smolvlm() -> Checkpoint:
    """SmolVLM 2: tiles and the whole picture through SigLIP before SmolLM 2."""
    tokenizer = _utterance_tokenizer("<|im_start|>")
    config = transformers.SmolVLMConfig(
        vision_config=_EYES,
        text_config=_language(tokenizer, model_type="llama"),
        image_token_id=tokenizer.image_token_id,
        pad_token_id=tokenizer.pad_token_id,
        scale_factor=2,
    )
    pictures = transformers.SmolVLMImageProcessorPil(**_SPLIT)
    settings = {"image_seq_len": _PLACES // 4}
    return Checkpoint(transformers.SmolVLMForConditionalGeneration(config), tokenizer, pictures, settings)


def _qwen(language: Mapping[str, Any], chat: Callable[[str], str]) -> tuple[Any, dict[str, Any]]:
    """Tokenizer and settings of a model of Qwen's; what `language` holds is the version's own."""
    kinds = ("image_token", "video_token", "vision_start_token", "vision_end_token")
    names = dict(zip(kinds, ("<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>"), strict=True))
    tokenizer = _chat_ml_tokenizer(names, chat("<|vision_start|><|image_pad|><|vision_end|>"))
    numbers = {f"{kind}_id": getattr(tokenizer, f"{kind}_id") for kind in kinds}
    return tokenizer, {"text_config": _language(tokenizer, **language), **numbers}


def _qwen2_vl() -> Checkpoint:
    tokenizer, settings = _qwen({"rope_parameters": _ROPE}, chats.chat_ml_with_system)
    eyes = {"depth": 2, "embed_dim": 32, "hidden_size": 32, "num_heads": 4, "mlp_ratio": 2, "patch_size": _PATCH}
    config = transformers.Qwen2VLConfig(vision_config=eyes, **settings)
    return Checkpoint(transformers.Qwen2VLForConditionalGeneration(config), tokenizer, _qwen_pictures(_PATCH))


def _qwen2_5_vl() -> Checkpoint:
    tokenizer, settings = _qwen({"rope_parameters": _ROPE}, chats.chat_ml_with_system)
    eyes = {**_QWEN_EYES, "patch_size": _PATCH, "fullatt_block_indexes": [1], "window_size": _SIDE}
    config = transformers.Qwen2_5_VLConfig(vision_config=eyes, **settings)
    return Checkpoint(transformers.Qwen2_5_VLForConditionalGeneration(config), tokenizer, _qwen_pictures(_PATCH))


def _qwen3_vl() -> Checkpoint:
    language = {"head_dim": 8, "rope_parameters": _ROPE | {"mrope_interleaved": True}}
    tokenizer, settings = _qwen(language, chats.chat_ml)
    eyes = {**_QWEN_EYES, "patch_size": 16, "num_position_embeddings": 16, "deepstack_visual_indexes": [0]}
    config = transformers.Qwen3VLConfig(vision_config=eyes, **settings)
    return Checkpoint(transformers.Qwen3VLForConditionalGeneration(config), tokenizer, _qwen_pictures(16))


def _qwen_pictures(patch: int) -> Any:
    return transformers.Qwen2VLImageProcessorPil(
        min_pixels=(4 * patch) ** 2, max_pixels=(8 * patch) ** 2, patch_size=patch
    )


def _minicpmv4_6() -> Checkpoint:
    """MiniCPM-V 4.6: slices before Qwen3.5, half of whose layers keep a running state in place of keys and values."""
    marks = ("image_start", "image_end", "slice_start", "slice_end", "image_id_start", "image_id_end")
    words = ("<image>", "</image>", "<slice>", "</slice>", "<image_id>", "</image_id>")
    names = {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}
    names |= {f"{mark}_token": word for mark, word in zip(marks, words, strict=True)}
    chat = chats.chat_ml("<|image_pad|>", opening="<think>\n\n</think>\n\n")
    tokenizer = _chat_ml_tokenizer(names, chat)
    rope = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5, "mrope_section": [2, 1, 1]}
    heads = {"linear_num_key_heads": 2, "linear_num_value_heads": 2, "head_dim": 16}
    heads |= {"linear_key_head_dim": 8, "linear_value_head_dim": 8}
    layers = {"layer_types": ["linear_attention", "full_attention"], "rope_parameters": rope}
    config = transformers.MiniCPMV4_6Config(
        vision_config=_EYES,
        text_config=_language(tokenizer, model_type="qwen3_5_text", **heads, **layers),
        image_token_id=tokenizer.image_token_id,
        video_token_id=tokenizer.video_token_id,
        insert_layer_id=0,
        image_size=_SIDE,
    )
    pictures = transformers.MiniCPMV4_6ImageProcessorPil(scale_resolution=_SIDE, max_slice_nums=4)
    return Checkpoint(transformers.MiniCPMV4_6ForConditionalGeneration(config), tokenizer, pictures)


MAKERS: Mapping[str, Callable[[], Checkpoint]] = {
    "idefics3": _idefics3,
    "internvl": _internvl,
    "llava": _llava,
    "llava_interleave": _llava_interleave,
    "llava_next": _llava_next,
    "llava_onevision": _llava_onevision,
    "minicpmv4_6": _minicpmv4_6,
    "qwen2_5_vl": _qwen2_5_vl,
    "qwen2_vl": _qwen2_vl,
    "qwen3_vl": _qwen3_vl,
    "smolvlm": _smolvlm,
}
"""Family to its maker."""
