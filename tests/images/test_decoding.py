from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from echo_iad.errors import ImageError
from echo_iad.images.decoding import decode

LIMIT = 100_000_000


def _decode(data, **choices):
    return decode(data, "part", max_pixels=LIMIT, **choices)


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        ("PNG", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "tiff_adobe_deflate"}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_kinds_without_loss_come_back_exactly(kind, choices, pixels, encoded):
    np.testing.assert_array_equal(_decode(encoded(pixels, kind, **choices)).pixels, pixels)


@pytest.mark.parametrize(
    ("kind", "choices"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("WEBP", {"quality": 95}), ("TIFF", {"compression": "jpeg"})],
)
def test_kinds_with_loss_come_back_closely(kind, choices, pixels, encoded):
    decoded = _decode(encoded(pixels, kind, quality=95) if not choices else encoded(pixels, kind, **choices)).pixels
    assert np.abs(decoded.astype(int) - pixels).mean() < 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_turned_upright(kind, orientation, pixels, encoded):
    """What a camera stores for each orientation, undone."""
    stored = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.transpose(1, 0, 2),
        6: np.rot90(pixels, 1),
        7: pixels[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(pixels, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    choices = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {"lossless": True} if kind == "WEBP" else {}
    decoded = _decode(encoded(np.ascontiguousarray(stored), kind, exif=exif, **choices))
    assert (decoded.width, decoded.height) == (64, 48)
    assert decoded.pixels.shape == pixels.shape
    assert np.abs(decoded.pixels.astype(int) - pixels).max() < (16 if kind == "JPEG" else 1)


def test_a_wrong_orientation_leaves_the_picture(pixels, encoded):
    exif = Image.Exif()
    exif[0x0112] = 42
    np.testing.assert_array_equal(_decode(encoded(pixels, "PNG", exif=exif)).pixels, pixels)


def test_damaged_exif_neither_warns_nor_fails(pixels, encoded):
    data = encoded(pixels, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(20))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert _decode(data).width == 64


@pytest.mark.parametrize(
    ("at_least", "shape"), [(100, (100, 150)), (101, (200, 300)), (25, (25, 38)), (900, (200, 300))]
)
def test_a_jpeg_is_reduced_while_the_shorter_side_allows(at_least, shape, encoded):
    data = encoded(Image.linear_gradient("L").resize((300, 200)).convert("RGB"), "JPEG")
    decoded = _decode(data, at_least=at_least)
    assert decoded.pixels.shape[:2] == shape
    assert (decoded.width, decoded.height) == (300, 200)


def test_a_reduced_jpeg_on_its_side_keeps_its_full_size(encoded):
    exif = Image.Exif()
    exif[0x0112] = 6
    decoded = _decode(encoded(Image.new("RGB", (300, 200)), "JPEG", exif=exif), at_least=100)
    assert decoded.pixels.shape == (150, 100, 3)
    assert (decoded.width, decoded.height) == (200, 300)


@pytest.fixture(scope="module")
def noisy() -> Image.Image:
    return Image.fromarray(np.random.default_rng(7).integers(0, 256, (40, 56, 3), dtype=np.uint8))


KINDS = {
    "baseline": ("JPEG", {"quality": 90}),
    "progressive": ("JPEG", {"progressive": True}),
    "restarts": ("JPEG", {"restart_marker_blocks": 2}),
    "png": ("PNG", {}),
    "bmp": ("BMP", {}),
    "tiff": ("TIFF", {}),
    "lzw": ("TIFF", {"compression": "tiff_lzw"}),
    "deflate": ("TIFF", {"compression": "tiff_adobe_deflate"}),
    "webp": ("WEBP", {}),
    "lossless": ("WEBP", {"lossless": True}),
}


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_cut_file_is_refused_or_complete(name, share, noisy, encoded):
    """A cut may take nothing that the picture needs; else it is refused, never filled up."""
    kind, choices = KINDS[name]
    data = encoded(noisy, kind, **choices)
    whole = _decode(data).pixels
    try:
        cut = _decode(data[: int(len(data) * share)]).pixels
    except ImageError:
        return
    np.testing.assert_array_equal(cut, whole)


@pytest.mark.parametrize("name", ["baseline", "restarts"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("tail", ["marker", "zeros"])
def test_a_cut_jpeg_that_something_closed_is_refused(name, share, tail, noisy, encoded):
    data = encoded(noisy, *KINDS[name][:1], **KINDS[name][1])
    kept = data[: int(len(data) * share)].rstrip(b"\xff")
    closed = kept + (b"\xff\xd9" if tail == "marker" else bytes(len(data) - len(kept)))
    with pytest.raises(ImageError, match="truncated or damaged"):
        _decode(closed)


def test_a_jpeg_that_ends_in_flat_grey_is_no_cut_one(encoded):
    image = Image.new("RGB", (64, 64), (128, 128, 128))
    image.paste((200, 40, 10), (0, 0, 64, 20))
    assert (_decode(encoded(image, "JPEG")).pixels[-1] == 128).all()


def test_bytes_behind_a_jpeg_are_allowed(pixels, encoded):
    data = encoded(pixels, "JPEG")
    np.testing.assert_array_equal(_decode(data + b"a trailer" * 50).pixels, _decode(data).pixels)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    start=st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"MM\0*"]),
    rest=st.binary(max_size=200),
)
def test_any_bytes_give_a_picture_or_an_image_error(start, rest):
    try:
        decoded = _decode(start + rest)
    except ImageError:
        return
    assert decoded.pixels.size


def test_a_png_of_no_width_is_refused():
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 0, 5, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(ImageError, match=r"no pixels|truncated or damaged"):
        _decode(data)


def test_only_the_first_page_of_a_tiff_is_read(pixels, encoded):
    second = Image.new("RGB", (64, 48))
    data = encoded(pixels, "TIFF", save_all=True, append_images=[second])
    np.testing.assert_array_equal(_decode(data).pixels, pixels)


def test_sixteen_bits_of_twelve_in_colour_are_refused_not_black():
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    def png(samples):
        rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
        header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], 16, 2, 0, 0, 0)
        body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + body

    samples = np.random.default_rng(0).integers(0, 4096, (8, 9, 3))
    with pytest.raises(ImageError, match="black"):
        _decode(png(samples))
    np.testing.assert_array_equal(_decode(png(samples * 16)).pixels, samples // 16)


def test_a_cmyk_jpeg(encoded):
    decoded = _decode(encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG")).pixels
    assert decoded[..., 0].min() > 240
    assert decoded[..., 1:].max() < 15


def test_a_file_object_is_not_needed_twice(pixels, encoded):
    data = encoded(pixels, "PNG")
    assert _decode(data).pixels.tobytes() == np.asarray(Image.open(io.BytesIO(data))).tobytes()
