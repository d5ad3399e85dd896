"""Every encoder by name, and what to know before choosing one. Imports an encoder only when it is asked for.

Another package adds its own under the entry-point groups ``echo_iad.image_encoders`` and ``echo_iad.text_encoders``:
a callable that takes the model's name or folder (empty = its default) and returns the encoder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TypeAlias

from echo_iad.encoders import clip, dinov2
from echo_iad.encoders.base import ImageEncoder, TextEncoder
from echo_iad.encoders.cards import asset_root, has_card
from echo_iad.encoders.checkpoints import is_here
from echo_iad.encoders.onnx import IMAGE_FOLDER, TEXT_FOLDER
from echo_iad.errors import ContractError
from echo_iad.plugins import Registry

ImageLoader: TypeAlias = Callable[[str], ImageEncoder]
TextLoader: TypeAlias = Callable[[str], TextEncoder]

IMAGE_ENCODERS = Registry[ImageLoader](
    "image encoder",
    {
        "edge": "echo_iad.encoders.onnx:load_image_encoder",
        "clip": "echo_iad.encoders.clip:load_image_encoder",
        "dinov2": "echo_iad.encoders.dinov2:load_image_encoder",
    },
    group="echo_iad.image_encoders",
)
TEXT_ENCODERS = Registry[TextLoader](
    "text encoder",
    {
        "edge": "echo_iad.encoders.onnx:load_text_encoder",
        "clip": "echo_iad.encoders.clip:load_text_encoder",
    },
    group="echo_iad.text_encoders",
)


def load_image_encoder(name: str, model: str = "") -> ImageEncoder:
    """Load an image encoder.

    Parameters
    ----------
    name : str
        One of ``IMAGE_ENCODERS.names()``.
    model : str
        Hub name or folder; empty = the encoder's own default.

    Raises
    ------
    UnknownNameError
        No encoder has this name.
    MissingExtraError, MissingModelError
        What it needs is not on this machine; the message names the command that gets it.
    ContractError
        An encoder of another package cannot be imported or is no image encoder.

    Examples
    --------
    >>> load_image_encoder("edge").id.dimension
    1280
    """
    encoder: object = IMAGE_ENCODERS.load(name)(model)
    if not isinstance(encoder, ImageEncoder):
        raise _no_encoder(name, encoder, "ImageEncoder")
    return encoder


def load_text_encoder(name: str, model: str = "") -> TextEncoder:
    """Load a text encoder; parameters and errors of `load_image_encoder`.

    Examples
    --------
    >>> load_text_encoder("edge").id.dimension
    384
    """
    encoder: object = TEXT_ENCODERS.load(name)(model)
    if not isinstance(encoder, TextEncoder):
        raise _no_encoder(name, encoder, "TextEncoder")
    return encoder


def _no_encoder(name: str, made: object, protocol: str) -> ContractError:
    return ContractError(
        f"The encoder {name!r} is a {type(made).__name__}, which does not keep the protocol {protocol}."
    )


@dataclass(frozen=True)
class EncoderCard:
    """One line of ``echo-iad models list``."""

    name: str
    kind: str
    """``image`` or ``text``."""
    purpose: str
    """What it is good for, in one sentence."""
    dimension: int | None
    """Numbers in a vector; None = known only when loaded."""
    megabytes: float | None
    """Size of what it reads, 10^6 bytes; None = not known."""
    licence: str
    extra: str
    """Optional package that it needs, as in ``pip install 'echo-iad[clip]'``; empty = none."""
    origin: str
    """Where its default weights are from."""
    present: bool = False
    """Whether it can be loaded on this machine now, with its default weights."""


_KNOWN = (
    EncoderCard(
        name="edge",
        kind="image",
        purpose="EfficientNet-Lite0: fast on a CPU; a vector and patch maps of several scales",
        dimension=1280,
        megabytes=13.4,
        licence="Apache-2.0",
        extra="",
        origin="ships with Echo",
    ),
    EncoderCard(
        name="clip",
        kind="image",
        purpose="CLIP ViT-B/16, the paper's: pictures and texts in one space",
        dimension=512,
        megabytes=599.0,
        licence="MIT",
        extra="clip",
        origin=clip.DEFAULT_MODEL,
    ),
    EncoderCard(
        name="dinov2",
        kind="image",
        purpose="DINOv2 ViT-S/14: patch tokens that tell fine structure",
        dimension=384,
        megabytes=88.0,
        licence="Apache-2.0",
        extra="clip",
        origin=dinov2.DEFAULT_MODEL,
    ),
    EncoderCard(
        name="edge",
        kind="text",
        purpose="all-MiniLM-L6-v2: class names and knowledge, English",
        dimension=384,
        megabytes=24.0,
        licence="Apache-2.0",
        extra="",
        origin="ships with Echo",
    ),
    EncoderCard(
        name="clip",
        kind="text",
        purpose="CLIP ViT-B/16, the paper's: short texts in the space of its pictures",
        dimension=512,
        megabytes=599.0,
        licence="MIT",
        extra="clip",
        origin=clip.DEFAULT_MODEL,
    ),
)


def encoder_cards() -> list[EncoderCard]:
    """Every image encoder, then every text encoder, sorted by name within; those of other packages included.

    Examples
    --------
    >>> [card.name for card in encoder_cards() if card.kind == "text"]
    ['clip', 'edge']
    """
    known = {(card.kind, card.name): replace(card, present=_is_present(card)) for card in _KNOWN}
    names = [("image", name) for name in IMAGE_ENCODERS.names()] + [("text", name) for name in TEXT_ENCODERS.names()]
    return [known.get((kind, name)) or _foreign_card(kind, name) for kind, name in names]


def _is_present(card: EncoderCard) -> bool:
    if card.extra:
        return all(find_spec(library) is not None for library in ("torch", "transformers")) and is_here(card.origin)
    return has_card(asset_root() / {"image": IMAGE_FOLDER, "text": TEXT_FOLDER}[card.kind])


def _foreign_card(kind: str, name: str) -> EncoderCard:
    return EncoderCard(
        name=name,
        kind=kind,
        purpose="of another package",
        dimension=None,
        megabytes=None,
        licence="ask its package",
        extra="",
        origin="another package",
        present=True,
    )
