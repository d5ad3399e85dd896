"""A small multimodal model with random weights, saved as any model of the hub is. It answers by chance.

For tests, and for trying the whole way through where no model can be downloaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from echo_iad.errors import MissingExtraError, UnknownNameError

FAMILIES = ("llava", "qwen2_5_vl", "qwen2_vl")
"""Architectures that can be made, as transformers names them."""

_TURN = "{% for m in messages %}<s>{{ m.role }}\n{% for p in m.content %}"
_PART = "{% if p.type == 'image' %}IMAGE{% else %}{{ p.text }}{% endif %}{% endfor %}</s>\n{% endfor %}"
_OPENING = "{% if add_generation_prompt %}<s>assistant\n{% endif %}"
_TEMPLATE = _TURN + _PART + _OPENING
_TEXT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 16384,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
_CONTROL = ("<pad>", "<s>", "</s>")
_QWEN = ("<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>")


def write_random_mllm(folder: Path | str, family: str = "llava", seed: int = 0) -> Path:
    """Write a random model, its tokenizer and its processor.

    Parameters
    ----------
    folder : Path or str
        Made when it is not there; then ``transformers:FOLDER`` is a model.
    family : str
        One of ``FAMILIES``.
    seed : int
        The same seed writes the same weights.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UnknownNameError
        No such family.
    MissingExtraError
        torch or transformers is not installed.
    """
    if family not in FAMILIES:
        raise UnknownNameError("family", family, FAMILIES)
    try:
        import torch
        import transformers
    except ImportError as fault:
        feature = "A random model"
        raise MissingExtraError(feature, "mllm") from fault
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model, *savings = _llava(transformers) if family == "llava" else _qwen(transformers, family)
    model.generation_config.eos_token_id = 2
    for saved in (model, *savings):
        saved.save_pretrained(folder)
    return Path(folder)


def _llava(transformers: Any) -> tuple[Any, ...]:
    tokenizer = _tokenizer(transformers, ("<image>",), "<image>")
    side, patch = 56, 14
    vision = {
        "model_type": "clip_vision_model",
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "image_size": side,
        "patch_size": patch,
    }
    text = {"model_type": "llama", "vocab_size": len(tokenizer), **_TEXT}
    config = transformers.LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=tokenizer.convert_tokens_to_ids("<image>")
    )
    pictures = transformers.CLIPImageProcessorPil(
        size={"shortest_edge": side}, crop_size={"height": side, "width": side}
    )
    processor = transformers.LlavaProcessor(
        pictures,
        tokenizer,
        patch_size=patch,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=tokenizer.chat_template,
    )
    return transformers.LlavaForConditionalGeneration(config), processor


def _qwen(transformers: Any, family: str) -> tuple[Any, ...]:
    start, end = _QWEN[2:]
    tokenizer = _tokenizer(transformers, _QWEN, f"{start}{_QWEN[0]}{end}")
    rope = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0}
    image, video, before, after = (tokenizer.convert_tokens_to_ids(token) for token in _QWEN)
    numbers = {
        "image_token_id": image,
        "video_token_id": video,
        "vision_start_token_id": before,
        "vision_end_token_id": after,
    }
    text = {"vocab_size": len(tokenizer), "rope_parameters": rope, **_TEXT}
    vision: dict[str, Any]
    if family == "qwen2_vl":
        vision = {"depth": 2, "embed_dim": 32, "hidden_size": 32, "num_heads": 4, "mlp_ratio": 2, "patch_size": 14}
        config = transformers.Qwen2VLConfig(text_config=text, vision_config=vision, **numbers)
        model = transformers.Qwen2VLForConditionalGeneration(config)
    else:
        vision = {"depth": 2, "hidden_size": 32, "out_hidden_size": 32, "num_heads": 4, "intermediate_size": 64}
        vision |= {"patch_size": 14, "fullatt_block_indexes": [1], "window_size": 56}
        config = transformers.Qwen2_5_VLConfig(text_config=text, vision_config=vision, **numbers)
        model = transformers.Qwen2_5_VLForConditionalGeneration(config)
    pictures = transformers.Qwen2VLImageProcessorPil(min_pixels=56 * 56, max_pixels=112 * 112)
    return model, tokenizer, pictures


def _tokenizer(transformers: Any, special: tuple[str, ...], image: str) -> Any:
    """Bytes as tokens: any text can be said, nothing is trained."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    control = [*_CONTROL, *special]
    tokens = [*control, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    plain = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain.decoder = decoders.ByteLevel()
    plain.add_special_tokens(control)
    pad, opening, end = _CONTROL
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=plain,
        pad_token=pad,
        bos_token=opening,
        eos_token=end,
        extra_special_tokens=list(special),
        chat_template=_TEMPLATE.replace("IMAGE", image),
    )
