"""How a region differs from the references at the same place: brightness, colour, texture. Nothing learned here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from echo_iad.comparison.close_up import close_up
from echo_iad.comparison.regions import Patch
from echo_iad.comparison.views import View, WholeView
from echo_iad.domain.evidence import Change, Region
from echo_iad.domain.parts import BoolArray, FloatArray
from echo_iad.images.preparing import to_lab

_BRIGHTNESS_WORDS = 4.0  # CIELAB lightness: a difference of about 2 is just noticeable, 4 is seen at once
_SATURATION_WORDS = 5.0
_HUE_WORDS = 6.0
_TEXTURE_WORDS = 0.15
_FINE = 2  # width of the smoothing that local contrast is measured against, in pixels of the grid

_COLOURS: tuple[tuple[str, tuple[float, float, float]], ...] = (
    # CIELAB of plain names; nearest wins. Vivid blues lie far out, beyond purple, so they have places of their own.
    ("black", (8, 0, 0)),
    ("dark grey", (30, 0, 0)),
    ("grey", (54, 0, 0)),
    ("light grey", (77, 0, 0)),
    ("white", (96, 0, 0)),
    ("dark red", (28, 40, 25)),
    ("red", (50, 65, 45)),
    ("orange", (65, 40, 60)),
    ("dark brown", (22, 10, 12)),
    ("brown", (40, 18, 28)),
    ("light brown", (62, 12, 28)),
    ("beige", (83, 3, 18)),
    ("yellow", (88, -5, 75)),
    ("dark green", (28, -22, 15)),
    ("green", (52, -42, 35)),
    ("cyan", (78, -35, -15)),
    ("dark blue", (20, 18, -38)),
    ("blue", (45, 10, -50)),
    ("blue", (33, 58, -88)),
    ("dark blue", (13, 46, -64)),
    ("light blue", (75, -5, -25)),
    ("purple", (38, 42, -38)),
    ("pink", (75, 35, 2)),
)
_NAMES = tuple(name for name, _ in _COLOURS)
_TABLE = np.array([lab for _, lab in _COLOURS], dtype=np.float32)


class PicturePair:
    """A query beside its references on a piece of the grid of an anomaly map.

    Parameters
    ----------
    query : View
    references : sequence of View
        At least one.
    side : int
        Rows and columns of the map.
    rows, columns : slice
        The piece; with `_FINE` places around every region that is measured, as far as the map reaches.
    """

    def __init__(self, query: View, references: Sequence[View], side: int, rows: slice, columns: slice) -> None:
        self._piece = rows, columns
        box = (columns.start / side, rows.start / side, columns.stop / side, rows.stop / side)
        size = columns.stop - columns.start, rows.stop - rows.start
        self._query = to_lab(query.piece(box, *size))
        labs = [to_lab(reference.piece(box, *size)) for reference in references]
        self._reference: FloatArray = labs[0] if len(labs) == 1 else np.mean(labs, axis=0, dtype=np.float32)
        self._contrast = _local_contrast(self._query[:, :, 0])
        self._usual_contrast = np.mean([_local_contrast(lab[:, :, 0]) for lab in labs], axis=0)

    @classmethod
    def around(cls, patches: Sequence[Patch], query: View, references: Sequence[View]) -> PicturePair:
        """As much as is needed to measure some regions, at least one."""
        covered = np.logical_or.reduce([patch.inside for patch in patches])
        rows, columns = (_reach(covered.any(axis=axis)) for axis in (1, 0))
        return cls(query, references, len(covered), rows, columns)

    def change(self, inside: BoolArray) -> Change:
        """Measure one region.

        Parameters
        ----------
        inside : (side, side) bool
            At least one place.
        """
        inside = inside[self._piece]
        own, usual = self._query[inside].mean(axis=0), self._reference[inside].mean(axis=0)
        brightness = float(own[0] - usual[0])
        saturation = float(np.hypot(own[1], own[2]) - np.hypot(usual[1], usual[2]))
        hue = float(np.hypot(own[1] - usual[1], own[2] - usual[2]))
        rough, smooth = float(self._contrast[inside].mean()), float(self._usual_contrast[inside].mean())
        texture = (rough - smooth) / max(rough + smooth, 1e-6)
        colour, reference_colour = colour_name(own), colour_name(usual)
        return Change(
            brightness=brightness,
            saturation=saturation,
            hue=hue,
            texture=texture,
            colour=colour,
            reference_colour=reference_colour,
            words=_words(brightness, saturation, hue, texture),
        )


def with_changes(
    patches: Sequence[Patch], query: WholeView, references: Sequence[View], foreground: FloatArray | None
) -> tuple[Region, ...]:
    """Regions with their change against the references; the one that weighs most is looked at close up too.

    Parameters
    ----------
    patches : sequence of Patch
    query : WholeView
    references : sequence of View
        Without any, the regions stay as they are.
    foreground : (side, side) float32, 0 to 1, or None
        The part on the grid of the map; None when its outline is not known.
    """
    if not patches or not references:
        return tuple(patch.region for patch in patches)
    pair = PicturePair.around(patches, query, references)
    main = max(patches, key=lambda patch: patch.region.area_fraction * max(patch.region.score, 0.0))
    changes = [pair.change(patch.inside) for patch in patches]
    return tuple(
        replace(
            patch.region,
            change=replace(change, close_up=close_up(query, references, patch.inside, foreground))
            if patch is main
            else change,
        )
        for patch, change in zip(patches, changes, strict=True)
    )


def _reach(covered: BoolArray) -> slice:
    """From the first to the last place that is covered, and what local contrast needs around."""
    (places,) = np.nonzero(covered)
    return slice(max(0, int(places[0]) - _FINE), min(len(covered), int(places[-1]) + 1 + _FINE))


def colour_name(lab: FloatArray) -> str:
    """Nearest plain name of a colour.

    Parameters
    ----------
    lab : (3,) float32
        CIELAB.

    Examples
    --------
    >>> colour_name(np.array([50, 60, 40], dtype=np.float32))
    'red'
    """
    return _NAMES[int(np.square(_TABLE - lab).sum(axis=1).argmin())]


def _words(brightness: float, saturation: float, hue: float, texture: float) -> tuple[str, ...]:
    strengths = [
        (abs(brightness) / _BRIGHTNESS_WORDS, "brighter" if brightness > 0 else "darker"),
        (hue / _HUE_WORDS, "of another colour"),
        (abs(saturation) / _SATURATION_WORDS, "more colourful" if saturation > 0 else "paler"),
        (abs(texture) / _TEXTURE_WORDS, "rougher" if texture > 0 else "smoother"),
    ]
    clear = sorted((item for item in strengths if item[0] >= 1), key=lambda item: -item[0])
    return tuple(word for _, word in clear)


def _local_contrast(lightness: FloatArray) -> FloatArray:
    from scipy.ndimage import uniform_filter

    mean = uniform_filter(lightness, 2 * _FINE + 1, mode="nearest")
    square = uniform_filter(np.square(lightness), 2 * _FINE + 1, mode="nearest")
    contrast: FloatArray = np.sqrt(np.maximum(square - np.square(mean), 0.0)).astype(np.float32)
    return contrast
