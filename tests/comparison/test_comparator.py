import numpy as np
import pytest

from echo_iad.comparison.comparator import MAP_SIDE, ReferencePicture, Tolerance, with_looks
from echo_iad.comparison.comparator import compare as compare_alone
from echo_iad.domain.parts import Frame, Framing, ImageEncoding, Picture
from echo_iad.errors import ToleranceError

FIVE_PERCENT = Tolerance(0.05)


def picture_of(seed=0, *, dark=None):
    """Picture of 300 x 200 pixels; ``dark`` = cells of a 10 x 10 grid, row and column, that are painted dark."""
    grain = np.random.default_rng(seed).normal(0, 6, (200, 300, 3))
    pixels = np.clip(150 + grain, 0, 255).astype(np.uint8)
    if dark is not None:
        row, column = dark
        pixels[20 * row : 20 * row + 40, 30 * column : 30 * column + 60] //= 3
    return Picture(pixels, 300, 200, "drawn", "0" * 64)


def compare(picture, encoding, normality, references, tolerance):
    """A comparison with the looks of its regions."""
    shown = [ReferencePicture(pixels, None) for pixels in references]
    return with_looks(compare_alone(picture, encoding, normality, tolerance), picture, encoding.frame, shown)


def seen(levels, frame=None):
    """An encoding of which only the levels count."""
    return ImageEncoding(np.ones(1, np.float32), tuple(levels), frame)


@pytest.fixture(scope="module")
def good(levels_of, normality_of):
    return compare(picture_of(), seen(levels_of(500)), normality_of(25), [picture_of(9).pixels], FIVE_PERCENT)


@pytest.fixture(scope="module")
def bad(levels_of, normality_of):
    levels = seen(levels_of(501, strange=(1, 7)))
    return compare(picture_of(dark=(1, 7)), levels, normality_of(25), [picture_of(9).pixels], FIVE_PERCENT)


def test_a_defect_is_found_where_it_is_and_said_in_words(bad):
    assert bad.is_anomalous
    region = bad.regions[0]
    assert region.position == "upper right"
    x0, y0, x1, y1 = region.box
    assert 0 <= x0 <= 225 <= x1 <= 300
    assert 0 <= y0 <= 40 <= y1 <= 200
    assert "darker" in region.change.words


def test_a_good_part_within_the_tolerance_is_left_in_silence(good):
    assert not good.is_anomalous
    assert good.regions == ()
    assert good.score <= good.threshold


def test_numbers_agree(good, bad):
    for found in (good, bad):
        assert found.margin == pytest.approx(found.score / found.threshold - 1)
        assert found.is_anomalous == (found.margin > 0) == (found.p_value <= found.false_alarm_rate)
        assert (found.normals, found.certified, found.false_alarm_rate) == (25, True, 0.05)
    assert good.p_value > bad.p_value == pytest.approx(1 / 26)


def test_the_map_spans_the_picture_on_the_scale_of_the_threshold(good, bad):
    for found in (good, bad):
        anomaly_map = found.anomaly_map
        assert anomaly_map.values.shape == (MAP_SIDE, MAP_SIDE)
        assert anomaly_map.aspect == pytest.approx(1.5)
        assert anomaly_map.values.dtype == np.float32
        assert anomaly_map.threshold == found.threshold
        assert 0 < anomaly_map.extent <= anomaly_map.threshold
    assert good.anomaly_map.values.max() < bad.anomaly_map.values.max()
    assert bad.anomaly_map.values.max() == pytest.approx(bad.score, rel=0.5)
    row, column = np.unravel_index(bad.anomaly_map.values.argmax(), (MAP_SIDE, MAP_SIDE))
    assert 0.1 <= row / MAP_SIDE <= 0.3
    assert 0.7 <= column / MAP_SIDE <= 0.9


def test_without_references_regions_have_no_change(levels_of, normality_of, bad):
    found = compare(picture_of(dark=(1, 7)), seen(levels_of(501, strange=(1, 7))), normality_of(25), [], FIVE_PERCENT)
    assert [region.change for region in found.regions] == [None] * len(bad.regions)
    assert [region.box for region in found.regions] == [region.box for region in bad.regions]


def test_a_threshold_set_by_hand(levels_of, normality_of, bad):
    levels, normality = seen(levels_of(501, strange=(1, 7))), normality_of(25)
    above, below = (
        compare(picture_of(), levels, normality, [], Tolerance(0.05, bad.score * factor)) for factor in (1.01, 0.99)
    )
    assert (above.is_anomalous, below.is_anomalous) == (False, True)
    assert above.threshold == above.anomaly_map.threshold == bad.score * 1.01
    assert below.regions
    assert not above.certified
    assert "by hand" in above.certified_reason
    assert above.p_value == bad.p_value


def test_a_hand_set_threshold_far_below_every_score_still_names_regions(levels_of, normality_of):
    found = compare(picture_of(), seen(levels_of(500)), normality_of(25), [], Tolerance(0.05, 0.001))
    assert found.is_anomalous
    assert found.anomaly_map.extent <= 0.001
    assert found.regions


def test_few_normals_are_not_certified(levels_of, normality_of):
    found = compare(picture_of(), seen(levels_of(501, strange=(1, 7))), normality_of(3), [], FIVE_PERCENT)
    assert (found.is_anomalous, found.certified, found.normals) == (True, False, 3)
    assert "19 are needed" in found.certified_reason


@pytest.mark.parametrize("rate", [0, 1, -1, 2, float("nan")])
def test_a_rate_that_is_none(rate):
    with pytest.raises(ToleranceError, match=r"between 0 and 1, e.g. 0.05. Got"):
        Tolerance(rate)


@pytest.mark.parametrize("threshold", [0, -3.0, float("inf"), float("nan")])
def test_a_threshold_that_is_none(threshold):
    with pytest.raises(ToleranceError, match="above 0. Got"):
        Tolerance(0.05, threshold)


def test_a_cut_part_is_shown_where_it_lies(levels_of, normality_of):
    frame = Frame(
        Framing(160, 160, turned=True, scale=0.01, middle=(0.25, 0.0)),
        centre=(75, 100),
        right=(0, 60),
        down=(-60, 0),
        size=(300, 200),
    )
    levels = levels_of(501, strange=(1, 7))  # at the upper right of the frame, whose right side is down in the picture
    found = compare(picture_of(), seen(levels, frame), normality_of(25), [], FIVE_PERCENT)
    whole = compare(picture_of(), seen(levels), normality_of(25), [], FIVE_PERCENT)
    assert (found.score, found.p_value) == (whole.score, whole.p_value)
    row, column = np.unravel_index(found.anomaly_map.values.argmax(), (MAP_SIDE, MAP_SIDE))
    assert column * 300 / MAP_SIDE == pytest.approx(75 + 60 * 0.65, abs=12)
    assert row * 200 / MAP_SIDE == pytest.approx(100 + 60 * 0.55, abs=12)
    assert found.anomaly_map.values[:, MAP_SIDE // 2 :].max() == found.anomaly_map.values.min()
