import numpy as np
import pytest
from PIL import Image

from echo_iad.domain.parts import EncoderId, ImageEncoding
from echo_iad.enrolment import enrol_parts
from echo_iad.errors import ForeignEncoderError
from echo_iad.images.folders import PartPicture, find_good_parts
from echo_iad.images.preparing import decode_jpeg
from echo_iad.memory.store import Memory


class MeanEncoder:
    """Mean colours of a picture's quarters as its vector; remembers its batches."""

    def __init__(self, name="means", *, fails_at=None):
        self.id = EncoderId(name, "0" * 64, 13, "none", name)
        self.batches, self.fails_at = [], fails_at

    def encode_images(self, pictures):
        if self.fails_at is not None and len(self.batches) == self.fails_at:
            raise KeyboardInterrupt
        self.batches.append(len(pictures))
        return [self.encode(picture.pixels) for picture in pictures]

    @staticmethod
    def encode(pixels):
        small = np.asarray(Image.fromarray(pixels).resize((2, 2))).reshape(-1).astype(np.float32) / 255
        vector = np.append(small, 1.0).astype(np.float32)
        return ImageEncoding(vector / np.linalg.norm(vector), (small.reshape(2, 2, 3),))


class LengthEncoder:
    """A text's length as its vector; remembers its texts."""

    id = EncoderId("lengths", "1" * 64, 2, "none", "lengths")

    def __init__(self):
        self.texts = []

    def encode_texts(self, texts):
        self.texts += texts
        angles = np.array([len(text) / 50 for text in texts], np.float32)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def draw(path, seed, size=(60, 40)):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def folder(tmp_path):
    for number in range(20):
        draw(tmp_path / "parts" / "ball_valve" / f"{number}.png", number)
    for number in range(3):
        draw(tmp_path / "parts" / "gear" / f"{number}.png", 100 + number)
    return tmp_path / "parts"


@pytest.fixture
def memory(tmp_path):
    with Memory.open(tmp_path / "memory", create=True) as memory:
        yield memory


def enrol(folder, memory, images=None, texts=None, progress=None):
    return enrol_parts(find_good_parts(folder), memory, images or MeanEncoder(), texts or LengthEncoder(), progress)


def test_everything_is_stored(folder, memory):
    done = enrol(folder, memory)
    assert (done.added, done.known, done.failed) == (23, 0, ())
    assert done.objects == {"ball_valve": 20, "gear": 3}
    assert done.seconds > 0
    normal = memory.normals("gear")[0]
    path = folder / "gear" / "0.png"
    assert (normal.path, normal.width, normal.height) == (str(path), 60, 40)
    wanted = MeanEncoder.encode(np.asarray(Image.open(path)))
    np.testing.assert_allclose(memory.vectors_by_id([normal.id])[normal.id], wanted.vector, atol=1e-6)
    np.testing.assert_allclose(memory.levels(normal.id)[0], wanted.levels[0], atol=1e-3)
    assert decode_jpeg(memory.preview(normal.id)).shape == (40, 60, 3)


def test_a_large_picture_has_a_small_preview_and_its_full_size(tmp_path, memory):
    draw(tmp_path / "parts" / "gear" / "large.jpg", 0, size=(1500, 1000))
    enrol(tmp_path / "parts", memory)
    (normal,) = memory.normals()
    assert (normal.width, normal.height) == (1500, 1000)
    assert decode_jpeg(memory.preview(normal.id)).shape == (256, 384, 3)


def test_class_names_are_words_and_are_read_once(folder, memory):
    texts = LengthEncoder()
    enrol(folder, memory, texts=texts)
    enrol(folder, memory, texts=texts)
    assert texts.texts == ["ball valve", "gear"]
    assert set(memory.class_texts()) == {"ball_valve", "gear"}


def test_a_second_time_stores_and_encodes_nothing(folder, memory):
    enrol(folder, memory)
    images = MeanEncoder()
    again = enrol(folder, memory, images)
    assert (again.added, again.known, again.objects) == (0, 23, {"ball_valve": 20, "gear": 3})
    assert images.batches == []
    assert memory.count() == 23


def test_the_same_picture_twice_in_a_folder_is_stored_once(folder, memory):
    for number, copy in [(0, 90), (19, 91), (19, 92)]:
        (folder / "ball_valve" / f"{copy}.png").write_bytes((folder / "ball_valve" / f"{number}.png").read_bytes())
    done = enrol(folder, memory)
    assert (done.added, done.known) == (23, 3)


def test_the_same_picture_may_be_of_two_objects(folder, memory):
    (folder / "gear" / "shared.png").write_bytes((folder / "ball_valve" / "0.png").read_bytes())
    assert enrol(folder, memory).objects == {"ball_valve": 20, "gear": 4}


def test_bad_files_are_reported_and_the_others_enrolled(folder, memory):
    whole = (folder / "gear" / "0.png").read_bytes()
    (folder / "ball_valve" / "0.png").write_bytes(b"no picture at all")
    (folder / "ball_valve" / "7.png").write_bytes(b"")
    (folder / "gear" / "1.png").write_bytes(whole[: len(whole) // 2])
    done = enrol(folder, memory)
    assert (done.added, done.objects) == (20, {"ball_valve": 18, "gear": 2})
    assert [failed.path for failed in done.failed] == [
        str(folder / "ball_valve" / "0.png"),
        str(folder / "ball_valve" / "7.png"),
        str(folder / "gear" / "1.png"),
    ]
    assert all(failed.path in failed.reason for failed in done.failed)


def test_bad_files_alone_add_nothing(tmp_path, memory):
    (tmp_path / "bad.jpg").write_bytes(b"")
    done = enrol_parts([PartPicture("gear", tmp_path / "bad.jpg")], memory, MeanEncoder(), LengthEncoder())
    assert (done.added, len(done.failed), done.objects) == (0, 1, {})
    assert memory.object_names() == []


def test_what_was_stopped_goes_on_where_it_stopped(folder, memory):
    with pytest.raises(KeyboardInterrupt):
        enrol(folder, memory, MeanEncoder(fails_at=1))
    assert memory.count() == 16
    images = MeanEncoder()
    done = enrol(folder, memory, images)
    assert (done.added, done.known, memory.count()) == (7, 16, 23)
    assert sum(images.batches) == 7


def test_progress_counts_files_up_to_the_total(folder, memory):
    seen = []
    enrol(folder, memory, progress=lambda *step: seen.append(step))
    assert seen == [(16, 23, "ball_valve"), (23, 23, "gear")]


def test_another_encoder_is_refused_before_anything_is_stored(folder, memory):
    enrol(folder / "gear" / "..", memory)
    with pytest.raises(ForeignEncoderError):
        enrol(folder, memory, MeanEncoder("others"))
    assert memory.count() == 23


def test_object_counts_include_what_was_there_before(folder, memory, tmp_path):
    enrol(folder, memory)
    draw(tmp_path / "new" / "gear" / "9.png", 900)
    done = enrol(tmp_path / "new", memory)
    assert (done.added, done.objects) == (1, {"gear": 4})
