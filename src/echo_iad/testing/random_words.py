"""The words of random models: two kinds of tokenizers, learned from a few sentences. Knows no model.

Merges are learned, so that, as in real models, a label is another token alone, behind a space and at a line's start.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

_SENTENCES = (
    "You are an experienced inspector of manufactured parts. Judge only what the pictures show.",
    "This is a good part of the product, without any defect. And this is the part to inspect.",
    "Is there any defect in the part? Is there a scratch, a dent, a stain, a hole or a crack?",
    "What type of defect is it? Where is the defect? What does the defect look like? What does it do?",
    "A. Yes, there is a defect. B. No, there is no defect. C. It cannot be seen. D. None of them. E. All of them.",
    "Answer with the label of the one right option alone: A, B, C, D, E.",
    "\nA. Yes.\nB. No.\nC. Dent.\nD. Stain.\nE. Hole.\nA. True.\nB. False.\n",
    "The surface of the part is smooth and grey. The surface is rough and dark at the rim.",
    "A scratch is a thin bright line on the surface. A dent is a shallow hollow in the metal.",
    "The rim is chipped in the upper left. The thread is worn in the lower right. The clip is missing.",
    "Answer: A. Answer: B. Answer: C. The answer is A. The answer is B. The right option is C.",
    "What is known about this product: the holes are round, the edges are straight, the colour is even.",
    "A measured comparison with good parts found that this part differs from them more than is tolerated.",
    "First describe the part, then compare it with the good parts, and then give the answer.",
)
_MERGED = 320
"""Most words beyond the single characters."""


def byte_words(control: Sequence[str]) -> Tokenizer:
    """Merged bytes, as of Qwen, SmolLM and Llama 3: a space belongs to the word behind it.

    Parameters
    ----------
    control : sequence of str
        The first words; no text is split into them by chance.
    """
    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    size = len(control) + len(alphabet) + _MERGED
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(control), initial_alphabet=sorted(alphabet), show_progress=False
    )
    words.train_from_iterator(_SENTENCES, trainer)
    return words


def piece_words(control: Sequence[str]) -> Tokenizer:
    """Pieces of words, as of Llama 2 and Mistral: a space before every text, bytes for what is unknown.

    Parameters
    ----------
    control : sequence of str
        The first words; ``<s>`` among them opens every text.
    """
    learned = Tokenizer(models.BPE())
    learned.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    learned.train_from_iterator(_SENTENCES, trainers.BpeTrainer(vocab_size=_MERGED, show_progress=False))
    pieces = json.loads(learned.to_str())["model"]
    each = [*control, *(f"<0x{byte:02X}>" for byte in range(256)), *sorted(pieces["vocab"], key=pieces["vocab"].get)]
    words = Tokenizer(
        models.BPE(
            vocab={word: number for number, word in enumerate(each)},
            merges=[tuple(merge) for merge in pieces["merges"]],
            byte_fallback=True,
        )
    )
    words.pre_tokenizer = learned.pre_tokenizer
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    words.decoder = decoders.Sequence(steps)
    words.add_special_tokens(list(control))
    words.post_processor = processors.TemplateProcessing("<s> $A", special_tokens=[("<s>", control.index("<s>"))])
    return words
