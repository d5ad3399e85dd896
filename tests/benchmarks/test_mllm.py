"""The arithmetic of the benchmark of local models, by hand; what it measures is in benchmarks/mllm.json."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROUND = {"shared": 2.0, "single": 8.0, "bare": 7.5, "prefixes": 1}
BATCH = {"single": 6.4, "batched": 6.0, "one_pass": 8.0, "single_pages": 200, "one_pass_pages": 1200}
ROUND |= {"echo": 2.5, "echo_model": 2.4, "echo_processor": 0.05, "prefix_megabytes": 18.7}


@pytest.fixture
def mllm(monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("mllm")


def test_ratios_are_of_the_median_part(mllm):
    slow = {name: 3 * value for name, value in ROUND.items()}
    last = ROUND | {"shared": 4.0, "prefixes_after_the_last": 0}
    figures = mllm.summary([ROUND, slow, last], [BATCH])
    assert figures["questions_per_second"]["one_by_one"] == round(5 / 8, 3)
    assert figures["questions_per_second"]["batch_of_four"] == round(4 / 6, 3)
    assert (figures["shared_to_one_by_one"], figures["shared_to_bare_generate"]) == (4.0, 3.75)
    assert (figures["batch_to_one_by_one"], figures["one_pass_to_one_by_one"]) == (1.07, 0.8)
    assert figures["pages_a_question"] == {"one_by_one": 50, "four_in_one_pass": 300}
    assert figures["echo_own_share"] == pytest.approx(0.02)
    assert (figures["prefixes_held_after_a_part"], figures["prefixes_held_at_the_end"]) == (3, 0)


def test_parts_are_enlarged_where_they_were(mllm, tmp_path):
    from PIL import Image

    place = tmp_path / "parts" / "test" / "good" / "1.jpg"
    place.parent.mkdir(parents=True)
    Image.new("RGB", (60, 40)).save(place)
    mllm.enlarge(tmp_path / "parts", tmp_path / "large")
    with Image.open(tmp_path / "large" / "test" / "good" / "1.jpg") as large:
        assert large.size == (448, 448)


def test_a_fault_of_the_model_ends_the_measurement(mllm):
    with pytest.raises(AssertionError, match="gone"):
        mllm.replies([ValueError("gone")])
