"""One thread for numpy's matrix products while a question is answered. Knows no picture and no memory.

OpenBLAS's threads stay awake after a product, for the next one, and take the cores from ONNX Runtime, whose threads
then wait for each other (docs/speed.md). The products of one question are small; learning keeps all threads.
"""

from __future__ import annotations

from contextlib import ContextDecorator
from functools import cache
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import LibController


class OneBlasThread(ContextDecorator):
    """While one or more are inside, OpenBLAS uses one thread; as many as before when the last has left.

    The number of threads is the process's, not a thread's, so those who are inside are counted.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._before: list[int] = []

    def __enter__(self) -> OneBlasThread:
        with self._lock:
            if not self._inside:
                self._before = [library.num_threads for library in _openblas()]
                for library in _openblas():
                    library.set_num_threads(1)
            self._inside += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                for library, before in zip(_openblas(), self._before, strict=True):
                    library.set_num_threads(before)


@cache
def _openblas() -> tuple[LibController, ...]:
    """The libraries that are loaded now, numpy's among them; looking them up takes milliseconds."""
    from threadpoolctl import ThreadpoolController

    return tuple(ThreadpoolController().select(internal_api="openblas").lib_controllers)


one_blas_thread = OneBlasThread()
"""``with one_blas_thread:`` or ``@one_blas_thread``."""
