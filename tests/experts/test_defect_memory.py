"""The defect memory over drawn parts: what is found is stored by others, and what is stored votes."""

import hashlib
from dataclasses import replace

import pytest

from echo_iad.comparison.comparator import Tolerance
from echo_iad.comparison.defect_looks import FORM
from echo_iad.errors import MemoryDamagedError, UnknownObjectError
from echo_iad.experts.defect_memory import DefectMemory
from echo_iad.experts.visual_comparator import VisualComparator
from echo_iad.memory.defects import LabelledDefect
from echo_iad.settings import load_profile

TOLERANCE = Tolerance(0.1)


@pytest.fixture
def comparator(memory):
    profile = load_profile("edge")
    return VisualComparator(memory, profile.comparison, profile.seed)


@pytest.fixture
def defects(memory, comparator):
    return DefectMemory(memory, comparator)


def stored(found, number, name, form=FORM):
    digest = hashlib.sha256(f"defect {number}".encode()).hexdigest()
    return LabelledDefect(
        "gear", name, f"/{number}.png", digest, 60, 40, found.look.box, found.stood_out, form, "ines",
        looks=found.look.to_arrays(),
    )  # fmt: skip


def test_a_strange_part_stands_out_where_it_is_strange(defects, picture, encoding_of):
    found = defects.find(picture, encoding_of("gear", 50, strange=True), "gear", TOLERANCE)
    assert found.stood_out
    x0, y0, x1, y1 = found.look.box
    assert x0 < 50 < x1
    assert y0 < 15 < y1


def test_without_normals_nothing_can_be_found(defects, picture, encoding_of):
    with pytest.raises(UnknownObjectError, match="'wheel' is not enrolled"):
        defects.find(picture, encoding_of("gear", 50), "wheel", TOLERANCE)


def test_labels_vote_as_soon_as_they_are_stored_and_no_longer_when_they_are_removed(
    memory, defects, comparator, picture, encoding_of
):
    encoding = encoding_of("gear", 51, strange=True)
    comparison = comparator.compare(picture, encoding, "gear", (), TOLERANCE)
    assert defects.vote(picture, encoding, "gear", comparison) is None
    found = defects.find(picture, encoding_of("gear", 50, strange=True), "gear", TOLERANCE)
    (first,) = memory.defects.add([stored(found, 1, "dent")])
    vote = defects.vote(picture, encoding, "gear", comparison)
    assert (vote.type, vote.labelled, vote.nearest[0].id) == ("dent", 1, first)
    memory.defects.add([stored(found, 2, "rust"), stored(found, 3, "old", form="looks 0")])
    assert defects.vote(picture, encoding, "gear", comparison).labelled == 2
    memory.defects.remove([1, 2])
    assert defects.vote(picture, encoding, "gear", comparison) is None


def test_a_comparison_without_a_map_has_no_vote(memory, defects, comparator, picture, encoding_of):
    encoding = encoding_of("gear", 51, strange=True)
    found = defects.find(picture, encoding, "gear", TOLERANCE)
    memory.defects.add([stored(found, 1, "dent")])
    comparison = comparator.compare(picture, encoding, "gear", (), TOLERANCE)
    assert defects.vote(picture, encoding, "gear", replace(comparison, anomaly_map=None)) is None


def test_a_look_that_is_lost_is_told(memory, defects, comparator, picture, encoding_of):
    encoding = encoding_of("gear", 51, strange=True)
    memory.defects.add([stored(defects.find(picture, encoding, "gear", TOLERANCE), 1, "dent")])
    memory.database.change("DELETE FROM look WHERE name = 'detail'")
    comparison = comparator.compare(picture, encoding, "gear", (), TOLERANCE)
    with pytest.raises(MemoryDamagedError, match="Labelled defect 1 has lost its look 'detail'"):
        defects.vote(picture, encoding, "gear", comparison)
