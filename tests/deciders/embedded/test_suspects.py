import numpy as np
import pytest

from echo_iad.deciders.embedded.place_fit import fit, fit_of_suspects
from echo_iad.deciders.embedded.suspects import only, suspects
from echo_iad.domain.evidence import AnomalyMap

SHAPE = (60, 60)


def spot(row, column, radius=3.0):
    rows, columns = np.indices(SHAPE)
    return (np.hypot(rows - row, columns - column) <= radius).astype(np.float32)


def of(values, threshold=1.0, foreground=None):
    return suspects(AnomalyMap(values.astype(np.float32), threshold, threshold, foreground))


def test_what_lies_above_the_threshold_is_one_suspect():
    found = of(2.0 * spot(10, 10) + 1.5 * spot(50, 50))
    assert len(found) == 1
    assert found[0].weight == pytest.approx(1.0)
    assert found[0].mass[10, 10] > 0 < found[0].mass[50, 50]


def test_below_it_each_piece_stands_for_itself():
    found = of(0.9 * spot(10, 10) + 0.7 * spot(50, 50))
    assert len(found) == 2
    assert found[0].weight > found[1].weight
    assert sum(each.weight for each in found) == pytest.approx(1.0)
    assert all(each.mass.sum() == pytest.approx(1.0) for each in found)


def test_what_lies_beside_the_part_counts_less():
    values = 0.9 * spot(10, 10) + 0.9 * spot(40, 40)
    part = (np.indices(SHAPE)[0] > 25).astype(np.float32)
    found = of(values, foreground=part)
    best = max(found, key=lambda each: each.weight)
    assert best.mass[40, 40] > 0
    assert best.weight > 0.9


def test_a_part_that_rises_as_a_whole_is_no_suspect():
    part = (np.indices(SHAPE)[0] > 25).astype(np.float32)
    found = of(0.5 * part + 0.2 * spot(40, 40), foreground=part)
    best = max(found, key=lambda each: each.weight)
    assert (best.mass > 0).sum() < 2 * spot(40, 40).sum()


def test_a_flat_map_has_a_suspect():
    assert len(of(np.ones(SHAPE))) == 1


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="finite"):
        of(np.full(SHAPE, np.nan))


def test_one_of_several_suspects_is_enough_for_a_place():
    found = of(0.9 * spot(10, 10) + 0.8 * spot(50, 50))
    place = spot(50, 50, 8).astype(float)
    place /= place.sum()
    both = sum(each.weight * fit(place, each.mass) for each in found)
    assert fit_of_suspects(place, found) > both + 1.0


def test_what_is_said_to_be_all_over_must_reach_far():
    everywhere = np.full(SHAPE, 1.0 / 3600)
    small, far = only(spot(30, 30).astype(float)), only(np.ones(SHAPE))
    assert fit_of_suspects(everywhere, small, all_over=True) < -1.0
    assert fit_of_suspects(everywhere, far, all_over=True) == pytest.approx(0.0, abs=1e-6)
