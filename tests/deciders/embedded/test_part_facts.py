import numpy as np
import pytest

from echo_iad.deciders.embedded.part_facts import measure_part
from echo_iad.images.loading import load_picture
from echo_iad.samples import sample_parts

SIDE = 200
RED, GREEN, WHITE, BLACK = (200, 30, 30), (30, 140, 40), (250, 250, 250), (5, 5, 5)


def drawn(inside, part=RED, behind=WHITE):
    pixels = np.empty((SIDE, SIDE, 3), np.uint8)
    pixels[:] = behind
    pixels[inside] = part
    return pixels


def grid():
    return np.mgrid[0:SIDE, 0:SIDE].astype(float) - SIDE / 2


def disc(radius=60):
    y, x = grid()
    return x**2 + y**2 < radius**2


def bar(length=80, width=12, angle=0.5):
    y, x = grid()
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return (abs(along) < length) & (abs(across) < width)


def test_a_red_disc_on_white():
    facts = measure_part(drawn(disc()))
    assert facts.part.colors["red"] > 0.8
    assert facts.part.traits["round"] > 0.5 > 0 > facts.part.traits["angular"]
    assert facts.part.traits["long"] < 0
    assert facts.background is not None
    assert facts.background.colors["white"] > 0.9
    assert facts.background.traits["patterned"] < 0


@pytest.mark.parametrize("angle", [0.0, 0.4, 1.1])
def test_a_bar_is_long_at_any_angle(angle):
    traits = measure_part(drawn(bar(angle=angle))).part.traits
    assert traits["long"] > 0.5
    assert traits["round"] < 0


@pytest.mark.parametrize("angle", [0.0, 0.3])
def test_a_square_is_angular(angle):
    traits = measure_part(drawn(bar(50, 50, angle))).part.traits
    assert traits["angular"] > 0.3
    assert traits["round"] < 0
    assert traits["long"] < 0


def test_two_pieces_are_several():
    y, x = grid()
    two = (abs(y) < 30) & (abs(abs(x) - 50) < 25)
    assert measure_part(drawn(two)).part.traits["several"] > 0
    assert measure_part(drawn(disc())).part.traits["several"] < 0


def test_light_is_measured():
    assert measure_part(drawn(disc(), part=BLACK)).part.traits["dark"] > 0.5
    assert measure_part(drawn(disc(), part=GREEN)).part.traits["colorful"] > 0.5


def test_a_picture_without_a_background_is_all_part():
    noise = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)
    facts = measure_part(noise)
    assert facts.background is None
    assert facts.part.traits["rough"] > 0.5
    assert "round" not in facts.part.traits


def test_stripes_are_a_pattern():
    stripes = np.zeros((SIDE, SIDE), bool)
    stripes[:, (np.arange(SIDE) // 25) % 2 == 0] = True
    assert measure_part(drawn(stripes, GREEN, BLACK)).part.traits["patterned"] > 0


def test_tiny_pictures_are_measured():
    assert measure_part(np.full((2, 3, 3), 200, np.uint8)).part.colors


def test_sample_parts_look_as_they_were_drawn():
    good = sample_parts() / "printed_cap" / "train" / "good"
    cap = measure_part(load_picture(next(iter(sorted(good.iterdir())))).pixels)
    assert cap.part.traits["round"] > 0.5
    assert sum(share for name, share in cap.part.colors.items() if "blue" in name) > 0.5
    board = sample_parts() / "circuit_board" / "train" / "good"
    facts = measure_part(load_picture(next(iter(sorted(board.iterdir())))).pixels)
    assert facts.part.traits["angular"] > 0.5
