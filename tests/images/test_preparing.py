from __future__ import annotations

import numpy as np
import pytest

from echo_iad.errors import ImageError
from echo_iad.images.preparing import crop, decode_jpeg, encode_jpeg, encode_png, resize, shrink, to_lab


def test_resizing_does_not_alias():
    stripes = np.zeros((160, 160, 3), np.uint8)
    stripes[:, ::2] = 255
    small = resize(stripes, 20, 10)
    assert small.shape == (10, 20, 3)
    assert np.abs(small.astype(int) - 127).max() <= 8


def test_resizing_to_the_same_size_changes_nothing(pixels):
    np.testing.assert_array_equal(resize(pixels, 64, 48), pixels)


def test_resizing_keeps_directions(pixels):
    small = resize(pixels, 16, 12).astype(int)
    assert (np.diff(small[:, :, 0], axis=1) > 0).all()
    assert (np.diff(small[:, :, 1], axis=0) > 0).all()


def test_shrinking_keeps_the_aspect_and_never_enlarges(pixels):
    assert shrink(pixels, 32).shape == (24, 32, 3)
    assert shrink(pixels, 64) is pixels
    assert shrink(pixels, 1000) is pixels
    assert shrink(np.zeros((1, 500, 3), np.uint8), 50).shape == (1, 50, 3)


def test_a_crop_is_cut_at_the_edge(pixels):
    np.testing.assert_array_equal(crop(pixels, (60, 40, 80, 60)), pixels[40:, 60:])
    np.testing.assert_array_equal(crop(pixels, (-5, -5, 3, 2)), pixels[:2, :3])


@pytest.mark.parametrize("box", [(10, 10, 10, 20), (20, 5, 10, 9), (64, 0, 70, 5), (-9, -9, -1, -1)])
def test_a_crop_of_nothing_is_an_error(box, pixels):
    with pytest.raises(ValueError, match="holds no pixel of a picture of 64 x 48"):
        crop(pixels, box)


def test_jpeg_there_and_back(pixels):
    data = encode_jpeg(pixels, quality=95)
    assert data == encode_jpeg(pixels, quality=95)
    assert len(data) > len(encode_jpeg(pixels, quality=30))
    assert np.abs(decode_jpeg(data).astype(int) - pixels).mean() < 4


def test_png_there_and_back(pixels, tmp_path):
    from echo_iad.images.loading import load_picture

    np.testing.assert_array_equal(load_picture(encode_png(pixels[:, ::-1])).pixels, pixels[:, ::-1])


@pytest.mark.parametrize("keep", [0, 10, 300])
def test_a_damaged_stored_picture_is_an_error(keep, pixels):
    with pytest.raises(ImageError, match="damaged"):
        decode_jpeg(encode_jpeg(pixels)[:keep])


def test_lab_of_known_colours():
    """Values of the standard formulas (IEC 61966-2-1, CIE 15) for sRGB's corners."""
    known = {
        (255, 255, 255): (100.0, 0.0, 0.0),
        (0, 0, 0): (0.0, 0.0, 0.0),
        (255, 0, 0): (53.24, 80.09, 67.20),
        (0, 255, 0): (87.73, -86.18, 83.18),
        (0, 0, 255): (32.30, 79.19, -107.86),
        (119, 119, 119): (50.03, 0.0, 0.0),
    }
    lab = to_lab(np.array([list(known)], np.uint8))
    assert lab.dtype == np.float32
    np.testing.assert_allclose(lab[0], list(known.values()), atol=0.02)


def test_lab_lightness_grows_with_grey():
    greys = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
    lab = to_lab(greys)
    assert (np.diff(lab[0, :, 0]) > 0).all()
    assert np.abs(lab[0, :, 1:]).max() < 1e-3
