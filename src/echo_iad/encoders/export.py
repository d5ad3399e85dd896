"""Torch encoders to ONNX, so that a station needs no torch. Needs the extra ``export``; imported only by who exports.

An export keeps the identity of its checkpoint (`EncoderId`), so a memory made with one goes on with the other.
That holds because an export that strays further than `FIDELITY` from torch is refused.
"""

from __future__ import annotations

import hashlib
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echo_iad.encoders import clip, dinov2
from echo_iad.encoders.cards import IMAGE_FILE, TEXT_FILE, TOKENIZER_FILE, ModelCard
from echo_iad.encoders.checkpoints import Checkpoint
from echo_iad.encoders.prepared import ImagePart, TextPart
from echo_iad.encoders.sessions import open_session
from echo_iad.errors import ContractError, MissingExtraError, UnknownNameError

if TYPE_CHECKING:
    import onnx
    import torch

OPSET = 18
FIDELITY = 1e-4
"""Greatest difference to torch that an export may have, relative to the greatest value of the output."""
ASK_ORIGIN = "see the origin's own model card"


def export_encoder(name: str, model: str, folder: Path) -> Path:
    """Export a checkpoint to a folder that needs no torch.

    Parameters
    ----------
    name : str
        ``clip`` or ``dinov2``.
    model : str
        Hub name or local folder of the checkpoint; empty = the encoder's default.
    folder : Path
        Where to write ``image.onnx``, for CLIP ``text.onnx`` and ``tokenizer.json``, and ``card.json``.

    Returns
    -------
    Path
        The folder: what ``load_image_encoder(name, str(folder))`` takes.

    Raises
    ------
    UnknownNameError
        This encoder cannot be exported.
    MissingExtraError, MissingModelError
        What the export needs is not here.
    ContractError
        The export strays from torch.
    """
    if name not in EXPORTERS:
        kind = "exportable encoder"
        raise UnknownNameError(kind, name, EXPORTERS)
    checkpoint, image, text = EXPORTERS[name](model)
    folder.mkdir(parents=True, exist_ok=True)
    fidelity = {"image_relative_difference": _export_image(image, folder / IMAGE_FILE)}
    written = [IMAGE_FILE]
    if text is not None:
        fidelity["text_relative_difference"] = _export_text(text, folder / TEXT_FILE)
        (folder / TOKENIZER_FILE).write_text(text.tokenizer, encoding="utf-8")
        written += [TEXT_FILE, TOKENIZER_FILE]
    ModelCard(
        name=checkpoint.model,
        origin=f"{checkpoint.model}, SHA-256 of its safetensors {checkpoint.weights_sha256}",
        licence=ASK_ORIGIN,
        training_data=ASK_ORIGIN,
        files={file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in written},
        fidelity=fidelity,
        image=image.identity,
        text=text.identity if text is not None else None,
        picture=image.preparation,
        max_tokens=text.max_tokens if text is not None else None,
    ).write(folder)
    return folder


def _clip(model: str) -> tuple[Checkpoint, ImagePart, TextPart | None]:
    checkpoint = clip.open_checkpoint(model)
    return checkpoint, clip.image_part(checkpoint), clip.text_part(checkpoint)


def _dinov2(model: str) -> tuple[Checkpoint, ImagePart, TextPart | None]:
    checkpoint = dinov2.open_checkpoint(model)
    return checkpoint, dinov2.image_part(checkpoint), None


EXPORTERS: Mapping[str, Callable[[str], tuple[Checkpoint, ImagePart, TextPart | None]]] = {
    "clip": _clip,
    "dinov2": _dinov2,
}


def _export_image(part: ImagePart, file: Path) -> float:
    side = part.preparation.side
    pixels = np.random.default_rng(0).normal(size=(3, 3, side, side)).astype(np.float32)
    return _export(part.module, {"pixels": pixels}, {"pixels": 1}, ["vector", "patches"], file)


def _export_text(part: TextPart, file: Path) -> float:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(part.tokenizer)
    tokenizer.enable_padding()
    tokenizer.enable_truncation(part.max_tokens)
    encodings = tokenizer.encode_batch(["scratch", "a photo of a good part", "The surface is clean and even."])
    inputs = {
        "input_ids": np.array([encoding.ids for encoding in encodings], dtype=np.int64),
        "attention_mask": np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64),
    }
    return _export(part.module, inputs, dict.fromkeys(inputs, 2), ["vector"], file)


def _export(
    module: Any, inputs: Mapping[str, NDArray[Any]], axes: Mapping[str, int], outputs: Sequence[str], file: Path
) -> float:
    import torch

    tensors = {name: torch.from_numpy(array) for name, array in inputs.items()}
    file.write_bytes(export_graph(module, tensors, axes, outputs).SerializeToString(deterministic=True))
    with torch.inference_mode():
        answer = module(*tensors.values())
    wanted = [answer] if len(outputs) == 1 else list(answer)
    got = open_session(file).run(list(outputs), dict(inputs))
    worst = max(_stray(one, other.numpy()) for one, other in zip(got, wanted, strict=True))
    if worst > FIDELITY:
        file.unlink()
        msg = f"The export to {file} strays from torch by {worst:.2g}; at most {FIDELITY:g} is allowed."
        raise ContractError(msg)
    return worst


def _stray(got: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    return float(np.abs(got - wanted).max() / np.abs(wanted).max())


def export_graph(
    tower: torch.nn.Module, inputs: Mapping[str, torch.Tensor], axes: Mapping[str, int], outputs: Sequence[str]
) -> onnx.ModelProto:
    """Trace ``tower`` into an ONNX graph.

    Parameters
    ----------
    tower : torch module
        Called with the inputs in order.
    inputs : mapping of str to tensor
        Name -> an example; every dynamic axis must be longer than 1 in it, and no tensor may stand there twice.
    axes : mapping of str to int
        Name of an input -> how many of its leading axes may vary.
    outputs : sequence of str
        Names of what ``tower`` returns, in order.

    Returns
    -------
    onnx.ModelProto
        Free of the exporter's notes (they hold paths of the exporting machine).

    Raises
    ------
    MissingExtraError
        ``onnx`` or ``onnxscript`` is not installed.
    """
    try:
        import onnx
        import onnxscript  # noqa: F401  # torch.onnx needs it and says so less clearly
        import torch
    except ImportError as fault:
        feature = "Exporting an encoder"
        raise MissingExtraError(feature, "export") from fault
    dynamic = torch.export.Dim.DYNAMIC
    shapes = tuple(dict.fromkeys(range(axes[name]), dynamic) for name in inputs)
    with _quiet():
        program = torch.onnx.export(
            tower.eval(),
            tuple(inputs.values()),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=shapes,
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    model: onnx.ModelProto = program.model_proto
    _strip_notes(model)
    onnx.checker.check_model(model)
    return model


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what the exporter says about its own internals; its errors still come through."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


def _strip_notes(model: onnx.ModelProto) -> None:
    graph = model.graph
    model.ClearField("metadata_props")
    model.ClearField("doc_string")
    for item in (graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        item.ClearField("metadata_props")
        item.ClearField("doc_string")
    graph.ClearField("value_info")
