"""The card beside an encoder's ONNX files: what they are, where from, how faithful. Knows no model library.

A folder with ``card.json`` is a whole encoder: its digests say whether the files are as they were written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from echo_iad.domain.parts import EncoderId
from echo_iad.encoders.preparation import PicturePreparation
from echo_iad.errors import MissingModelError

CARD_FILE = "card.json"
IMAGE_FILE = "image.onnx"
BLOCKS_FILE = "blocks.onnx"
HEAD_FILE = "head.onnx"
TEXT_FILE = "text.onnx"
TOKENIZER_FILE = "tokenizer.json"


@dataclass(frozen=True)
class ModelCard:
    """What is known about the files of one encoder.

    Attributes
    ----------
    name : str
        The model's own name, e.g. ``EfficientNet-Lite0``.
    origin : str
        Package, hub name or folder that the weights came from, with their digest.
    licence : str
        SPDX name, or where to find it.
    training_data : str
        What the weights have seen.
    files : mapping of str to str
        File name -> hex SHA-256 of its bytes.
    fidelity : mapping of str to float
        Measured agreement with the original, by the name of the measure.
    image, text : EncoderId, optional
        What a memory knows the image and the text encoder by; None = the folder has none.
    picture : PicturePreparation, optional
        How a picture is prepared, where it is not the encoder's own fixed way.
    max_tokens : int, optional
        Where a text is cut off.
    """

    name: str
    origin: str
    licence: str
    training_data: str
    files: Mapping[str, str]
    fidelity: Mapping[str, float] = field(default_factory=dict)
    image: EncoderId | None = None
    text: EncoderId | None = None
    picture: PicturePreparation | None = None
    max_tokens: int | None = None

    def __post_init__(self) -> None:
        if self.image is None and self.text is None:
            msg = f"ModelCard {self.name!r} describes neither an image nor a text encoder."
            raise ValueError(msg)

    def write(self, folder: Path) -> None:
        """Write ``card.json`` into ``folder``."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        (folder / CARD_FILE).write_text(text + "\n", encoding="utf-8")


def has_card(folder: Path) -> bool:
    """Whether ``folder`` holds an exported encoder."""
    return (folder / CARD_FILE).is_file()


def read_card(folder: Path) -> ModelCard:
    """Read the card of an encoder's folder.

    Raises
    ------
    MissingModelError
        There is no card, or it cannot be read.
    """
    from pydantic import TypeAdapter, ValidationError

    path = folder / CARD_FILE
    try:
        return TypeAdapter(ModelCard).validate_json(path.read_bytes())
    except OSError as fault:
        msg = f"No exported encoder in {folder}: {CARD_FILE} cannot be read ({fault.strerror}). {_cure(folder)}"
        raise MissingModelError(msg) from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        msg = f"The encoder's card {path} has a wrong value at {place}: {first['msg']}. {_cure(folder)}"
        raise MissingModelError(msg) from fault


def whole_file(folder: Path, file: str, card: ModelCard) -> Path:
    """Path of one of the card's files, proven by its digest.

    Raises
    ------
    MissingModelError
        The file is missing or differs from the card.
    """
    path = folder / file
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as fault:
        msg = f"The file {path} of encoder {card.name!r} cannot be read: {fault.strerror}. {_cure(folder)}"
        raise MissingModelError(msg) from fault
    wanted = card.files.get(file, "nothing")
    if digest != wanted:
        found = f"SHA-256 {digest}, its card says {wanted}"
        msg = f"The file {path} of encoder {card.name!r} is damaged: {found}. {_cure(folder)}"
        raise MissingModelError(msg)
    return path


def _cure(folder: Path) -> str:
    if asset_root() in folder.parents:
        return "Install Echo again: pip install --force-reinstall echo-iad"
    return f"Export it again: echo-iad models export NAME --to {folder}"


def asset_root() -> Path:
    """Folder of the encoders that ship with Echo."""
    return Path(__file__).resolve().parents[1] / "assets" / "encoders"
