import numpy as np
import pytest

from echo_iad.deciders.embedded.frames import Frame
from echo_iad.deciders.embedded.place_fit import fit
from echo_iad.deciders.embedded.place_masks import place_mask
from echo_iad.deciders.embedded.places import parse_place

SHAPE = (60, 60)


def disc(row, column, radius=3):
    rows, columns = np.indices(SHAPE)
    blob = (np.hypot(rows - row, columns - column) <= radius).astype(float)
    return blob / blob.sum()


def picture():
    return Frame(np.ones(SHAPE))


def round_part():
    rows, columns = np.indices(SHAPE)
    return Frame((np.hypot(rows - 30, columns - 30) < 25).astype(float))


def upright_club():
    """A head at the top, a thin shaft below it, in the right half of the picture."""
    inside = np.zeros(SHAPE)
    inside[5:15, 35:55] = 1.0
    inside[15:55, 42:48] = 1.0
    return Frame(inside)


def best(texts, mass, part=None):
    frame = picture() if part is None else part
    scores = {text: fit(place_mask(parse_place(text), picture(), frame), mass) for text in texts}
    return max(scores, key=scores.get)


GRID = {
    "top left": (10, 10), "top center": (10, 30), "top right": (10, 50),
    "center left": (30, 10), "center": (30, 30), "center right": (30, 50),
    "bottom left": (50, 10), "bottom center": (50, 30), "bottom right": (50, 50),
}  # fmt: skip


@pytest.mark.parametrize("text", GRID)
def test_the_nine_places(text):
    assert best(GRID, disc(*GRID[text])) == text


@pytest.mark.parametrize("text", ["top", "bottom", "left", "right"])
def test_one_direction(text):
    places = {"top": (8, 30), "bottom": (52, 30), "left": (30, 8), "right": (30, 52)}
    assert best(places, disc(*places[text])) == text


def test_the_masks_are_densities():
    for text in ("top left", "at the rim", "throughout", "between the center and the rim", "in the background"):
        mask = place_mask(parse_place(text), picture(), round_part())
        assert mask.min() >= 0
        assert mask.sum() == pytest.approx(1.0)


def test_a_vague_place_loses_against_the_right_one_and_beats_the_wrong_one():
    mass = disc(10, 10)
    assert best(["on the surface", "top left"], mass) == "top left"
    assert best(["on the surface", "bottom right"], mass) == "on the surface"


def test_what_is_everywhere_is_throughout():
    assert best(["throughout", "center", "at the edge"], np.full(SHAPE, 1 / 3600)) == "throughout"


def test_rim_and_interior_of_a_round_part():
    assert best(["on the rim", "inside", "center"], disc(30, 53, 2), round_part()) == "on the rim"
    assert best(["on the rim", "inside"], disc(33, 36), round_part()) == "inside"


def test_the_side_of_the_rim():
    assert best(["left edge", "right edge", "top edge"], disc(30, 53, 2), round_part()) == "right edge"
    assert (
        best(["the rim at 3 o'clock", "the rim at 9 o'clock"], disc(30, 53, 2), round_part()) == "the rim at 3 o'clock"
    )


def test_the_parts_of_a_long_part():
    names = ["on the head", "on the neck", "at the tip"]
    assert best(names, disc(10, 45), upright_club()) == "on the head"
    assert best(names, disc(19, 45), upright_club()) == "on the neck"
    assert best(names, disc(53, 45, 1), upright_club()) == "at the tip"
    assert best(["on the head", "on the shaft", "at the tip"], disc(35, 45), upright_club()) == "on the shaft"


def test_a_place_of_a_piece_is_looked_for_in_the_piece():
    sides = ["left side of the head", "right side of the head"]
    assert best(sides, disc(10, 38, 1), upright_club()) == "left side of the head"
    assert best(sides, disc(10, 52, 1), upright_club()) == "right side of the head"
    assert best(
        ["top of the shaft", "bottom of the shaft", "middle of the shaft"], disc(45, 45, 1), upright_club()
    ) == ("bottom of the shaft")


def test_a_place_of_a_place():
    names = ["left half of the top left quadrant", "right half of the top left quadrant", "top right quadrant"]
    assert best(names, disc(12, 5, 2)) == names[0]
    assert best(names, disc(12, 18, 2)) == names[1]


def test_near_the_head_is_not_on_it():
    names = ["on the head", "near the head", "at the tip"]
    assert best(names, disc(8, 45, 2), upright_club()) == "on the head"
    assert best(names, disc(18, 45, 1), upright_club()) == "near the head"


def test_the_edge_of_an_opening_lies_within_the_outline():
    names = ["at the outer edge", "at the edge of the opening", "in the center of the opening"]
    assert best(names, disc(30, 54, 1), round_part()) == "at the outer edge"
    assert best(names, disc(30, 48, 1), round_part()) == "at the edge of the opening"
    assert best(names, disc(30, 30, 2), round_part()) == "in the center of the opening"


def test_the_picture_is_not_the_part():
    mass = disc(30, 45)
    assert (
        best(["right side of the image", "left side of the image"], mass, upright_club()) == "right side of the image"
    )


def test_a_corner_is_tighter_than_its_quadrant():
    assert best(["in a corner", "in the center"], disc(4, 4)) == "in a corner"
    assert best(["top left corner", "top right corner"], disc(4, 4)) == "top left corner"


def test_between_and_along():
    assert best(["between the center and the right edge", "at the right edge", "in the center"], disc(30, 43, 2)) == (
        "between the center and the right edge"
    )
    diagonal = np.eye(60)[::-1] / 60
    assert best(["from the bottom left to the top right", "from the top left to the bottom right"], diagonal) == (
        "from the bottom left to the top right"
    )


def test_both_ends_hold_more_than_one():
    mass = (disc(7, 45, 2) + disc(53, 45, 1)) / 2
    assert best(["at both ends", "at the tip", "in the middle"], mass, upright_club()) == "at both ends"


def test_off_the_centre():
    assert (
        best(["center", "slightly right of the center", "right edge"], disc(30, 38, 2))
        == "slightly right of the center"
    )


def test_outside_the_part():
    assert best(["on the part", "in the background"], disc(4, 4), round_part()) == "in the background"


def test_a_place_of_one_part_holds_for_each_of_several():
    inside = np.zeros(SHAPE)
    inside[4:28, 5:55] = inside[32:56, 5:55] = 1.0
    names = ["at the top of the piece", "at the bottom of the piece"]
    assert best(names, disc(35, 30, 1), Frame(inside)) == "at the top of the piece"
    assert best(["top", "bottom"], disc(35, 30, 1), Frame(inside)) == "bottom"
