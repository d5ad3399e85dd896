import pytest

from echo_iad.errors import ImageError
from echo_iad.images.folders import PartPicture, find_defective_parts, find_good_parts


@pytest.fixture
def lay(tmp_path):
    """Paths below a folder -> the folder with empty files there: no picture is opened."""

    def make(*paths):
        for path in paths:
            file = tmp_path / "parts" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        return tmp_path / "parts"

    return make


def found(folder, **choices):
    return [(part.object, part.path.relative_to(folder).as_posix()) for part in find_good_parts(folder, **choices)]


def test_mvtec_layout_takes_good_training_parts_alone(lay):
    folder = lay(
        "valve/train/good/2.jpg",
        "valve/train/good/10.jpg",
        "valve/test/good/1.jpg",
        "valve/test/crack/1.jpg",
        "valve/ground_truth/crack/1_mask.png",
        "gear/train/good/1.PNG",
    )
    assert found(folder) == [
        ("gear", "gear/train/good/1.PNG"),
        ("valve", "valve/train/good/2.jpg"),
        ("valve", "valve/train/good/10.jpg"),
    ]


def test_one_object_in_mvtec_layout(lay):
    folder = lay("valve/train/good/1.jpg", "valve/test/crack/1.jpg") / "valve"
    assert found(folder) == [("valve", "train/good/1.jpg")]
    assert found(folder, object="ball valve") == [("ball valve", "train/good/1.jpg")]


def test_a_folder_for_each_object(lay):
    folder = lay("gear/1.jpg", "gear/notes.txt", "valve/b.webp", "valve/a.tif", "empty/readme.md", ".hidden/1.jpg")
    assert found(folder) == [("gear", "gear/1.jpg"), ("valve", "valve/a.tif"), ("valve", "valve/b.webp")]


def test_both_layouts_side_by_side(lay):
    folder = lay("gear/1.jpg", "valve/train/good/1.jpg", "valve/test/crack/2.jpg")
    assert found(folder) == [("gear", "gear/1.jpg"), ("valve", "valve/train/good/1.jpg")]


def test_plain_pictures_need_a_name(lay):
    folder = lay("2.jpg", "1.jpg", "list.csv")
    assert found(folder, object="gear") == [("gear", "1.jpg"), ("gear", "2.jpg")]
    with pytest.raises(ImageError, match=r"holds 2 plain pictures.*--object NAME"):
        find_good_parts(folder)


def test_one_object_may_be_named_that_is_there_alone(lay):
    folder = lay("gear/1.jpg")
    assert found(folder, object="gear") == [("gear", "gear/1.jpg")]


def test_one_name_for_several_objects_is_refused(lay):
    with pytest.raises(ImageError, match=r"holds the objects gear, valve; --object gear cannot name them all"):
        find_good_parts(lay("gear/1.jpg", "valve/1.jpg"), object="gear")


def test_a_folder_without_pictures_says_what_is_wanted(lay):
    with pytest.raises(ImageError, match=r"no pictures to enrol\. Wanted: OBJECT/train/good/\*"):
        find_good_parts(lay("gear/notes.txt"))


def test_an_mvtec_folder_without_good_pictures_says_so(lay):
    with pytest.raises(ImageError, match="no pictures to enrol"):
        find_good_parts(lay("gear/train/good/readme.txt") / "gear")


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.touch()])
def test_no_folder(tmp_path, make):
    make(tmp_path / "nowhere")
    with pytest.raises(ImageError, match="no folder"):
        find_good_parts(tmp_path / "nowhere")


def test_parts_are_values(lay):
    folder = lay("gear/1.jpg")
    assert find_good_parts(folder) == [PartPicture("gear", folder / "gear" / "1.jpg")]


def test_defective_parts_are_a_folders_own_pictures_or_one_picture(lay):
    folder = lay("bent/10.jpg", "bent/2.jpg", "bent/notes.txt", "bent/deeper/1.jpg")
    listed = find_defective_parts(folder / "bent", object="valve")
    assert listed == [PartPicture("valve", folder / "bent" / name) for name in ("2.jpg", "10.jpg")]
    one = folder / "bent" / "2.jpg"
    assert find_defective_parts(one, object="valve") == [PartPicture("valve", one)]
    with pytest.raises(ImageError, match="holds no pictures of its own.*one type of defect"):
        find_defective_parts(folder, object="valve")
    with pytest.raises(ImageError, match="no picture and no folder"):
        find_defective_parts(folder / "nowhere", object="valve")
