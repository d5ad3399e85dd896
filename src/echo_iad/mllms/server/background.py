"""Requests on an event loop of their own, where each can be ended while it is under way. Knows no library.

What blocks a thread can only be waited for. A task of the loop can be cancelled: its connection is closed, and a server
that notices computes no answer that nobody reads.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, wait
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
Work: TypeAlias = Callable[[], Coroutine[Any, Any, T]]
"""Begins what runs on the loop; not begun before it does run."""

_GLANCE = 0.1
"""Seconds between two looks at whether to stop."""


class Background:
    """A thread with an event loop. It ends with the program, or with `close`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=_serve, args=(self._loop,), name="echo-iad-requests", daemon=True).start()

    def run(self, work: Work[T], seconds: float, stop: threading.Event) -> T:
        """Run work on the loop and wait for what it gives; any number of threads may.

        Parameters
        ----------
        work : callable
        seconds : float
            It may take so long in all.
        stop : threading.Event
            Ends it early.

        Raises
        ------
        TimeoutError
            It took longer.
        concurrent.futures.CancelledError
            ``stop`` was set.
        """
        if stop.is_set():
            raise CancelledError
        future = asyncio.run_coroutine_threadsafe(_within(work, seconds), self._loop)
        try:
            while not future.done():
                if stop.is_set():
                    raise CancelledError
                wait([future], _GLANCE)
            return future.result()
        finally:  # an interrupt ends it as well
            future.cancel()

    def close(self, last: Work[None]) -> None:
        """End the thread after some last work; waits for neither, for a garbage collection may call it anywhere."""
        asyncio.run_coroutine_threadsafe(_last(last), self._loop)


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _within(work: Work[T], seconds: float) -> T:
    async with asyncio.timeout(seconds):
        return await work()


async def _last(work: Work[None]) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    loop = asyncio.get_running_loop()
    try:
        await work()
    finally:
        loop.call_soon(loop.stop)  # after what closing has left to do
