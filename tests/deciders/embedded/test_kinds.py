import math
from dataclasses import replace

import numpy as np
import pytest

from echo_iad.deciders.embedded.kind_words import (
    KINDS,
    MEANINGS,
    NAMES,
    generality,
    kind_shares,
    wholesomeness,
)
from echo_iad.deciders.embedded.kinds import FEATURES, kind_chances, kind_fit, region_looks
from echo_iad.domain.evidence import CloseUp

LINE = CloseUp(
    area_fraction=0.003,
    length_over_width=12.0,
    patches=1,
    raggedness=4.0,
    lightness=-25.0,
    colour_shift=2.0,
    foreignness=8.0,
    sharpness=10.0,
    roughness=0.8,
    at_outline=0.0,
    lightest=55.0,
    darkest=8.0,
    coarse_colour_shift=0.7,
    coarse_contrast=0.7,
    coarse_elongation=4.0,
    coarse_fullness=0.9,
)
"""A dark, thin, ragged line."""
BLOT = replace(
    LINE,
    length_over_width=1.5,
    raggedness=1.1,
    lightness=0.0,
    colour_shift=40.0,
    foreignness=25.0,
    sharpness=2.5,
    roughness=-0.3,
    coarse_colour_shift=25.0,
    coarse_contrast=10.0,
    coarse_elongation=1.3,
)
"""A round blot of another colour."""
SPOT = replace(
    LINE,
    length_over_width=1.1,
    raggedness=0.8,
    lightness=-50.0,
    foreignness=30.0,
    lightest=22.0,
    darkest=4.0,
    coarse_elongation=1.1,
)
"""A sharp dark round spot."""


@pytest.fixture
def chances(make):
    def of(seen):
        brightness, hue, texture = 0.5 * seen.lightness, 0.5 * seen.colour_shift, 0.3 * seen.roughness
        change = replace(make.change(), brightness=brightness, hue=hue, texture=texture, saturation=0.5 * hue)
        region = make.region(area=0.01, change=replace(change, close_up=seen))
        return kind_chances(region, 0.5)

    return of


@pytest.mark.parametrize(
    ("seen", "likely", "unlikely"),
    [(LINE, "crack", "stain"), (BLOT, "stain", "crack"), (SPOT, "hole", "fold")],
)
def test_looks_choose_the_kind(chances, seen, likely, unlikely):
    found = chances(seen)
    assert found.sum() == pytest.approx(1.0)
    assert found[KINDS.index(likely)] > 2 / len(KINDS)
    assert found[KINDS.index(unlikely)] < 1 / len(KINDS)


@pytest.mark.parametrize(
    ("seen", "right"), [(LINE, "Hairline crack."), (BLOT, "A colour stain."), (SPOT, "A pinhole.")]
)
def test_looks_choose_the_name(chances, seen, right):
    names = ["Hairline crack.", "A colour stain.", "A pinhole.", "Incorrect size."]
    assert max(names, key=lambda name: kind_fit(name, chances(seen))) == right


def test_extreme_looks_stay_probabilities(chances):
    found = chances(replace(LINE, length_over_width=1e6, sharpness=1e6, colour_shift=1e6))
    assert np.isfinite(found).all()
    assert found.sum() == pytest.approx(1.0)


def test_a_number_that_is_none_is_refused(chances):
    with pytest.raises(ValueError, match="finite"):
        chances(replace(LINE, sharpness=math.nan))


def test_no_kind_named_or_nothing_seen_is_no_evidence(chances, make):
    assert kind_fit("Incorrect size.", chances(LINE)) == 0.0
    assert kind_fit("A crack.", None) == 0.0
    assert kind_chances(make.region(change=make.change()), 1.0) is None
    assert region_looks(make.region(), 1.0) is None


def test_every_measure_has_a_column(make):
    assert region_looks(make.region(change=replace(make.change(), close_up=LINE)), 1.0).shape == (len(FEATURES),)


def test_names_share_out_kinds_that_exist():
    assert len(KINDS) == len(set(KINDS)) == len(MEANINGS)
    for name, shares in NAMES.items():
        assert set(shares) <= set(KINDS), name
        assert sum(shares.values()) == pytest.approx(1.0), name


def test_either_name_is_one_claim_and_both_are_two():
    either, both = kind_shares("A stain or a crack"), kind_shares("A stained crack")
    assert len(either) == 1
    assert either[0].sum() == pytest.approx(1.0)
    assert len(both) == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("An irregularity on the surface", 0.0),
        ("Some damage", 1.0),
        ("A damaged, irregular area", 1.0),
        ("A rusty irregularity", 0.5),
        ("No anomaly", 0.0),
        ("A texture anomaly", 0.0),
        ("A scratch", 0.0),
    ],
)
def test_what_is_true_of_every_defect(text, value):
    assert generality(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("Uniform and smooth", 1.0), ("Uneven", 0.0), ("Not uniform", 0.0), ("A clean cut", 0.0)]
)
def test_what_no_defect_looks_like(text, value):
    assert wholesomeness(text) == value


def test_a_change_of_colour_seen_on_the_whole_region_counts(make):
    def of_colours(hue):
        change = replace(make.change(), hue=hue, saturation=0.5 * hue, close_up=replace(BLOT, foreignness=12.0))
        found = kind_chances(make.region(area=0.01, change=change), 0.5)
        return sum(found[KINDS.index(kind)] for kind in ("stain", "rust", "fading", "film", "contamination"))

    assert of_colours(20.0) > of_colours(0.5)
