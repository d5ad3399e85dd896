"""The colour scale of anomaly maps, tied to the threshold: grey up to it, coloured beyond. Knows no record.

A place is drawn by its value over the threshold alone, so all maps of all parts share one scale, and nothing is ever
rescaled by its own minimum and maximum. Up to the threshold the scale is linear, beyond it each doubling takes the
same length, up to `MOST` times the threshold. Beyond the threshold colours only get darker, so that their order holds
for colour-blind readers and in grey print too.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from echo_iad.domain.evidence import AnomalyMap
from echo_iad.domain.parts import ByteArray, FloatArray

MOST = 4.0
"""Times the threshold at which the scale ends; larger values are drawn alike."""
THRESHOLD_AT = 1 / 3
"""Where the threshold stands on the scale, from 0 to 1."""
_STEPS = 384
_VEIL = (118.0, 122.0, 130.0)
_VEIL_OPACITY = 0.4
_ANCHORS = ((255, 220, 92), (252, 141, 53), (217, 43, 30), (122, 4, 40))
"""Just above the threshold to `MOST` times it, sRGB."""
_OPACITY = 0.82
_LIFT = 120.0
"""The darkest grey of the photograph below the colours: light, so that dark colours stand out."""


def on_scale(ratio: FloatArray | float) -> FloatArray:
    """Where values stand on the scale.

    Parameters
    ----------
    ratio : array or float
        Value over threshold, at most 0 at the scale's start.

    Returns
    -------
    array of float32
        From 0 to 1; `THRESHOLD_AT` = at the threshold.

    Examples
    --------
    >>> (300 * on_scale(np.array([-1.0, 0.5, 1.0, 2.0, 4.0, 9.0]))).round().tolist()
    [0.0, 50.0, 100.0, 200.0, 300.0, 300.0]
    """
    clipped = np.clip(ratio, 0.0, MOST)
    above = np.log(np.maximum(clipped, 1.0)) / np.log(MOST)
    placed = np.where(clipped <= 1, THRESHOLD_AT * clipped, THRESHOLD_AT + (1 - THRESHOLD_AT) * above)
    return placed.astype(np.float32)


@cache
def _colours() -> tuple[FloatArray, FloatArray]:
    """Colour ``(n, 3)`` and opacity ``(n, 1)`` of each step of the scale."""
    at = np.linspace(0, 1, _STEPS)
    beyond = (at - THRESHOLD_AT) / (1 - THRESHOLD_AT)
    anchors = np.array(_ANCHORS, dtype=np.float32)
    stops = np.linspace(0, 1, len(anchors))
    coloured = np.stack([np.interp(beyond, stops, anchors[:, channel]) for channel in range(3)], axis=1)
    below = at <= THRESHOLD_AT
    colour = np.where(below[:, None], np.array(_VEIL), coloured)
    opacity = np.where(below, _VEIL_OPACITY * at / THRESHOLD_AT, _OPACITY)
    return colour.astype(np.float32), opacity[:, None].astype(np.float32)


def paint(pixels: ByteArray, anomaly_map: AnomalyMap) -> ByteArray:
    """Lay a map over its picture, which becomes a light grey one.

    Parameters
    ----------
    pixels : (h, w, 3) uint8
        The query; the map may have another size.

    Returns
    -------
    (h, w, 3) uint8
    """
    from PIL import Image

    height, width = pixels.shape[:2]
    ratio = np.ascontiguousarray(anomaly_map.values / np.float32(anomaly_map.threshold), dtype=np.float32)
    enlarged = Image.fromarray(ratio).resize((width, height), Image.Resampling.BICUBIC)
    step = np.rint(on_scale(np.asarray(enlarged)) * (_STEPS - 1)).astype(np.intp)
    grey: FloatArray = pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    colour, opacity = _colours()
    return _blended(grey, colour[step], opacity[step])


def scale_bar() -> ByteArray:
    """Draw the scale as `paint` draws it on a middle grey: (1, n, 3) uint8, low to high."""
    colour, opacity = _colours()
    return _blended(np.full((1, _STEPS), 150, dtype=np.float32), colour[None], opacity[None])


def _blended(grey: FloatArray, colour: FloatArray, opacity: FloatArray) -> ByteArray:
    light = (_LIFT + grey * (255 - _LIFT) / 255)[..., None]
    return np.rint(light * (1 - opacity) + colour * opacity).astype(np.uint8)
