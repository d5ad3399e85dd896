"""The rule for unknown parts: on drawn numbers, on the sample parts, and on photographs where they are at hand."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from echo_iad.encoders.catalog import load_image_encoder
from echo_iad.images.loading import find_pictures, load_picture
from echo_iad.memory.recognition import KNOWN_SHARE, NO_OTHER, SINGLE_OWN, Candidate, Spread, match, measure_spread
from echo_iad.memory.retriever import Retriever
from echo_iad.memory.store import Memory

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "src" / "echo_iad" / "assets" / "samples" / "parts"
DATA = ROOT.parent / "shared" / "data"

NONE = np.empty((0, 4), np.float32)


def test_the_spread_is_measured_on_the_object_itself():
    vectors = np.array([[1, 0, 0, 0], [0.8, 0.6, 0, 0], [0, 0, 1, 0]], np.float32)
    spread = measure_spread(vectors, NONE)
    assert spread.own == pytest.approx(0.8)
    assert spread.unrelated == pytest.approx((1 + 1.4**2 + 1) / 3 / 4)
    assert measure_spread(vectors[:1], NONE).own == SINGLE_OWN


def test_enrolled_objects_tell_what_is_unrelated():
    vectors = np.array([[1, 0, 0, 0], [1, 0, 0, 0]], np.float32)
    others = np.array([[0.7, 0, 0, 0], [0.5, 0.5, 0, 0]], np.float32)
    assert measure_spread(vectors, others).unrelated == pytest.approx((2 * 0.25 + 0.7 + 0.5) / 4)


def test_large_objects_are_measured_on_some_of_their_normals():
    vectors = np.tile(np.eye(4, dtype=np.float32), (1500, 1))
    assert measure_spread(vectors, NONE).own == pytest.approx(1.0)


def test_a_part_is_known_from_the_share_on():
    spread = Spread(own=0.9, unrelated=0.1)
    least = 0.1 + KNOWN_SHARE * 0.8
    for similarity, shift, name in [
        (least + 0.01, 0.0, "gear"),
        (least - 0.01, 0.0, None),
        (least + 0.01, 0.05, None),
        (least - 0.01, -0.05, "gear"),
    ]:
        assert match(Candidate("gear", similarity), None, spread, shift).name == name


def test_the_margin_is_to_the_nearest_other_object():
    spread = Spread(own=0.9, unrelated=0.1)
    found = match(Candidate("gear", 0.9), Candidate("washer", 0.7), spread, 0.0)
    assert (found.name, found.similarity, found.margin) == ("gear", 0.9, pytest.approx(0.2))
    assert match(Candidate("gear", 0.9), None, spread, 0.0).margin == NO_OTHER
    assert "0.56" in found.reason


def parts(root, *, normals, tested):
    """For each object in MVTec layout: paths of some normals, of some good and some defective parts."""
    chosen = {}
    for folder in sorted(path for path in root.iterdir() if (path / "train").is_dir()):
        defects = sorted(path for path in (folder / "test").iterdir() if path.is_dir() and path.name != "good")
        bad = [picture for kind in defects for picture in find_pictures(kind)[:tested]]
        good = find_pictures(folder / "test" / "good")[:tested] if (folder / "test" / "good").is_dir() else []
        chosen[folder.name] = find_pictures(folder / "train" / "good")[:normals], good, bad
    return chosen


@pytest.fixture(scope="module")
def encoder():
    return load_image_encoder("edge")


@pytest.fixture
def names_of(encoder, encoders, make_normal, settings, tmp_path_factory):
    """Function that enrols objects' normals and gives the name recognised for each query."""
    known = {}

    def vector_of(path):
        if path not in known:
            known[path] = encoder.encode_images([load_picture(path, at_least=320)])[0].vector
        return known[path]

    def recognise(enrolled, queries):
        with Memory.open(tmp_path_factory.mktemp("memory"), create=True) as memory:
            memory.bind(encoder.id, encoders[1])
            for name, paths in enrolled.items():
                memory.add([make_normal(name, at, vector=vector_of(path)) for at, path in enumerate(paths)])
            retriever = Retriever(memory, settings, seed=0)
            return [retriever.recognise(vector_of(path)).name for path in queries]

    return recognise


def assert_recognised(chosen, names_of):
    """Every object among the others, left out, and enrolled alone."""
    normals = {name: paths for name, (paths, _, _) in chosen.items()}
    for name, (own, good, bad) in chosen.items():
        tested, others = good + bad, [path for other in chosen if other != name for path in normals[other]]
        assert names_of(normals, tested) == [name] * len(tested)
        assert names_of({name: own}, tested + others) == [name] * len(tested) + [None] * len(others)
        rest = {other: paths for other, paths in normals.items() if other != name}
        assert names_of(rest, own + tested) == [None] * len(own + tested)


def test_sample_parts_are_recognised_and_foreign_ones_unknown(names_of):
    assert_recognised(parts(SAMPLES, normals=6, tested=2), names_of)


def test_photographs_are_recognised_and_foreign_ones_unknown(names_of, tmp_path):
    if not (DATA / "as_mvtec.py").is_file():
        pytest.skip("no photographs at ../shared/data")
    subprocess.run([sys.executable, DATA / "as_mvtec.py", tmp_path], check=True)
    assert_recognised(parts(tmp_path, normals=8, tested=4), names_of)
