"""Labelled defects from pictures to answers, on the sample parts."""

from __future__ import annotations

import pytest

from echo_iad.echo import Echo
from echo_iad.errors import MemoryStoreError, UnknownObjectError
from echo_iad.reports.json_lines import from_json, to_json

OBJECT = "woven_fabric"
TYPES = ("foreign_fibre", "hole", "missing_yarn", "pulled_thread", "stain")
OPTIONS = {letter: f"{name.replace('_', ' ').capitalize()}." for letter, name in zip("ABCDE", TYPES, strict=True)}


@pytest.fixture
def tests_of(parts):
    return parts / OBJECT / "test"


@pytest.fixture(scope="session")
def parts():
    from echo_iad.samples import sample_parts

    return sample_parts()


@pytest.fixture
def own(own_memory):
    with Echo.from_profile("edge", memory=own_memory) as own:
        yield own


def test_one_label_of_each_type_names_the_type_of_the_other_part(own, tests_of):
    for name in TYPES:
        done = own.enrol(tests_of / name / "000.jpg", object=OBJECT, defect=name)
        assert (done.added, done.known, done.failed) == (1, 0, ())
    assert done.defects == dict.fromkeys(TYPES, 1)
    for letter, name in zip(OPTIONS, TYPES, strict=True):
        seen = own.inspect(tests_of / name / "001.jpg", "What type of defect is it?", OPTIONS, OBJECT)
        assert seen.defect_vote.type == name
        assert seen.decision.option == letter
        assert f"most like the labelled {name!r}" in seen.decision.reason
        assert from_json(to_json(seen)) == seen


def test_labels_change_no_verdict_and_come_and_go_at_once(own, tests_of):
    picture = tests_of / "hole" / "001.jpg"
    before = own.inspect(picture, object=OBJECT)
    assert before.defect_vote is None
    own.enrol(tests_of / "hole" / "000.jpg", object=OBJECT, defect="hole")
    labelled = own.inspect(picture, object=OBJECT)
    assert (labelled.defect_vote.labelled, list(labelled.defect_vote.probabilities)) == (1, ["hole"])
    assert labelled.comparison == before.comparison
    assert labelled.references == before.references
    assert labelled.decision == before.decision
    own.memory.defects.remove([1])
    assert own.inspect(picture, object=OBJECT).defect_vote is None


def test_another_object_has_no_vote(own, tests_of, parts):
    own.enrol(tests_of / "hole" / "000.jpg", object=OBJECT, defect="hole")
    other = own.inspect(parts / "printed_cap" / "test" / "stain" / "000.jpg", object="printed_cap")
    assert other.defect_vote is None


def test_a_label_of_an_earlier_form_is_measured_anew(own, tests_of):
    own.enrol(tests_of / "hole" / "000.jpg", object=OBJECT, defect="hole")
    own.memory.database.change("UPDATE defect SET form = 'looks 0'")
    assert own.inspect(tests_of / "hole" / "001.jpg", object=OBJECT).defect_vote is None
    done = own.enrol(tests_of / "hole", object=OBJECT, defect="hole")
    assert (done.added, done.known, done.defects) == (2, 0, {"hole": 2})
    assert own.inspect(tests_of / "stain" / "001.jpg", object=OBJECT).defect_vote.labelled == 2


def test_progress_is_told_for_every_picture(own, tests_of):
    told = []
    own.enrol(tests_of / "hole", object=OBJECT, defect="hole", progress=lambda *said: told.append(said))
    assert told == [(1, 2, OBJECT), (2, 2, OBJECT)]


def test_what_cannot_be_labelled_is_refused(own, tests_of):
    with pytest.raises(MemoryStoreError, match="Name the product that has the defect 'hole'"):
        own.enrol(tests_of / "hole", defect="hole")
    with pytest.raises(UnknownObjectError, match="'gear' is not enrolled"):
        own.enrol(tests_of / "hole", object="gear", defect="hole")
    with pytest.raises(MemoryStoreError, match="no type of defect"):
        own.enrol(tests_of / "good", object=OBJECT, defect="Good")
    assert own.memory.defects.all() == []
