import pytest

from echo_iad.deciders.embedded.place_words import Kind
from echo_iad.deciders.embedded.places import parse_place
from echo_iad.deciders.embedded.spots import Spot


def spots(text):
    """Kind, across and down of each spot of each stretch."""
    place = parse_place(text)
    return [[(str(spot.kind), spot.across, spot.down) for spot in stretch.spots] for stretch in place.stretches]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Top right.", ("grid", 1, -1)),
        ("the upper-left area", ("grid", -1, -1)),
        ("Center", ("grid", 0, 0)),
        ("center left part", ("grid", -1, 0)),
        ("In the top left corner of the image", ("corner", -1, -1)),
        ("lower right quadrant", ("corner", 1, 1)),
        ("at the edge", ("edge", None, None)),
        ("near the top edge", ("edge", None, -1)),
        ("in the middle of the left edge", ("edge", -1, 0)),
        ("along the left side", ("side", -1, None)),
        ("bottom half", ("half", None, 1)),
        ("upper third", ("third", None, -1)),
        ("throughout the object", ("whole", None, None)),
        ("all over the surface", ("whole", None, None)),
        ("on the surface", ("surface", None, None)),
        ("inside the opening", ("inside", None, None)),
        ("in the background", ("outside", None, None)),
        ("at both ends", ("end", None, None)),
        ("at the left end", ("end", -1, None)),
        ("on the pointed end", ("tip", None, None)),
        ("at the broad end", ("head", None, None)),
        ("on the neck", ("neck", None, None)),
        ("on the shaft", ("shaft", None, None)),
        ("off-centre", ("off_center", None, None)),
        ("in the north-east", ("grid", 1, -1)),
        ("on the lid", ("grid", None, -1)),
        ("on the base", ("grid", None, 1)),
        ("on the spring", ("named", None, None)),
        ("on the connector", ("fringe", None, None)),
        ("on the left pins", ("grid", -1, None)),
        ("near the printed serial number", ("imprint", None, None)),
        ("on the underside", ("hidden", None, None)),
        ("around the edge of the opening", ("inner_edge", None, None)),
        ("inside the threaded hole", ("inside", None, None)),
        ("away from the center", ("off_center", None, None)),
        ("away from the edges", ("inside", None, None)),
        ("on the lighter half", ("named", None, None)),
        ("at the center right of the darker half", ("grid", 1, 0)),
        ("in the red core", ("named", None, None)),
        ("in the core", ("grid", 0, 0)),
        ("running vertically through the middle", ("grid", 0, None)),
        ("along the horizontal centerline", ("grid", None, 0)),
        ("halfway down", ("grid", 0, 0)),
        ("top center, slightly to the left", ("grid", 0, -1)),
        ("towards the center right", ("grid", 1, 0)),
    ],
)
def test_one_spot(text, expected):
    assert spots(text) == [[expected]]


@pytest.mark.parametrize(
    "text", ["slightly to the right of the centre", "center, slightly to the right", "just right of the middle"]
)
def test_a_little_off_the_centre(text):
    assert parse_place(text).stretches[0].spots == (Spot(Kind.GRID, 1, 0, offset=True),)


def test_clock_directions():
    assert parse_place("at 2 o'clock").stretches[0].spots[0].angle == 60.0
    assert parse_place("on the rim at twelve o'clock").stretches[0].spots == (Spot(Kind.EDGE, angle=0.0),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("top left and bottom right", [[("grid", -1, -1)], [("grid", 1, 1)]]),
        ("top, middle and bottom", [[("grid", None, -1)], [("grid", 0, 0)], [("grid", None, 1)]]),
        ("the top and left edges", [[("edge", None, -1)], [("edge", -1, None)]]),
        ("on the left and right sides", [[("side", -1, None)], [("side", 1, None)]]),
        ("at the bottom and to the left", [[("grid", -1, 1)]]),
        ("One crack is in the center, another is at the top left", [[("grid", 0, 0)], [("grid", -1, -1)]]),
    ],
)
def test_several_places(text, expected):
    assert spots(text) == expected


def test_a_comma_narrows():
    assert spots("bottom row, right piece") == [[("grid", None, 1), ("grid", 1, None)]]


def test_between_and_from_to():
    between = parse_place("between the center and the rim").stretches[0]
    assert [str(spot.kind) for spot in between.between] == ["grid", "edge"]
    assert not between.ends_included
    whole = parse_place("from the top left corner to the bottom right corner").stretches[0]
    assert whole.ends_included
    assert [str(spot.kind) for spot in whole.between] == ["corner", "corner"]


def test_one_direction_to_another_is_a_band():
    band = parse_place("Bottom left to center right.").stretches[0].between
    assert [(spot.across, spot.down) for spot in band] == [(-1, 1), (1, 0)]
    reaching = parse_place("At the top left, extending to the center").stretches[0].between
    assert [(spot.across, spot.down) for spot in reaching] == [(-1, -1), (0, 0)]
    assert parse_place("next to the left edge").stretches[0].between is None


@pytest.mark.parametrize(
    ("text", "inner", "outer"),
    [
        ("the left corner of the upper half", (Kind.CORNER, -1, None), (Kind.HALF, None, -1)),
        ("at the bottom right of the head", (Kind.GRID, 1, 1), (Kind.HEAD, None, None)),
        ("the upper half of the rim", (Kind.HALF, None, -1), (Kind.EDGE, None, None)),
        ("in the middle of the shaft", (Kind.GRID, 0, 0), (Kind.SHAFT, None, None)),
    ],
)
def test_a_place_of_a_place(text, inner, outer):
    spot = parse_place(text).stretches[0].spots[0]
    assert (spot.kind, spot.across, spot.down) == inner
    assert (spot.within.kind, spot.within.across, spot.within.down) == outer


@pytest.mark.parametrize("text", ["left side of the part", "slightly right of the center", "middle of the left edge"])
def test_what_something_is_of_need_not_hold_it(text):
    assert parse_place(text).stretches[0].spots[0].within is None


@pytest.mark.parametrize(
    "text", ["on the shaft near the head", "on the shaft, next to the head", "shaft beneath the head"]
)
def test_what_is_near_a_piece_is_beside_it(text):
    first, second = parse_place(text).stretches[0].spots
    assert (first.kind, first.near) == (Kind.SHAFT, False)
    assert (second.kind, second.near) == (Kind.HEAD, True)


def test_near_an_edge_is_at_the_edge():
    assert not parse_place("near the edge").stretches[0].spots[0].near


@pytest.mark.parametrize(
    ("text", "spreads"),
    [
        ("throughout the part", True),
        ("along the entire length of the shaft", True),
        ("around the whole rim", True),
        ("across the center", False),
        ("along the rim", False),
        ("on the head", False),
    ],
)
def test_what_is_all_over_a_place_is_told_from_what_is_somewhere_in_it(text, spreads):
    assert parse_place(text).spreads is spreads


def test_what_is_excluded_is_not_read():
    assert spots("on the surface but not on the left edge") == [[("surface", None, None)]]


def test_the_picture_is_told_from_the_part():
    assert parse_place("at the center of the image").of_picture
    assert not parse_place("at the center of the part").of_picture


@pytest.mark.parametrize("text", ["it is", "There is no defect.", "?", ""])
def test_no_place(text):
    assert parse_place(text) is None


def test_a_part_without_a_known_place_is_not_known():
    assert not parse_place("on the spring").is_known
    assert not parse_place("near the solder point").is_known
