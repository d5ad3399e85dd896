import json
import shutil

import numpy as np
import pytest
from PIL import Image

from echo_iad.encoders import clip
from echo_iad.errors import MissingModelError
from echo_iad.testing.encoders import TEXTS, sample_pictures


@pytest.fixture(scope="module")
def model(clip_folder):
    from transformers import CLIPModel

    return CLIPModel.from_pretrained(clip_folder).eval()


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def test_a_picture_s_vector_is_what_transformers_computes(clip_folder, model):
    import torch
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    pictures = [
        picture for picture in sample_pictures() if max(picture.pixels.shape) < 4 * min(picture.pixels.shape[:2])
    ]
    pixels = CLIPImageProcessorPil()([Image.fromarray(p.pixels) for p in pictures], return_tensors="pt")["pixel_values"]
    with torch.inference_mode():
        output = model.get_image_features(pixels)
    encodings = clip.load_image_encoder(str(clip_folder)).encode_images(pictures)
    for encoding, vector, tokens in zip(encodings, output.pooler_output, output.last_hidden_state, strict=True):
        np.testing.assert_allclose(encoding.vector, unit(vector.numpy()), atol=1e-5)
        np.testing.assert_allclose(encoding.levels[0].reshape(196, 32), tokens[1:].numpy(), atol=1e-4)


def test_a_text_s_vector_is_what_transformers_computes(clip_folder, model):
    import torch
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(clip_folder / "tokenizer.json"))
    tokenizer.enable_truncation(77)
    vectors = clip.load_text_encoder(str(clip_folder)).encode_texts(TEXTS)
    for text, vector in zip(TEXTS, vectors, strict=True):
        with torch.inference_mode():
            wanted = model.get_text_features(torch.tensor([tokenizer.encode(text).ids])).pooler_output[0].numpy()
        np.testing.assert_allclose(vector, unit(wanted), atol=1e-5)


def test_both_towers_share_a_space_of_512_numbers(clip_folder):
    image, text = clip.load_image_encoder(str(clip_folder)).id, clip.load_text_encoder(str(clip_folder)).id
    assert image.space == text.space
    assert (image.dimension, text.dimension) == (512, 512)
    assert image.preparation != text.preparation


def test_a_long_text_keeps_its_end_token(clip_folder):
    words = "a scratch " * 200
    whole, longer = clip.load_text_encoder(str(clip_folder)).encode_texts([words, words + "on the housing"])
    np.testing.assert_allclose(whole, longer, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda content: json.dumps(json.loads(content) | {"post_processor": None}), "adds no start and end tokens"),
        (lambda content: content[:-9], "cannot be read"),
    ],
)
def test_a_tokenizer_that_would_mislead_the_text_tower_is_refused(clip_folder, tmp_path, change, fault):
    folder = shutil.copytree(clip_folder, tmp_path / "checkpoint")
    path = folder / "tokenizer.json"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(MissingModelError, match=f"{fault}.*Download it again"):
        clip.load_text_encoder(str(folder))
