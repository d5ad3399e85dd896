from dataclasses import replace

import numpy as np
import pytest

from echo_iad.domain.parts import Picture
from echo_iad.prompts.pictures import query_part, reference_parts


def original(level, side=300):
    return Picture(np.full((side, side, 3), level, np.uint8), side, side, "good.png", "cd" * 32)


def shown(evidence, *originals, max_side=200):
    """Grey level and height of each reference as a model is shown it."""
    parts = reference_parts(evidence, replace(evidence.exhibits, originals=originals), max_side)
    return [(round(float(part.pixels.mean()), -1), part.pixels.shape[0]) for part in parts]


def test_a_reference_is_shown_from_its_own_file_where_there_is_one(scene):
    assert shown(scene(shots=3), original(150), None, original(170)) == [(150, 200), (20, 60), (170, 200)]


def test_without_files_the_previews_are_shown(scene):
    assert shown(scene(shots=2)) == [(10, 60), (20, 60)]


def test_no_original_is_made_larger_than_it_is(scene):
    assert shown(scene(), original(150, side=80), max_side=1024) == [(150, 80)]


def test_a_preview_that_is_damaged_does_not_matter_beside_its_file(scene):
    evidence = scene()
    damaged = replace(evidence, exhibits=replace(evidence.exhibits, references=(b"no picture",)))
    assert shown(damaged, original(150)) == [(150, 200)]


def test_each_reference_needs_its_picture(scene):
    with pytest.raises(ValueError, match="shorter"):
        shown(scene(shots=2), original(150))


def test_the_query_keeps_its_name(scene):
    part = query_part(scene().exhibits, 45)
    assert (part.pixels.shape, part.label, part.path, part.sha256) == ((30, 45, 3), "query", "new/7.jpg", "ab" * 32)
