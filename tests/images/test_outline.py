import numpy as np
import pytest
from PIL import Image, ImageDraw

from echo_iad.images.outline import find_outline

SIDE = 80
SIZE = (320, 240)
PART = (90, 50, 250, 190)


def photo(draw, *, background=(200, 200, 195), noise=4.0, seed=0):
    """Picture of 320 x 240 pixels with what ``draw`` draws and the noise of a camera."""
    image = Image.new("RGB", SIZE, background)
    draw(ImageDraw.Draw(image))
    grain = np.random.default_rng(seed).normal(0, noise, (SIZE[1], SIZE[0], 3))
    return np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)


def truth(draw):
    image = Image.new("L", SIZE, 0)
    draw(ImageDraw.Draw(image))
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX)) > 127


def overlap(found, true):
    return (found & true).sum() / (found | true).sum()


@pytest.mark.parametrize(
    ("part", "background"),
    [((60, 50, 40), (200, 200, 195)), ((210, 210, 215), (30, 32, 30)), ((180, 40, 40), (40, 150, 60))],
)
def test_a_part_on_a_plain_background(part, background):
    pixels = photo(lambda pen: pen.ellipse(PART, fill=part), background=background)
    found = find_outline(pixels, SIDE)
    assert found.shape == (SIDE, SIDE)
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.max() <= 1
    assert overlap(found > 0.5, truth(lambda pen: pen.ellipse(PART, fill=255))) > 0.9


def test_a_hole_is_on_the_part_and_a_speck_is_not():
    def draw(pen):
        pen.ellipse(PART, fill=(60, 50, 40))
        pen.ellipse((150, 100, 190, 140), fill=(200, 200, 195))
        pen.ellipse((20, 20, 23, 23), fill=(0, 0, 0))

    found = find_outline(photo(draw), SIDE) > 0.5
    assert overlap(found, truth(lambda pen: pen.ellipse(PART, fill=255))) > 0.9
    assert not found[: SIDE // 8].any()


def test_a_part_that_reaches_over_one_side_of_the_picture():
    pixels = photo(lambda pen: pen.rectangle((120, 80, 330, 160), fill=(40, 40, 60)))
    found = find_outline(pixels, SIDE) > 0.5
    assert overlap(found, truth(lambda pen: pen.rectangle((120, 80, 330, 160), fill=255))) > 0.85


def test_texture_has_no_outline():
    rng = np.random.default_rng(1)
    coarse = rng.integers(40, 220, (30, 40, 3)).astype(np.uint8)
    assert find_outline(np.asarray(Image.fromarray(coarse).resize(SIZE)), SIDE) is None
    assert find_outline(rng.integers(0, 255, (240, 320, 3)).astype(np.uint8), SIDE) is None


def test_an_even_picture_has_no_outline():
    assert find_outline(np.full((50, 70, 3), 128, np.uint8), SIDE) is None
    assert find_outline(photo(lambda pen: None), SIDE) is None


def test_a_part_that_fills_the_picture_has_no_outline():
    assert find_outline(photo(lambda pen: pen.rectangle((4, 4, 316, 236), fill=(40, 40, 60))), SIDE) is None


def test_the_smallest_picture():
    assert find_outline(np.zeros((1, 1, 3), np.uint8), SIDE) is None
