"""The benchmark's arithmetic, by hand; what it measures is in docs/benchmarks.md."""

import importlib
from dataclasses import replace
from pathlib import Path

import pytest

from echo_iad import Echo
from echo_iad.evaluation.making.labelled_parts import read_labelled_parts
from echo_iad.samples import sample_parts

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


def test_detection_is_measured_as_the_product_measures_it(load, samples_enrolled):
    found = load("detection")
    caps = next(tested for tested in read_labelled_parts(sample_parts()) if tested.name == "printed_cap")
    few = replace(caps, pictures=tuple(part for part in caps.pictures if part.type in {"good", "scratch"}))
    with Echo.from_profile("edge", memory=samples_enrolled, read_only=True) as echo:
        row = found.detect(echo, few)
    assert (row.good, row.defective, row.masks) == (6, 2, 2)
    assert row.normals == 24
    assert 0.5 < row.pixel_auroc <= 1
    mean = found.mean_detection([row, replace(row, image_auroc=0.5, pixel_auroc=None)])
    assert mean["image_auroc"] == pytest.approx((row.image_auroc + 0.5) / 2, abs=1e-4)
    assert mean["pixel_auroc"] == row.pixel_auroc
