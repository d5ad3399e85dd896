"""A small multimodal model with random weights, saved as any model of the hub is. It answers by chance.

For tests, and for trying the whole way through where no model can be downloaded.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from echo_iad.errors import MissingExtraError, UnknownNameError

FAMILIES = ("idefics3", "llava", "llava_next", "qwen2_5_vl", "qwen2_vl")
"""Architectures that can be made, as transformers names them."""


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
        model, *beside = makers[family]()
    with quiet():
        for saved in (model, *beside):
            saved.save_pretrained(folder)
    return Path(folder)
