"""OpenBLAS's threads: one while a question is answered, as many as before afterwards."""

from collections.abc import Iterator

import pytest
from threadpoolctl import ThreadpoolController

from echo_iad.experts.blas_threads import OneBlasThread


def openblas() -> ThreadpoolController:
    return ThreadpoolController().select(internal_api="openblas")


def counts() -> set[int]:
    return {library["num_threads"] for library in openblas().info()}


@pytest.fixture(autouse=True)
def _two_threads() -> Iterator[None]:
    if not openblas():
        pytest.skip("numpy uses another library than OpenBLAS here")
    with openblas().limit(limits=2):
        if counts() != {2}:
            pytest.skip("OpenBLAS has one thread here")
        yield


def test_one_thread_inside_and_as_many_as_before_outside() -> None:
    with OneBlasThread():
        assert counts() == {1}
    assert counts() == {2}


def test_the_last_who_leaves_gives_the_threads_back() -> None:
    shared = OneBlasThread()
    with shared:
        with shared:
            assert counts() == {1}
        assert counts() == {1}
    assert counts() == {2}


def test_a_fault_gives_the_threads_back() -> None:
    @OneBlasThread()
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert counts() == {2}
