"""Pictures to what a vision transformer eats: resized, cropped, scaled. Knows no model and needs no torch.

The steps and numbers come from the checkpoint's own ``preprocessor_config.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from echo_iad.domain.parts import ByteArray, FloatArray
from echo_iad.errors import MissingModelError

LONGEST_ASPECT = 8
"""Of a longer picture the ends are cut before it is resized; the crop to a square would drop them anyway."""


@dataclass(frozen=True)
class PicturePreparation:
    """Resize the shortest edge, crop the centre, scale each channel: ``(pixel / 255 - mean) / std``.

    Attributes
    ----------
    shortest_edge : int
        Pixels of the shorter side after resizing.
    side : int
        Pixels of the square that is cropped from the centre.
    mean, std : tuple of 3 float
        Of red, green, blue, on a scale of 0 to 1.
    resample : int
        Pillow's number of the filter; 3 = bicubic.
    """

    shortest_edge: int
    side: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resample: int = int(Image.Resampling.BICUBIC)

    def __post_init__(self) -> None:
        if not 1 <= self.side <= self.shortest_edge:
            msg = f"PicturePreparation.side must be 1 to shortest_edge ({self.shortest_edge}). Got {self.side}."
            raise ValueError(msg)
        if min(self.std) <= 0:
            msg = f"PicturePreparation.std must be positive. Got {self.std}."
            raise ValueError(msg)
        Image.Resampling(self.resample)

    def describe(self) -> str:
        """Every number in one line, as it stands in an `EncoderId`.

        Examples
        --------
        >>> PicturePreparation(256, 224, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)).describe()
        'shortest edge 256 bicubic, centre 224x224, mean 0.5 0.5 0.5, std 0.5 0.5 0.5'
        """
        mean, std = (" ".join(f"{number:g}" for number in numbers) for numbers in (self.mean, self.std))
        filter_name = Image.Resampling(self.resample).name.lower()
        square = f"{self.side}x{self.side}"
        return f"shortest edge {self.shortest_edge} {filter_name}, centre {square}, mean {mean}, std {std}"

    def apply(self, pixels: ByteArray) -> FloatArray:
        """Prepare one picture.

        Parameters
        ----------
        pixels : (h, w, 3) uint8

        Returns
        -------
        (3, side, side) float32
        """
        resized = self._resized(Image.fromarray(_without_ends(pixels)))
        left, top = (resized.width - self.side) // 2, (resized.height - self.side) // 2
        square = np.asarray(resized.crop((left, top, left + self.side, top + self.side)), dtype=np.float32)
        mean, std = (np.array(numbers, dtype=np.float32) for numbers in (self.mean, self.std))
        scaled: FloatArray = (square / np.float32(255) - mean) / std
        return scaled.transpose(2, 0, 1)

    def _resized(self, image: Image.Image) -> Image.Image:
        short = min(image.size)
        width, height = (
            self.shortest_edge if edge == short else int(self.shortest_edge * edge / short) for edge in image.size
        )
        return image.resize((width, height), Image.Resampling(self.resample))


def _without_ends(pixels: ByteArray) -> ByteArray:
    limit = LONGEST_ASPECT * min(pixels.shape[:2])
    top, left = (max(0, (edge - limit) // 2) for edge in pixels.shape[:2])
    return pixels[top : top + limit, left : left + limit]


def read_preparation(folder: Path) -> PicturePreparation:
    """Read ``preprocessor_config.json`` (or the newer ``processor_config.json``) of a checkpoint.

    Raises
    ------
    MissingModelError
        Neither file is there, or it asks for other steps.
    """
    for name in ("preprocessor_config.json", "processor_config.json"):
        path = folder / name
        if path.is_file():
            break
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        settings = settings.get("image_processor", settings)
        return PicturePreparation(
            shortest_edge=_edge(settings["size"], "shortest_edge"),
            side=_edge(settings["crop_size"], "height", "width"),
            mean=_three(settings["image_mean"]),
            std=_three(settings["image_std"]),
            resample=int(settings.get("resample", Image.Resampling.BICUBIC)),
        )
    except FileNotFoundError as fault:
        msg = f"The checkpoint in {folder} has no preprocessor_config.json. Download the whole checkpoint."
        raise MissingModelError(msg) from fault
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        msg = (
            f"The picture preparation in {path} cannot be used: {fault!r}. "
            "Allowed: size.shortest_edge, a square crop_size, image_mean and image_std of three numbers."
        )
        raise MissingModelError(msg) from fault


def _edge(size: int | Mapping[str, int], *names: str) -> int:
    if isinstance(size, int):
        return size
    edges = {int(size[name]) for name in names}
    if len(edges) != 1:
        msg = f"no square: {dict(size)}"
        raise ValueError(msg)
    return edges.pop()


def _three(numbers: Any) -> tuple[float, float, float]:
    red, green, blue = (float(number) for number in numbers)
    return red, green, blue
