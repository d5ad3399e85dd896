"""Contract checks for encoders: run them in the tests of your own. Knows the protocols and no encoder.

Each check raises `ContractError` that says which promise was broken and by what.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from echo_iad.domain.parts import ByteArray, EncoderId, FloatArray, ImageEncoding, Picture
from echo_iad.encoders.base import ImageEncoder, TextEncoder
from echo_iad.errors import ContractError

TOLERANCE = 1e-4
"""Batch and single may differ by this much, relative to the greatest value."""
TEXTS = (
    "scratch",
    "The surface is clean and even.",
    "",
    "A crack runs through the housing from the left edge to the hole.",
    "größer als 5 µm — 裂纹\n\tsecond line",
    "the thread is worn " * 400,
    "is this part good enough to ship?",
)
"""Short, long beyond any limit, empty, and of other scripts."""


def sample_pictures() -> list[Picture]:
    """Drawn pictures of awkward sizes: one pixel, thin stripes, grey, noise, large; always the same."""
    rng = np.random.default_rng(7)
    slope = np.linspace(0, 255, 900, dtype=np.uint8)
    large = np.stack([np.broadcast_to(slope, (700, 900)), np.full((700, 900), 40, np.uint8)] * 2, axis=-1)[..., :3]
    square = np.full((64, 48, 3), 30, np.uint8)
    square[20:40, 10:30] = (220, 40, 60)
    arrays = {
        "one pixel": np.array([[[200, 30, 90]]], dtype=np.uint8),
        "3 rows, 500 columns": rng.integers(0, 256, (3, 500, 3), dtype=np.uint8),
        "500 rows, 3 columns": rng.integers(0, 256, (500, 3, 3), dtype=np.uint8),
        "grey": np.full((120, 120, 3), 128, np.uint8),
        "noise": rng.integers(0, 256, (97, 131, 3), dtype=np.uint8),
        "a slope": np.ascontiguousarray(large),
        "a square": square,
    }
    return [_picture(pixels, name) for name, pixels in arrays.items()]


def _picture(pixels: ByteArray, name: str) -> Picture:
    return Picture(pixels, pixels.shape[1], pixels.shape[0], name, f"{sum(name.encode()):064x}")


def check_image_encoder(encoder: ImageEncoder) -> None:
    """Check every promise of `ImageEncoder`.

    Parameters
    ----------
    encoder : ImageEncoder
        Yours.

    Raises
    ------
    ContractError
        A promise is broken; the message says which one, with what was expected and got.

    Examples
    --------
    >>> from echo_iad.encoders.catalog import load_image_encoder
    >>> check_image_encoder(load_image_encoder("edge"))
    """
    _demand(isinstance(encoder, ImageEncoder), f"{type(encoder).__name__} must have `id` and `encode_images`.")
    _check_id(encoder.id, encoder.id)
    pictures = sample_pictures()
    kept = [picture.pixels.copy() for picture in pictures]
    empty = encoder.encode_images([])
    _demand(empty == [], f"encode_images([]) must be []. Got {empty!r}.")
    batch = encoder.encode_images(pictures)
    _demand(isinstance(batch, list) and len(batch) == len(pictures), "A batch must give a list, one for each picture.")
    for picture, encoding in zip(pictures, batch, strict=True):
        _check_encoding(encoding, encoder.id, picture.path)
        grids, first = ([level.shape for level in each.levels] for each in (encoding, batch[0]))
        _demand(
            grids == first, f"Levels must have one shape for all pictures. Got {grids} for {picture.path!r}, {first}."
        )
    for picture, pixels in zip(pictures, kept, strict=True):
        _demand(np.array_equal(picture.pixels, pixels), f"Pixels must stay as they are. {picture.path!r} was changed.")
    for picture, encoding in zip(pictures, batch, strict=True):
        _check_same(encoder.encode_images([picture])[0], encoding, f"{picture.path!r} alone and in a batch")
    for one, other in zip(encoder.encode_images(pictures[::-1])[::-1], batch, strict=True):
        _check_same(one, other, "a batch and its reverse")
    _check_differ([encoding.vector for encoding in batch], [picture.path for picture in pictures])


def check_text_encoder(encoder: TextEncoder) -> None:
    """Check every promise of `TextEncoder`; parameters and errors of `check_image_encoder`.

    Examples
    --------
    >>> from echo_iad.encoders.catalog import load_text_encoder
    >>> check_text_encoder(load_text_encoder("edge"))
    """
    _demand(isinstance(encoder, TextEncoder), f"{type(encoder).__name__} must have `id` and `encode_texts`.")
    _check_id(encoder.id, encoder.id)
    dimension = encoder.id.dimension
    empty = encoder.encode_texts([])
    _demand(empty.shape == (0, dimension), f"encode_texts([]) must be (0, {dimension}). Got {empty.shape}.")
    batch = encoder.encode_texts(TEXTS)
    _demand(batch.shape == (len(TEXTS), dimension), f"Vectors must be {(len(TEXTS), dimension)}. Got {batch.shape}.")
    for text, vector in zip(TEXTS, batch, strict=True):
        name = f"the text {text[:20]!r}"
        _check_vector(vector, dimension, name)
        _check_near(encoder.encode_texts([text])[0], vector, f"{name} alone and in a batch")
    for one, other in zip(encoder.encode_texts(TEXTS[::-1])[::-1], batch, strict=True):
        _check_near(one, other, "a batch and its reverse")
    _check_differ(list(batch), [text[:20] for text in TEXTS])


def _check_id(identity: EncoderId, again: EncoderId) -> None:
    _demand(isinstance(identity, EncoderId), f"`id` must be an EncoderId. Got {type(identity).__name__}.")
    _demand(identity == again, f"`id` must stay the same. Got {identity}, then {again}.")
    for name in ("name", "weights_sha256", "preparation", "space"):
        _demand(bool(getattr(identity, name)), f"`id.{name}` must not be empty. Got {identity}.")
    _demand(identity.dimension > 0, f"`id.dimension` must be positive. Got {identity.dimension}.")


def _check_encoding(encoding: ImageEncoding, identity: EncoderId, name: str) -> None:
    _demand(
        isinstance(encoding, ImageEncoding), f"Must be an ImageEncoding for {name!r}. Got {type(encoding).__name__}."
    )
    _check_vector(encoding.vector, identity.dimension, repr(name))
    _demand(isinstance(encoding.levels, tuple), f"Levels must be a tuple. Got {type(encoding.levels).__name__}.")
    for number, level in enumerate(encoding.levels):
        what = f"Level {number} of {name!r}"
        _demand(level.ndim == 3, f"{what} must be (h, w, c). Got {level.shape}.")
        _demand(level.dtype == np.float32, f"{what} must be float32. Got {level.dtype}.")
        _demand(bool(np.isfinite(level).all()), f"{what} must be finite.")
    sizes = [level.shape[0] * level.shape[1] for level in encoding.levels]
    _demand(sizes == sorted(sizes, reverse=True), f"The finest level must be first. Got {sizes} patches.")


def _check_vector(vector: FloatArray, dimension: int, name: str) -> None:
    _demand(vector.shape == (dimension,), f"The vector of {name} must be ({dimension},). Got {vector.shape}.")
    _demand(vector.dtype == np.float32, f"The vector of {name} must be float32. Got {vector.dtype}.")
    _demand(bool(np.isfinite(vector).all()), f"The vector of {name} must be finite.")
    length = float(np.linalg.norm(vector))
    _demand(abs(length - 1) < TOLERANCE, f"The vector of {name} must have unit length. Got {length:.6f}.")


def _check_same(one: ImageEncoding, other: ImageEncoding, what: str) -> None:
    _check_near(one.vector, other.vector, what)
    for first, second in zip(one.levels, other.levels, strict=True):
        _check_near(first, second, f"levels of {what}")


def _check_near(one: FloatArray, other: FloatArray, what: str) -> None:
    scale = max(1.0, float(np.abs(other).max(initial=0)))
    gap = float(np.abs(one - other).max(initial=0)) / scale
    _demand(gap <= TOLERANCE, f"The encodings of {what} must agree to {TOLERANCE:g}. They differ by {gap:.2g}.")


def _check_differ(vectors: Sequence[FloatArray], names: Sequence[str]) -> None:
    for (one, first), (other, second) in combinations(zip(vectors, names, strict=True), 2):
        apart = float(np.abs(one - other).max())
        _demand(apart > TOLERANCE, f"Different inputs must differ. {first!r} and {second!r} have one vector.")


def _demand(kept: bool, promise: str) -> None:  # noqa: FBT001  # reads as an assertion
    if not kept:
        raise ContractError(promise)
