"""An image network cut in two, and its head in int8. Knows graphs and arrays; knows no package of weights.

The head makes the vector that tells objects apart and finds references. Nothing is measured with it, so eight bits do
(docs/speed.md); the patch maps before it keep every bit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from onnx.utils import Extractor

_PAIR = 128
"""Most that the magnitudes of two neighbouring weights of one sign may add up to: processors without dot products of
bytes add two products of 255 and a weight in 16 bits, which would overflow beyond it."""


def cut(
    model: onnx.ModelProto, source: str, maps: Sequence[str], border: str, vector: str
) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """Cut a graph at one of its outputs.

    Parameters
    ----------
    model : onnx.ModelProto
    source : str
        Name of its input.
    maps : sequence of str
        Outputs of the first part.
    border : str
        The one of them, ``(n, h, w, c)``, that becomes the input of the second part.
    vector : str
        Output of the second part.

    Returns
    -------
    tuple of two onnx.ModelProto
    """
    turned = next(node for node in model.graph.node if border in node.output)
    inner = turned.input[0]  # (n, c, h, w)
    whole = onnx.ModelProto()
    whole.CopyFrom(model)
    whole.graph.value_info.append(helper.make_tensor_value_info(inner, onnx.TensorProto.FLOAT, ["n", "c", "h", "w"]))
    first = Extractor(model).extract_model([source], list(maps))
    second = Extractor(whole).extract_model([inner], [vector])
    second.graph.node.insert(0, helper.make_node("Transpose", [border], [inner], perm=[0, 3, 1, 2]))
    channels = next(output for output in model.graph.output if output.name == border).type.tensor_type.shape.dim[3]
    entry = helper.make_tensor_value_info(border, onnx.TensorProto.FLOAT, ["n", "h", "w", channels.dim_value])
    del second.graph.input[:]
    second.graph.input.append(entry)
    for part in (first, second):
        onnx.checker.check_model(part)
    return first, second


def make_int8(head: onnx.ModelProto, inputs: Sequence[NDArray[np.float32]]) -> onnx.ModelProto:
    """Weights of each channel and activations of each tensor in eight bits.

    Parameters
    ----------
    head : onnx.ModelProto
        Convolutions, clips and additions, with one input.
    inputs : sequence of (n, h, w, c) float32
        Give the ranges of the activations.
    """
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in ("head.onnx", "ready.onnx", "int8.onnx")]
        onnx.save(head, paths[0])
        quant_pre_process(paths[0], paths[1], skip_symbolic_shape=True)
        quantize_static(
            paths[1],
            paths[2],
            _Batches(head.graph.input[0].name, inputs),
            quant_format=QuantFormat.QOperator,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["Conv", "Add", "Clip"],
        )
        ready, small = onnx.load(paths[1]), onnx.load(paths[2])
    _keep_from_overflow(small, {tensor.name: numpy_helper.to_array(tensor) for tensor in ready.graph.initializer})
    for item in (small, small.graph, *small.graph.node):
        item.ClearField("metadata_props")
        item.ClearField("doc_string")
    small.graph.ClearField("value_info")
    onnx.checker.check_model(small)
    return small


class _Batches:
    """What the quantiser reads its ranges from."""

    def __init__(self, name: str, inputs: Sequence[NDArray[np.float32]]) -> None:
        self._left: Iterator[NDArray[np.float32]] = iter(inputs)
        self._name = name

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        values = next(self._left, None)
        return None if values is None else {self._name: values}


def channel_scales(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Step of each output channel's int8 weights, so that no processor overflows: ``(o, i, h, w)`` -> ``(o,)``.

    Examples
    --------
    >>> channel_scales(np.array([[1.27, -1.27]], np.float32).reshape(1, 2, 1, 1)).round(4).tolist()
    [0.01]
    >>> channel_scales(np.array([[1.28, 1.28]], np.float32).reshape(1, 2, 1, 1)).round(4).tolist()
    [0.0203]
    """
    flat = weights.reshape(len(weights), -1)
    largest = np.abs(flat).max(axis=1) / 127
    for sign in (1, -1):
        half = np.maximum(sign * flat, 0)
        if flat.shape[1] > 1:
            largest = np.maximum(largest, (half[:, 1:] + half[:, :-1]).max(axis=1) / (_PAIR - 2))  # 2: rounding
    return np.where(largest > 0, largest, 1).astype(np.float32)


def _keep_from_overflow(small: onnx.ModelProto, weights: dict[str, NDArray[np.float32]]) -> None:
    """Give every convolution without overflow its weights, scales and bias anew."""
    tensors = {tensor.name: tensor for tensor in small.graph.initializer}
    for node in small.graph.node:
        if node.op_type != "QLinearConv":
            continue
        step, name, scale_name, bias_name = node.input[1], node.input[3], node.input[4], node.input[8]
        kernel = weights[name.removesuffix("_quantized")]
        bias = weights[bias_name.removesuffix("_quantized")]
        entry = float(numpy_helper.to_array(tensors[step]))
        # where a channel's weights are next to nothing, its bias has to fit into 32 bits all the same
        scales = np.maximum(channel_scales(kernel), np.abs(bias) / (entry * 2**30)).astype(np.float32)
        numbers = np.round(kernel / scales[:, None, None, None]).astype(np.int8)
        whole = np.round(bias / (scales * entry)).astype(np.int32)
        for key, array in ((name, numbers), (scale_name, scales), (bias_name, whole)):
            tensors[key].CopyFrom(numpy_helper.from_array(array, key))
