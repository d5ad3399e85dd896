"""A memory survives a kill at any point: real processes are killed at many."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from echo_iad.memory.cache import read_cache
from echo_iad.memory.store import Memory

SCRIPT = Path(__file__).with_name("killed_enrolment.py")
BATCH = 5
TOTAL = 40

STATEMENTS = [*range(1, 26), 30, 60, 61, 100, 150, 200, 250, 300, 340]
PROGRESS = [1, 3, 10, 20, 30, 45, 60, 80, 100, 150, 200, 300, 400, 500]
DELAYS = np.random.default_rng(11).integers(1, 1000, 25).tolist()


def killed(folder, how, points):
    command = [sys.executable, SCRIPT, folder, how, *map(str, points)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return len(points) - int(done.stdout)


def contents(memory):
    """Everything that must be equal however often the enrolment was broken off."""
    table = memory.vectors()
    rows = [(normal.object, normal.sha256, normal.path, normal.width) for normal in memory.normals()]
    levels = [[level.tobytes() for level in memory.levels(number)] for number in table.ids.tolist()]
    previews = [memory.preview(number) for number in table.ids.tolist()]
    return rows, table.vectors.tolist(), levels, previews


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An enrolment that nobody broke off."""
    folder = tmp_path_factory.mktemp("whole")
    assert killed(folder, "statement", [10**6]) == 0
    with Memory.open(folder / str(10**6)) as memory:
        assert memory.count() == TOTAL
        return contents(memory)


def assert_survived(folder, make_normal, whole, encoders):
    """Whole transactions alone are there, the memory is sound, and the enrolment goes on to its end."""
    with Memory.open(folder, create=True) as memory:
        assert memory.verify() == []
        before = memory.count()
        assert before % BATCH == 0
        rows, vectors, levels, previews = contents(memory)
        assert (rows, vectors, levels, previews) == tuple(part[:before] for part in whole)
        kept = read_cache(memory.cache_file("counts"), memory.state())
        assert kept is None or (kept["count"] == before).all()
        memory.bind(*encoders)
        for start in range(0, TOTAL, BATCH):
            name = "gear" if start < TOTAL // 2 else "washer"
            memory.add([make_normal(name, start + item) for item in range(BATCH)])
        assert memory.verify() == []
        assert contents(memory) == whole
    return before


@pytest.mark.parametrize(
    ("how", "points", "least"),
    [
        ("statement", STATEMENTS, len(STATEMENTS)),
        ("progress", PROGRESS, len(PROGRESS) - 1),
        ("fsync", [1, 2, 4, 7, 8], 5),
        ("delay", DELAYS, 0),  # a busy machine may end sooner than it is killed
    ],
)
def test_a_memory_survives_a_kill(tmp_path, make_normal, encoders, whole, how, points, least):
    assert killed(tmp_path, how, points) >= least
    seen = {assert_survived(tmp_path / str(point), make_normal, whole, encoders) for point in points}
    assert how == "delay" or len(seen) > 2  # the kills fell into different batches


def test_a_memory_survives_one_kill_after_another(tmp_path, make_normal, encoders, whole):
    """The same memory is killed again and again, each time a little later; work that was stored stays."""
    before = 0
    for point in range(20, 330, 31):
        (tmp_path / "runs").mkdir(exist_ok=True)
        (tmp_path / "memory").mkdir(exist_ok=True)
        (tmp_path / "runs" / str(point)).symlink_to(tmp_path / "memory", target_is_directory=True)
        killed(tmp_path / "runs", "statement", [point])
        with Memory.open(tmp_path / "memory") as memory:
            assert memory.count() >= before
            before = memory.count()
    assert_survived(tmp_path / "memory", make_normal, whole, encoders)
