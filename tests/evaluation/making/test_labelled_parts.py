"""Labelled pictures from a folder in MVTec layout."""

from __future__ import annotations

import os
import sys

import pytest

from echo_iad.errors import EvaluationError, UnknownNameError
from echo_iad.evaluation.making.labelled_parts import read_labelled_parts
from echo_iad.samples import sample_parts


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")


@pytest.fixture
def cap(tmp_path):
    folder = tmp_path / "parts" / "cap"
    for name in ("train/good/1.png", "test/good/2.png", "test/thin crack/10.JPG", "test/thin crack/9.png"):
        touch(folder / name)
    touch(folder / "ground_truth" / "thin crack" / "9_mask.png")
    return folder


def test_types_pictures_and_masks_are_found(cap):
    (found,) = read_labelled_parts(cap.parent)
    assert found.name == "cap"
    assert [path.name for path in found.normals] == ["1.png"]
    listed = [(one.type, one.name, one.is_defective, one.mask and one.mask.name) for one in found.pictures]
    assert listed == [
        ("good", "2.png", False, None),
        ("thin crack", "9.png", True, "9_mask.png"),
        ("thin crack", "10.JPG", True, None),
    ]


def test_one_product_alone_is_named_after_its_folder(cap):
    assert [entry.name for entry in read_labelled_parts(cap)] == ["cap"]


def test_a_mask_may_have_the_name_of_its_picture(cap):
    touch(cap / "ground_truth" / "thin crack" / "10.png")
    (found,) = read_labelled_parts(cap.parent)
    assert [one.mask.name for one in found.pictures if one.mask] == ["9_mask.png", "10.png"]


def test_pictures_in_deeper_folders_keep_their_path(cap):
    touch(cap / "test" / "thin crack" / "monday" / "1.png")
    touch(cap / "ground_truth" / "thin crack" / "monday" / "1_mask.png")
    (found,) = read_labelled_parts(cap.parent)
    deep = next(one for one in found.pictures if one.name == "monday/1.png")
    assert deep.mask is not None


def test_any_name_in_any_script_will_do(cap):
    for name in ("Größe 2", "ねじ", "cap & lid"):
        touch(cap.parent / name / "test" / "割れ" / "1.png")
    assert [entry.name for entry in read_labelled_parts(cap.parent)] == ["Größe 2", "cap", "cap & lid", "ねじ"]


def test_hidden_folders_and_folders_without_test_are_left_out(cap):
    touch(cap.parent / ".trash" / "test" / "crack" / "1.png")
    touch(cap.parent / "notes" / "1.png")
    touch(cap / "test" / ".old" / "1.png")
    (found,) = read_labelled_parts(cap.parent)
    assert len(found.pictures) == 3


def test_only_the_named_objects_are_read():
    assert [entry.name for entry in read_labelled_parts(sample_parts(), objects=["woven_fabric"])] == ["woven_fabric"]


@pytest.mark.parametrize("name", ["../parts/cap", "cup", "", "."])
def test_a_name_that_is_not_there_is_refused(cap, name):
    with pytest.raises(UnknownNameError, match="Known: cap"):
        read_labelled_parts(cap.parent, objects=[name])


def test_no_name_at_all_is_refused(cap):
    with pytest.raises(EvaluationError, match="No object is named"):
        read_labelled_parts(cap.parent, objects=[])


def test_another_layout_is_refused_with_the_wanted_one(tmp_path):
    touch(tmp_path / "photos" / "1.png")
    with pytest.raises(EvaluationError, match=r"no folder OBJECT/test in it. Wanted: OBJECT/train/good"):
        read_labelled_parts(tmp_path / "photos")
    (tmp_path / "empty" / "cap" / "test" / "crack").mkdir(parents=True)
    with pytest.raises(EvaluationError, match="holds no test pictures"):
        read_labelled_parts(tmp_path / "empty")


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(EvaluationError, match="does not exist"):
        read_labelled_parts(tmp_path / "nowhere")
    touch(tmp_path / "file")
    with pytest.raises(EvaluationError, match="is no folder"):
        read_labelled_parts(tmp_path / "file")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no text")
def test_a_name_that_is_no_text_is_refused(cap):
    touch(cap / "test" / os.fsdecode(b"\xff") / "1.png")
    with pytest.raises(EvaluationError, match=r"is no text in UTF-8. Rename it."):
        read_labelled_parts(cap.parent)
