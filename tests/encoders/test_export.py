import subprocess
import sys

import numpy as np
import pytest

from echo_iad.encoders import export
from echo_iad.encoders.cards import read_card
from echo_iad.encoders.catalog import load_image_encoder, load_text_encoder
from echo_iad.encoders.export import export_encoder
from echo_iad.errors import ContractError, MissingExtraError, MissingModelError, UnknownNameError
from echo_iad.testing.encoders import TEXTS, check_image_encoder, check_text_encoder, sample_pictures

WITHOUT_TORCH = """
import sys
for name in ("torch", "transformers", "onnx", "onnxscript", "huggingface_hub"):
    sys.modules[name] = None
from echo_iad.encoders.catalog import load_image_encoder, load_text_encoder
from echo_iad.testing.encoders import sample_pictures
encoding = load_image_encoder("clip", sys.argv[1]).encode_images(sample_pictures())[0]
vectors = load_text_encoder("clip", sys.argv[1]).encode_texts(["scratch"])
print(encoding.vector.shape, encoding.levels[0].shape, vectors.shape)
"""


@pytest.mark.parametrize("name", ["clip", "dinov2"])
def test_an_exported_image_encoder_equals_its_checkpoint(name, request):
    torch_one = load_image_encoder(name, str(request.getfixturevalue(f"{name}_folder")))
    onnx_one = load_image_encoder(name, str(request.getfixturevalue(f"{name}_export")))
    check_image_encoder(onnx_one)
    assert onnx_one.id == torch_one.id
    pictures = sample_pictures()
    for one, other in zip(onnx_one.encode_images(pictures), torch_one.encode_images(pictures), strict=True):
        np.testing.assert_allclose(one.vector, other.vector, atol=1e-4)
        np.testing.assert_allclose(one.levels[0], other.levels[0], atol=1e-4 * np.abs(other.levels[0]).max())


def test_an_exported_text_encoder_equals_its_checkpoint(clip_folder, clip_export):
    torch_one, onnx_one = (load_text_encoder("clip", str(folder)) for folder in (clip_folder, clip_export))
    check_text_encoder(onnx_one)
    assert onnx_one.id == torch_one.id
    np.testing.assert_allclose(onnx_one.encode_texts(TEXTS), torch_one.encode_texts(TEXTS), atol=1e-4)


def test_an_export_needs_no_torch(clip_export):
    command = [sys.executable, "-c", WITHOUT_TORCH, str(clip_export)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "(512,) (14, 14, 32) (1, 512)"


def test_the_card_tells_the_origin_and_the_fidelity(clip_folder, clip_export):
    card = read_card(clip_export)
    assert sorted(card.files) == ["image.onnx", "text.onnx", "tokenizer.json"]
    assert card.name == str(clip_folder)
    assert all(0 <= value <= export.FIDELITY for value in card.fidelity.values())
    assert card.image.weights_sha256 == card.text.weights_sha256
    assert card.image.weights_sha256 in card.origin


def test_an_export_holds_no_path_of_the_exporting_machine(dinov2_export):
    content = (dinov2_export / "image.onnx").read_bytes()
    assert b"site-packages" not in content
    assert b".py" not in content


def test_one_encoder_s_export_is_not_taken_for_another_s(clip_export, dinov2_export):
    with pytest.raises(MissingModelError, match=r"holds no image encoder 'dinov2'.* of encoder clip"):
        load_image_encoder("dinov2", str(clip_export))
    with pytest.raises(MissingModelError, match=r"holds no text encoder 'clip'.* of encoder dinov2"):
        load_text_encoder("clip", str(dinov2_export))


def test_an_export_that_strays_is_refused_and_leaves_no_card(clip_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "FIDELITY", -1.0)
    with pytest.raises(ContractError, match="strays from torch"):
        export_encoder("clip", str(clip_folder), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_edge_needs_no_export():
    with pytest.raises(UnknownNameError, match=r"Unknown exportable encoder 'edge'.*Known: clip, dinov2"):
        export_encoder("edge", "", "anywhere")


def test_exporting_without_the_extra_names_it(dinov2_folder, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'echo-iad\[export\]'"):
        export_encoder("dinov2", str(dinov2_folder), tmp_path / "out")
