"""Shapes of known length, colour and sharpness, drawn on a grained surface."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from echo_iad.comparison.close_up import close_up as close_up_of
from echo_iad.comparison.views import WholeView

SIDE = 320
GRID = 80
BROWN = (140, 100, 70)


def close_up(query, references, inside, foreground):
    return close_up_of(WholeView(query), [WholeView(one) for one in references], inside, foreground)


@pytest.fixture(scope="module")
def surface():
    grain = np.random.default_rng(3).normal(0, 4, (SIDE, SIDE, 1))
    return np.clip(np.array(BROWN) + grain, 0, 255).astype(np.uint8)


def region(x0=20, y0=20, x1=60, y1=60):
    inside = np.zeros((GRID, GRID), bool)
    inside[y0:y1, x0:x1] = True
    return inside


def drawn(surface, draw, blur=0.0):
    """The surface with a shape: ``draw(ImageDraw)`` paints white on black, which is then laid over in one colour."""
    shape = Image.new("L", (SIDE, SIDE))
    draw(ImageDraw.Draw(shape))
    opacity = np.asarray(shape.filter(ImageFilter.GaussianBlur(blur)), np.float32)[..., None] / 255

    def over(colour):
        return (surface + opacity * (np.array(colour) - surface)).astype(np.uint8)

    return over


def seen(surface, picture, inside=None, foreground=None):
    return close_up(picture, [surface], region() if inside is None else inside, foreground)


def test_a_bent_line_is_long_and_a_disk_is_round(surface):
    line = drawn(surface, lambda on: on.arc((90, 90, 230, 230), 0, 200, 255, 5))((20, 20, 20))
    disk = drawn(surface, lambda on: on.ellipse((130, 130, 190, 190), 255))((20, 20, 20))
    assert seen(surface, line).length_over_width > 5
    assert seen(surface, disk).length_over_width < 1.5
    assert seen(surface, line).raggedness > 2 * seen(surface, disk).raggedness


@pytest.mark.parametrize(("colour", "sign"), [((30, 25, 20), -1), ((230, 220, 210), 1)])
def test_lightness_is_against_the_surroundings(surface, colour, sign):
    disk = drawn(surface, lambda on: on.ellipse((130, 130, 190, 190), 255))(colour)
    assert sign * seen(surface, disk).lightness > 20


def test_another_colour_is_a_shift_and_foreign_and_another_light_is_not(surface):
    shape = drawn(surface, lambda on: on.ellipse((120, 120, 200, 200), 255))
    green, dark = seen(surface, shape((60, 130, 60))), seen(surface, shape((98, 70, 49)))
    assert green.colour_shift > 25
    assert green.foreignness > 20
    assert dark.colour_shift < 10


def test_a_soft_border_is_less_sharp(surface):
    sharp, soft = (
        seen(surface, drawn(surface, lambda on: on.ellipse((120, 120, 200, 200), 255), blur)((20, 20, 20)))
        for blur in (0.0, 12.0)
    )
    assert sharp.sharpness > 3 * soft.sharpness


def test_separate_patches_are_counted(surface):
    def dots(on):
        for x, y in ((110, 110), (200, 120), (150, 210)):
            on.ellipse((x - 15, y - 15, x + 15, y + 15), 255)

    assert seen(surface, drawn(surface, dots)((10, 10, 10))).patches == 3


def test_only_what_differs_is_measured_in_a_wide_region(surface):
    dot = drawn(surface, lambda on: on.ellipse((135, 135, 185, 185), 255))((10, 10, 10))
    found = seen(surface, dot)
    assert found.area_fraction == pytest.approx(np.pi * 25**2 / SIDE**2, rel=0.4)
    assert found.area_fraction < 0.15 * region().mean()


def test_grain_makes_rough_and_its_loss_smooth(surface):
    grain = np.random.default_rng(4).normal(0, 25, (SIDE, SIDE, 1))
    disk = drawn(surface, lambda on: on.ellipse((100, 100, 220, 220), 255))
    assert seen(surface, np.clip(disk(BROWN) + grain * (disk((0, 0, 0)) < 40), 0, 255).astype(np.uint8)).roughness > 0.3
    assert seen(surface, disk(BROWN)).roughness < -0.2


def test_a_region_at_the_outline_is_told_from_one_inside(surface):
    foreground = np.zeros((GRID, GRID), np.float32)
    foreground[:, :40] = 1.0
    at_edge, inside = region(34, 30, 46, 42), region(10, 30, 22, 42)
    assert close_up(surface, [surface], at_edge, foreground).at_outline > 0.15
    assert close_up(surface, [surface], inside, foreground).at_outline == 0.0
    assert close_up(surface, [surface], at_edge, None).at_outline == 0.0


@pytest.mark.parametrize("size", [(320, 320), (200, 500), (500, 120)])
@pytest.mark.parametrize("box", [(0, 0, 1, 1), (79, 79, 80, 80), (0, 0, 80, 80), (0, 40, 80, 41)])
def test_any_region_of_any_picture_has_finite_measures(size, box):
    height, width = size
    picture = np.random.default_rng(5).integers(0, 255, (height, width, 3), dtype=np.uint8)
    measured = close_up(picture, [picture[::-1].copy()], region(*box), None)
    assert all(np.isfinite(value) for value in vars(measured).values())
    assert measured.length_over_width >= 1
    assert measured.patches >= 1


def test_a_part_that_lies_a_little_aside_does_not_differ(surface):
    shape = drawn(surface, lambda on: on.rectangle((130, 60, 190, 260), 255))((20, 20, 20))
    moved = np.roll(shape, 10, axis=1)
    marked = moved.copy()
    marked[150:170, 150:170] = 240
    found = close_up(marked, [shape], region(), None)
    assert found.lightest > 75
    assert found.area_fraction < 3 * 20**2 / SIDE**2
