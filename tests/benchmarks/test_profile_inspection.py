"""The profile's sums: what is called outside Echo counts for who called it."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script():
    """The benchmark, importable for these tests only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        yield importlib.import_module("profile_inspection")


def test_a_library_counts_for_its_caller(script):
    own = (str(script.PACKAGE / "images" / "loading.py"), 1, "load_picture")
    inner = (str(script.PACKAGE / "images" / "decoding.py"), 1, "decode")
    library, deeper = ("/lib/pillow.py", 1, "open"), ("~", 0, "read")
    stats = {
        own: (4, 4, 0.5, 9.0, {}),
        inner: (4, 4, 1.0, 8.0, {own: (4, 4, 1.0, 8.0)}),
        library: (8, 8, 2.0, 7.0, {inner: (8, 8, 2.0, 7.0)}),
        deeper: (8, 8, 5.0, 5.0, {library: (8, 8, 5.0, 5.0)}),
    }
    found = script.own_times(stats)
    assert found == {("images/loading.py", "load_picture"): (4, 0.5), ("images/decoding.py", "decode"): (4, 8.0)}


def test_the_tables_hold_every_row(script):
    spent = {"median": 2.0, "least": 1.0, "p95": 3.0, "processor": 4.0}
    whole = [
        "one inspection",
        "decoding the file in full (Pillow)",
        "the encoder's blocks, bare",
        "of a part called good",
    ]
    report = {
        "machine": {"architecture": "x86_64", "cores": 2, "load_before": 0.1},
        "picture": "900 x 900 JPEG",
        "runs": 3,
        "whole": dict.fromkeys(whole, spent),
        "parts": [{"function": "squeeze", "module": "encoders/onnx.py", "calls": 1.0, "milliseconds": 1.5}],
        "threads": dict.fromkeys(script.SPINS, spent),
    }
    text = script.tables(report)
    assert "takes 0.50 times decoding and the bare encoder" in text
    assert "| squeeze | encoders/onnx.py | 1 | 1.50 |" in text
    for name in [*whole, *script.SPINS]:
        assert f"| {name} | 2.0 | 1.0 | 3.0 | 4.0 |" in text
