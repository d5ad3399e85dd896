"""DINOv2: pictures alone, with patch tokens learned without labels; from a local checkpoint or an exported folder.

Knows no memory and downloads nothing.
"""

from __future__ import annotations

from pathlib import Path

from echo_iad.domain.parts import EncoderId
from echo_iad.encoders.base import ImageEncoder
from echo_iad.encoders.cards import has_card
from echo_iad.encoders.checkpoints import Checkpoint, find_checkpoint, torch_towers
from echo_iad.encoders.exported import ExportedImageEncoder
from echo_iad.encoders.preparation import read_preparation
from echo_iad.encoders.prepared import ImagePart, PreparedImageEncoder

ENCODER = "dinov2"
DEFAULT_MODEL = "facebook/dinov2-small"
FILES = ("preprocessor_config.json",)


def load_image_encoder(model: str = "") -> ImageEncoder:
    """Class token and one level of patch tokens.

    Parameters
    ----------
    model : str
        Hub name, folder of a checkpoint, or folder of an export; empty = `DEFAULT_MODEL`.

    Raises
    ------
    MissingExtraError
        torch or transformers is needed and not installed.
    MissingModelError
        The checkpoint is not here or not whole; the message names the command that gets it.
    """
    if model and has_card(Path(model)):
        return ExportedImageEncoder(Path(model), ENCODER)
    part = image_part(open_checkpoint(model))
    return PreparedImageEncoder(part.identity, part.preparation, torch_towers(ENCODER).image_run(part.module))


def open_checkpoint(model: str = "") -> Checkpoint:
    """Find the checkpoint; see `find_checkpoint`."""
    return find_checkpoint(ENCODER, model or DEFAULT_MODEL, architecture="dinov2", files=FILES)


def image_part(checkpoint: Checkpoint) -> ImagePart:
    """Load the network."""
    towers = torch_towers(ENCODER)
    preparation = read_preparation(checkpoint.folder)
    model = towers.load_model("Dinov2Model", checkpoint.folder)
    digest = checkpoint.weights_sha256
    dimension = int(model.config.hidden_size)
    identity = EncoderId(ENCODER, digest, dimension, preparation.describe(), f"{ENCODER}-{digest[:16]}")
    return ImagePart(identity, preparation, towers.Dinov2Tower(model, preparation.side))
