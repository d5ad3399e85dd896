"""Where the part is in its picture, when it lies on a plain background. Knows no other picture and nothing learned."""

from __future__ import annotations

import numpy as np

from echo_iad.domain.parts import BoolArray, ByteArray, FloatArray
from echo_iad.images.preparing import resize, to_lab

_LONGEST = 128
_RING = 4  # width of the picture's border, in pixels of the small picture
_LEAST_AREA, _MOST_AREA = 0.01, 0.9
_MOST_BORDER = 0.4  # share of the border that the part may cover
_CLEAR = 4.0  # the part must differ from the background by so many times the background's own variation


def find_outline(pixels: ByteArray, side: int) -> FloatArray | None:
    """How surely each place belongs to the part.

    Parameters
    ----------
    pixels : (h, w, 3) uint8
    side : int
        Rows and columns of the answer, which spans the whole picture.

    Returns
    -------
    (side, side) float32, 0 to 1, or None
        None when the part fills the picture or the background is not plain.
    """
    return outline_of(find_part(pixels), side)


def outline_of(part: BoolArray | None, side: int) -> FloatArray | None:
    """What `find_outline` makes of a part that `find_part` has found; None stays None."""
    return None if part is None else _enlarged(part.astype(np.float32), side)


def find_part(pixels: ByteArray) -> BoolArray | None:
    """Which places belong to the part, in a small picture of the same aspect.

    The colour of the picture's border is taken for the background; a clear split of the distances to it (Otsu 1979)
    gives the part.

    Parameters
    ----------
    pixels : (h, w, 3) uint8

    Returns
    -------
    (h', w') bool or None
        The longer side has 128; None when the part fills the picture or the background is not plain.
    """
    height, width = pixels.shape[:2]
    scale = _LONGEST / max(height, width)
    lab = to_lab(resize(pixels, max(1, round(width * scale)), max(1, round(height * scale))))
    if min(lab.shape[:2]) <= 2 * _RING:
        return None
    border = np.ones(lab.shape[:2], dtype=bool)
    border[_RING:-_RING, _RING:-_RING] = False
    background = np.median(lab[border], axis=0)
    apart_from_it = lab - background
    difference = np.sqrt(np.einsum("ijk,ijk->ij", apart_from_it, apart_from_it))
    part = _filled(difference > _otsu(difference))
    if not part.any() or part.all():
        return None
    apart = float(np.median(difference[part]) - np.median(difference[~part]))
    variation = float(np.median(difference[border & ~part])) if (border & ~part).any() else np.inf
    plain = apart > _CLEAR * max(variation, 1.0) and _LEAST_AREA < part.mean() < _MOST_AREA
    return part if plain and part[border].mean() <= _MOST_BORDER else None


def _filled(part: BoolArray) -> BoolArray:
    """Without specks, and without holes: a hole in a part is a place on the part."""
    from scipy.ndimage import label

    labels, count = label(_opened(part))
    if not count:
        return np.zeros_like(part)
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    kept = (areas >= 0.1 * areas.max())[labels] & (labels > 0)
    around, _ = label(np.pad(~kept, 1, constant_values=True))
    filled: BoolArray = (around != around[0, 0])[1:-1, 1:-1]
    return filled


def _opened(part: BoolArray) -> BoolArray:
    """Without what is narrower than a cross of five places (binary opening)."""
    padded = np.pad(part, 1)
    eroded = part.copy()
    for neighbour in _neighbours(padded):
        eroded &= neighbour
    opened = eroded.copy()
    for neighbour in _neighbours(np.pad(eroded, 1)):
        opened |= neighbour
    return opened


def _neighbours(padded: BoolArray) -> tuple[BoolArray, ...]:
    """What lies above, below, left and right of each place of an array before it was padded by one."""
    return padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]


def _otsu(values: FloatArray) -> float:
    """The split of a histogram that leaves the least variance within both sides (Otsu 1979)."""
    counts, edges = np.histogram(values, bins=128)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts).astype(np.float64)
    above = below[-1] - below
    sums = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(centres[int(np.nan_to_num(between[:-1]).argmax())])


def _enlarged(values: FloatArray, side: int) -> FloatArray:
    from PIL import Image

    return np.asarray(Image.fromarray(values).resize((side, side), Image.Resampling.BILINEAR), dtype=np.float32)
