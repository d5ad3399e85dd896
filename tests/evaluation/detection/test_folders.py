"""Folders in MVTec layout as people have them: with gaps."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from echo_iad.errors import EvaluationError, UnknownNameError
from echo_iad.evaluation.detection.folders import read_parts_folder, read_truth, unlabelled_pictures


@pytest.fixture
def lay(tmp_path):
    """Lay pictures of 6 x 4 pixels; masks are white."""

    def write(*names, size=(6, 4), value=255):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.full(size[::-1], value, np.uint8)).save(path)
        return tmp_path

    return write


def whole(name):
    return [f"{name}/train/good/0.png", f"{name}/test/good/1.png", f"{name}/test/dent/2.png"]


def test_masks_are_found_beside_the_pictures_and_good_parts_are_defective_nowhere(lay):
    root = lay(*whole("gear"), "gear/test/dent/3.png", "gear/ground_truth/dent/2_mask.png")
    (gear,) = read_parts_folder(root).objects
    truths = {picture.name: read_truth(picture, 6, 4) for picture in gear.pictures}
    assert truths["1.png"].known
    assert truths["1.png"].defective is None
    assert truths["2.png"].defective.all()
    assert not truths["3.png"].known
    assert truths["3.png"].why == "there is no mask"


def test_a_mask_of_another_size_is_not_stretched_in_silence(lay):
    lay("gear/ground_truth/dent/2_mask.png", size=(7, 4))
    (gear,) = read_parts_folder(lay(*whole("gear"))).objects
    (dented,) = [picture for picture in gear.pictures if picture.is_defective]
    assert read_truth(dented, 6, 4).why == "the mask has 7 x 4 pixels and the picture 6 x 4"


def test_an_empty_mask_and_one_that_is_no_picture_are_said(lay):
    lay("gear/ground_truth/dent/2_mask.png", value=0)
    root = lay(*whole("gear"))
    (dented,) = [picture for picture in read_parts_folder(root).objects[0].pictures if picture.is_defective]
    assert read_truth(dented, 6, 4).why == "the mask shows no defect"
    dented.mask.write_bytes(b"no picture")
    assert "cannot be read" in read_truth(dented, 6, 4).why


def test_what_cannot_be_measured_is_named_with_its_reason(lay):
    root = lay(*whole("gear"), "lid/test/good/1.png", "cap/train/good/0.png", "notes/picture.png")
    (root / "nut" / "test").mkdir(parents=True)
    found = read_parts_folder(root)
    assert [tested.name for tested in found.objects] == ["gear"]
    assert [entry.name for entry in found.excluded] == ["cap", "lid", "nut"]
    reasons = {entry.name: entry.why for entry in found.excluded}
    assert "no folder test" in reasons["cap"]
    assert "no good parts to learn from" in reasons["lid"]
    assert "no test pictures" in reasons["nut"]


def test_only_named_objects_are_read(lay):
    root = lay(*whole("gear"), *whole("lid"), "cap/train/good/0.png")
    found = read_parts_folder(root, objects=["lid"])
    assert ([tested.name for tested in found.objects], found.excluded) == (["lid"], ())
    with pytest.raises(UnknownNameError, match="gear"):
        read_parts_folder(root, objects=["gaer"])


def test_one_object_s_own_folder_is_enough(lay):
    (gear,) = read_parts_folder(lay(*whole("gear")) / "gear").objects
    assert (gear.name, len(gear.normals), len(gear.pictures)) == ("gear", 1, 2)


def test_pictures_of_no_type_are_counted(lay):
    (gear,) = read_parts_folder(lay(*whole("gear"), "gear/test/9.png")).objects
    assert (unlabelled_pictures(gear), len(gear.pictures)) == (1, 2)


def test_another_layout_is_shown_the_right_one(lay, tmp_path):
    for root in (lay("photos/1.png"), tmp_path / "nowhere"):
        with pytest.raises(EvaluationError, match="OBJECT/train/good"):
            read_parts_folder(root)
    with pytest.raises(EvaluationError, match=r"lid \(no good parts to learn from .*Wanted: OBJECT/train"):
        read_parts_folder(lay("lid/test/good/1.png"))
