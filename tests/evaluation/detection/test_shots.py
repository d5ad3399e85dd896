"""Few normals: what is drawn, and that all of them give the plain run."""

from __future__ import annotations

import shutil

import pytest

from echo_iad.evaluation.detection.figures import MEASURES
from echo_iad.evaluation.detection.folders import read_parts_folder
from echo_iad.evaluation.detection.run import ObjectResult, Way, measure_objects
from echo_iad.evaluation.detection.shots import ShotPlan
from echo_iad.samples import sample_parts
from echo_iad.settings import load_profile

NORMALS = 6


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Six good parts and a few test parts of a sample product, one of them no picture."""
    root = tmp_path_factory.mktemp("few")
    source = sample_parts() / "woven_fabric"
    for name in [f"train/good/{number:03}.jpg" for number in range(NORMALS)]:
        (root / "fabric" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, root / "fabric" / name)
    for kind in ("good", "hole", "stain"):
        shutil.copytree(source / "test" / kind, root / "fabric" / "test" / kind)
    shutil.copytree(source / "ground_truth", root / "fabric" / "ground_truth")
    (root / "fabric" / "test" / "hole" / "broken.jpg").write_bytes(b"no picture")
    return root


@pytest.fixture(scope="module")
def measure(small):
    def run(*counts, repeats=2):
        way = Way(load_profile("edge"), 0.05, ShotPlan(counts, repeats))
        (found,) = measure_objects(read_parts_folder(small), way)
        assert isinstance(found, ObjectResult)
        return found

    return run


@pytest.fixture(scope="module")
def measured(measure):
    return measure(1, 2, NORMALS, 50)


def test_all_normals_give_the_figures_of_the_plain_run(measured):
    (everything,) = [shot for shot in measured.shots if shot.normals == NORMALS]
    assert everything.draws == 1
    plain = measured.figures.named()
    assert plain["aupro"] is not None
    assert {name: spread.mean for name, spread in everything.measures} == plain
    assert {spread.std for _, spread in everything.measures} == {0.0}


def test_few_normals_are_drawn_again_and_again_and_more_than_there_are_is_said(measured):
    assert [(shot.normals, shot.draws) for shot in measured.shots] == [(1, 2), (2, 2), (NORMALS, 1)]
    assert f"50 normals were asked for, and there are {NORMALS}." in measured.notes
    assert tuple(name for name, _ in measured.shots[0].measures) == MEASURES
    assert any(spread.std > 0 for _, spread in measured.shots[0].measures)


def test_the_same_seed_draws_the_same(measured, measure):
    assert measure(2).shots == measured.shots[1:2]


def test_a_part_that_fails_is_wrong_in_every_draw(measured):
    spreads = dict(measured.shots[0].measures)
    defective = sum(one.picture.is_defective for one in measured.outcomes)
    assert spreads["miss_rate"].mean >= round(1 / defective, 4)
    assert [one.picture.name for one in measured.failed] == ["broken.jpg"]
    assert any("broken.jpg" in note for note in measured.notes)


@pytest.mark.parametrize("counts", [(0,), (2, 1), (2, 2)])
def test_numbers_must_rise_from_one(counts):
    with pytest.raises(ValueError, match="rise"):
        ShotPlan(counts)
