import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from echo_iad.comparison.regions import MOST_REGIONS, find_regions, position_words
from echo_iad.domain.evidence import AnomalyMap

SIDE = 40


def drawn(*blobs, threshold=4.0, extent=2.0, foreground=None, value=8.0):
    """Map of 0.5 with ``value`` in each box of x0, y0, x1, y1 cells."""
    values = np.full((SIDE, SIDE), 0.5, np.float32)
    for x0, y0, x1, y1 in blobs:
        values[y0:y1, x0:x1] = value
    return AnomalyMap(values, threshold, extent, foreground)


def regions(anomaly_map, width=400, height=200):
    return [patch.region for patch in find_regions(anomaly_map, width, height)]


def disc(radius, centre=(20, 20), side=SIDE):
    rows, columns = np.mgrid[0:side, 0:side] + 0.5
    return np.hypot(rows - centre[0], columns - centre[1]) <= radius


class TestBox:
    def test_in_pixels_of_the_upright_image(self):
        (region,) = regions(drawn((20, 10, 30, 20)))
        assert region.box == (200, 50, 300, 100)
        assert region.area_fraction == pytest.approx(100 / 1600)
        assert region.score == 8.0

    def test_of_a_picture_with_fewer_pixels_than_the_map_has_cells(self):
        for column in range(SIDE):
            (region,) = regions(drawn((column, 5, column + 1, 6)), width=13, height=7)
            x0, y0, x1, y1 = region.box
            assert 0 <= x0 <= column * 13 / SIDE < x1 <= 13
            assert 0 <= y0 <= 5 * 7 / SIDE < y1 <= 7

    @given(
        hnp.arrays(np.float32, (12, 16), elements=st.floats(-3, 9, width=32)),
        st.floats(0.5, 8),
        st.floats(0.1, 1),
        st.integers(1, 500),
        st.integers(1, 500),
    )
    def test_every_region_keeps_the_promises(self, values, threshold, share, width, height):
        anomaly_map = AnomalyMap(values, threshold, share * threshold)
        found = find_regions(anomaly_map, width, height)
        assert 1 <= len(found) <= MOST_REGIONS
        scores = [patch.region.score for patch in found]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] == values.max()
        for patch in found:
            x0, y0, x1, y1 = patch.region.box
            assert 0 <= x0 < x1 <= width
            assert 0 <= y0 < y1 <= height
            assert patch.region.score >= min(np.float32(threshold), values.max())
            assert patch.region.area_fraction == pytest.approx(patch.inside.mean())
            assert patch.region.elongation >= 1
            assert patch.region.position


class TestHysteresis:
    def test_a_region_reaches_down_to_the_extent(self):
        anomaly_map = drawn((10, 10, 20, 20), value=3.0)
        anomaly_map.values[14, 14] = 5.0
        (region,) = regions(anomaly_map, 40, 40)
        assert (region.box, region.score) == ((10, 10, 20, 20), 5.0)

    def test_what_never_passes_the_threshold_is_no_region(self):
        anomaly_map = drawn((2, 2, 6, 6))
        anomaly_map.values[20:30, 20:30] = 3.9
        assert [region.box for region in regions(anomaly_map, 40, 40)] == [(2, 2, 6, 6)]

    def test_places_that_touch_are_one_region_and_others_are_not(self):
        boxes = [region.box for region in regions(drawn((2, 2, 6, 6), (6, 4, 9, 9), (20, 20, 22, 22)), 40, 40)]
        assert sorted(boxes) == [(2, 2, 9, 9), (20, 20, 22, 22)]

    def test_minor_regions_beside_a_strong_one_are_left_out(self):
        anomaly_map = drawn((2, 2, 6, 6), value=30.0)
        anomaly_map.values[20:24, 20:24] = 5.0
        anomaly_map.values[30:34, 30:34] = 12.0
        assert [region.score for region in regions(anomaly_map)] == [30.0, 12.0]

    def test_the_highest_come_first_and_not_too_many(self):
        anomaly_map = drawn()
        for number in range(12):
            anomaly_map.values[3 * number + 1, 5] = 10.0 + number
        assert [region.score for region in regions(anomaly_map)] == [21.0 - rank for rank in range(MOST_REGIONS)]

    def test_an_anomalous_part_always_has_a_region(self):
        """The score may pass a threshold that no place of the smoothed map reaches."""
        (region,) = regions(drawn((5, 5, 8, 8), threshold=9.0, extent=9.0), 40, 40)
        assert region.box == (5, 5, 8, 8)


class TestShape:
    def test_a_line_is_long_and_a_disc_is_round(self):
        line, diagonal, round_one = drawn((4, 20, 36, 22)), drawn(), drawn()
        diagonal.values[np.arange(5, 35), np.arange(5, 35)] = 8.0
        diagonal.values[np.arange(5, 35), np.arange(6, 36)] = 8.0
        round_one.values[disc(8)] = 8.0
        assert regions(line, 40, 40)[0].elongation > 5
        assert regions(diagonal, 40, 40)[0].elongation > 5
        assert regions(round_one, 40, 40)[0].elongation == pytest.approx(1, abs=0.1)

    def test_lengths_are_measured_in_pixels(self):
        square_on_the_map = drawn((10, 10, 20, 20))
        assert regions(square_on_the_map, 400, 100)[0].elongation == pytest.approx(4, rel=0.15)

    def test_one_cell_is_round(self):
        assert regions(drawn((3, 3, 4, 4)))[0].elongation == 1.0


class TestPosition:
    @pytest.mark.parametrize(
        ("x", "y", "words"),
        [
            (0.1, 0.1, "upper left"),
            (0.5, 0.1, "top"),
            (0.9, 0.1, "upper right"),
            (0.1, 0.5, "left"),
            (0.5, 0.5, "centre"),
            (0.9, 0.5, "right"),
            (0.1, 0.9, "lower left"),
            (0.5, 0.9, "bottom"),
            (0.9, 0.9, "lower right"),
            (0.0, 1.0, "lower left"),
            (-0.1, 1.2, "lower left"),
        ],
    )
    def test_nine_fields(self, x, y, words):
        assert position_words(x, y) == words

    def test_of_a_region_whatever_the_shape_of_the_picture(self):
        for width, height in [(900, 300), (300, 900)]:
            assert regions(drawn((32, 2, 38, 8)), width, height)[0].position == "upper right"

    def test_more_than_half_is_all_over(self):
        assert regions(drawn((0, 0, 40, 21)))[0].position == "all over"
        assert regions(drawn((0, 0, 40, 19)))[0].position == "top"

    def test_the_weight_of_a_region_is_where_it_is_strongest(self):
        anomaly_map = drawn((2, 18, 38, 22), value=2.5)
        anomaly_map.values[18:22, 34:38] = 9.0
        assert regions(anomaly_map)[0].position == "right"


class TestOnThePart:
    """The part is a disc in the left half of the picture."""

    def where(self, x, y):
        foreground = disc(9, centre=(20, 10)).astype(np.float32)
        (region,) = regions(drawn((x - 1, y - 1, x + 1, y + 1), foreground=foreground))
        return region.part_position

    def test_words(self):
        assert self.where(10, 20) == "in the middle of the part"
        assert self.where(10, 12) == "at the top edge of the part"
        assert self.where(15, 20) == "on the right of the part"
        assert self.where(30, 20) == "beside the part"

    def test_unknown_outline(self):
        assert regions(drawn((3, 3, 6, 6)))[0].part_position == ""
