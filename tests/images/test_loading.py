from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from echo_iad.errors import ImageError, ProfileError
from echo_iad.images.loading import find_pictures, load_picture


def test_a_file_keeps_its_path_size_and_digest(tmp_path, pixels, encoded):
    data = encoded(pixels, "PNG")
    path = tmp_path / "part.png"
    path.write_bytes(data)
    for source in (path, str(path)):
        picture = load_picture(source)
        np.testing.assert_array_equal(picture.pixels, pixels)
        assert (picture.width, picture.height) == (64, 48)
        assert picture.path == str(path)
        assert picture.sha256 == hashlib.sha256(data).hexdigest()


def test_the_suffix_says_nothing(tmp_path, pixels, encoded):
    path = tmp_path / "wrong.jpg"
    path.write_bytes(encoded(pixels, "BMP"))
    np.testing.assert_array_equal(load_picture(path).pixels, pixels)


def test_bytes_of_any_kind(pixels, encoded):
    data = encoded(pixels, "PNG")
    for source in (data, bytearray(data), memoryview(data)):
        picture = load_picture(source)
        np.testing.assert_array_equal(picture.pixels, pixels)
        assert picture.path == f"of {len(data)} bytes"


def test_arrays_of_every_allowed_shape_and_type(pixels):
    grey = pixels[:, :, 0]
    np.testing.assert_array_equal(load_picture(pixels).pixels, pixels)
    np.testing.assert_array_equal(load_picture(grey).pixels, np.dstack([grey] * 3))
    np.testing.assert_array_equal(load_picture(pixels.astype(np.uint16) * 257).pixels, pixels)
    np.testing.assert_array_equal(load_picture(pixels / 255).pixels, pixels)
    np.testing.assert_array_equal(load_picture((pixels / 255).astype(np.float32)).pixels, pixels)
    opaque = np.dstack([pixels, np.full((48, 64), 255, np.uint8)])
    np.testing.assert_array_equal(load_picture(opaque).pixels, pixels)
    clear = np.dstack([pixels, np.zeros((48, 64), np.uint8)])
    assert (load_picture(clear).pixels == 128).all()


def test_an_array_is_copied_so_that_a_camera_may_reuse_its_buffer(pixels):
    buffer = pixels.copy()
    picture = load_picture(buffer)
    buffer[:] = 0
    np.testing.assert_array_equal(picture.pixels, pixels)


def test_a_strided_array_gives_contiguous_pixels(pixels):
    picture = load_picture(pixels[::2, ::-1])
    np.testing.assert_array_equal(picture.pixels, pixels[::2, ::-1])
    assert picture.pixels.flags.c_contiguous


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((3, 48, 64), np.uint8), "moveaxis"),
        (np.zeros((48, 64, 1), np.uint8), "(48, 64, 1)"),
        (np.zeros((2, 48, 64, 3), np.uint8), "(2, 48, 64, 3)"),
        (np.zeros(5, np.uint8), "(5,)"),
        (np.zeros((0, 64, 3), np.uint8), "(0, 64, 3)"),
        (np.zeros((48, 64), bool), "bool"),
        (np.zeros((48, 64), np.int64), "int64"),
        (np.full((48, 64), 200.0), "from 200 to 200"),
        (np.full((48, 64), -0.1), "from -0.1"),
        (np.full((48, 64), np.nan), "nan"),
    ],
)
def test_an_array_without_a_certain_meaning_is_refused(array, said):
    with pytest.raises(ImageError) as caught:
        load_picture(array)
    assert said in str(caught.value)


def test_arrays_of_one_digest_are_equal(pixels):
    grey = np.zeros((4, 6), np.uint8)
    assert load_picture(grey).sha256 != load_picture(grey.reshape(6, 4)).sha256
    assert load_picture(pixels).sha256 == load_picture(pixels.copy()).sha256


def test_a_pillow_image_is_turned_upright(pixels):
    image = Image.fromarray(pixels)
    image.getexif()[0x0112] = 6
    np.testing.assert_array_equal(load_picture(image).pixels, np.rot90(pixels, -1))


def test_a_lazy_pillow_image_that_is_cut_is_refused(tmp_path, pixels, encoded):
    path = tmp_path / "cut.png"
    path.write_bytes(encoded(pixels, "PNG")[:-60])
    with Image.open(path) as image, pytest.raises(ImageError, match="Pillow image"):
        load_picture(image)


def test_what_is_no_picture_file_is_said(tmp_path, pixels, encoded):
    empty = tmp_path / "empty.png"
    empty.touch()
    text = tmp_path / "text.jpg"
    text.write_text("not a picture")
    gif = tmp_path / "moving.gif"
    gif.write_bytes(encoded(pixels, "GIF"))
    for path, said in (
        (tmp_path / "none.png", "does not exist"),
        (tmp_path, "is a folder"),
        (empty, "is empty (0 bytes)"),
        (text, "is no picture"),
        (gif, "is a GIF file"),
        (Path("/dev/null"), "is no regular file"),
        (Path("bad\0name.png"), "cannot be read"),
        (tmp_path / ("long" * 100), "cannot be read"),
    ):
        with pytest.raises(ImageError) as caught:
            load_picture(path)
        assert said in str(caught.value)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"<svg xmlns=''/>", "SVG"),
        (b"<?xml version='1.0'?><svg/>", "SVG"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x18ftypavif", "AVIF"),
    ],
)
def test_a_known_kind_that_echo_does_not_open_is_named(start, kind):
    with pytest.raises(ImageError, match=f"is a {kind}.*JPEG, PNG, BMP, TIFF and WebP"):
        load_picture(start + bytes(100))


def test_a_file_that_may_not_be_read_is_said(tmp_path, monkeypatch):
    path = tmp_path / "locked.png"
    path.write_bytes(b"x")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ImageError, match=r"locked\.png may not be read"):
        load_picture(path)


def test_a_bomb_is_refused_from_its_header(encoded, monkeypatch):
    bomb = encoded(Image.new("1", (40_000, 40_000)), "PNG")
    assert len(bomb) < 300_000
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("the bomb was decoded"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ImageError, match="too large"):
            load_picture(bomb)


def test_a_bomb_below_pillows_own_limit_is_refused_too(encoded, monkeypatch):
    big = encoded(Image.new("1", (11_000, 10_000)), "PNG")
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("the bomb was decoded"))
    with pytest.raises(ImageError, match="11000 x 10000 is 110 megapixels, allowed are 100"):
        load_picture(big)


def test_the_limit_comes_from_the_environment(encoded, monkeypatch):
    data = encoded(Image.new("L", (1200, 1000)), "PNG")
    monkeypatch.setenv("ECHO_IAD_MAX_MEGAPIXELS", "1")
    with pytest.raises(ImageError, match="ECHO_IAD_MAX_MEGAPIXELS"):
        load_picture(data)
    with pytest.raises(ImageError, match="too large"):
        load_picture(Image.new("L", (1200, 1000)))
    monkeypatch.setenv("ECHO_IAD_MAX_MEGAPIXELS", "1.3")
    assert load_picture(data).width == 1200


@pytest.mark.parametrize("limit", ["0", "-5", "many", "1000", "nan"])
def test_a_wrong_limit_is_an_error(limit, encoded, pixels, monkeypatch):
    monkeypatch.setenv("ECHO_IAD_MAX_MEGAPIXELS", limit)
    with pytest.raises(ProfileError, match="from 1 to 178"):
        load_picture(encoded(pixels, "PNG"))


def test_a_file_too_large_for_any_allowed_picture_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setenv("ECHO_IAD_MAX_MEGAPIXELS", "1")
    path = tmp_path / "sparse.bmp"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("the file was read"))
    with pytest.raises(ImageError, match="200 MB"):
        load_picture(path)


def test_at_least_must_be_positive(pixels):
    with pytest.raises(ValueError, match="Got 0"):
        load_picture(pixels, at_least=0)


def test_pictures_are_found_in_natural_order(tmp_path):
    names = ["10.png", "2.PNG", "1.jpg", "b/3.tiff", "b/20.webp", "a10/1.bmp", "a9/1.jpeg", "notes.txt", "README"]
    hidden = [".hidden.png", ".cache/1.png", "b/._3.tiff"]
    for name in names + hidden:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = [path.relative_to(tmp_path).as_posix() for path in find_pictures(tmp_path)]
    assert found == ["1.jpg", "2.PNG", "10.png", "a9/1.jpeg", "a10/1.bmp", "b/3.tiff", "b/20.webp"]


def test_links_are_followed_and_loops_end(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "1.png").touch()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (outside / "back").symlink_to(folder)
    (folder / "broken").symlink_to(tmp_path / "nowhere")
    assert find_pictures(folder) == [folder / "link" / "1.png"]


def test_a_folder_that_is_none_is_said(tmp_path):
    file = tmp_path / "file.png"
    file.touch()
    for folder, said in ((tmp_path / "none", "does not exist"), (file, "is no folder")):
        with pytest.raises(ImageError, match=said):
            find_pictures(folder)
