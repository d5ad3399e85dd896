"""Labelled defects are kept beside the normals: found again as they were, never counted among the normals."""

import sqlite3

import numpy as np
import pytest

from echo_iad.errors import MemoryLockedError, MemoryStoreError, UnknownObjectError
from echo_iad.memory import database
from echo_iad.memory.defects import check_defect_type
from echo_iad.memory.store import Memory


@pytest.fixture
def gears(memory, make_normal):
    memory.add([make_normal("gear", 1), make_normal("gear", 2), make_normal("washer", 3)])
    return memory


def test_what_is_stored_is_found_as_it_was(gears, make_defect):
    first, second = make_defect("gear", 1), make_defect("gear", 2, "rust", stood_out=False)
    assert gears.defects.add([first, second]) == [1, 2]
    found = gears.defects.with_looks("gear", "looks 1")
    assert [(one.id, one.type, one.box, one.stood_out) for one in found] == [
        (1, "dent", (1, 2, 30, 40), True),
        (2, "rust", (1, 2, 30, 40), False),
    ]
    np.testing.assert_array_equal(found[1].looks["context"], second.looks["context"])
    assert found[0].enrolled_at.endswith("+00:00")
    assert gears.defects.counts("gear") == {"dent": 1, "rust": 1}
    assert gears.defects.all("washer") == []


def test_no_normal_comes_or_changes_with_a_labelled_defect(gears, make_defect):
    before = gears.count(), gears.ids("gear"), gears.state("gear"), gears.state(), gears.objects()
    gears.defects.add([make_defect("gear", 1)])
    gears.defects.remove([1])
    assert (gears.count(), gears.ids("gear"), gears.state("gear"), gears.state(), gears.objects()) == before


def test_the_state_differs_after_every_change(gears, make_defect):
    seen = {gears.defects.state("gear")}
    for change in (
        lambda: gears.defects.add([make_defect("gear", 1), make_defect("gear", 2)]),
        lambda: gears.defects.add([make_defect("gear", 1, "rust")]),
        lambda: gears.defects.remove([2]),
        lambda: gears.defects.add([make_defect("gear", 2)]),
    ):
        change()
        assert gears.defects.state("gear") not in seen
        seen.add(gears.defects.state("gear"))


def test_a_picture_has_one_label_and_the_last_one_stands(gears, make_defect):
    gears.defects.add([make_defect("gear", 1, "dent")])
    assert gears.defects.add([make_defect("gear", 1, "rust")]) == [2]
    assert [(one.id, one.type) for one in gears.defects.all()] == [(2, "rust")]
    assert gears.database.rows("SELECT DISTINCT defect_id FROM look") == [(2,)]


def test_looks_of_another_form_do_not_vote(gears, make_defect):
    gears.defects.add([make_defect("gear", 1, form="looks 0"), make_defect("gear", 2)])
    assert [one.id for one in gears.defects.with_looks("gear", "looks 1")] == [2]
    assert [one.id for one in gears.defects.all("gear")] == [1, 2]


def test_an_object_without_normals_has_no_defects(gears, make_defect):
    with pytest.raises(UnknownObjectError, match=r"'gaer' is not enrolled.*Did you mean 'gear'"):
        gears.defects.add([make_defect("gaer", 1)])


def test_good_and_defective_exclude_each_other(gears, make_defect, make_normal):
    normal, defect = make_normal("gear", 1), make_defect("gear", 7)
    with pytest.raises(MemoryStoreError, match="enrolled as a good part of gear"):
        gears.defects.add([make_defect("gear", 8), make_defect("gear", 1, sha256=normal.sha256)])
    assert gears.defects.all() == []
    gears.defects.add([defect, make_defect("washer", 1, sha256=normal.sha256)])
    fields = {**normal.__dict__, "sha256": defect.sha256}
    with pytest.raises(MemoryStoreError, match="labelled as a defective gear"):
        gears.add([make_normal("gear", 5), type(normal)(**fields)])
    assert gears.count() == 3


def test_removing_takes_the_named_ones_or_none(gears, make_defect):
    gears.defects.add([make_defect("gear", number) for number in range(3)])
    with pytest.raises(MemoryStoreError, match="no labelled defect 9"):
        gears.defects.remove([1, 9])
    assert gears.defects.remove([1, 3, 3]) == 2
    assert [one.id for one in gears.defects.all()] == [2]
    assert gears.database.rows("SELECT DISTINCT defect_id FROM look") == [(2,)]


def test_the_last_normal_takes_the_labelled_defects_with_it(gears, make_defect):
    gears.defects.add([make_defect("gear", 1), make_defect("washer", 2)])
    gears.remove([1])
    assert len(gears.defects.all()) == 2
    gears.remove([2])
    assert [one.object for one in gears.defects.all()] == ["washer"]
    assert gears.database.rows("SELECT DISTINCT defect_id FROM look") == [(2,)]


@pytest.mark.parametrize("name", ["good", "OK", "Normal"])
def test_good_is_no_type_of_defect(name):
    with pytest.raises(MemoryStoreError, match="no type of defect.*without --defect"):
        check_defect_type(name)


@pytest.mark.parametrize("name", ["", " ", "dent ", "a\nb", "x" * 101])
def test_a_type_can_be_typed_and_listed(name):
    with pytest.raises(MemoryStoreError, match="--defect TYPE"):
        check_defect_type(name)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"sha256": "AB"}, "sha256"),
        ({"box": (0, 0, 641, 10)}, "box"),
        ({"box": (5, 5, 5, 10)}, "box"),
        ({"looks": {"area": np.array([np.nan], np.float32)}}, "looks"),
    ],
)
def test_values_are_checked_when_they_are_made(make_defect, wrong, told):
    with pytest.raises(ValueError, match=told):
        make_defect("gear", 1, **wrong)


def test_nothing_is_stored_while_another_process_writes(gears, make_defect, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with Memory.open(gears.folder) as other, gears.database.transaction(), pytest.raises(MemoryLockedError):
        other.defects.add([make_defect("gear", 1)])
    assert gears.defects.all() == []


def test_nothing_is_stored_in_a_memory_that_is_open_for_reading(gears, make_defect):
    with Memory.open(gears.folder, read_only=True) as reader, pytest.raises(MemoryStoreError, match="reading only"):
        reader.defects.add([make_defect("gear", 1)])


def test_the_database_itself_refuses_a_label_without_an_object(gears):
    values = (99, "dent", "p", "0" * 64, 1, 1, 0, 0, 1, 1, 1, "looks 1", "", "")
    with pytest.raises(sqlite3.IntegrityError), gears.database.transaction():
        gears.database.change(f"INSERT INTO defect VALUES (NULL, {', '.join('?' * 14)})", values)
