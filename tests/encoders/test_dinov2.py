import numpy as np

from echo_iad.encoders import dinov2
from echo_iad.encoders.preparation import read_preparation
from echo_iad.testing.encoders import sample_pictures


def test_the_vector_is_the_class_token_and_the_level_the_patches(dinov2_folder):
    import torch
    from transformers import Dinov2Model

    model = Dinov2Model.from_pretrained(dinov2_folder).eval()
    pictures = sample_pictures()
    pixels = np.stack([read_preparation(dinov2_folder).apply(picture.pixels) for picture in pictures])
    with torch.inference_mode():
        tokens = model(torch.from_numpy(pixels)).last_hidden_state.numpy()
    encodings = dinov2.load_image_encoder(str(dinov2_folder)).encode_images(pictures)
    for encoding, wanted in zip(encodings, tokens, strict=True):
        np.testing.assert_allclose(encoding.vector, wanted[0] / np.linalg.norm(wanted[0]), atol=1e-5)
        np.testing.assert_allclose(encoding.levels[0].reshape(256, 48), wanted[1:], atol=1e-4)


def test_its_space_is_its_own(dinov2_folder):
    identity = dinov2.load_image_encoder(str(dinov2_folder)).id
    assert identity.space == f"dinov2-{identity.weights_sha256[:16]}"
    assert identity.dimension == 48
