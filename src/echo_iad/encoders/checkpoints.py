"""Checkpoints on this machine: a local folder, or a hub name in the Hugging Face cache. Downloads nothing.

Safetensors only, never pickle. Knows files, not what is in them; what is missing is named with the command that
gets it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from echo_iad.errors import MissingExtraError, MissingModelError


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that is there.

    Attributes
    ----------
    encoder : str
        Name in the encoder catalogue.
    model : str
        Hub name or folder, as it was asked for.
    folder : Path
        Where its files are.
    config : dict
        Content of its ``config.json``.
    weights_sha256 : str
        Hex digest of its safetensors files, in the order of their names.
    """

    encoder: str
    model: str
    folder: Path
    config: dict[str, Any]
    weights_sha256: str


def find_checkpoint(encoder: str, model: str, *, architecture: str, files: Sequence[str]) -> Checkpoint:
    """Find a checkpoint and prove that it is whole.

    Parameters
    ----------
    encoder : str
        Name in the encoder catalogue, for messages.
    model : str
        Local folder or hub name.
    architecture : str
        The ``model_type`` that its ``config.json`` must name.
    files : sequence of str
        What it needs beside its weights and ``config.json``.

    Raises
    ------
    MissingExtraError
        A hub name was given and ``huggingface_hub`` is not installed.
    MissingModelError
        It is not here, is not whole, or is another architecture.
    """
    folder = _locate(encoder, model)
    config = _read_config(folder, encoder, model)
    found = config.get("model_type")
    if found != architecture:
        msg = f"Encoder {encoder!r} needs a checkpoint of type {architecture!r}. {model!r} is of type {found!r}."
        raise MissingModelError(msg)
    missing = [name for name in files if not (folder / name).is_file()]
    if missing:
        fault_words = f"lacks {', '.join(missing)} in {folder}"
        msg = f"The checkpoint {model!r} of encoder {encoder!r} {fault_words}. {download_command(model)}"
        raise MissingModelError(msg)
    return Checkpoint(encoder, model, folder, config, _weights_digest(folder, encoder, model))


def is_here(model: str) -> bool:
    """Whether a checkpoint with safetensors weights is on this machine."""
    try:
        return any(_locate("", model).glob("*.safetensors"))
    except (MissingExtraError, MissingModelError):
        return False


def download_command(model: str) -> str:
    """Say how to get a checkpoint from the hub."""
    return f"Download it with: hf download {model} --include '*.json' --include '*.safetensors'"


def _locate(encoder: str, model: str) -> Path:
    folder = Path(model)
    if folder.is_dir():
        return folder
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
    except ImportError as fault:
        feature = f"The encoder {encoder!r} with a checkpoint of the hub"
        raise MissingExtraError(feature, "clip") from fault
    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as fault:
        msg = (
            f"The checkpoint {model!r} of encoder {encoder!r} is not on this machine: no such folder, and no such "
            f"name in the Hugging Face cache. {download_command(model)}"
        )
        raise MissingModelError(msg) from fault


def _read_config(folder: Path, encoder: str, model: str) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config: dict[str, Any] = dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as fault:
        msg = f"{folder} is no checkpoint for encoder {encoder!r}: no config.json. {download_command(model)}"
        raise MissingModelError(msg) from fault
    except (OSError, ValueError, TypeError) as fault:
        msg = f"The file {path} of encoder {encoder!r} cannot be read: {fault}. {download_command(model)}"
        raise MissingModelError(msg) from fault
    return config


def _weights_digest(folder: Path, encoder: str, model: str) -> str:
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        msg = (
            f"The checkpoint {model!r} of encoder {encoder!r} has no *.safetensors file in {folder}, and Echo loads no "
            'pickle. Convert it with: python -c "from transformers import AutoModel; '
            f"AutoModel.from_pretrained('{model}').save_pretrained('{folder}')\""
        )
        raise MissingModelError(msg)
    digest = hashlib.sha256()
    for path in weights:
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def torch_towers(encoder: str) -> ModuleType:
    """Import `echo_iad.encoders.towers`.

    Raises
    ------
    MissingExtraError
        torch or transformers is not installed.
    """
    try:
        return import_module("echo_iad.encoders.towers")
    except ImportError as fault:
        feature = f"The encoder {encoder!r} (unless exported to ONNX)"
        raise MissingExtraError(feature, "clip") from fault
