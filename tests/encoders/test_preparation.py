import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from echo_iad.encoders.preparation import PicturePreparation, read_preparation
from echo_iad.errors import MissingModelError

CLIP = PicturePreparation(224, 224, (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
DINOV2 = PicturePreparation(256, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@pytest.mark.parametrize("preparation", [CLIP, DINOV2])
@pytest.mark.parametrize("shape", [(300, 500), (501, 333), (224, 224), (40, 90), (1, 1), (700, 100)])
def test_it_prepares_as_transformers_does(preparation, shape):
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    pixels = np.random.default_rng(shape).integers(0, 256, (*shape, 3), dtype=np.uint8)
    side = {"height": preparation.side, "width": preparation.side}
    processor = CLIPImageProcessorPil(
        size={"shortest_edge": preparation.shortest_edge},
        crop_size=side,
        image_mean=preparation.mean,
        image_std=preparation.std,
        resample=preparation.resample,
    )
    wanted = processor(Image.fromarray(pixels), return_tensors="np")["pixel_values"][0]
    np.testing.assert_allclose(preparation.apply(pixels), wanted, atol=1e-5)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 400), st.integers(1, 400))
def test_any_size_becomes_the_square(height, width):
    prepared = PicturePreparation(32, 24, (0, 0, 0), (1, 1, 1)).apply(np.full((height, width, 3), 51, np.uint8))
    assert prepared.shape == (3, 24, 24)
    assert prepared.dtype == np.float32
    np.testing.assert_allclose(prepared, 0.2, atol=1e-6)


def test_a_very_long_picture_costs_no_more_than_its_middle():
    stripe = np.full((2, 60_000, 3), 9, np.uint8)
    stripe[:, 29_000:31_000] = 200
    assert CLIP.apply(stripe).min() > 1


def write(folder, name, **settings):
    (folder / name).write_text(json.dumps(settings))


NUMBERS = {"image_mean": [0.5, 0.4, 0.3], "image_std": [0.1, 0.2, 0.3]}


@pytest.mark.parametrize(
    "sizes",
    [
        {"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}},
        {"size": 256, "crop_size": 224},
    ],
)
def test_old_and_new_forms_of_the_file_are_read(tmp_path, sizes):
    write(tmp_path, "preprocessor_config.json", **sizes, **NUMBERS, resample=2)
    assert read_preparation(tmp_path) == PicturePreparation(256, 224, (0.5, 0.4, 0.3), (0.1, 0.2, 0.3), 2)


def test_a_processor_s_own_file_is_read_too(tmp_path):
    write(tmp_path, "processor_config.json", image_processor={"size": 256, "crop_size": 224, **NUMBERS})
    assert read_preparation(tmp_path).shortest_edge == 256


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"size": {"height": 224, "width": 224}, "crop_size": 224, **NUMBERS}, "shortest_edge"),
        ({"size": 256, "crop_size": {"height": 224, "width": 200}, **NUMBERS}, "no square"),
        ({"size": 200, "crop_size": 224, **NUMBERS}, "must be 1 to shortest_edge"),
        ({"size": 256, "crop_size": 224, "image_mean": [0.5], "image_std": [0.5]}, "not enough values"),
        ({"size": 256, "crop_size": 224, "image_mean": [0, 0, 0], "image_std": [1, 0, 1]}, "must be positive"),
        ({"size": 256, "crop_size": 224, **NUMBERS, "resample": 77}, "77 is not a valid Resampling"),
    ],
)
def test_other_steps_are_refused(tmp_path, settings, fault):
    write(tmp_path, "preprocessor_config.json", **settings)
    with pytest.raises(MissingModelError, match=f"cannot be used: .*{fault}.*Allowed: size.shortest_edge"):
        read_preparation(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MissingModelError, match=r"has no preprocessor_config.json"):
        read_preparation(tmp_path)
