"""The exporter of the shipped encoders, on small networks of the same architectures."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from echo_iad.domain.parts import EncoderId
from echo_iad.encoders.cards import ModelCard, asset_root, read_card
from echo_iad.encoders.export import export_graph

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script():
    """The exporter, importable for these tests only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "tools"))
        yield importlib.import_module("export_encoders")


@pytest.fixture(scope="module")
def text_tower(script):
    """BERT with two narrow layers and a vocabulary large enough to be stored as int8."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=1500,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=16,
        attn_implementation="eager",
    )
    return script.TextTower(BertModel(config, add_pooling_layer=False)).eval()


@pytest.fixture(scope="module")
def text_graph(script, text_tower):
    import torch

    example = torch.ones((2, 7), dtype=torch.int64)
    inputs = {"input_ids": example, "attention_mask": example.clone()}
    return export_graph(text_tower, inputs, dict.fromkeys(inputs, 2), ["vector"])


def batch():
    """Three texts of 9, 5 and 2 tokens, padded."""
    ids = np.random.default_rng(0).integers(1, 1500, (3, 9))
    mask = (np.arange(9)[None] < np.array([[9], [5], [2]])).astype(np.int64)
    return {"input_ids": ids * mask, "attention_mask": mask}


def test_int8_numbers_stay_within_half_a_step(script):
    weights = np.random.default_rng(1).normal(size=(30, 20)).astype(np.float32)
    weights[:, 3] = 0
    numbers, scales = script.quantise(weights, 0)
    assert numbers.dtype == np.int8
    assert scales.shape == (1, 20)
    assert (np.abs(numbers * scales - weights) <= scales / 2 + 1e-7).all()


def test_shrunk_weights_keep_the_vectors(script, text_tower, text_graph):
    import onnx
    import torch

    small = onnx.ModelProto()
    small.CopyFrom(text_graph)
    script.shrink_weights(small)
    assert len(small.SerializeToString()) < 0.4 * len(text_graph.SerializeToString())
    with torch.inference_mode():
        wanted = text_tower(*(torch.from_numpy(array) for array in batch().values())).numpy()
    np.testing.assert_allclose(script.run_graph(text_graph, batch())[0], wanted, atol=1e-5)
    assert ((script.run_graph(small, batch())[0] * wanted).sum(1) > 0.999).all()


def test_with_shrunk_weights_a_text_is_the_same_in_every_batch(script, text_graph):
    import onnx

    small = onnx.ModelProto()
    small.CopyFrom(text_graph)
    script.shrink_weights(small)
    whole = script.run_graph(small, batch())[0]
    for row, length in enumerate((9, 5, 2)):
        alone = {name: array[row : row + 1, :length] for name, array in batch().items()}
        np.testing.assert_allclose(script.run_graph(small, alone)[0][0], whole[row], atol=1e-6)


def test_the_text_tower_pools_the_real_tokens_alone(text_tower):
    import torch

    inputs = [torch.from_numpy(array) for array in batch().values()]
    with torch.inference_mode():
        states = text_tower.bert(input_ids=inputs[0], attention_mask=inputs[1]).last_hidden_state
        vectors = text_tower(*inputs)
    mean = states[1, :5].mean(0)
    np.testing.assert_allclose(vectors[1].numpy(), (mean / mean.norm()).numpy(), atol=1e-5)


@pytest.fixture(scope="module")
def image_tower(script):
    """A network with EfficientNet's parts under their own names: a stem, eleven blocks, a head."""
    import torch
    from torch import nn

    torch.manual_seed(6)
    net = nn.Module()
    net._conv_stem, net._bn0, net._swish = nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.BatchNorm2d(4), nn.ReLU6()
    net._blocks = nn.ModuleList(nn.Conv2d(4, 4, 3, padding=1, stride=2 if n in (1, 3) else 1) for n in range(11))
    net._conv_head, net._bn1 = nn.Conv2d(4, 6, 1), nn.BatchNorm2d(6)
    return script.ImageTower(net).eval()


def test_the_image_tower_hands_out_its_blocks_in_memory_order(image_tower):
    import torch

    with torch.inference_mode():
        vector, *maps = image_tower(torch.zeros((2, 64, 96, 3), dtype=torch.uint8))
    assert vector.shape == (2, 6)
    assert [tuple(level.shape) for level in maps] == [(2, 16, 24, 4)] + [(2, 8, 12, 4)] * 3


def test_the_image_tower_scales_as_it_was_trained(image_tower):
    import torch

    seen = []
    hook = image_tower.net._conv_stem.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    with torch.inference_mode():
        image_tower(torch.tensor([0, 127, 255], dtype=torch.uint8).reshape(1, 1, 3, 1).expand(1, 32, 3, 3))
    hook.remove()
    assert seen[0][0, 0, 0].tolist() == [-127 / 128, 0.0, 1.0]


def test_the_exported_image_graph_is_faithful_at_any_size(script, image_tower):
    import torch

    example = torch.zeros((2, 64, 64, 3), dtype=torch.uint8)
    graph = export_graph(image_tower, {"pixels": example}, {"pixels": 3}, script._image_outputs())
    worst = script.image_fidelity(image_tower, graph)
    assert list(worst) == [f"{name}_max_abs_diff" for name in ("vector", "block2", "block4", "block7", "block10")]
    assert max(worst.values()) < 1e-4


def test_an_encoder_s_folder_is_written_whole(script, tmp_path):
    files = {"text.onnx": b"weights", "tokenizer.json": b"{}"}
    card = ModelCard(
        name="small",
        origin="drawn",
        licence="Apache-2.0",
        training_data="none",
        files=script.digests(files),
        fidelity={"cosine_least": 0.99913},
        text=EncoderId("edge", "ab" * 32, 3, "as it is", "edge-text"),
    )
    script.write(tmp_path / "small", card, files)
    assert read_card(tmp_path / "small") == card
    assert {path.name for path in (tmp_path / "small").iterdir()} == {*files, "LICENSE", "README.md", "card.json"}
    page = (tmp_path / "small" / "README.md").read_text(encoding="utf-8")
    assert "- cosine least: 0.99913" in page
    assert f"| `text.onnx` | 0.0 MB | `{card.files['text.onnx']}` |" in page


@pytest.mark.parametrize("name", ["efficientnet-lite0", "all-minilm-l6-v2"])
def test_the_shipped_pages_say_what_the_cards_say(script, name):
    folder = asset_root() / name
    card = read_card(folder)
    files = {file: (folder / file).read_bytes() for file in card.files}
    assert (folder / "README.md").read_text(encoding="utf-8") == script.readme(card, files)
    assert script.digests(files) == card.files


def test_the_image_encoder_is_known_by_both_of_its_files(script):
    folder = asset_root() / "efficientnet-lite0"
    both = b"".join((folder / name).read_bytes() for name in ("blocks.onnx", "head.onnx"))
    assert read_card(folder).image.weights_sha256 == script.sha256(both)
