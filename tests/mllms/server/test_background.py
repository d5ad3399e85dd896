"""What runs in the background ends in time, or when it is told to."""

import asyncio
import threading
from concurrent.futures import CancelledError

import pytest
from tests.mllms.fault_server import wait_until

from echo_iad.mllms.server.background import Background


@pytest.fixture
def background():
    made = Background()
    yield made
    made.close(lambda: asyncio.sleep(0))


class Endless:
    """Work that ends when it is cancelled."""

    def __init__(self):
        self.begun, self.ended = threading.Event(), threading.Event()

    async def __call__(self):
        self.begun.set()
        try:
            while True:  # something always happens, so no wait for one event is long
                await asyncio.sleep(0.001)
        finally:
            self.ended.set()


async def seven():
    return 7


async def broken():
    raise ValueError("no use")


def test_what_work_gives_or_raises_comes_back(background):
    assert background.run(seven, 10, threading.Event()) == 7
    with pytest.raises(ValueError, match="no use"):
        background.run(broken, 10, threading.Event())


def test_what_takes_too_long_is_ended(background):
    work = Endless()
    with pytest.raises(TimeoutError):
        background.run(work, 0.05, threading.Event())
    assert work.ended.wait(10)
    assert background.run(seven, 10, threading.Event()) == 7


def test_what_is_stopped_is_ended_and_nothing_is_begun_after(background):
    work, stop = Endless(), threading.Event()
    threading.Thread(target=lambda: work.begun.wait(10) and stop.set()).start()
    with pytest.raises(CancelledError):
        background.run(work, 60, stop)
    assert work.ended.wait(10)
    late = Endless()
    with pytest.raises(CancelledError):
        background.run(late, 60, stop)
    assert not late.begun.is_set()


def test_several_run_at_once(background):
    both = threading.Barrier(2, timeout=10)

    async def meet():
        await asyncio.to_thread(both.wait)
        return True

    met = []
    asking = [
        threading.Thread(target=lambda: met.append(background.run(meet, 20, threading.Event()))) for _ in range(2)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert met == [True, True]


def test_closing_ends_what_is_under_way_and_the_thread():
    before = set(threading.enumerate())
    background, work, last = Background(), Endless(), Endless()
    (thread,) = set(threading.enumerate()) - before

    def ask():
        with pytest.raises(CancelledError):
            background.run(work, 60, threading.Event())

    asking = threading.Thread(target=ask)
    asking.start()
    assert work.begun.wait(10)

    async def finish():
        last.begun.set()

    background.close(finish)
    asking.join(10)
    assert work.ended.is_set()
    assert last.begun.wait(10)
    wait_until(lambda: not thread.is_alive())
