"""A memory behaves like a plain table of normals, whatever is done to it in whatever order."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echo_iad.memory.blobs import Blob, to_blob
from echo_iad.memory.exact import ExactIndex
from echo_iad.memory.store import Memory

NAMES = st.sampled_from(["gear", "washer", "größe 12"])
ITEMS = st.lists(st.tuples(NAMES, st.integers(0, 6)), max_size=5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), ITEMS),
        st.tuples(st.just("remove"), st.lists(st.integers(1, 30), max_size=4)),
        st.tuples(st.just("remove object"), NAMES),
        st.tuples(st.just("reopen"), st.none()),
    ),
    max_size=12,
)


class Table:
    """What a memory should hold: id -> (object, number), and ids that only grow."""

    def __init__(self):
        self.rows, self.last = {}, 0

    def add(self, items):
        ids = []
        for item in items:
            known = [number for number, row in self.rows.items() if row == item]
            if not known:
                self.last += 1
                self.rows[self.last] = item
            ids.append(known[0] if known else self.last)
        return ids

    def remove(self, ids):
        return sum(self.rows.pop(number, None) is not None for number in set(ids))

    def of(self, name):
        return sorted(number for number, row in self.rows.items() if row[0] == name)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_memory_is_a_table(steps, make_normal, encoders):
    with tempfile.TemporaryDirectory() as folder:
        memory, table = Memory.open(folder, create=True), Table()
        memory.bind(*encoders)
        for action, value in steps:
            before, rows = memory.state(), dict(table.rows)
            if action == "add":
                assert memory.add([make_normal(*item) for item in value]) == table.add(value)
            elif action == "remove":
                assert memory.remove(value) == table.remove(value)
            elif action == "remove object" and table.of(value):
                assert memory.remove_object(value) == table.remove(table.of(value))
            elif action == "reopen":
                memory.close()
                memory = Memory.open(Path(folder))
            assert (memory.state() == before) == (rows == table.rows)
        names = sorted({row[0] for row in table.rows.values()})
        assert memory.object_names() == names
        assert memory.ids() == sorted(table.rows)
        assert {name: memory.ids(name) for name in names} == {name: table.of(name) for name in names}
        vectors = memory.vectors()
        for number, vector in zip(vectors.ids.tolist(), vectors.vectors, strict=True):
            np.testing.assert_array_equal(vector, make_normal(*table.rows[number]).encoding.vector)
        assert memory.verify() == []
        memory.close()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), axes=st.lists(st.integers(1, 6), min_size=1, max_size=4))
def test_arrays_come_back_from_blobs(seed, axes):
    array = np.random.default_rng(seed).standard_normal(axes).astype(np.float32) * 100
    exact, half = to_blob(array, "<f4"), to_blob(array, "<f2")
    np.testing.assert_array_equal(exact.array(), array)
    np.testing.assert_allclose(half.array(), array, rtol=1e-3, atol=1e-4)
    assert exact.fault() == half.fault() == ""
    assert Blob(exact.dtype, exact.shape, exact.crc32 ^ 1, exact.data).fault()


def test_half_precision_does_not_overflow():
    assert to_blob(np.array([1e9, -1e9], np.float32), "<f2").array().tolist() == [65504.0, -65504.0]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 40), k=st.integers(1, 50), data=st.data())
def test_exact_search_orders_by_likeness_then_id(seed, count, k, data):
    rng = np.random.default_rng(seed)
    vectors = rng.integers(-2, 3, (count, 3)).astype(np.float32)  # many equal similarities
    ids = np.cumsum(rng.integers(1, 5, count))
    gone = data.draw(st.sets(st.sampled_from(ids.tolist()), max_size=count))
    index = ExactIndex(3)
    index.add(vectors, ids)
    index.remove(sorted(gone))
    query = rng.integers(-2, 3, 3).astype(np.float32)
    rows = [(-float(vector @ query), number) for vector, number in zip(vectors, ids.tolist(), strict=True)]
    wanted = sorted(row for row in rows if row[1] not in gone)[:k]
    found = index.search(query[None], k)
    assert found.ids[0].tolist() == [number for _, number in wanted] + [-1] * (k - len(wanted))
    assert found.similarities[0][: len(wanted)].tolist() == pytest.approx([-value for value, _ in wanted])
