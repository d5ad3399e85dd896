"""An image network cut in two and its head in int8, on a small network."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from echo_iad.encoders.export import export_graph

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script():
    """The module, importable for these tests only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "tools"))
        yield importlib.import_module("int8_head")


@pytest.fixture(scope="module")
def graph():
    """Two maps and a vector of 16 numbers from pictures."""
    import torch

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = torch.nn.Conv2d(3, 8, 3, 2, 1)
            self.body = torch.nn.Conv2d(8, 8, 1)
            self.head = torch.nn.Conv2d(8, 16, 1)

        def forward(self, pixels):
            one = torch.nn.functional.relu6(self.stem(pixels.permute(0, 3, 1, 2).float() / 64 - 2))
            two = self.body(one)
            vector = torch.nn.functional.relu6(self.head(two)).mean((2, 3))
            return vector, one.permute(0, 2, 3, 1), two.permute(0, 2, 3, 1)

    torch.manual_seed(3)
    example = torch.zeros((2, 32, 32, 3), dtype=torch.uint8)
    return export_graph(Net().eval(), {"pixels": example}, {"pixels": 3}, ["vector", "one", "two"])


def run(model, inputs):
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def pictures(count, seed):
    return np.random.default_rng(seed).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)


def test_both_parts_in_turn_give_what_the_whole_gives(script, graph):
    first, second = script.cut(graph, "pixels", ["one", "two"], "two", "vector")
    wanted, one, two = run(graph, {"pixels": pictures(3, 0)})
    maps = run(first, {"pixels": pictures(3, 0)})
    np.testing.assert_array_equal(maps[0], one)
    np.testing.assert_array_equal(maps[1], two)
    np.testing.assert_allclose(run(second, {"two": maps[1]})[0], wanted, atol=1e-6)


def test_the_head_in_int8_keeps_the_direction_of_vectors(script, graph):
    first, second = script.cut(graph, "pixels", ["one", "two"], "two", "vector")
    small = script.make_int8(second, [run(first, {"pixels": pictures(1, seed)})[1] for seed in range(4)])
    maps = run(first, {"pixels": pictures(5, 9)})[1]
    wanted, got = run(second, {"two": maps})[0], run(small, {"two": maps})[0]
    cosines = (wanted * got).sum(1) / np.linalg.norm(wanted, axis=1) / np.linalg.norm(got, axis=1)
    assert (cosines > 0.999).all()
    assert {node.op_type for node in small.graph.node} >= {"QLinearConv"}


def test_no_two_neighbouring_weights_overflow_sixteen_bits(script):
    weights = np.random.default_rng(2).normal(size=(40, 25, 1, 1)).astype(np.float32)
    weights[3] = 0
    weights[5] = 1
    scales = script.channel_scales(weights)
    numbers = np.round(weights / scales[:, None, None, None]).reshape(40, 25)
    assert np.abs(numbers).max() <= 127
    assert np.abs(np.diff(np.sign(numbers), axis=1)).max() == 2
    for sign in (1, -1):
        half = np.maximum(sign * numbers, 0)
        assert 255 * (half[:, 1:] + half[:, :-1]).max() <= 32767
