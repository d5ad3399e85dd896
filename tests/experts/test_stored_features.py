import numpy as np
import pytest

from echo_iad.comparison.features import patch_features
from echo_iad.experts.stored_features import StoredFeatures


def test_the_normals_that_are_named_in_their_order(memory):
    ids = memory.ids("gear")[5:2:-1]
    stored = StoredFeatures(memory, ids)
    assert len(stored) == 3
    for found, id in zip(stored, ids, strict=True):
        assert np.array_equal(found.detail, patch_features(memory.levels(id)).detail)
    assert np.array_equal(stored[-1].context, patch_features(memory.levels(ids[-1])).context)


def test_slices_and_ends(memory):
    stored = StoredFeatures(memory, memory.ids("valve"))
    assert [np.array_equal(one.detail, stored[place].detail) for place, one in enumerate(stored[1:], 1)] == [True, True]
    with pytest.raises(IndexError):
        stored[3]


def test_nothing_is_read_before_it_is_looked_at(memory, monkeypatch):
    read = []
    levels = memory.levels
    monkeypatch.setattr(memory, "levels", lambda id: read.append(id) or levels(id))
    stored = StoredFeatures(memory, memory.ids("gear"))
    assert len(stored) == 12
    assert not read
    assert stored[4]
    assert read == [memory.ids("gear")[4]]
