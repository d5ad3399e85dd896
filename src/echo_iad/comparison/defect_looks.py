"""What an anomaly looks like, so that types of defects can be told apart: labelled regions are compared by it.

Two things of both views of `PatchFeatures`, where the map is highest: the mean patch, which tells what is seen there,
and the direction from the nearest patches of the normals to it, which tells what changed. Neither alone was as good as
both together; the size of the place helps, its colour, elongation and texture did not (docs/labelled-defects.md).
Knows no type and no memory.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from echo_iad.comparison.bank import PatchBank
from echo_iad.comparison.features import PatchFeatures, patch_features
from echo_iad.comparison.normality import Normality
from echo_iad.domain.evidence import AnomalyMap
from echo_iad.domain.parts import BoolArray, FloatArray, Frame, ImageEncoding, Picture
from echo_iad.images.framing import take_in

FORM = "looks 1"
"""Stamps looks that are stored; a change of anything that `describe` computes changes it."""
_AREA_WEIGHT = 0.15
"""Squared distance of two looks whose areas differ by a factor e; a patch view's is 0 to 4."""
_LEAST_AREA = 1e-5
_PEAK_SHARE = 0.7
"""Of the map's highest value: places above it are described. As good as whole regions, and quicker to find."""


@dataclass(frozen=True, eq=False)
class DefectLook:
    """What the strongest place of one part looks like.

    Attributes
    ----------
    context, detail : (c,) float32, unit length
        Mean patch of the place, in each view.
    context_change, detail_change : (c,) float32, unit length
        Direction from the nearest patches of the normals to it; zeros when there is no difference.
    area : float
        The place's share of the part, above 0.
    box : tuple of int
        x0, y0, x1, y1 around the place, in pixels of the upright picture; x1 and y1 lie outside.
    """

    context: FloatArray
    detail: FloatArray
    context_change: FloatArray
    detail_change: FloatArray
    area: float
    box: tuple[int, int, int, int]

    def to_arrays(self) -> dict[str, FloatArray]:
        """Plain arrays for a memory; the box is kept beside them."""
        return {
            "context": self.context,
            "context_change": self.context_change,
            "detail": self.detail,
            "detail_change": self.detail_change,
            "area": np.array([self.area], np.float32),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, FloatArray], box: tuple[int, int, int, int]) -> DefectLook:
        """Inverse of `to_arrays`.

        Raises
        ------
        KeyError
            One is missing.
        """
        return cls(
            context=arrays["context"],
            detail=arrays["detail"],
            context_change=arrays["context_change"],
            detail_change=arrays["detail_change"],
            area=float(arrays["area"][0]),
            box=box,
        )

    def point(self) -> FloatArray:
        """(d,) float32: squared Euclidean distances of points say how unlike two looks are; 0 = alike."""
        size = np.array([math.sqrt(_AREA_WEIGHT) * math.log(max(self.area, _LEAST_AREA))], np.float32)
        return np.concatenate([self.context, self.detail, self.context_change, self.detail_change, size])


def describe(picture: Picture, encoding: ImageEncoding, normality: Normality, anomaly_map: AnomalyMap) -> DefectLook:
    """Describe a part where its map is highest, whether it reaches the threshold or not.

    Parameters
    ----------
    picture : Picture
    encoding : ImageEncoding
        Of the part, as its object's normals were encoded.
    normality : Normality
        Of its object.
    anomaly_map : AnomalyMap
        Of its comparison.
    """
    peak = float(anomaly_map.values.max())
    inside = anomaly_map.values >= peak - (1.0 - _PEAK_SHARE) * abs(peak)
    patches = patch_features(encoding.levels)
    weights = _cell_weights(inside, patches.grid, encoding.frame)
    context, context_change = _look(patches, "context", normality.banks.context, weights)
    detail, detail_change = _look(patches, "detail", normality.banks.detail, weights)
    foreground = anomaly_map.foreground
    part = 1.0 if foreground is None else float((foreground > 0.5).mean())
    area = max(float(inside.mean()) / max(part, 1e-3), _LEAST_AREA)
    return DefectLook(context, detail, context_change, detail_change, area, _around(inside, picture))


def _cell_weights(inside: BoolArray, grid: tuple[int, int], frame: Frame | None) -> FloatArray:
    """(cells,) float32, sum 1: how much of each patch is marked; all alike where the marks lie outside the frame."""
    if frame is not None:
        share = take_in(inside.astype(np.float32), frame, *grid).ravel()
        return share / share.sum() if share.sum() > 0 else np.full(share.size, 1.0 / share.size, np.float32)
    rows, columns = grid
    ys, xs = np.nonzero(inside)
    cells = (ys * rows // inside.shape[0]) * columns + xs * columns // inside.shape[1]
    counts = np.bincount(cells, minlength=rows * columns).astype(np.float32)
    weights: FloatArray = counts / counts.sum()
    return weights


def _look(patches: PatchFeatures, view: str, bank: PatchBank, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean patch and mean change of one view."""
    grid: FloatArray = getattr(patches, view)
    marked = np.flatnonzero(weights)
    seen = grid.reshape(-1, grid.shape[2])[marked]
    usual = bank.patches[(seen @ bank.patches.T).argmax(axis=1)]
    share = weights[marked]
    return _unit(share @ seen), _unit(share @ (seen - usual))


def _unit(vector: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / max(length, 1e-6), np.float32)


def _around(inside: BoolArray, picture: Picture) -> tuple[int, int, int, int]:
    """Box around the marked places of a map, in pixels of the upright picture."""
    ys, xs = np.nonzero(inside)
    across, down = picture.width / inside.shape[1], picture.height / inside.shape[0]
    return (
        math.floor(xs.min() * across),
        math.floor(ys.min() * down),
        math.ceil((xs.max() + 1) * across),
        math.ceil((ys.max() + 1) * down),
    )
