"""The networks of CLIP and DINOv2 as torch modules, loaded through transformers. Imports torch: import it late.

Each module returns what Echo needs and nothing more, so that what runs here and what is exported are one thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from torch.nn.functional import normalize

from echo_iad.domain.parts import FloatArray
from echo_iad.encoders.prepared import ImageRun, TextRun, TokenArray, TowerOutput
from echo_iad.encoders.sessions import threads
from echo_iad.errors import MissingModelError


class ClipImageTower(torch.nn.Module):  # type: ignore[misc]  # torch is not typed here
    """``pixels`` (n, 3, side, side) float32 -> joint vectors (n, d) of unit length, patch tokens (n, h, w, c)."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.vision = model.vision_model
        self.projection = model.visual_projection
        self.grid = model.config.vision_config.image_size // model.config.vision_config.patch_size

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Run the network."""
        output = self.vision(pixel_values=pixels)
        vectors = normalize(self.projection(output.pooler_output), dim=-1)
        return vectors, _in_places(output.last_hidden_state, self.grid)


class ClipTextTower(torch.nn.Module):  # type: ignore[misc]  # torch is not typed here
    """``input_ids`` and ``attention_mask`` (n, t) int64 -> joint vectors (n, d) of unit length."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.text = model.text_model
        self.projection = model.text_projection

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Run the network."""
        output = self.text(input_ids=input_ids, attention_mask=attention_mask)
        return normalize(self.projection(output.pooler_output), dim=-1)


class Dinov2Tower(torch.nn.Module):  # type: ignore[misc]  # torch is not typed here
    """``pixels`` (n, 3, side, side) float32 -> class tokens (n, d) of unit length, patch tokens (n, h, w, c)."""

    def __init__(self, model: Any, side: int) -> None:
        super().__init__()
        self.model = model
        self.grid = side // model.config.patch_size

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Run the network."""
        tokens = self.model(pixel_values=pixels).last_hidden_state
        return normalize(tokens[:, 0], dim=-1), _in_places(tokens, self.grid)


def _in_places(tokens: torch.Tensor, grid: int) -> torch.Tensor:
    return tokens[:, -grid * grid :].reshape(-1, grid, grid, tokens.shape[-1])


def load_model(architecture: str, folder: Path) -> Any:
    """Load a checkpoint: safetensors, no remote code, no network, every weight accounted for.

    Parameters
    ----------
    architecture : str
        Class of transformers, e.g. ``CLIPModel``.
    folder : Path
        The checkpoint's folder.

    Raises
    ------
    MissingModelError
        The weights cannot be read, or some that the network needs are not among them.
    """
    torch.set_num_threads(threads())
    model_class = getattr(transformers, architecture)
    try:
        with _quiet():
            model, report = model_class.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=torch.float32, output_loading_info=True
            )
    except Exception as fault:  # safetensors and transformers raise a dozen kinds for a broken file
        msg = f"The checkpoint in {folder} cannot be loaded as {architecture}: {fault}. Download it again."
        raise MissingModelError(msg) from fault
    missing = sorted({*report["missing_keys"], *(str(key) for key in report["mismatched_keys"])})
    if missing:
        fault_words = f"{len(missing)} weights are missing or have another shape, the first is {missing[0]}"
        msg = f"The checkpoint in {folder} is no whole {architecture}: {fault_words}. Download it again."
        raise MissingModelError(msg)
    return model.eval()


@contextmanager
def _quiet() -> Iterator[None]:
    log = transformers.utils.logging
    level, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(level)
        if bars:
            log.enable_progress_bar()


def image_run(tower: Any) -> ImageRun:
    """Run an image tower on arrays."""

    def run(pixels: FloatArray) -> TowerOutput:
        with torch.inference_mode():
            vectors, patches = tower(torch.from_numpy(np.ascontiguousarray(pixels)))
        return TowerOutput(vectors.numpy(), patches.numpy())

    return run


def text_run(tower: Any) -> TextRun:
    """Run a text tower on arrays."""

    def run(input_ids: TokenArray, attention_mask: TokenArray) -> FloatArray:
        with torch.inference_mode():
            vectors: FloatArray = tower(torch.from_numpy(input_ids), torch.from_numpy(attention_mask)).numpy()
        return vectors

    return run
