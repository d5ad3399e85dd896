from __future__ import annotations

import numpy as np

from echo_iad.domain.evidence import AnomalyMap
from echo_iad.images.preparing import to_lab
from echo_iad.reports.scale import THRESHOLD_AT, on_scale, paint, scale_bar


def flat(value, threshold=2.0):
    return AnomalyMap(np.full((10, 10), value, dtype=np.float32), threshold=threshold, extent=threshold)


def colourfulness(pixels):
    return float(np.ptp(pixels.astype(int), axis=2).mean())


def test_the_same_share_of_the_threshold_has_the_same_colour_on_every_map(photograph):
    first = paint(photograph, flat(3.0, threshold=2.0))
    second = paint(photograph, flat(30.0, threshold=20.0))
    np.testing.assert_array_equal(first, second)


def test_a_map_is_not_stretched_by_its_own_extremes(photograph):
    calm = AnomalyMap(np.linspace(0, 0.5, 100, dtype=np.float32).reshape(10, 10), threshold=2.0, extent=1.0)
    loud = AnomalyMap(calm.values.copy(), threshold=2.0, extent=1.0)
    loud.values[0, 0] = 50.0
    np.testing.assert_array_equal(paint(photograph, calm)[100:], paint(photograph, loud)[100:])


def test_below_the_threshold_it_is_grey_and_beyond_it_coloured(photograph):
    assert colourfulness(paint(photograph, flat(-3.0))) < 1
    assert colourfulness(paint(photograph, flat(1.98))) < 8
    assert colourfulness(paint(photograph, flat(2.02))) > 60
    assert colourfulness(paint(photograph, flat(90.0))) > 60


def test_the_photograph_can_be_seen_below_the_threshold(photograph):
    shown = paint(photograph, flat(0.5))[..., 0].astype(float)
    assert np.corrcoef(shown.ravel(), photograph[..., 2].ravel())[0, 1] > 0.99


def test_beyond_the_threshold_colours_only_get_darker():
    """Order survives grey print and colour blindness."""
    bar = scale_bar()
    beyond = int(np.ceil(THRESHOLD_AT * bar.shape[1])) + 1
    lightness = to_lab(np.ascontiguousarray(bar))[0, beyond:, 0]
    assert lightness[0] - lightness[-1] > 40
    assert (np.diff(lightness) < 0.35).all()


def test_the_scale_never_turns_back():
    ratios = np.linspace(-1, 6, 400)
    assert (np.diff(on_scale(ratios)) >= 0).all()
    assert float(on_scale(1.0)) == np.float32(THRESHOLD_AT)
