"""Exact and HNSW search: each keeps the contract, and they agree with each other."""

import numpy as np
import pytest

from echo_iad.errors import ContractError
from echo_iad.memory.cache import read_cache, write_cache
from echo_iad.memory.exact import ExactIndex
from echo_iad.memory.hnsw import REBUILD_SHARE, HnswIndex
from echo_iad.memory.index import Index, choose_index
from echo_iad.memory.neighbours import Neighbours
from echo_iad.testing.indexes import check_index


def hnsw(dimension):
    return HnswIndex(dimension, m=16, ef_construction=100, ef_search=64)


def clouds(seed, count, dimension=32, objects=40):
    """Clouds round centres that are the same for every seed; ``(n, d) float32, unit length``."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((objects, dimension))
    points = centres[rng.integers(0, objects, count)] + 0.4 * rng.standard_normal((count, dimension))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("factory", [ExactIndex, hnsw])
def test_keeps_the_contract(factory):
    assert isinstance(factory(4), Index)
    check_index(factory)


def test_hnsw_agrees_with_exact():
    vectors, queries, ids = clouds(1, 4000), clouds(2, 200), np.arange(1, 4001)
    exact, graph = ExactIndex(32), hnsw(32)
    exact.add(vectors, ids)
    graph.add(vectors, ids)
    truth, found = exact.search(queries, 10), graph.search(queries, 10)
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(truth.ids, found.ids, strict=True)])
    assert recall >= 0.99
    assert (truth.ids[:, 0] == found.ids[:, 0]).mean() >= 0.995
    same = truth.ids == found.ids
    np.testing.assert_allclose(found.similarities[same], truth.similarities[same], rtol=1e-4, atol=1e-6)


def test_exact_search_is_the_definition():
    vectors, queries = clouds(1, 50), clouds(2, 20)
    ids = np.arange(50) * 3 + 1
    index = ExactIndex(32)
    index.add(vectors, ids)
    found = index.search(queries, 4)
    for row, query in enumerate(queries):
        order = sorted(range(50), key=lambda at: (-float(vectors[at] @ query), at))[:4]
        assert found.ids[row].tolist() == [ids[at] for at in order]


def test_hnsw_is_rebuilt_when_many_are_removed():
    vectors, ids = clouds(1, 500), np.arange(1, 501)
    index = hnsw(32)
    index.add(vectors, ids)
    index.remove(ids[: int(500 * REBUILD_SHARE)])
    assert len(index.arrays()["ids"]) == 500
    index.remove(ids[: int(500 * REBUILD_SHARE) + 1])
    assert len(index.arrays()["ids"]) == 500 - int(500 * REBUILD_SHARE) - 1
    assert index.search(vectors[-1:], 1).ids.tolist() == [[500]]
    index.remove(ids)
    assert index.search(vectors[-1:], 1).ids.tolist() == [[-1]]


def test_hnsw_survives_the_cache(tmp_path):
    vectors, queries = clouds(1, 800), clouds(2, 50)
    index, again = hnsw(32), hnsw(32)
    index.add(vectors, np.arange(1, 801))
    index.remove(np.arange(1, 20))
    write_cache(tmp_path / "index.cache", "s", index.arrays())
    again.restore(read_cache(tmp_path / "index.cache", "s"))
    before, after = index.search(queries, 5), again.search(queries, 5)
    assert before.ids.tolist() == after.ids.tolist()
    assert before.similarities.tolist() == after.similarities.tolist()
    again.remove(np.arange(20, 40))
    again.add(queries[:1], [5000])
    assert again.search(queries[:1], 1).ids.tolist() == [[5000]]


@pytest.mark.parametrize(
    ("index", "count", "wanted"),
    [("auto", 99, ExactIndex), ("auto", 100, HnswIndex), ("exact", 10**6, ExactIndex), ("hnsw", 1, HnswIndex)],
)
def test_auto_switches_by_size(settings, index, count, wanted):
    chosen = choose_index(settings.model_copy(update={"index": index, "hnsw_from": 100}), count, 8)
    assert type(chosen) is wanted


class Broken(ExactIndex):
    """An index that breaks the promise named by its subclass."""


def _shifted(found):
    return Neighbours(found.ids, found.similarities + np.float32(0.1))


BREACHES = {
    "inner products": {"search": lambda self, *a: _shifted(ExactIndex.search(self, *a))},
    "never found|gone from ids": {"remove": lambda self, ids: None},
    "restored index": {"restore": lambda self, arrays: None},
    "in ids": {"ids": lambda self: self._ids[:-1]},
    "allowed ids": {"search": lambda self, queries, k, allowed=None: ExactIndex.search(self, queries, k)},
    "ordered": {
        "search": lambda self, *a: Neighbours(
            ExactIndex.search(self, *a).ids[:, ::-1], ExactIndex.search(self, *a).similarities[:, ::-1]
        )
    },
}


@pytest.mark.parametrize("promise", BREACHES)
def test_a_broken_promise_is_caught(promise):
    with pytest.raises(ContractError, match=promise):
        check_index(type("Broken", (Broken,), BREACHES[promise]))


def test_neighbours_must_match():
    with pytest.raises(ValueError, match=r"\(q, k\)"):
        Neighbours(np.zeros((1, 2), np.int64), np.zeros((1, 3), np.float32))
