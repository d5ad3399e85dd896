"""A model of Qwen2-VL's architecture with random weights, large enough that its speed tells something.

It answers by chance. Pictures cost the tokens that they cost the true model, and words about as many.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from echo_iad.testing import write_random_mllm

WORDS = 8_000
"""Of the tokenizer; learned from plain text, so that a prompt has about as many tokens as with a true model."""
_LANGUAGE = {
    "hidden_size": 1024,
    "intermediate_size": 2816,
    "num_hidden_layers": 14,
    "num_attention_heads": 16,
    "num_key_value_heads": 4,
    "max_position_embeddings": 32_768,
    "rope_parameters": {"rope_type": "default", "mrope_section": [8, 12, 12], "rope_theta": 1_000_000.0},
}
_EYES = {"depth": 12, "embed_dim": 640, "hidden_size": 1024, "num_heads": 10, "mlp_ratio": 4, "patch_size": 14}


def write_large_mllm(folder: Path, texts: Iterable[str]) -> int:
    """Write it as any model of the hub is; number of its weights.

    Parameters
    ----------
    folder : Path
    texts : iterable of str
        What the tokenizer learns its words from.
    """
    import torch
    import transformers

    from echo_iad.mllms.transformers import quiet

    small = write_random_mllm(folder / "small", "qwen2_vl")
    with quiet():
        tokenizer = transformers.AutoTokenizer.from_pretrained(small).train_new_from_iterator(
            texts, WORDS, show_progress=False
        )
        words = ("image_token", "video_token", "vision_start_token", "vision_end_token")
        numbers = {f"{word}_id": tokenizer.convert_tokens_to_ids(getattr(tokenizer, word)) for word in words}
        ends = {f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in ("pad", "bos", "eos")}
        config = transformers.Qwen2VLConfig(
            text_config=_LANGUAGE | {"vocab_size": len(tokenizer)} | ends, vision_config=_EYES, **numbers
        )
        torch.manual_seed(0)
        model = transformers.Qwen2VLForConditionalGeneration(config)
        for saved in (model, tokenizer, transformers.Qwen2VLImageProcessorPil()):
            saved.save_pretrained(folder)
    return int(model.num_parameters())
