"""A vision-language model so small that a laptop trains it: a LLaVA of a quarter of a million weights, and its words.

Its first layer starts as one that compares: two heads of the language half look from each patch of a picture to the
patch at the same place of the picture before it, and subtract. All other weights start by chance, so at the start the
model answers by chance; what a difference means, and what to answer, it learns. Imports torch and transformers. Knows
no product and no question.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

_SIDE, _PATCH = 64, 16
_GRID = _SIDE // _PATCH
_HIDDEN, _HEADS, _LAYERS = 64, 4, 3
_WIDTH = _HIDDEN // _HEADS
"""Numbers of one head."""
_CODE = 2 * _GRID
"""The first numbers of a patch say its row and its column; the others what is seen there."""
_COMPARING = (0, 1)
"""Heads that look at the same place."""
_PAD, _OPEN, _CLOSE, _IMAGE = _CONTROL = ("<pad>", "<s>", "</s>", "<image>")
_TURNS = "{% for m in messages %}<s>{{ m.role }}\n{% for p in m.content %}"
_PARTS = "{% if p.type == 'image' %}<image>{% else %}{{ p.text }}{% endif %}{% endfor %}</s>\n{% endfor %}"
_TEMPLATE = _TURNS + _PARTS + "{% if add_generation_prompt %}<s>assistant\n{% endif %}"
_PHRASE = r"[^.,:?\n]+[.,:?]*|[.,:?]+|\n"
"""What merges reach across: words up to the next mark."""
_MERGED = 1500
"""Most words beyond the single bytes."""


@dataclass(frozen=True, eq=False)
class SmallModel:
    """A model with what turns pictures and texts into its input."""

    network: Any
    """A ``LlavaForConditionalGeneration``."""
    processor: Any
    """Its ``LlavaProcessor``, padding on the left, with a chat template."""

    def save(self, folder: Path) -> None:
        """Write it as any model of the hub is, weights in float16; the network itself stays in float32."""
        self.network.half().save_pretrained(folder)
        self.network.float()
        self.processor.save_pretrained(folder)


def new_model(texts: Sequence[str], seed: int) -> SmallModel:
    """Make an untrained model.

    Parameters
    ----------
    texts : sequence of str
        What it will read, to learn its words from; any other text is read byte by byte.
    seed : int
    """
    words = _words(texts)
    pictures = transformers.CLIPImageProcessorPil(
        size={"shortest_edge": _SIDE},
        crop_size={"height": _SIDE, "width": _SIDE},
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    processor = transformers.LlavaProcessor(
        pictures,
        words,
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=words.chat_template,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = transformers.LlavaForConditionalGeneration(_config(words))
        with torch.no_grad():
            _say_where(network)
            _compare(network.model.language_model)
    return SmallModel(network, processor)


def _words(texts: Sequence[str]) -> Any:
    """Merged bytes, learned from the texts: a phrase that they often hold is one token, so that prompts are short."""
    words = Tokenizer(models.BPE())
    phrases = pre_tokenizers.Split(Regex(_PHRASE), "isolated")
    words.pre_tokenizer = pre_tokenizers.Sequence(
        [phrases, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    words.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    size = len(_CONTROL) + len(alphabet) + _MERGED
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(_CONTROL), initial_alphabet=alphabet, show_progress=False
    )
    words.train_from_iterator(texts, trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token=_PAD,
        bos_token=_OPEN,
        eos_token=_CLOSE,
        extra_special_tokens={"image_token": _IMAGE},
        chat_template=_TEMPLATE,
        padding_side="left",
    )


def _config(words: Any) -> Any:
    size = {"hidden_size": _HIDDEN, "intermediate_size": 2 * _HIDDEN, "num_attention_heads": _HEADS}
    language = {
        "model_type": "llama",
        **size,
        "num_hidden_layers": _LAYERS,
        "num_key_value_heads": _HEADS,
        "vocab_size": len(words),
        "max_position_embeddings": 1024,
        "initializer_range": 0.1,
        # so slow a rotation that what is alike is found at any distance
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6},
    }
    language |= {name: getattr(words, name) for name in ("pad_token_id", "bos_token_id", "eos_token_id")}
    eyes = {"model_type": "clip_vision_model", **size, "num_hidden_layers": 1}
    return transformers.LlavaConfig(
        vision_config={**eyes, "image_size": _SIDE, "patch_size": _PATCH},
        text_config=language,
        image_token_index=words.convert_tokens_to_ids(_IMAGE),
        vision_feature_layer=-1,
        initializer_range=0.1,
    )


def _say_where(network: Any) -> None:
    """Let each patch carry a code of its row and column beside what is seen there, as far as the language half."""
    tower = network.model.vision_tower
    embeddings = tower.embeddings
    coarse = torch.randn(_HIDDEN, 3, _GRID, _GRID) * 0.3 * _GRID / _PATCH * _GRID / _PATCH
    fine = coarse.repeat_interleave(_PATCH // _GRID, 2).repeat_interleave(_PATCH // _GRID, 3)
    embeddings.patch_embedding.weight.copy_(fine)
    embeddings.patch_embedding.weight[:_CODE] = 0
    places = embeddings.position_embedding.weight
    places.normal_(std=0.02)
    places[:, :_CODE] = 0
    for place in range(_GRID * _GRID):
        row, column = divmod(place, _GRID)
        places[1 + place, [row, _GRID + column]] = 3.0
    for layer in tower.encoder.layers:
        layer.self_attn.out_proj.weight.mul_(0.1)
        layer.mlp.fc2.weight.mul_(0.1)
    projector = network.model.multi_modal_projector
    for linear, shift in ((projector.linear_1, 3.0), (projector.linear_2, -3.0)):  # GELU(x + 3) is nearly x + 3
        linear.weight.copy_(torch.eye(_HIDDEN))
        linear.bias.fill_(shift)


def _compare(language: Any) -> None:
    """Let two heads of the first layer find the same place by its code, and subtract what is seen there."""
    language.embed_tokens.weight[:, :_CODE] = 0
    attention = language.layers[0].self_attn
    attention.o_proj.weight.mul_(0.2)
    language.layers[0].mlp.down_proj.weight.mul_(0.2)
    half = _WIDTH // 2
    slow = [*range(half - _CODE // 2, half), *range(_WIDTH - _CODE // 2, _WIDTH)]  # hardly turned by the distance
    for head in _COMPARING:
        own = slice(head * _WIDTH, (head + 1) * _WIDTH)
        seen = range(_CODE + head * _WIDTH, _CODE + (head + 1) * _WIDTH)
        for projection in (attention.q_proj, attention.k_proj):
            projection.weight[own] = 0
            projection.weight[own][slow, range(_CODE)] = 3.0
        attention.v_proj.weight[own] = 0
        attention.v_proj.weight[range(own.start, own.stop), seen] = 1.0
        attention.o_proj.weight[:, own] = 0
        attention.o_proj.weight[seen, range(own.start, own.stop)] = -1.0


def weight_count(model: SmallModel) -> int:
    """Number of weights."""
    return sum(math.prod(weights.shape) for weights in model.network.parameters())
