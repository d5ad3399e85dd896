"""Painted defects: every kind shows on a sample part, stays on the part, and comes out the same again."""

import importlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from echo_iad.deciders.embedded.kind_words import KINDS
from echo_iad.samples import sample_parts

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def painting():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "tools"))
        yield importlib.import_module("painted_kinds")


@pytest.fixture(scope="module")
def part():
    path = next(iter(sorted((sample_parts() / "printed_cap" / "train" / "good").iterdir())))
    return np.asarray(Image.open(path).convert("RGB").resize((160, 160)))


def painted(painting, part, kind):
    tries = (painting.paint(part, kind, np.random.default_rng(seed)) for seed in range(8))
    return next(filter(None, tries))


def test_a_painter_for_every_kind(painting):
    assert set(painting.PAINTERS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_mask_says_where_the_picture_changed(painting, part, kind):
    new, mask = painted(painting, part, kind)
    difference = np.abs(new.astype(float) - part).mean(axis=2)
    assert new.shape == part.shape
    assert 0 < mask.mean() < 0.5
    assert difference[mask].mean() > 3 * difference[~mask].mean()


def test_the_same_seed_paints_the_same(painting, part):
    first, again = (painting.paint(part, "stain", np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first[0], again[0])
