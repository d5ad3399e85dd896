import math
from dataclasses import replace

import numpy as np
import pytest

from echo_iad.deciders.defect_probability import probability_anomalous
from echo_iad.deciders.embedded.seen import see


def test_half_at_the_threshold_and_rising(make):
    margins = [-0.5, -0.2, -0.05, 0.0, 0.05, 0.2, 1.0]
    chances = [probability_anomalous(make.comparison(margin)) for margin in margins]
    assert chances == sorted(chances)
    assert chances[3] == 0.5
    assert chances[0] == pytest.approx(1 / (1 + 2**3))  # half the threshold, log-odds 3 log(1/2)
    assert chances[4] > 0.75
    assert chances[-1] > 0.99


@pytest.mark.parametrize(("margin", "anomalous"), [(0.1, False), (-0.1, True)])
def test_the_probability_never_contradicts_the_verdict(make, margin, anomalous):
    assert probability_anomalous(make.comparison(margin, anomalous=anomalous)) == 0.5


@pytest.mark.parametrize("field", ["score", "p_value", "threshold"])
def test_a_number_that_is_none_is_refused(make, field):
    with pytest.raises(ValueError, match=field):
        see(make.comparison(**{field: math.nan}))


def test_a_map_with_holes_is_refused(make):
    anomaly_map = make.map()
    anomaly_map.values[0, 0] = np.nan
    with pytest.raises(ValueError, match="map"):
        see(make.comparison(anomaly_map=anomaly_map))


def test_the_mass_lies_where_the_map_is_above_its_threshold(make):
    seen = see(make.comparison())
    assert seen.mass.sum() == pytest.approx(1.0)
    rows, columns = np.nonzero(seen.mass)
    assert not seen.faint
    assert columns.max() < 0.35 * seen.mass.shape[1]
    assert rows.max() < 0.35 * seen.mass.shape[0]


def test_without_anything_above_the_threshold_the_highest_part_counts(make):
    anomaly_map = make.map(threshold=2.0)
    seen = see(make.comparison(-0.2, anomaly_map=anomaly_map))
    assert seen.faint
    assert seen.mass.sum() == pytest.approx(1.0)
    flat = see(make.comparison(-0.2, anomaly_map=make.map(box=None)))
    assert flat.mass.sum() == pytest.approx(1.0)


def test_attributes_follow_the_regions(make):
    long = make.region(elongation=6.0, area=0.001, change=make.change(brightness=-30.0, hue=0.0, texture=0.4))
    seen = see(make.comparison(regions=(long,)))
    assert seen.attributes["elongated"] > 0.5
    assert seen.attributes["large"] < -0.5
    assert seen.attributes["dark"] > 0.5
    assert seen.attributes["recolored"] < 0
    assert seen.attributes["rough"] > 0.5
    round_ones = tuple(make.region(elongation=1.0, area=0.1, change=make.change(hue=30.0)) for _ in range(3))
    seen = see(make.comparison(regions=round_ones))
    assert seen.attributes["elongated"] < -0.3
    assert seen.attributes["large"] > 0.5
    assert seen.attributes["many"] > 0.5
    assert seen.attributes["recolored"] > 0.5


def test_without_regions_nothing_is_claimed(make):
    assert see(make.comparison(-0.3)).attributes == {}


def test_without_a_reference_picture_no_change_is_claimed(make):
    assert not {"dark", "recolored", "rough"} & set(see(make.comparison()).attributes)


def test_the_suspect_of_a_part_that_is_not_anomalous_is_described(make):
    suspect = make.region(elongation=6.0, change=make.change(brightness=-30.0))
    seen = see(replace(make.comparison(-0.3), suspect=suspect))
    assert seen.main is suspect
    assert seen.attributes["elongated"] > 0.5


def test_what_lies_beside_the_part_tells_nothing_of_it_unless_it_alone_was_found(make):
    beside, on_part = make.region(area=0.1, part="beside the part"), make.region(area=0.01)
    assert see(make.comparison(regions=(beside, on_part))).main is on_part
    assert see(make.comparison(regions=(beside,))).main is beside
    assert see(replace(make.comparison(-0.3), suspect=beside)).main is None
