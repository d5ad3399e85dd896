from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from echo_iad.errors import ImageError
from echo_iad.images.loading import load_picture

RAMP = np.linspace(0, 1, 256)[None, :].repeat(4, axis=0)


def _levels(image: Image.Image, kind: str = "TIFF", **choices) -> np.ndarray:
    """The first row of what comes back, red only; all channels are checked to be equal."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **choices)
    pixels = load_picture(buffer.getvalue()).pixels
    assert (pixels == pixels[:, :, :1]).all()
    return pixels[0, :, 0]


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_use_the_full_range(kind):
    image = Image.fromarray(np.rint(RAMP * 65535).astype(np.uint16))
    np.testing.assert_array_equal(_levels(image, kind), np.arange(256))


def test_big_endian_sixteen_bits():
    samples = np.rint(RAMP * 65535).astype(">u2")
    image = Image.frombytes("I;16B", (256, 4), samples.tobytes())
    np.testing.assert_array_equal(_levels(image), np.arange(256))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_twelve_bits_in_sixteen_do_not_come_out_black(kind):
    image = Image.fromarray(np.rint(RAMP * 4095).astype(np.uint16))
    np.testing.assert_array_equal(_levels(image, kind), np.arange(256))


def test_one_sample_above_twelve_bits_makes_it_sixteen():
    samples = np.zeros((4, 4), np.uint16)
    samples[0] = [0, 4096, 40000, 65535]
    np.testing.assert_array_equal(_levels(Image.fromarray(samples)), [0, 16, 156, 255])


def test_sixteen_bits_stored_with_white_as_zero():
    image = Image.fromarray(np.rint((1 - RAMP) * 65535).astype(np.uint16))
    np.testing.assert_array_equal(_levels(image, tiffinfo={262: 0}), np.arange(256))


@pytest.mark.parametrize("full", [1, 255, 65535])
def test_floating_point_is_scaled_by_the_range_that_holds_it(full):
    np.testing.assert_array_equal(_levels(Image.fromarray((RAMP * full).astype(np.float32))), np.arange(256))


def test_whole_numbers_of_32_bits():
    np.testing.assert_array_equal(_levels(Image.fromarray(np.rint(RAMP * 65535).astype(np.int32))), np.arange(256))


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf, 70000.0])
def test_samples_without_a_certain_meaning_are_refused(value):
    samples = np.zeros((4, 4), np.float32)
    samples[1, 2] = value
    with pytest.raises(ImageError, match="grey values from"):
        _levels(Image.fromarray(samples))


def test_one_bit_is_black_and_white():
    image = Image.fromarray(RAMP > 0.5)
    for kind in ("PNG", "TIFF", "BMP"):
        np.testing.assert_array_equal(_levels(image, kind), np.arange(256) // 128 * 255)


def test_grey():
    image = Image.fromarray(np.arange(256, dtype=np.uint8)[None].repeat(4, axis=0))
    np.testing.assert_array_equal(_levels(image, "PNG"), np.arange(256))


def test_a_palette(pixels, encoded):
    image = Image.fromarray(pixels).quantize(64)
    np.testing.assert_array_equal(load_picture(encoded(image, "PNG")).pixels, np.asarray(image.convert("RGB")))


def test_what_is_transparent_lies_on_neutral_grey(encoded):
    rgba = np.zeros((2, 3, 4), np.uint8)
    rgba[:, 0] = (255, 0, 0, 255)
    rgba[:, 1] = (255, 0, 0, 0)
    rgba[:, 2] = (255, 0, 0, 128)
    for data in (encoded(rgba, "PNG"), encoded(rgba, "TIFF"), encoded(rgba, "WEBP", lossless=True, exact=True)):
        pixels = load_picture(data).pixels
        assert pixels[0].tolist() == [[255, 0, 0], [128, 128, 128], [192, 64, 64]]


def test_transparency_of_grey_and_of_a_palette(encoded):
    grey = np.array([[[10, 255], [10, 0]]], np.uint8)
    assert load_picture(encoded(Image.fromarray(grey, "LA"), "PNG")).pixels[0, :, 0].tolist() == [10, 128]
    palette = Image.new("P", (2, 1))
    palette.putpalette([200, 100, 50, 0, 0, 0])
    palette.putpixel((1, 0), 1)
    data = encoded(palette, "PNG", transparency=b"\xff\x00")
    assert load_picture(data).pixels[0].tolist() == [[200, 100, 50], [128, 128, 128]]


def test_cmyk(encoded):
    image = Image.new("CMYK", (4, 4), (255, 0, 0, 0))
    assert load_picture(encoded(image, "TIFF")).pixels[0, 0].tolist() == [0, 255, 255]


def test_a_colour_space_without_conversion_is_refused(encoded, monkeypatch):
    def refuse(self: Image.Image, mode: str) -> Image.Image:
        msg = f"conversion from {self.mode} to {mode} not supported"
        raise ValueError(msg)

    data = encoded(Image.new("CMYK", (4, 4)), "TIFF")
    monkeypatch.setattr(Image.Image, "convert", refuse)
    with pytest.raises(ImageError, match="colour mode CMYK"):
        load_picture(data)
