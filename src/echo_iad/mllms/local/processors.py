"""A model's own processor, from its folder: pictures and text to tensors. Imports transformers: import it late.

Families that also read videos want torchvision for that alone, and one of them num2words. Echo shows no videos, so
such a processor is put together from its picture half and its tokenizer.
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import transformers
from transformers.models.auto.processing_auto import PROCESSOR_MAPPING_NAMES

from echo_iad.errors import MissingModelError
from echo_iad.mllms.digests import picture_sha256
from echo_iad.mllms.local.folders import download_command

_FOR_VIDEOS = ("torchvision", "num2words")


def load_processor(folder: Path, name: str, *, trusted: bool = False) -> Any:
    """Load a processor that pads on the left and has a chat template.

    Parameters
    ----------
    folder : Path
    name : str
        The model as it was asked for, for messages.
    trusted : bool
        Whether code from the folder may run.

    Raises
    ------
    MissingModelError
        Its files are missing or damaged, or it has no chat template.
    """
    try:
        processor = _load(folder, {"local_files_only": True, "trust_remote_code": trusted})
    except ImportError as fault:
        cause = " ".join(str(fault).split())
        msg = f"The processor of {name!r} needs another package: {cause}"
        raise MissingModelError(msg) from fault
    except Exception as fault:  # transformers raises a dozen kinds for a broken file
        cause = str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__
        msg = f"The processor of {name!r} in {folder} cannot be loaded: {cause}. {download_command(name)}"
        raise MissingModelError(msg) from fault
    if not getattr(processor, "chat_template", None):
        msg = (
            f"The model {name!r} has no chat template in {folder}, so how it wants to be asked is not known. "
            "Use a model tuned for instructions, or put its chat_template.jinja there."
        )
        raise MissingModelError(msg)
    processor.image_processor = _PicturesOnce(processor.image_processor)
    processor.tokenizer.padding_side = "left"
    if processor.tokenizer.pad_token is None:
        processor.tokenizer.pad_token = processor.tokenizer.eos_token
    return processor


def _load(folder: Path, choices: Mapping[str, bool]) -> Any:
    try:
        processor = transformers.AutoProcessor.from_pretrained(folder, **choices)
    except Exception as fault:
        if not any(package in str(fault).lower() for package in _FOR_VIDEOS):
            raise
        return _for_pictures_alone(folder, choices)
    return processor if hasattr(processor, "image_processor") else _for_pictures_alone(folder, choices)


def _for_pictures_alone(folder: Path, choices: Mapping[str, bool]) -> Any:
    """Put a processor together without its video half."""
    model_type = json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"]
    family = getattr(transformers, PROCESSOR_MAPPING_NAMES[model_type])
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **choices)
    pictures = transformers.AutoImageProcessor.from_pretrained(folder, **choices)
    saved = folder / "processor_config.json"
    values = json.loads(saved.read_text(encoding="utf-8")) if saved.is_file() else {}
    halves = ("image_processor", "video_processor", "processor_class", "auto_map")
    kept = {key: value for key, value in values.items() if key not in halves}
    template = tokenizer.chat_template or _template(folder)

    def check(self: Any, argument: str, value: Any) -> Any:
        if argument == "video_processor":
            return None
        return family.check_argument_for_proper_class(self, argument, value)

    module = sys.modules[family.__module__]
    if getattr(module, "num2words", module) is None:  # it is not installed, and would only count a video's pictures
        vars(module)["num2words"] = str
    pictures_alone = type(family.__name__, (family,), {"check_argument_for_proper_class": check})
    return pictures_alone(
        image_processor=pictures,
        tokenizer=tokenizer,
        video_processor=_NoVideos(),
        **{"chat_template": template, **kept},
    )


class _NoVideos:
    """In place of a video half, for families that read its settings though no video is shown."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


class _PicturesOnce:
    """A picture half that prepares the pictures of several questions, asked one after the other, once."""

    def __init__(self, pictures: Any) -> None:
        self._pictures = pictures
        self._last: tuple[object, Any] = (None, None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pictures, name)

    def __call__(self, images: Any, **choices: Any) -> Any:
        given = (_digest(images), repr(choices))
        if given != self._last[0]:
            self._last = (given, self._pictures(images, **choices))
        return copy.copy(self._last[1])  # families take out of it what they do not pass on


def _digest(images: Any) -> object:
    """Digests of pictures, as they are nested in lists."""
    if isinstance(images, list | tuple):
        return tuple(_digest(each) for each in images)
    return picture_sha256(np.asarray(images))


def _template(folder: Path) -> str | None:
    path = folder / "chat_template.jinja"
    return path.read_text(encoding="utf-8") if path.is_file() else None
