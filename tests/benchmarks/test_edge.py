"""The benchmark's arithmetic, by hand; what it measures is in docs/benchmarks.md."""

import importlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def load():
    """Name of a module of the benchmark -> the module, importable for these tests only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        yield importlib.import_module


def asked(questions, kind, answer, *, object="gear", defective=True, options=None):
    options = options or {"A": "Yes, clearly", "B": "No"}
    return questions.Asked(Path("x.jpg"), object, kind, "?", options, answer, defective)


def test_pixel_area_is_the_roc_area_of_all_pixels_together(load):
    rng = np.random.default_rng(0)
    counts, values, truths = load("measures").PixelCounts(), [], []
    for size in [(30, 40), (50, 20)]:
        truth = rng.random(size) < 0.1
        values.append((rng.normal(0, 2, size) + 2 * truth).astype(np.float32))
        truths.append(truth)
        counts.add(values[-1], truth)
    flat = np.concatenate([one.ravel() for one in truths]), np.concatenate([one.ravel() for one in values])
    assert counts.roc_area() == pytest.approx(roc_auc_score(*flat), abs=1e-3)


def test_pixels_of_one_kind_have_no_area(load):
    counts = load("measures").PixelCounts()
    counts.add(np.ones((3, 3), np.float32), np.zeros((3, 3), dtype=bool))
    assert counts.roc_area() is None


def test_a_share_has_an_interval_and_none_without_cases(load):
    found = load("measures").share(0, 20)
    assert (found.share, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 20), abs=1e-4)
    assert load("measures").share(0, 0) is None


def test_no_answer_is_a_wrong_answer_and_objects_count_alike(load):
    questions = load("questions")
    rows = [
        asked(questions, "localization", "A"),
        asked(questions, "localization", "B"),
        asked(questions, "localization", "B"),
        asked(questions, "localization", "A", object="valve"),
    ]
    counted = questions.count(rows, ["A", None, "A", "A"])
    assert counted["gear"]["localization"] == {"share": 0.3333, "right": 1, "questions": 3}
    assert counted["all"]["localization"]["share"] == pytest.approx((1 / 3 + 1) / 2, abs=1e-4)


def test_balanced_discrimination_weighs_both_sides_alike(load):
    questions = load("questions")
    rows = [asked(questions, "discrimination", "A")] * 9 + [asked(questions, "discrimination", "B", defective=False)]
    counted = questions.count(rows, ["A"] * 10)["gear"]
    assert counted["discrimination"]["share"] == 0.9
    assert counted["balanced discrimination"]["share"] == 0.5


def test_blind_answers_take_the_longest_option(load):
    questions = load("questions")
    rows = [asked(questions, "analysis", "A", options={"A": "short", "B": "much longer", "C": "just longer"})]
    assert questions.longest(rows) == ["B"]


def test_masks_are_found_beside_the_pictures_and_good_parts_have_none(load, tmp_path):
    for path in (
        "train/good/0.png",
        "test/good/1.png",
        "test/dent/2.png",
        "test/dent/3.png",
        "ground_truth/dent/2_mask.png",
    ):
        (tmp_path / "gear" / path).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 6), 255, np.uint8)).save(tmp_path / "gear" / path)
    (gear,) = load("layouts").read_objects(tmp_path)
    truths = {part.path.name: (part.defective, part.truth(6, 4)) for part in gear.parts}
    assert {name: defective for name, (defective, _) in truths.items()} == {
        "1.png": False,
        "2.png": True,
        "3.png": True,
    }
    assert not truths["1.png"][1].any()
    assert truths["2.png"][1].all()
    assert truths["3.png"][1] is None
