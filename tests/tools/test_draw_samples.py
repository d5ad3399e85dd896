"""The sample parts: the script draws them again, masks tell the truth, and the shipped files fit together."""

import importlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "src" / "echo_iad" / "assets" / "samples"
PARTS = SAMPLES / "parts"
SIDE = 96
OBJECTS = ("printed_cap", "woven_fabric", "circuit_board")


@pytest.fixture(scope="module")
def script():
    """The drawing script, importable for these tests only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "tools"))
        yield importlib.import_module("draw_samples")


def product_named(script, name):
    return next(product for product in script.PRODUCTS if product.name == name)


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), np.int16)


@pytest.mark.parametrize("name", OBJECTS)
def test_the_same_number_gives_the_same_pixels_and_another_number_another_part(script, name):
    product = product_named(script, name)
    first, again, other = (script.draw(product, "train/good", number, side=SIDE) for number in (0, 0, 1))
    np.testing.assert_array_equal(first.pixels, again.pixels)
    assert np.abs(first.pixels.astype(int) - other.pixels).mean() > 1
    assert first.pixels.shape == (SIDE, SIDE, 3)
    assert not first.mask.any()


@pytest.mark.parametrize("name", OBJECTS)
def test_masks_agree_with_the_pixels_that_a_defect_changes(script, name):
    product = product_named(script, name)
    for kind in product.kinds:
        defect = next(each for each in product.defects if each.kind == kind)
        spoilt = script.draw(product, f"test/{kind}", 0, defect, side=SIDE)
        sound = script.draw(product, f"test/{kind}", 0, side=SIDE)
        differs = np.abs(spoilt.pixels.astype(int) - sound.pixels).max(axis=2)
        inside, outside = differs[spoilt.mask], differs[~spoilt.mask]
        assert inside.mean() > 8 * outside.mean(), kind
        strong = differs >= 2 * product.visible
        assert strong.any(), kind
        assert spoilt.mask[strong].mean() > 0.85, kind


def test_a_shipped_picture_is_what_the_script_draws(script, tmp_path):
    kind = script.PRODUCTS[0].kinds[0]
    picture = next(each for each in script.pictures() if each.product == 0 and each.folder == f"test/{kind}")
    script.write_picture(picture, tmp_path)
    relative = Path("printed_cap", "test", kind, "000.jpg")
    mask = Path("printed_cap", "ground_truth", kind, "000_mask.png")
    assert np.abs(pixels(tmp_path / relative) - pixels(PARTS / relative)).mean() < 0.5
    assert (pixels(tmp_path / mask) != pixels(PARTS / mask)).mean() < 0.001


def test_the_shipped_folder_holds_every_picture_and_nothing_else(script):
    expected = set()
    for picture in script.pictures():
        name = script.PRODUCTS[picture.product].name
        expected.add(f"{name}/{picture.folder}/{picture.number:03d}.jpg")
        if picture.defect is not None:
            expected.add(f"{name}/ground_truth/{picture.defect.kind}/{picture.number:03d}_mask.png")
    found = {path.relative_to(PARTS).as_posix() for path in PARTS.rglob("*") if path.is_file()}
    assert found == expected
    for name in OBJECTS:
        assert len(list((PARTS / name / "train" / "good").iterdir())) == 24
        assert len(list((PARTS / name / "ground_truth").iterdir())) >= 4


def test_masks_are_binary_fit_their_picture_and_mark_a_small_part_of_it():
    for path in PARTS.glob("*/ground_truth/*/*_mask.png"):
        with Image.open(path) as mask:
            values = np.asarray(mask.convert("L"))
        photo = path.parents[2] / "test" / path.parent.name / path.name.replace("_mask.png", ".jpg")
        assert values.shape == pixels(photo).shape[:2], path
        assert set(np.unique(values)) == {0, 255}, path
        assert 0.0003 < (values > 0).mean() < 0.08, path


def test_the_shipped_files_stay_below_four_megabytes():
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 4_000_000


@pytest.mark.parametrize("name", OBJECTS)
def test_knowledge_has_a_section_for_good_and_for_each_defect(name):
    text = (SAMPLES / "knowledge" / f"{name}.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    assert sections[0].strip() == f"# {name}"
    bodies = {title: body for title, _, body in (section.partition("\n") for section in sections[1:])}
    assert set(bodies) == {path.name for path in (PARTS / name / "test").iterdir()}
    assert all(len(re.findall(r"\.(?=\s|$)", body)) >= 4 for body in bodies.values())


def test_questions_are_answerable_and_cover_every_object():
    records = json.loads((SAMPLES / "questions.json").read_text(encoding="utf-8"))
    assert {record["object"] for record in records} == set(OBJECTS)
    assert sum(not record["options"] for record in records) == 1
    for record in records:
        assert set(record) == {"image", "object", "question", "options", "answer"}
        assert (PARTS / record["image"]).is_file()
        assert record["image"].startswith(record["object"] + "/test/")
        options = record["options"]
        assert record["answer"] in options if options else record["answer"] == ""
        assert len(set(options.values())) == len(options)
        assert record["question"].strip().endswith(("?", "."))
    chosen = [record["answer"] for record in records if len(record["options"]) == 4]
    assert max(chosen.count(letter) for letter in "ABCD") <= len(chosen) / 2


def test_questions_for_a_place_name_the_place_of_the_mask():
    records = json.loads((SAMPLES / "questions.json").read_text(encoding="utf-8"))
    asked = [record for record in records if record["question"].startswith("Where")]
    assert len(asked) == 3
    for record in asked:
        path = PARTS / record["image"].replace("/test/", "/ground_truth/").replace(".jpg", "_mask.png")
        with Image.open(path) as mask:
            rows, columns = np.nonzero(np.asarray(mask.convert("L")))
            height, width = mask.height, mask.width
        down, across = rows.mean() / height, columns.mean() / width
        assert all(abs(at - line) > 0.035 for at in (down, across) for line in (1 / 3, 2 / 3)), "a doubtful place"
        words = {("upper", "middle", "lower")[int(3 * down)], ("left", "middle", "right")[int(3 * across)]}
        place = "Central area" if words == {"middle"} else record["options"][record["answer"]]
        assert record["options"][record["answer"]] == place
        assert all(word in place.lower() for word in words - {"middle"}), record
