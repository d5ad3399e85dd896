"""Torch encoders to ONNX, so that a station needs no torch. Needs torch itself; imported only by who exports."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnx
    import torch

OPSET = 18


def export_graph(
    tower: torch.nn.Module, inputs: Mapping[str, torch.Tensor], axes: Mapping[str, int], outputs: Sequence[str]
) -> onnx.ModelProto:
    """Trace ``tower`` into an ONNX graph.

    Parameters
    ----------
    tower : torch module
        Called with the inputs in order.
    inputs : mapping of str to tensor
        Name -> an example; every dynamic axis must be longer than 1 in it.
    axes : mapping of str to int
        Name of an input -> how many of its leading axes may vary.
    outputs : sequence of str
        Names of what ``tower`` returns, in order.

    Returns
    -------
    onnx.ModelProto
        Free of the exporter's notes (they hold paths of the exporting machine).
    """
    import onnx
    import torch

    dynamic = torch.export.Dim.DYNAMIC
    shapes = tuple(dict.fromkeys(range(axes[name]), dynamic) for name in inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about its own internals
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


def _strip_notes(model: onnx.ModelProto) -> None:
    graph = model.graph
    model.ClearField("metadata_props")
    model.ClearField("doc_string")
    for item in (graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        item.ClearField("metadata_props")
        item.ClearField("doc_string")
    graph.ClearField("value_info")
