"""Patch features of one picture in the form that is compared. Knows no bank and no other picture.

Two views of every patch are compared, since no single one is best on all products: *context*, the coarsest level
averaged over 3 x 3 patches, which tells a missing or misplaced part; and *detail*, all levels at the coarsest grid
without averaging, which tells a small flaw. Every patch is cut to unit length, so that a distance is an angle:
without it a few patches of large magnitude outweigh all others (docs/ablations.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echo_iad.domain.parts import FloatArray
from echo_iad.errors import ContractError

_NEIGHBOURHOOD = 3  # PatchCore, section 3.1: patches are averaged over 3 x 3


@dataclass(frozen=True, eq=False)
class PatchFeatures:
    """Both views of every patch of one picture.

    Attributes
    ----------
    context : (h, w, c) float32, unit length
    detail : (h, w, k) float32, unit length
    """

    context: FloatArray
    detail: FloatArray

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of patches."""
        return self.context.shape[0], self.context.shape[1]


def patch_features(levels: Sequence[FloatArray]) -> PatchFeatures:
    """Both views from an encoder's levels.

    Parameters
    ----------
    levels : sequence of (h, w, c) float32
        Finest grid first, as in `ImageEncoding.levels`; each finer grid has a whole multiple of the coarsest's
        rows and columns.

    Raises
    ------
    ContractError
        There is no level, or a finer grid does not divide into the coarsest.
    """
    if not levels:
        msg = "The image encoder gives no patch features, which the Visual Comparator needs. Use another encoder."
        raise ContractError(msg)
    from scipy.ndimage import uniform_filter

    coarsest = levels[-1]
    smoothed = uniform_filter(coarsest, (_NEIGHBOURHOOD, _NEIGHBOURHOOD, 1), mode="nearest")
    pooled = [_pooled(level, coarsest.shape[0], coarsest.shape[1]) for level in levels]
    return PatchFeatures(context=_unit(smoothed), detail=_unit(np.concatenate(pooled, axis=2)))


def _pooled(level: FloatArray, rows: int, columns: int) -> FloatArray:
    height, width, channels = level.shape
    if height % rows or width % columns:
        msg = f"A finer level's grid must be a multiple of the coarsest, {rows} x {columns}. Got {height} x {width}."
        raise ContractError(msg)
    if (height, width) == (rows, columns):
        return level
    blocks = level.reshape(rows, height // rows, columns, width // columns, channels)
    pooled: FloatArray = blocks.mean(axis=(1, 3))
    return pooled


def _unit(values: FloatArray) -> FloatArray:
    length = np.sqrt(np.einsum("hwc,hwc->hw", values, values))
    return np.ascontiguousarray(values / np.maximum(length, 1e-6)[:, :, None], dtype=np.float32)
