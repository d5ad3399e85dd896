import numpy as np
import pytest

from echo_iad.deciders.embedded.frames import Frame, frames, reduced
from echo_iad.domain.evidence import AnomalyMap


def test_reducing_keeps_the_mean_of_each_block_and_the_aspect():
    values = np.arange(200 * 100, dtype=np.float32).reshape(200, 100)
    small = reduced(values, side=50)
    assert small.shape == (50, 25)
    assert small[0, 0] == pytest.approx(values[:4, :4].mean())
    assert small[-1, -1] == pytest.approx(values[-4:, -4:].mean())


def test_reducing_takes_sizes_that_do_not_divide():
    small = reduced(np.ones((101, 37), np.float32), side=10)
    assert small.shape == (9, 3)
    np.testing.assert_allclose(small, 1.0)


def club():
    """A part along the image's diagonal axis: thick at the left, thin at the right."""
    inside = np.zeros((40, 80))
    inside[10:30, 5:20] = 1.0
    inside[17:23, 20:75] = 1.0
    return Frame(inside)


def test_coordinates_follow_the_part():
    frame = club()
    assert frame.box == (5, 10, 75, 30)
    assert frame.x[0, 5] == pytest.approx(0.5 / 70)
    assert frame.y[29, 0] == pytest.approx(19.5 / 20)


def test_depth_grows_from_the_outline():
    frame = Frame(np.ones((21, 21)))
    assert frame.depth[10, 10] == 1.0
    assert frame.depth[0, 10] < 0.1


def test_a_hole_in_the_part_does_not_make_an_outline():
    inside = np.ones((21, 21))
    inside[9:12, 9:12] = 0.0
    assert Frame(inside).depth[10, 10] == 1.0


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_the_wider_end_is_the_head_at_any_angle(turn):
    frame = Frame(np.rot90(club().inside, turn))
    head = np.zeros((40, 80))
    head[20, 6] = 1.0
    tip = np.zeros((40, 80))
    tip[20, 73] = 1.0
    assert frame.has_ends
    assert frame.head_along[np.rot90(head, turn) > 0][0] < 0.1
    assert frame.head_along[np.rot90(tip, turn) > 0][0] > 0.9


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_the_head_ends_where_the_part_narrows(turn):
    assert Frame(np.rot90(club().inside, turn)).head_end == pytest.approx(15 / 70, abs=0.05)


def test_without_a_step_the_head_has_a_usual_length():
    inside = np.zeros((40, 80))
    inside[15:25, 5:75] = 1.0
    assert Frame(inside).head_end == 0.2


def test_a_round_part_has_no_ends():
    rows, columns = np.indices((41, 41))
    assert not Frame((np.hypot(rows - 20, columns - 20) < 18).astype(float)).has_ends


def test_a_part_that_fills_the_picture_is_the_picture():
    values = np.zeros((30, 30), np.float32)
    picture, part = frames(AnomalyMap(values, 1.0, 0.8, np.ones_like(values)))
    assert part is picture
    picture, part = frames(AnomalyMap(values, 1.0, 0.8, np.zeros_like(values)))
    assert part is picture


def test_a_foreground_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="shape"):
        frames(AnomalyMap(np.zeros((30, 30), np.float32), 1.0, 0.8, np.ones((10, 30), np.float32)))


def test_cells_need_not_be_square():
    rows, columns = np.indices((60, 60))
    squeezed = (np.hypot(rows - 30, 1.5 * (columns - 30)) < 25).astype(float)
    values = np.zeros((60, 60), np.float32)
    map_of = lambda aspect: AnomalyMap(values, 1.0, 0.8, squeezed.astype(np.float32), aspect=aspect)  # noqa: E731
    assert frames(map_of(None))[1].has_ends
    assert not frames(map_of(1.5))[1].has_ends


def test_several_parts_are_told_from_one_with_crumbs():
    inside = np.zeros((40, 80))
    inside[5:35, 5:35] = inside[5:35, 45:75] = 1.0
    assert [piece.box for piece in Frame(inside).pieces] == [(5, 5, 35, 35), (45, 5, 75, 35)]
    inside[5:35, 45:75] = 0.0
    inside[5:9, 45:49] = 1.0
    assert Frame(inside).pieces == ()


def test_one_cell_is_as_long_as_wide():
    inside = np.zeros((10, 10))
    inside[4, 4] = 1.0
    assert Frame(inside).axis == (1.0, 0.0, 1.0)
    assert not Frame(inside).has_ends
