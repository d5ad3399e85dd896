import json
import re
import shutil
import subprocess
import sys

import pytest

from echo_iad.encoders.catalog import load_image_encoder, load_text_encoder
from echo_iad.encoders.checkpoints import find_checkpoint, is_here
from echo_iad.errors import MissingExtraError, MissingModelError


@pytest.fixture
def empty_cache(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")


@pytest.fixture
def clip_copy(clip_folder, tmp_path):
    return shutil.copytree(clip_folder, tmp_path / "checkpoint")


def find(folder, **changes):
    return find_checkpoint("clip", str(folder), **({"architecture": "clip", "files": ("tokenizer.json",)} | changes))


@pytest.mark.usefixtures("empty_cache")
def test_a_checkpoint_that_is_not_here_names_the_command_that_gets_it():
    with pytest.raises(MissingModelError) as caught:
        load_image_encoder("clip")
    assert str(caught.value).endswith(
        "Download it with: hf download openai/clip-vit-base-patch16 --include '*.json' --include '*.safetensors'"
    )
    with pytest.raises(MissingModelError, match="hf download facebook/dinov2-small --include"):
        load_image_encoder("dinov2")


@pytest.mark.usefixtures("empty_cache")
@pytest.mark.parametrize("model", ["no/such", "/no/such/folder", "a/b/c", "not a name"])
def test_what_is_neither_a_folder_nor_a_name_is_refused(model):
    with pytest.raises(MissingModelError, match="no such folder, and no such name"):
        load_text_encoder("clip", model)


def test_a_checkpoint_in_the_cache_is_found_by_its_name(clip_folder, monkeypatch, tmp_path):
    snapshot = tmp_path / "models--some--clip" / "snapshots" / "0123"
    shutil.copytree(clip_folder, snapshot)
    refs = tmp_path / "models--some--clip" / "refs"
    refs.mkdir()
    (refs / "main").write_text("0123")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert is_here("some/clip")
    assert not is_here("some/other")
    assert find("some/clip").folder == snapshot
    assert find("some/clip").weights_sha256 == find(clip_folder).weights_sha256


def test_other_weights_are_another_encoder(clip_copy, clip_folder):
    weights = clip_copy / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert find(clip_copy).weights_sha256 != find(clip_folder).weights_sha256


def test_a_folder_that_is_no_checkpoint_is_refused(tmp_path):
    with pytest.raises(MissingModelError, match=r"is no checkpoint for encoder 'clip': no config.json"):
        find(tmp_path)


@pytest.mark.parametrize("content", ["{", "[1, 2]"])
def test_a_broken_configuration_is_named(clip_copy, content):
    (clip_copy / "config.json").write_text(content)
    with pytest.raises(MissingModelError, match=r"config.json of encoder 'clip' cannot be read"):
        find(clip_copy)


def test_another_architecture_is_refused(dinov2_folder):
    with pytest.raises(MissingModelError, match=r"needs a checkpoint of type 'clip'. .* is of type 'dinov2'"):
        find(dinov2_folder)


def test_what_a_checkpoint_lacks_is_named(clip_copy):
    (clip_copy / "tokenizer.json").unlink()
    with pytest.raises(MissingModelError, match=r"lacks tokenizer.json in .*Download it with: hf download"):
        find(clip_copy)


def test_pickled_weights_are_refused_and_the_cure_works(clip_folder, tmp_path):
    import torch
    from transformers import AutoModel

    folder = tmp_path / "pickled"
    shutil.copytree(clip_folder, folder)
    (folder / "model.safetensors").unlink()
    torch.save(AutoModel.from_pretrained(clip_folder).state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(MissingModelError, match="Echo loads no pickle") as caught:
        find(folder)
    code = re.search(r'python -c "(.*)"$', str(caught.value)).group(1)
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120, capture_output=True)
    assert load_text_encoder("clip", str(folder)).encode_texts(["scratch"]).shape == (1, 512)


def test_weights_that_are_missing_are_never_made_up(clip_copy):
    from safetensors.torch import load_file, save_file

    weights = load_file(clip_copy / "model.safetensors")
    del weights["visual_projection.weight"]
    save_file(weights, clip_copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(MissingModelError, match=r"1 weights are missing .* the first is visual_projection.weight"):
        load_image_encoder("clip", str(clip_copy))


def test_a_truncated_weights_file_is_refused(clip_copy):
    weights = clip_copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(MissingModelError, match="cannot be loaded as CLIPModel"):
        load_image_encoder("clip", str(clip_copy))


def test_a_preparation_of_another_size_is_refused(clip_copy):
    path = clip_copy / "preprocessor_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"crop_size": 192}))
    with pytest.raises(MissingModelError, match=r"takes pictures of 224 pixels, but .* crops to 192"):
        load_image_encoder("clip", str(clip_copy))


@pytest.mark.parametrize("library", ["torch", "transformers"])
def test_without_the_extra_the_command_that_installs_it_is_named(clip_folder, monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, "echo_iad.encoders.towers", raising=False)
    with pytest.raises(MissingExtraError, match=r"'clip' .* pip install 'echo-iad\[clip\]'"):
        load_image_encoder("clip", str(clip_folder))


def test_without_the_extra_a_hub_name_asks_for_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'echo-iad\[clip\]'"):
        load_image_encoder("dinov2")
    assert not is_here("facebook/dinov2-small")
