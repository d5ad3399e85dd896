"""Where is cropped, how large it is shown, and that both crops show the same place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.domain.evidence import Region
from echo_iad.domain.messages import PicturePart
from echo_iad.domain.parts import Picture
from echo_iad.domain.questions import Question
from echo_iad.prompts.crops import LEAST_SIDE, around, closeups


def region(*box):
    return Region(box, 0.01, "centre", 1.0, 1.0, "")


def dotted(width, height, *, dot, side=None):
    """A black picture with a white rectangle, seen whole or decoded smaller."""
    pixels = np.zeros((height, width, 3), np.uint8)
    x0, y0, x1, y1 = dot
    pixels[y0:y1, x0:x1] = 255
    step = 1 if side is None else width // side
    return Picture(pixels[::step, ::step], width, height, "new.jpg", "ab" * 32)


def reference(width, height, *, dot):
    return PicturePart(dotted(width, height, dot=dot).pixels, "reference 1", "good.jpg")


def difference(one, other):
    """Mean difference of two pictures of one size, in grey levels."""
    return np.abs(one.pixels.astype(float) - other.pixels).mean()


def middle_of(part):
    """Where the white of a crop lies, as shares of its sides."""
    ys, xs = np.nonzero(part.pixels[:, :, 0] > 127)
    height, width = part.pixels.shape[:2]
    return round((xs.min() + xs.max() + 1) / 2 / width, 1), round((ys.min() + ys.max() + 1) / 2 / height, 1)


@given(st.integers(1, 4000), st.integers(1, 4000), st.data(), st.integers(28, 1024), st.booleans())
def test_a_crop_holds_its_region_and_lies_inside_the_picture(width, height, data, max_side, with_reference):
    x0, y0 = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    x1, y1 = data.draw(st.integers(x0 + 1, width)), data.draw(st.integers(y0 + 1, height))
    place = around((x0, y0, x1, y1), width, height)
    assert 0 <= place.left < place.right <= 1 + 1e-9
    assert 0 <= place.top < place.bottom <= 1 + 1e-9
    assert place.left * width <= x0 + 1e-6
    assert place.right * width >= x1 - 1e-6
    assert place.top * height <= y0 + 1e-6
    assert place.bottom * height >= y1 - 1e-6
    small = Picture(np.zeros((7, 9, 3), np.uint8), width, height, "new.jpg", "")
    other = PicturePart(np.zeros((5, 3, 3), np.uint8), "reference 1") if with_reference else None
    for closeup in closeups(small, other, [region(x0, y0, x1, y1)], max_side):
        assert max(closeup.of_query.pixels.shape) <= max_side
        assert (closeup.of_reference is None) == (other is None)


def test_both_crops_show_the_same_place_whatever_the_size_of_the_pictures():
    query = dotted(800, 400, dot=(600, 100, 640, 140), side=400)
    good = reference(200, 100, dot=(150, 25, 160, 35))
    (closeup,) = closeups(query, good, [region(600, 100, 640, 140)], 1024)
    assert middle_of(closeup.of_query) == middle_of(closeup.of_reference) == (0.5, 0.5)
    assert closeup.of_query.pixels.shape == closeup.of_reference.pixels.shape == (LEAST_SIDE, LEAST_SIDE, 3)
    assert (closeup.of_query.label, closeup.of_reference.label) == ("crop 1", "crop 1 of reference 1")
    assert (closeup.of_query.path, closeup.of_reference.path) == ("new.jpg", "good.jpg")


def test_at_the_edge_the_crop_is_moved_inside_and_not_cut():
    (closeup,) = closeups(dotted(400, 400, dot=(380, 0, 400, 20)), None, [region(380, 0, 400, 20)], 1024)
    assert closeup.of_query.pixels.shape == (LEAST_SIDE, LEAST_SIDE, 3)
    x, y = middle_of(closeup.of_query)
    assert (x, y) == (0.8, 0.2)


def test_a_crop_is_cut_from_the_picture_as_it_was_read_not_from_what_is_shown():
    stripes = np.zeros((800, 800, 3), np.uint8)
    stripes[:, ::2] = 255
    query = Picture(stripes, 800, 800, "new.jpg", "")
    (closeup,) = closeups(query, None, [region(300, 300, 400, 400)], 200)
    assert closeup.of_query.pixels.shape == (200, 200, 3)
    (whole,) = closeups(query, None, [region(300, 300, 400, 400)], 1024)
    assert whole.of_query.pixels.shape == (LEAST_SIDE, LEAST_SIDE, 3)
    assert whole.of_query.pixels.std() > 20


def test_a_region_all_over_the_part_is_not_shown_again():
    assert closeups(dotted(100, 100, dot=(0, 0, 9, 9)), None, [region(5, 5, 95, 95)], 1024) == ()


def test_a_later_region_keeps_its_number():
    regions = [region(0, 0, 100, 100), region(40, 40, 50, 50)]
    (closeup,) = closeups(dotted(100, 100, dot=(0, 0, 9, 9)), None, regions, 1024)
    assert (closeup.number, closeup.of_query.label) == (2, "crop 2")


@pytest.mark.parametrize("crops", [0, 1, 3])
def test_a_drawn_part_is_shown_enlarged_where_it_is_broken(sent, crops):
    question = Question("Is there any defect?", {"A": "Yes.", "B": "No."})
    _, messages = sent("edge", question, crops=crops)
    labels = [part.label for part in messages[1].pictures]
    shown = [label for label in labels if label.startswith("crop")]
    assert shown == ["crop 1", "crop 1 of reference 1"][: 2 * crops]
    if crops:
        own, good = messages[1].pictures[-2:]
        assert min(own.pixels.shape[:2]) >= LEAST_SIDE
        assert own.pixels.shape == good.pixels.shape
        reference, query = messages[1].pictures[:2]
        assert difference(own, good) > difference(query, reference)
