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
    assert 0.5 < row.echo.pixel_auroc <= 1
    assert 0.3 < row.echo.aupro <= 1
    assert row.patchcore.aupro not in {None, row.echo.aupro}
    values = row.to_values()
    assert values["aupro"] == row.echo.aupro
    assert values["patchcore"]["aupro"] == row.patchcore.aupro
    wrong = row.echo.false_alarms.share + row.echo.misses.share
    assert row.echo.balanced_accuracy == pytest.approx(1 - wrong / 2, abs=1e-3)
    mean = found.mean_detection([row.echo, replace(row.echo, image_auroc=0.5, pixel_auroc=None)])
    assert mean["image_auroc"] == pytest.approx((row.echo.image_auroc + 0.5) / 2, abs=1e-4)
    assert mean["pixel_auroc"] == row.echo.pixel_auroc


def test_the_tables_show_both_methods(load):
    share = {"share": 0.25, "low": 0.1, "high": 0.5}
    reached = {
        "image_auroc": 0.9,
        "average_precision": 0.8,
        "balanced_accuracy": 0.75,
        "pixel_auroc": None,
        "aupro": None,
        "false_alarms": share,
        "misses": share,
        "latency_ms": {"p50": 10.0, "p95": 20.0},
    }
    row = {
        "object": "bolt",
        "normals": 4,
        "good": 4,
        "defective": 4,
        "masks": 0,
        **reached,
        "patchcore": {**reached, "image_auroc": 0.7, "latency_ms": None},
        "certified": False,
        "mean_p_of_good": 0.5,
        "recognised": share,
    }
    mean = {"image_auroc": 0.9, "average_precision": 0.8, "balanced_accuracy": 0.75}
    mean |= {"false_alarm_rate": 0.25, "miss_rate": 0.25}
    measured = {"objects": [row], "mean": mean, "mean_patchcore": {**mean, "image_auroc": 0.7}}
    page = load("tables")
    alone = page._detection(measured).splitlines()
    assert len({line.count("|") for line in alone}) == 1
    beside = page._beside_patchcore(measured).splitlines()
    assert len({line.count("|") for line in beside}) == 1
    assert "| bolt | 0.900 / 0.700 | – / – |" in beside[2]
    assert beside[2].endswith("| 10.0 / – | 20.0 / – |")
    assert beside[3].startswith("| **mean** | 0.900 / 0.700 |")


def test_the_table_of_few_parts_says_how_many_objects_have_so_many(load):
    spread = {"mean": 0.9, "std": 0.01}
    values = {
        "detection": {"bolt": {"image_auroc": 0.95}, "nut": {"image_auroc": 0.85}},
        "shots": {"bolt": {"1": {"image_auroc": spread}, "8": {"image_auroc": spread}}, "nut": {"1": {}}},
        "shots_mean": {
            "1": {"objects": 2, "image_auroc": spread},
            "8": {"objects": 1, "image_auroc": spread},
        },
        "mean": {"image_auroc": 0.9},
        "baseline": {"shots_mean": {"1": {"image_auroc": spread}}, "mean": {"image_auroc": None}},
    }
    head, _, bolt, nut, echo, patchcore = load("shots")._table(values, "image_auroc").splitlines()
    assert head == "| Image AUROC: good parts (objects) | 1 (2) | 8 (1) | all |"
    assert bolt == "| bolt | 0.900 ± 0.010 | 0.900 ± 0.010 | 0.950 |"
    assert nut == "| nut | – | – | 0.850 |"
    assert echo == "| **mean, Echo** | 0.900 ± 0.010 | 0.900 ± 0.010 | 0.900 |"
    assert patchcore == "| **mean, PatchCore** | 0.900 ± 0.010 | – | – |"
