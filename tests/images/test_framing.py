import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from echo_iad.domain.parts import Frame, Framing
from echo_iad.images.framing import choose_framing, cut, find_pose, frame_part, laid_like, put_back, take_in
from echo_iad.images.outline import find_part

BACKGROUND = (190, 190, 185)
HEAD, SHAFT = (90, 20, 20), (20, 30, 90)


def bolt(angle=0.0, *, centre=(200, 150), size=(400, 300), shaft=SHAFT, scale=1.0):
    """Picture of a part with a wide head and a thin shaft, at an angle in degrees, counter-clockwise."""
    drawing = Image.new("RGB", (600, 600), BACKGROUND)
    pen = ImageDraw.Draw(drawing)
    long, wide = 110 * scale, 32 * scale
    pen.rectangle((300 - long, 300 - wide, 300 - 0.5 * long, 300 + wide), fill=HEAD)
    pen.rectangle((300 - 0.5 * long, 300 - 0.35 * wide, 300 + long, 300 + 0.35 * wide), fill=shaft)
    turned = drawing.rotate(angle, Image.Resampling.BILINEAR, fillcolor=BACKGROUND)
    left, top = 300 - centre[0], 300 - centre[1]
    return np.asarray(turned.crop((left, top, left + size[0], top + size[1])))


def disc(centre=(200, 150), radius=60):
    image = Image.new("RGB", (400, 300), BACKGROUND)
    x, y = centre
    ImageDraw.Draw(image).ellipse((x - radius, y - radius, x + radius, y + radius), fill=HEAD)
    return np.asarray(image)


def long_framing():
    """Of an object whose parts are such bolts."""
    return choose_framing([find_pose(bolt(one)) for one in (0, 50, 130)], side=320)


def cut_out(pixels, framing):
    return cut(pixels, frame_part(pixels, framing))


@pytest.mark.parametrize("angle", [0, 30, 90, 145, 180, 215, 300])
def test_a_long_part_looks_the_same_at_any_angle_and_place(angle):
    framing = long_framing()
    assert framing.turned
    upright = cut_out(bolt(0), framing).astype(int)
    turned = cut_out(bolt(angle, centre=(180, 140)), framing).astype(int)
    assert turned.shape == (framing.rows, framing.columns, 3)
    assert np.abs(upright - turned).mean() < 7
    assert np.abs(upright - turned[::-1, ::-1]).mean() > 15  # the head is not at the other end


def test_the_scale_is_the_same_in_both_directions_whatever_the_size_of_the_part():
    framing = choose_framing([find_pose(bolt(one)) for one in (0, 50)], side=320)
    small, large = cut_out(bolt(20, scale=0.8), framing), cut_out(bolt(70, scale=1.25), framing)
    assert np.abs(small.astype(int) - large).mean() < 10
    frame = frame_part(bolt(33), framing)
    assert np.hypot(*frame.right) / framing.columns == pytest.approx(np.hypot(*frame.down) / framing.rows)
    assert np.dot(frame.right, frame.down) == pytest.approx(0, abs=1e-6)


def test_a_round_part_is_cropped_and_not_turned():
    framing = choose_framing([find_pose(disc((150 + 10 * one, 140))) for one in range(5)], side=320)
    assert (framing.rows, framing.columns, framing.turned) == (320, 320, False)
    frame = frame_part(disc((170, 130)), framing)
    assert frame.centre == pytest.approx((170, 130), abs=2)
    assert frame.right == pytest.approx((60 * 1.12, 0), abs=3)


@pytest.mark.parametrize(
    "pixels",
    [
        np.random.default_rng(0).integers(0, 255, (200, 200, 3)).astype(np.uint8),
        np.full((100, 100, 3), 128, np.uint8),
        bolt(0, centre=(60, 150)),
        np.maximum(disc((100, 150), 40), 0) // 2 + disc((300, 150), 40) // 2,
        np.zeros((1, 1, 3), np.uint8),
    ],
    ids=["texture", "empty", "cut off by the border", "two parts", "a pixel"],
)
def test_no_pose_without_one_whole_part(pixels):
    assert find_pose(pixels) is None


def test_an_object_is_framed_only_when_nearly_all_normals_can_be():
    pose = find_pose(disc())
    assert choose_framing([pose] * 95 + [None] * 5, side=320) is not None
    assert choose_framing([pose] * 94 + [None] * 6, side=320) is None
    assert choose_framing([], side=320) is None


@pytest.mark.parametrize("scale", [1, 4])
def test_shapes_are_whole_steps_and_no_larger_than_a_square(scale):
    poses = [find_pose(bolt(0, scale=0.9)), find_pose(bolt(5))] * scale
    framing = choose_framing(poses, side=256)
    assert framing.rows % 32 == framing.columns % 32 == 0
    assert framing.rows * framing.columns <= 256 * 256
    assert framing.columns > framing.rows


def test_without_an_outline_the_frame_spans_the_picture():
    pixels = np.random.default_rng(0).integers(0, 255, (120, 200, 3)).astype(np.uint8)
    frame = frame_part(pixels, Framing(rows=160, columns=320, turned=True, scale=0.01, middle=(0, 0)))
    assert not frame.is_found
    small = np.asarray(Image.fromarray(pixels).resize((320, 160), Image.Resampling.BILINEAR)).astype(int)
    assert np.abs(cut(pixels, frame) - small).mean() < 12


def test_a_frame_fits_the_same_picture_in_another_size():
    pixels = bolt(40)
    framing = long_framing()
    frame = frame_part(pixels, framing)
    half = np.asarray(Image.fromarray(pixels).reduce(2))
    assert np.abs(cut(pixels, frame).astype(int) - cut(half, frame)).mean() < 4


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 359), st.integers(1, 6), st.integers(1, 14))
def test_what_is_marked_in_the_frame_comes_back_to_its_place(angle, row, column):
    pixels = bolt(angle)
    frame = frame_part(pixels, long_framing())
    values = np.zeros((8, 16), np.float32)
    values[row, column] = 1
    back = put_back(values, frame, 160)
    ys, xs = np.nonzero(back > 0.5)
    across, down = (column + 0.5) / 8 - 1, (row + 0.5) / 4 - 1
    wanted = np.array(frame.centre) + across * np.array(frame.right) + down * np.array(frame.down)
    inside = (wanted > 0).all() and (wanted < np.array([400, 300])).all()
    if inside and len(xs) > 4:
        found = np.array([(xs.mean() + 0.5) * 400 / 160, (ys.mean() + 0.5) * 300 / 160])
        assert np.abs(found - wanted).max() < 4


def test_around_the_frame_values_are_the_lowest():
    frame = Frame(
        Framing(160, 160, turned=False, scale=0.01, middle=(0, 0)),
        centre=(50, 50),
        right=(10, 0),
        down=(0, 10),
        size=(100, 100),
    )
    back = put_back(np.linspace(2, 3, 16, dtype=np.float32).reshape(4, 4), frame, 50)
    assert back[0, 0] == 2
    assert back[25, 29] > 2.4


def test_what_was_put_back_is_taken_in_again():
    frame = frame_part(bolt(25), long_framing())
    values = np.zeros((10, 20), np.float32)
    values[3:6, 8:14] = 1
    again = take_in(put_back(values, frame, 160), frame, 10, 20)
    assert again.shape == (10, 20)
    assert again[4, 9:13].min() > 0.9
    assert again[[0, 9]].max() < 0.1


@pytest.mark.parametrize("turned", [0, 60, 200])
def test_a_reference_is_laid_as_the_query_lies(turned):
    framing = long_framing()
    query, reference = bolt(turned, centre=(190, 140)), bolt(110)
    like = laid_like(reference, frame_part(reference, framing), frame_part(query, framing), width=400, height=300)
    assert like.shape == query.shape
    assert np.abs(query.astype(int) - like).mean() < 4


def test_a_frame_carries_the_part_that_it_was_found_by():
    framing = long_framing()
    pixels = bolt(25)
    assert np.array_equal(frame_part(pixels, framing).part, find_part(pixels))
    assert frame_part(np.full((240, 320, 3), 128, np.uint8), framing).part is None
