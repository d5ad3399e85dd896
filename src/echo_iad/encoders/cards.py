"""The card beside an encoder's files: what they are, where from, how faithful. Knows no model library.

A folder with ``card.json`` is a self-contained encoder: its digests say whether the files are whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from echo_iad.errors import MissingModelError

CARD_FILE = "card.json"


@dataclass(frozen=True)
class ModelCard:
    """What is known about the files of one encoder.

    Attributes
    ----------
    name : str
        The model's own name, e.g. ``EfficientNet-Lite0``.
    dimension : int
        Length of its vectors.
    files : mapping of str to str
        File name -> hex SHA-256 of its bytes.
    origin : str
        Package and version, hub name or folder that the weights came from.
    licence : str
        SPDX name.
    training_data : str
        What the weights have seen.
    fidelity : mapping of str to float
        Measured agreement with the original, by the name of the measure.
    encoder : str
        Name in the encoder catalogue.
    weights_sha256 : str
        Hex digest of the weights before the export; it identifies the encoder.
    space : str
        Vectors of two encoders can be compared only when their spaces are equal.
    preparation : mapping
        How the input is prepared, in the words of the encoder that reads it.
    """

    name: str
    dimension: int
    files: Mapping[str, str]
    origin: str
    licence: str
    training_data: str
    fidelity: Mapping[str, float] = field(default_factory=dict)
    encoder: str = ""
    weights_sha256: str = ""
    space: str = ""
    preparation: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.dimension < 1 or not self.files:
            msg = f"ModelCard {self.name!r} needs a positive dimension and at least one file."
            raise ValueError(msg)

    def write(self, folder: Path) -> None:
        """Write ``card.json`` into ``folder``."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        (folder / CARD_FILE).write_text(text + "\n", encoding="utf-8")


def read_card(folder: Path) -> ModelCard:
    """Read the card of an encoder's folder.

    Raises
    ------
    MissingModelError
        There is no card, or it cannot be read.
    """
    path = folder / CARD_FILE
    try:
        return ModelCard(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as fault:
        msg = f"No encoder in {folder}: it has no {CARD_FILE}. Make one with: echo-iad models export NAME --to {folder}"
        raise MissingModelError(msg) from fault
    except (OSError, ValueError, TypeError) as fault:
        msg = f"The encoder's card {path} cannot be read: {fault}. Export the encoder again."
        raise MissingModelError(msg) from fault


def read_whole(folder: Path, file: str, card: ModelCard) -> bytes:
    """Bytes of one of the card's files, proven by its digest.

    Raises
    ------
    MissingModelError
        The file is missing or differs from the card.
    """
    cure = "Install Echo again (pip install --force-reinstall echo-iad), or export the encoder again."
    try:
        content = (folder / file).read_bytes()
    except OSError as fault:
        msg = f"The file {folder / file} of encoder {card.name!r} cannot be read: {fault.strerror}. {cure}"
        raise MissingModelError(msg) from fault
    digest = hashlib.sha256(content).hexdigest()
    if digest != card.files.get(file):
        msg = f"The file {folder / file} of encoder {card.name!r} is damaged: its SHA-256 is {digest}, "
        raise MissingModelError(msg + f"the card says {card.files.get(file)}. {cure}")
    return content
