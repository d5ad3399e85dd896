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
