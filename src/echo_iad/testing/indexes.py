"""Contract check for indexes: run it in the tests of your own. Knows the protocol and no index but the exact one.

The check raises `ContractError` that says which promise was broken and by what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import FloatArray
from echo_iad.errors import ContractError
from echo_iad.memory.exact import ExactIndex
from echo_iad.memory.index import Index
from echo_iad.memory.neighbours import NOTHING, Neighbours

DIMENSION = 24
COUNT = 600
TOLERANCE = 1e-5
"""Similarities may differ from the exact ones by this much."""
RECALL = 0.99
"""Share of queries whose nearest vector must be found."""


def check_index(factory: Callable[[int], Index]) -> None:
    """Check every promise of `Index`.

    Parameters
    ----------
    factory : callable
        Makes an empty index for vectors of so many numbers.

    Raises
    ------
    ContractError
        A promise is broken; the message says which one, with what was expected and got.

    Examples
    --------
    >>> check_index(ExactIndex)
    """
    check = _Check(factory)
    check.empty()
    check.like_exact("after it was filled")
    check.padding()
    check.filter()
    check.single_as_batch()
    check.ties()
    check.restored()
    check.removal(check.ids[::7])
    check.removal(check.ids[: COUNT // 2])
    check.addition()
    check.restored()


class _Check:
    """An index beside an exact one; every change is made to both."""

    def __init__(self, factory: Callable[[int], Index]) -> None:
        rng = np.random.default_rng(5)
        self.factory = factory
        self.index = factory(DIMENSION)
        self.exact = ExactIndex(DIMENSION)
        self.vectors, self.queries = _clouds(rng, COUNT), _clouds(rng, 100)
        self.ids = np.cumsum(rng.integers(1, 4, COUNT))

    def empty(self) -> None:
        _want("an empty index has no ids", len(self.index.ids()), 0)
        _same("an empty index finds nothing", self.index.search(self.queries, 3), self.exact.search(self.queries, 3))
        for part in (slice(0, 250), slice(250, None)):
            self.index.add(self.vectors[part], self.ids[part])
            self.exact.add(self.vectors[part], self.ids[part])
        _want("every added id is in ids()", self.index.ids().tolist(), self.ids.tolist())

    def like_exact(self, when: str) -> None:
        found, truth = self.index.search(self.queries, 5), self.exact.search(self.queries, 5)
        for row in range(len(self.queries)):
            _ordered(found, row, when)
        near = found.similarities[:, 0] >= truth.similarities[:, 0] - TOLERANCE
        if near.mean() < RECALL:
            msg = f"The nearest must be found for {RECALL:.0%} of queries {when}. Found for {near.mean():.1%}."
            raise ContractError(msg)
        for ids, values, query in zip(found.ids, found.similarities, self.queries, strict=True):
            own = self.exact.search(query[None], 5, ids).similarities[0]
            if not np.allclose(own, values, atol=TOLERANCE):
                msg = f"Similarities must be inner products {when}: {own.tolist()}. Got {values.tolist()}."
                raise ContractError(msg)

    def padding(self) -> None:
        wide = self.index.search(self.queries[:1], COUNT + 50)
        found = wide.ids[0]
        if len(found) != COUNT + 50 or (found[COUNT:] != NOTHING).any():
            msg = f"Where there are no more, ids are {NOTHING}. Got {found[COUNT:].tolist()} for k of {COUNT + 50}."
            raise ContractError(msg)
        if not np.isneginf(wide.similarities[0][found == NOTHING]).all():
            msg = "Where there are no more, similarities are minus infinity."
            raise ContractError(msg)

    def filter(self) -> None:
        for allowed in (self.ids[:3], self.ids[100:300:2], np.array([self.ids[-1] + 10])):
            found = self.index.search(self.queries, 4, allowed)
            truth = self.exact.search(self.queries, 4, allowed)
            _same(f"only {len(allowed)} allowed ids are found, exactly", found, truth)

    def single_as_batch(self) -> None:
        batch = self.index.search(self.queries, 3)
        for row in range(0, len(self.queries), 10):
            single = self.index.search(self.queries[row : row + 1], 3)
            part = Neighbours(batch.ids[row : row + 1], batch.similarities[row : row + 1])
            _same("a query alone finds what it finds in a batch", single, part)

    def ties(self) -> None:
        twins = self.factory(DIMENSION)
        twins.add(np.repeat(self.vectors[:1], 4, axis=0), np.array([9, 3, 7, 5]))
        _want("equal similarities are ordered by id", twins.search(self.vectors[:1], 4).ids[0].tolist(), [3, 5, 7, 9])

    def restored(self) -> None:
        copy = self.factory(DIMENSION)
        copy.restore({name: array.copy() for name, array in self.index.arrays().items()})
        _same("a restored index finds the same", copy.search(self.queries, 5), self.index.search(self.queries, 5))
        _want("a restored index has the same ids", copy.ids().tolist(), self.index.ids().tolist())
        self.index = copy

    def removal(self, ids: NDArray[np.int64]) -> None:
        self.index.remove(ids)
        self.index.remove(np.array([10**9]))
        self.exact.remove(ids)
        _want("removed ids are gone from ids()", self.index.ids().tolist(), self.exact.ids().tolist())
        found = self.index.search(self.queries, 5).ids
        if np.isin(found, ids).any():
            msg = f"Removed ids are never found. Found {sorted(set(found[np.isin(found, ids)].tolist()))}."
            raise ContractError(msg)
        self.like_exact(f"after {len(ids)} were removed")

    def addition(self) -> None:
        more = _clouds(np.random.default_rng(6), 50)
        ids = np.arange(10_000, 10_050)
        self.index.add(more, ids)
        self.exact.add(more, ids)
        own = self.index.search(more, 1).ids[:, 0]
        if (own == ids).mean() < RECALL:
            msg = f"A vector added after a removal finds itself. It did in {(own == ids).mean():.1%} of cases."
            raise ContractError(msg)
        self.like_exact("after more were added")


def _clouds(rng: np.random.Generator, count: int) -> FloatArray:
    centres = np.random.default_rng(4).standard_normal((12, DIMENSION))
    points = centres[rng.integers(0, 12, count)] + 0.5 * rng.standard_normal((count, DIMENSION))
    unit: FloatArray = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _want(promise: str, got: object, wanted: object) -> None:
    if got != wanted:
        msg = f"Broken promise: {promise}. Wanted {wanted}. Got {got}."
        raise ContractError(msg)


def _same(promise: str, found: Neighbours, truth: Neighbours) -> None:
    _want(promise, found.ids.tolist(), truth.ids.tolist())
    if not np.allclose(found.similarities, truth.similarities, atol=TOLERANCE):
        msg = f"Broken promise: {promise}. Similarities differ by more than {TOLERANCE}."
        raise ContractError(msg)


def _ordered(found: Neighbours, row: int, when: str) -> None:
    keys: Iterable[tuple[float, int]] = list(zip(-found.similarities[row], found.ids[row], strict=True))
    if keys != sorted(keys):
        msg = f"Neighbours are ordered, most alike first, equal ones by id, {when}. Got {found.ids[row].tolist()}."
        raise ContractError(msg)
