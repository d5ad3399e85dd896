import numpy as np
import pytest
from PIL import Image

from echo_iad.domain.parts import Picture
from echo_iad.encoders import onnx
from echo_iad.encoders.cards import BLOCKS_FILE, HEAD_FILE, TEXT_FILE, TOKENIZER_FILE, asset_root, read_card, whole_file
from echo_iad.encoders.onnx import IMAGE_FOLDER, STRIDES, TEXT_FOLDER, EdgeImageEncoder, EdgeTextEncoder, squeeze
from echo_iad.errors import MissingModelError

CHANNELS = {2: 24, 4: 40, 7: 80, 10: 112}


@pytest.fixture(scope="module")
def image_encoder():
    return EdgeImageEncoder()


@pytest.fixture(scope="module")
def text_encoder():
    return EdgeTextEncoder()


def picture(pixels):
    return Picture(pixels, pixels.shape[1], pixels.shape[0], "drawn", "0" * 64)


def drawn(seed, height=320, width=320):
    return picture(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


def test_the_shipped_files_are_what_their_cards_say_and_stay_small():
    files = {IMAGE_FOLDER: [BLOCKS_FILE, HEAD_FILE], TEXT_FOLDER: [TEXT_FILE, TOKENIZER_FILE]}
    sizes = []
    for folder, names in files.items():
        card = read_card(asset_root() / folder)
        assert sorted(card.files) == sorted(names)
        sizes += [whole_file(asset_root() / folder, name, card).stat().st_size for name in names]
        assert card.licence == "Apache-2.0"
        assert "Apache License" in (asset_root() / folder / "LICENSE").read_text(encoding="utf-8")
    assert sum(sizes) < 45e6
    assert max(sizes) < 25e6


def test_the_shipped_files_stayed_faithful_when_they_were_exported():
    image = read_card(asset_root() / IMAGE_FOLDER).fidelity
    assert image["vector_max_abs_diff"] < 1e-4
    assert image["blocks_max_abs_diff_to_float32_graph"] == 0
    assert image["vector_cosine_with_float32_least"] > 0.995
    assert read_card(asset_root() / TEXT_FOLDER).fidelity["cosine_with_float32_least"] > 0.998


@pytest.mark.parametrize(("side", "blocks"), [(320, (4, 10)), (224, (2, 4, 7, 10)), (256, (7,))])
def test_levels_are_the_blocks_asked_for(side, blocks):
    encoder = EdgeImageEncoder(side=side, blocks=blocks)
    levels = encoder.encode_images([drawn(1)])[0].levels
    assert [level.shape for level in levels] == [(side // STRIDES[b], side // STRIDES[b], CHANNELS[b]) for b in blocks]


def test_pixels_that_are_ready_are_taken_in_any_shape(image_encoder):
    pixels = np.random.default_rng(4).integers(0, 256, (2, 256, 384, 3), dtype=np.uint8)
    first, second = image_encoder.encode_pixels(pixels)
    assert [level.shape for level in first.levels] == [(32, 48, 40), (16, 24, 112)]
    (alone,) = image_encoder.encode_pixels(pixels[1:])
    np.testing.assert_allclose(alone.levels[1], second.levels[1], atol=1e-5)


def test_the_vector_is_the_same_whatever_levels_are_asked_for(image_encoder):
    wanted = image_encoder.encode_images([drawn(3)])[0].vector
    for blocks in ((), (4,), (2, 7)):
        encoding = EdgeImageEncoder(blocks=blocks).encode_images([drawn(3)])[0]
        assert encoding.vector.tobytes() == wanted.tobytes()
        assert len(encoding.levels) == len(blocks)


def test_another_preparation_is_another_encoder():
    ids = {EdgeImageEncoder(side=side, blocks=blocks).id for side in (224, 320) for blocks in ((4,), (4, 10))}
    assert len(ids) == 4
    assert len({identity.weights_sha256 for identity in ids}) == 1


@pytest.mark.parametrize("side", [0, -32, 300])
def test_a_side_that_the_strides_do_not_divide_is_refused(side):
    with pytest.raises(ValueError, match=f"multiple of 32. Got {side}"):
        EdgeImageEncoder(side=side)


@pytest.mark.parametrize("blocks", [(3,), (10, 4), (4, 4)])
def test_blocks_that_are_not_there_or_out_of_order_are_refused(blocks):
    with pytest.raises(ValueError, match="ascending and of"):
        EdgeImageEncoder(blocks=blocks)


def test_patches_stand_where_they_are_in_the_picture(image_encoder):
    plain = np.full((640, 640, 3), 120, np.uint8)
    marked = plain.copy()
    marked[480:520, 120:160] = (250, 20, 20)
    plain_levels, marked_levels = (
        encoding.levels for encoding in image_encoder.encode_images([picture(plain), picture(marked)])
    )
    for one, other in zip(plain_levels, marked_levels, strict=True):
        change = np.linalg.norm(one - other, axis=2)
        row, column = np.unravel_index(change.argmax(), change.shape)
        assert (row + 0.5) / change.shape[0] == pytest.approx(500 / 640, abs=0.06)
        assert (column + 0.5) / change.shape[1] == pytest.approx(140 / 640, abs=0.06)


def test_a_picture_is_the_same_in_every_batch(image_encoder):
    pictures = [drawn(seed) for seed in range(11)]
    whole = image_encoder.encode_images(pictures)
    for place in (0, 7, 8, 10):
        alone = image_encoder.encode_images([pictures[place]])[0]
        np.testing.assert_allclose(alone.vector, whole[place].vector, atol=1e-5)


def test_the_same_picture_gives_the_same_bytes(image_encoder):
    again = EdgeImageEncoder().encode_images([drawn(5)])[0]
    first = image_encoder.encode_images([drawn(5)])[0]
    assert first.vector.tobytes() == again.vector.tobytes()
    assert first.levels[1].tobytes() == again.levels[1].tobytes()


def test_a_small_change_of_a_picture_moves_its_vector_little(image_encoder):
    page = Image.effect_mandelbrot((400, 400), (-2.0, -1.5, 1.0, 1.5), 60).convert("RGB")
    base = np.asarray(page)
    brighter = np.asarray(page.point(lambda value: min(255, value + 6)))
    one, near, far = (e.vector for e in image_encoder.encode_images([picture(base), picture(brighter), drawn(2)]))
    assert one @ near > 0.97
    assert one @ far < 0.8


def test_squeezing_is_antialiased():
    stripes = np.zeros((1280, 1280, 3), np.uint8)
    stripes[:, ::2] = 255
    small = squeeze(stripes, 320)
    assert small.shape == (320, 320, 3)
    assert np.ptp(small[:, 2:-2].astype(int)) <= 4


def test_squeezing_leaves_a_picture_of_the_right_size_alone():
    pixels = drawn(3, 64, 64).pixels
    assert squeeze(pixels, 64) is pixels


def test_texts_of_like_meaning_are_near(text_encoder):
    one, near, far = text_encoder.encode_texts(
        [
            "The surface has a long scratch.",
            "There is a scrape across the surface.",
            "Invoices are paid in thirty days.",
        ]
    )
    assert one @ near > 0.6
    assert one @ far < 0.2


def test_a_text_is_cut_at_256_tokens(text_encoder):
    words = ["worn"] * 254
    whole, longer, changed = text_encoder.encode_texts(
        [" ".join(words), " ".join([*words, "broken"]), " ".join(["broken", *words])]
    )
    np.testing.assert_allclose(whole, longer, atol=1e-6)
    assert np.abs(whole - changed).max() > 1e-4


def test_texts_keep_their_order_in_batches_of_unlike_length(text_encoder):
    texts = [f"part {number} " + "has a hole " * (number * 7 % 11) for number in range(70)]
    whole = text_encoder.encode_texts(texts)
    for place in (0, 1, 33, 69):
        np.testing.assert_allclose(text_encoder.encode_texts([texts[place]])[0], whole[place], atol=1e-5)


def test_a_damaged_file_is_named_with_its_cure(tmp_path, monkeypatch):
    folder = tmp_path / IMAGE_FOLDER
    folder.mkdir()
    source = asset_root() / IMAGE_FOLDER
    (folder / "card.json").write_bytes((source / "card.json").read_bytes())
    (folder / BLOCKS_FILE).write_bytes((source / BLOCKS_FILE).read_bytes())
    (folder / HEAD_FILE).write_bytes((source / HEAD_FILE).read_bytes()[:-1])
    monkeypatch.setattr(onnx, "asset_root", lambda: tmp_path)
    monkeypatch.setattr("echo_iad.encoders.cards.asset_root", lambda: tmp_path)
    with pytest.raises(
        MissingModelError, match=r"head.onnx of encoder 'EfficientNet-Lite0' is damaged.*force-reinstall"
    ):
        EdgeImageEncoder()
