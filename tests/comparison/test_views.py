import numpy as np
import pytest

from echo_iad.comparison.views import LaidView, WholeView
from echo_iad.domain.parts import Frame, Framing

FRAMING = Framing(8, 8, turned=True, scale=0.01, middle=(0.25, 0.0))


@pytest.fixture(scope="module")
def ramp():
    """(120, 160, 3) uint8 that grows to the right in red and downwards in green."""
    pixels = np.zeros((120, 160, 3), np.uint8)
    pixels[:, :, 0] = np.arange(160)[None, :]
    pixels[:, :, 1] = np.arange(120)[:, None]
    return pixels


def test_a_piece_of_a_picture_as_it_is(ramp):
    piece = WholeView(ramp).piece((0.25, 0.5, 0.75, 1.0), 40, 30).astype(float)
    assert piece.shape == (30, 40, 3)
    assert piece[0, 0] == pytest.approx([40.5, 60.5, 0], abs=1)
    assert piece[-1, -1] == pytest.approx([118.5, 118.5, 0], abs=1)


def test_a_grid_has_pieces_too():
    grid = np.zeros((20, 20), np.uint8)
    grid[10:, 10:] = 255
    assert (WholeView(grid).piece((0.5, 0.5, 1.0, 1.0), 8, 8) == 255).all()


@pytest.mark.parametrize("size", [(20, 15), (40, 30), (160, 120)])
def test_a_picture_laid_as_itself_has_the_same_pieces(ramp, size):
    frame = Frame(FRAMING, centre=(80, 60), right=(40, 0), down=(0, 40), size=(160, 120))
    box = (0.25, 0.25, 0.75, 0.75)
    laid, whole = LaidView(ramp, frame, frame).piece(box, *size), WholeView(ramp).piece(box, *size)
    assert laid.shape == whole.shape
    assert np.abs(laid.astype(int) - whole).max() <= 3


def test_a_picture_turned_as_another_lies(ramp):
    frame = Frame(FRAMING, centre=(80, 60), right=(40, 0), down=(0, 40), size=(160, 120))
    other = Frame(FRAMING, centre=(60, 80), right=(0, 40), down=(-40, 0), size=(120, 160))  # upright, turned right
    laid = LaidView(ramp, frame, other).piece((0.0, 0.0, 1.0, 1.0), 120, 160)
    assert np.abs(laid.astype(int) - np.rot90(ramp, -1)).max() <= 2
