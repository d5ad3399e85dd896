"""Where a model's files are: a local folder, or a hub name in the Hugging Face cache. Downloads and loads nothing."""

from __future__ import annotations

import json
from pathlib import Path

from echo_iad.errors import MissingExtraError, MissingModelError
from echo_iad.mllms.known.cards import by_server, suggestion


def find_model(name: str) -> Path:
    """Find the folder of a multimodal model with safetensors weights.

    Parameters
    ----------
    name : str
        Local folder or hub name.

    Raises
    ------
    MissingExtraError
        A hub name was given and ``huggingface_hub`` is not installed.
    MissingModelError
        It is not on this machine, is no model, or has no safetensors weights.
    """
    folder = find_folder(name)
    if not (folder / "config.json").is_file():
        msg = f"{folder} is no model: it has no config.json. {download_command(name)}"
        raise MissingModelError(msg)
    try:
        json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        msg = f"The file {folder / 'config.json'} cannot be read: {fault}. {download_command(name)}"
        raise MissingModelError(msg) from fault
    if not any(folder.glob("*.safetensors")):
        msg = f"The model {name!r} has no *.safetensors file in {folder}, and Echo loads no pickle."
        raise MissingModelError(msg)
    return folder


def find_folder(name: str) -> Path:
    """Find the folder of a model, whichever of its files are there; parameters and errors of `find_model`."""
    return Path(name) if Path(name).is_dir() else _in_cache(name)


def download_command(name: str) -> str:
    """Say how to get a model, from the hub when it has a name there."""
    if Path(name).exists() or not _may_be_of_hub(name):
        return "Check the path, or save the model there again, whole."
    kinds = [f"--include '*.{kind}'" for kind in ("json", "safetensors", "jinja", "txt", "model")]
    return f"Download it with: hf download {name} {' '.join(kinds)}"


def _may_be_of_hub(name: str) -> bool:
    return name.count("/") == 1 and not Path(name).is_absolute() and not name.startswith(".")


def _way_to(name: str) -> str:
    """What to do about a name that is nowhere."""
    listed = "Check the path, or take a name from: echo-iad models list"
    return download_command(name) if _may_be_of_hub(name) else listed


def _in_cache(name: str) -> Path:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
    except ImportError as fault:
        feature = "A model of the hub"
        raise MissingExtraError(feature, "mllm") from fault
    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as fault:
        msg = (
            f"The model {name!r} is not on this machine: no such folder, and no such name in the Hugging Face cache."
            f"{suggestion(name)}{by_server(name) or f' {_way_to(name)}'}"
        )
        raise MissingModelError(msg) from fault
