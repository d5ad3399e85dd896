"""The arithmetic of the benchmark on held-out good parts, by hand, and one draw of a sample part."""

import importlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from echo_iad.comparison.features import PatchFeatures

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def load():
    """Name of a module of the benchmark -> the module, importable for these tests only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        yield importlib.import_module


@pytest.fixture
def draw(load):
    """Ten good parts, one of them above the threshold, two defective and two painted ones."""
    kinds = ["not enrolled"] * 6 + ["good"] * 4 + ["defective"] * 2 + ["painted"] * 2
    ratios = np.array([0.5, 0.6, 0.7, 0.7, 0.8, 1.2, 0.5, 0.6, 0.8, 0.9, 0.8, 1.5, 0.9, 2.0])
    p_values = np.where(ratios > 1, 0.04, 0.5)
    return load("held_out").Draw("cap", 19, False, np.array(kinds), ratios, p_values, ratios > 1, 0.2)


def features(values):
    unit = np.stack([np.cos(values), np.sin(values)], axis=2).astype(np.float32)
    return PatchFeatures(unit, unit)


def test_rates_are_counted_by_hand(load, draw):
    rows = load("held_out").rows
    (row,) = rows([draw, draw])
    assert (row.draws, row.held_out, row.false_alarms, row.not_enrolled, row.good) == (2, 10, 0.1, 0.1667, 0.0)
    assert row.misses == 0.5
    assert row.low < 0.05 < row.high
    assert row.within
    assert (row.mean_p_not_enrolled, row.mean_p_good) == (pytest.approx((5 * 0.5 + 0.04) / 6, abs=1e-3), 0.5)
    (bad,) = rows([replace(draw, anomalous=np.ones(14, bool))])
    assert (bad.false_alarms, bad.misses, bad.within) == (1.0, 0.0, False)


def test_all_normals_come_last_and_are_a_row_of_their_own(load, draw):
    every = replace(draw, of_all=True, normals=24, kinds=np.where(draw.kinds == "not enrolled", "good", draw.kinds))
    first, last = load("held_out").rows([every, draw])
    assert (first.of_all, last.of_all) == (False, True)
    assert (last.not_enrolled, last.mean_p_not_enrolled) == (None, None)
    report = {
        "rows": [asdict(first), asdict(last)],
        "reliability": load("reliability").reliability([draw, replace(draw, object="nut")]),
    }
    text = load("held_out_tables").tables(report)
    assert "| all 24 | cap |" in text
    assert "in 2 of 2 rows" in text


def test_probabilities_that_are_right_have_no_error(load, draw):
    found = load("reliability")
    other = replace(draw, object="nut")
    report = found.reliability([draw, other])
    assert set(report) == {"belief", "shipped", "other_objects", "fitted_on_all"}
    for name in ("belief", "shipped", "other_objects"):
        assert 0 <= report[name]["ece"] <= 1
        assert sum(one["share"] for one in report[name]["bins"]) == pytest.approx(1, abs=0.01)
    half = replace(draw, kinds=np.array(["good", "defective"]), ratios=np.ones(2), p_values=np.ones(2))
    sure = found._figures([half], lambda _: lambda ratios: np.full(len(ratios), 0.5))
    assert (sure["ece"], sure["brier"]) == (0.0, 0.25)


def test_the_fit_finds_the_curve_that_made_the_parts(load, draw):
    found = load("reliability")
    rng = np.random.default_rng(0)
    ratios = np.exp(np.concatenate([rng.uniform(-1.5, 0, 12000), rng.uniform(0, 0.5, 8000)]))
    told = found.curve(6.0, 2.0)(ratios)
    assert told.mean() == pytest.approx(0.5, abs=0.01)  # half of them are painted
    kinds = np.where(rng.random(len(ratios)) < told, "painted", "good")
    made = replace(draw, kinds=kinds, ratios=ratios, p_values=ratios, anomalous=ratios > 1)
    rise, fall = found.fitted([made])
    assert rise == pytest.approx(6.0, rel=0.05)
    assert fall == pytest.approx(2.0, rel=0.05)


def test_one_draw_looks_at_every_part_that_was_not_enrolled(load):
    held_out = load("held_out")
    rng = np.random.default_rng(0)
    normals = tuple(features(rng.normal(0, 0.1, (8, 8))) for _ in range(6))
    odd = features(rng.normal(2, 0.1, (8, 8)))
    parts = held_out.Parts("cap", normals, normals[:3], normals[:2], (odd,))
    some = held_out.one_draw(parts, 4, 0, 1.0, 0)
    assert (some.normals, some.of_all) == (4, False)
    assert [(some.kinds == kind).sum() for kind in ("not enrolled", "good", "defective")] == [2, 2, 1]
    assert some.anomalous[some.kinds == "defective"].all()
    every = held_out.one_draw(parts, 6, 0, 1.0, 0)
    assert (every.of_all, (every.kinds == "not enrolled").sum(), (every.kinds == "painted").sum()) == (True, 0, 3)


def test_the_tables_of_the_docs_are_those_of_the_figures(load):
    report = json.loads((ROOT / "benchmarks" / "held_out.json").read_text(encoding="utf-8"))
    written = (ROOT / "docs" / "tolerance.md").read_text(encoding="utf-8")
    assert load("tables").with_tables(written, "held out", load("held_out_tables").tables(report)) == written
