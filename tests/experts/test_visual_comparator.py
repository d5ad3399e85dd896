import numpy as np
import pytest

import echo_iad.experts.visual_comparator as module
from echo_iad.comparison.comparator import Tolerance
from echo_iad.comparison.features import patch_features
from echo_iad.comparison.normality import fit_normality
from echo_iad.experts.visual_comparator import VisualComparator
from echo_iad.memory.store import Memory
from echo_iad.settings import load_profile

SETTINGS = load_profile("edge").comparison
TOLERANCE = Tolerance(0.05)


@pytest.fixture
def comparator(memory):
    return VisualComparator(memory, SETTINGS, seed=0)


@pytest.fixture
def fits(monkeypatch):
    """Number of normals of each time that something was learned anew."""
    counts = []

    def counted(normals, **choices):
        counts.append(len(normals))
        return fit_normality(normals, **choices)

    monkeypatch.setattr(module, "fit_normality", counted)
    return counts


def same(one, other):
    left, right = one.to_arrays(), other.to_arrays()
    return all(np.array_equal(left[name], right[name]) for name in left)


def test_a_defect_and_a_good_part(comparator, picture, memory, encoding_of):
    pictures = [memory.preview(memory.ids("gear")[0])]
    good = comparator.compare(picture, encoding_of("gear", 50), "gear", pictures, TOLERANCE)
    bad = comparator.compare(picture, encoding_of("gear", 51, strange=True), "gear", pictures, TOLERANCE)
    assert (good.is_anomalous, bad.is_anomalous) == (False, True)
    assert (bad.normals, bad.certified) == (12, False)
    assert bad.regions[0].change is not None


def test_another_object_is_an_anomaly_of_this_one(comparator, picture, encoding_of):
    other = comparator.compare(picture, encoding_of("valve", 50), "gear", [], TOLERANCE)
    assert other.is_anomalous
    assert [region.change for region in other.regions] == [None] * len(other.regions)


def test_without_normals_there_is_no_comparison(comparator, picture, encoding_of):
    assert comparator.learn("bracket") is None
    assert comparator.compare(picture, encoding_of("gear", 1), "bracket", [], TOLERANCE) is None


def test_it_learns_from_the_stored_features_alone(comparator, memory):
    stored = [patch_features(memory.levels(number)) for number in memory.ids("gear")]
    assert same(comparator.learn("gear"), fit_normality(stored, megabytes=SETTINGS.bank_megabytes, seed=0))


def test_it_learns_once_for_a_state(comparator, memory, fits):
    first = comparator.learn("gear")
    assert comparator.learn("gear") is first
    again = VisualComparator(memory, SETTINGS, seed=0).learn("gear")
    assert same(again, first)
    assert fits == [12]


def test_it_learns_anew_when_normals_come_or_go(comparator, memory, normal_of, fits):
    comparator.learn("gear")
    comparator.learn("valve")
    (number,) = memory.add([normal_of("gear", 12)])
    assert len(comparator.learn("gear").scores) == 13
    memory.remove([number, memory.ids("gear")[0]])
    assert len(comparator.learn("gear").scores) == 11
    comparator.learn("valve")
    assert fits == [12, 3, 13, 11]


def test_other_settings_learn_anew(memory, fits):
    smaller = SETTINGS.model_copy(update={"bank_megabytes": 0.001})
    for settings, seed in [(SETTINGS, 0), (smaller, 0), (smaller, 1), (smaller, 1)]:
        VisualComparator(memory, settings, seed).learn("gear")
    assert fits == [12, 12, 12]


def test_a_damaged_cache_is_made_again(comparator, memory, fits):
    comparator.learn("gear")
    (cache,) = (memory.folder / "cache").iterdir()
    cache.write_bytes(cache.read_bytes()[:-100])
    assert same(VisualComparator(memory, SETTINGS, seed=0).learn("gear"), comparator.learn("gear"))
    assert fits == [12, 12]


def test_a_memory_that_may_not_be_written_serves(memory, picture, encoding_of):
    memory.close()
    with Memory.open(memory.folder, read_only=True) as reading:
        comparator = VisualComparator(reading, SETTINGS, seed=0)
        assert comparator.compare(picture, encoding_of("gear", 51, strange=True), "gear", [], TOLERANCE)


def test_only_so_many_objects_are_held(comparator, memory, normal_of, monkeypatch, fits):
    monkeypatch.setattr(module, "_KEPT_OBJECTS", 1)
    for name in ("gear", "valve", "gear", "valve"):
        comparator.learn(name)
    assert fits == [12, 3]  # what was let go comes back from its cache


def test_the_suspect_of_a_good_part_is_looked_at_when_that_is_asked_for(comparator, picture, memory, encoding_of):
    pictures = [memory.preview(memory.ids("gear")[0])]
    encoding = encoding_of("gear", 50)
    plain = comparator.compare(picture, encoding, "gear", pictures, TOLERANCE, looks=False)
    looked = comparator.compare(picture, encoding, "gear", pictures, TOLERANCE)
    assert not plain.is_anomalous
    assert plain.suspect.change is None
    assert looked.suspect.change.close_up is not None
    assert looked.suspect.box == plain.suspect.box
    bad = comparator.compare(picture, encoding_of("gear", 51, strange=True), "gear", pictures, TOLERANCE, looks=False)
    assert all(region.change is not None for region in bad.regions)
