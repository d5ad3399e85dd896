"""Where a mask lies, and where it clearly does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.deciders.embedded.places import parse_place
from echo_iad.evaluation.making.mask_places import GRIDS, Grid, place_of

NINTHS, QUARTERS, ROWS, COLUMNS = GRIDS


def box(top, left, height=6, width=6, side=90):
    mask = np.zeros((side, side), bool)
    mask[top : top + height, left : left + width] = True
    return mask


@pytest.mark.parametrize(
    ("mask", "grid", "place"),
    [
        (box(3, 3), NINTHS, "In the upper left"),
        (box(3, 42), NINTHS, "In the upper centre"),
        (box(42, 80), NINTHS, "In the centre right"),
        (box(42, 42), NINTHS, "In the very centre"),
        (box(80, 3), QUARTERS, "In the lower left quarter"),
        (box(80, 0, 6, 90), ROWS, "In the lower third"),
        (box(0, 70, 90, 6), COLUMNS, "In the right third"),
    ],
)
def test_a_place_has_its_plain_name(mask, grid, place):
    assert place_of(mask, grid).place == place


def test_two_regions_in_two_fields_have_no_place():
    found = place_of(box(3, 3) | box(80, 80), NINTHS)
    assert found.place is None
    assert not {"In the upper left", "In the lower right"} & found.clearly_not


def test_most_of_the_region_decides():
    assert place_of(box(3, 3, 10, 10) | box(80, 80, 3, 3), NINTHS).place == "In the upper left"


def test_a_neighbour_across_a_near_border_is_not_clearly_wrong():
    at_the_border = place_of(box(10, 23), NINTHS)
    assert at_the_border.place == "In the upper left"
    assert "In the upper centre" not in at_the_border.clearly_not
    assert "In the lower right" in at_the_border.clearly_not


def test_a_picture_need_not_be_square():
    mask = np.zeros((30, 300), bool)
    mask[25:, 250:] = True
    assert place_of(mask, NINTHS).place == "In the lower right"


@given(st.integers(0, 80), st.integers(0, 80), st.sampled_from(GRIDS))
def test_the_true_place_is_never_called_wrong(top, left, grid):
    found = place_of(box(top, left), grid)
    assert found.place not in found.clearly_not


@given(st.integers(0, 84), st.integers(0, 84))
def test_a_mirrored_defect_lies_on_the_other_side(top, left):
    def side(mask):
        return place_of(mask, COLUMNS).place

    swapped = {"In the left third": "In the right third", "In the right third": "In the left third"}
    mask = box(top, left)
    assert side(mask[:, ::-1]) == swapped.get(side(mask), side(mask))


@pytest.mark.parametrize("place", [place for grid in GRIDS for place in grid.places])
def test_echo_understands_every_place(place):
    parsed = parse_place(place)
    assert parsed is not None
    assert parsed.is_known


def test_an_empty_mask_has_no_place():
    with pytest.raises(ValueError, match="at least one pixel"):
        place_of(np.zeros((4, 4), bool), NINTHS)


def test_a_grid_names_each_of_its_fields():
    with pytest.raises(ValueError, match="as many names"):
        Grid(rows=2, columns=2, places=("a", "b", "c", "c"))
