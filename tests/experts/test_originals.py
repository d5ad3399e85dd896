import hashlib
from dataclasses import replace

import numpy as np
import pytest

from echo_iad.experts import originals
from echo_iad.experts.originals import Originals
from echo_iad.images.preparing import encode_png


def draw(level):
    """A picture of one grey, larger than any preview."""
    return encode_png(np.full((500, 600, 3), level, np.uint8))


@pytest.fixture
def enrolled(memory, normal_of, tmp_path):
    """Number in the memory of a normal whose file is there, and that file."""

    def make(number=50):
        path = tmp_path / f"{number}.png"
        path.write_bytes(draw(number))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        (id,) = memory.add([replace(normal_of("gear", number), path=str(path), sha256=digest, width=600, height=500)])
        return id, path

    return make


def test_a_file_that_is_still_there_is_read_larger_than_its_preview(memory, enrolled):
    id, path = enrolled()
    picture = Originals(memory).read(id, 450)
    assert (picture.pixels.shape, picture.pixels[0, 0].tolist(), picture.path) == ((500, 600, 3), [50] * 3, str(path))


@pytest.mark.parametrize(
    "spoil",
    [lambda path: path.unlink(), lambda path: path.write_bytes(draw(51)), lambda path: path.write_bytes(b"no picture")],
    ids=["gone", "other", "broken"],
)
def test_a_file_that_is_no_longer_what_was_enrolled_is_left(memory, enrolled, spoil):
    id, path = enrolled()
    spoil(path)
    assert Originals(memory).read(id, 450) is None


def test_a_file_that_comes_back_is_read(memory, enrolled):
    id, path = enrolled()
    kept, files = path.read_bytes(), Originals(memory)
    path.unlink()
    assert files.read(id, 450) is None
    path.write_bytes(kept)
    assert files.read(id, 450) is not None


def test_a_file_is_read_once_for_several_questions(memory, enrolled):
    id, path = enrolled()
    files = Originals(memory)
    first = files.read(id, 450)
    path.unlink()
    assert files.read(id, 450) is first


def test_what_is_kept_is_bounded(memory, enrolled, monkeypatch):
    monkeypatch.setattr(originals, "_KEPT_BYTES", 2 * 500 * 600 * 3)
    read, files = {}, Originals(memory)
    for number in (50, 51, 52):
        id, path = enrolled(number)
        read[id] = files.read(id, 450)
        path.unlink()
    assert [files.read(id, 450) is picture for id, picture in read.items()] == [False, True, True]
