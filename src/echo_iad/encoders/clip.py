"""CLIP: pictures and texts in one space, from a local checkpoint or an exported folder.

The default, ViT-B/16, is the paper's choice (section 4.1) and has 512 numbers. Knows no memory and downloads nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from echo_iad.domain.parts import EncoderId
from echo_iad.encoders.base import ImageEncoder, TextEncoder
from echo_iad.encoders.cards import TOKENIZER_FILE, has_card
from echo_iad.encoders.checkpoints import Checkpoint, find_checkpoint, torch_towers
from echo_iad.encoders.exported import ExportedImageEncoder, ExportedTextEncoder
from echo_iad.encoders.preparation import read_preparation
from echo_iad.encoders.prepared import ImagePart, PreparedImageEncoder, TextPart, TokenTextEncoder
from echo_iad.errors import MissingModelError

ENCODER = "clip"
DEFAULT_MODEL = "openai/clip-vit-base-patch16"
FILES = ("preprocessor_config.json", TOKENIZER_FILE)


def load_image_encoder(model: str = "") -> ImageEncoder:
    """Image tower of CLIP; one level of patch tokens.

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


def load_text_encoder(model: str = "") -> TextEncoder:
    """Text tower of CLIP, in the space of its image tower; parameters and errors of `load_image_encoder`."""
    if model and has_card(Path(model)):
        return ExportedTextEncoder(Path(model), ENCODER)
    part = text_part(open_checkpoint(model))
    run = torch_towers(ENCODER).text_run(part.module)
    return TokenTextEncoder(part.identity, part.tokenizer, part.max_tokens, run)


def open_checkpoint(model: str = "") -> Checkpoint:
    """Find the checkpoint; see `find_checkpoint`."""
    return find_checkpoint(ENCODER, model or DEFAULT_MODEL, architecture="clip", files=FILES)


def image_part(checkpoint: Checkpoint) -> ImagePart:
    """Load the image tower."""
    towers = torch_towers(ENCODER)
    preparation = read_preparation(checkpoint.folder)
    model = towers.load_model("CLIPModel", checkpoint.folder)
    side = model.config.vision_config.image_size
    if preparation.side != side:
        msg = f"The checkpoint {checkpoint.model!r} takes pictures of {side} pixels, "
        msg += f"but its preprocessor_config.json crops to {preparation.side}. Download it again."
        raise MissingModelError(msg)
    return ImagePart(_identity(checkpoint, model, preparation.describe()), preparation, towers.ClipImageTower(model))


def text_part(checkpoint: Checkpoint) -> TextPart:
    """Load the text tower."""
    towers = torch_towers(ENCODER)
    tokenizer = _tokenizer(checkpoint)
    model = towers.load_model("CLIPModel", checkpoint.folder)
    limit = int(model.config.text_config.max_position_embeddings)
    identity = _identity(checkpoint, model, f"first {limit} tokens")
    return TextPart(identity, tokenizer, limit, towers.ClipTextTower(model))


def _tokenizer(checkpoint: Checkpoint) -> str:
    from tokenizers import Tokenizer

    content = (checkpoint.folder / TOKENIZER_FILE).read_text(encoding="utf-8")
    try:
        frame = Tokenizer.from_str(content).encode("").ids
    except Exception as fault:  # tokenizers raises plain Exception for a broken file
        msg = f"The {TOKENIZER_FILE} of checkpoint {checkpoint.model!r} cannot be read: {fault}. Download it again."
        raise MissingModelError(msg) from fault
    if len(frame) < 2:  # CLIP's vector of a text is that of its end token
        msg = (
            f"The {TOKENIZER_FILE} of checkpoint {checkpoint.model!r} adds no start and end tokens. Download it again."
        )
        raise MissingModelError(msg)
    return content


def _identity(checkpoint: Checkpoint, model: Any, preparation: str) -> EncoderId:
    space = f"{ENCODER}-{checkpoint.weights_sha256[:16]}"
    return EncoderId(ENCODER, checkpoint.weights_sha256, int(model.config.projection_dim), preparation, space)
