"""A small multimodal model with random weights, saved as any model of the hub is. It answers by chance.

For tests, and for trying the whole way through where no model can be downloaded.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from echo_iad.errors import MissingExtraError, UnknownNameError

FAMILIES = (
    "idefics3",
    "internvl",
    "llava",
    "llava_interleave",
    "llava_next",
    "llava_onevision",
    "minicpmv4_6",
    "qwen2_5_vl",
    "qwen2_vl",
    "qwen3_vl",
    "smolvlm",
)
"""What can be made: architectures as transformers names them, and one of LLaVA's that is put together otherwise."""
_SPREAD = 1.5
"""How far a layer's outputs spread beside its inputs: enough that everything a model is shown moves its answer."""


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

        from echo_iad.mllms.transformers import quiet

        makers = import_module("echo_iad.testing.random_families").MAKERS
    except ImportError as fault:
        feature = "A random model"
        raise MissingExtraError(feature, "mllm") from fault
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = makers[family]()
        for weight in made.model.parameters():
            if weight.dim() > 1:
                torch.nn.init.normal_(weight, std=_SPREAD * weight[0].numel() ** -0.5)
    with quiet():
        _save(made, Path(folder))
    return Path(folder)


def _save(made: Any, folder: Path) -> None:
    """Write a checkpoint; a processor in two halves gets a file with its settings beside them."""
    made.model.save_pretrained(folder)
    made.processor.save_pretrained(folder)
    if made.pictures is not None:
        made.pictures.save_pretrained(folder)
        text = json.dumps(dict(made.settings), indent=2, sort_keys=True)
        (folder / "processor_config.json").write_text(text + "\n", encoding="utf-8")
