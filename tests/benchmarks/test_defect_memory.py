"""Who is labelled and who is asked: never two photos of one part, and the same draw every time."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def bench():
    """The benchmark, importable for these tests only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        yield importlib.import_module("defect_memory")


@dataclass(frozen=True)
class Drawn:
    kind: str
    group: str


PARTS = [Drawn(kind, f"{kind} {number // 2}") for kind in ("dent", "rust") for number in range(8)]


def test_photos_of_one_part_are_told_by_their_numbers(bench):
    names = [
        "exp1_num_40410.jpg",
        "exp2_num_40424.jpg",
        "exp3_num_40438.jpg",
        "exp1_num_6984.jpg",
        "007.jpg",
        "008.jpg",
    ]
    first, second, third, *others = bench.grouped(names)
    assert first == second == third
    assert len({first, *others}) == 4


def test_no_part_is_labelled_and_asked(bench):
    chosen, others = bench.drawn(PARTS, ["dent", "rust"], 2, draw=0)
    assert [PARTS[place].kind for place in chosen] == ["dent", "dent", "rust", "rust"]
    assert not {PARTS[place].group for place in chosen} & {PARTS[place].group for place in others}
    assert others
    assert bench.drawn(PARTS, ["dent", "rust"], 2, draw=0) == (chosen, others)
    assert bench.drawn(PARTS, ["dent", "rust"], 2, draw=1)[0] != chosen


def test_each_part_counts_once_however_often_it_was_asked(bench):
    tally = bench.Tally(3)
    for right in (True, True, False, True):
        tally.add(0, right)
    tally.add(2, False)
    assert tally.means().tolist() == [0.75, 0.0]
    share = bench.interval(np.array([0.0, 1.0] * 50))
    assert share.share == pytest.approx(0.5)
    assert 0.38 < share.low < 0.45 < 0.55 < share.high < 0.62


def test_the_types_are_the_options(bench):
    assert bench.question_of(["broken_large", "stain"]).options == {"A": "Broken large.", "B": "Stain."}
