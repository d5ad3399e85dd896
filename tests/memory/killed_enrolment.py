"""Enrols drawn normals in a process that is killed on the way; run by test_kill.py, never imported by Echo.

    python killed_enrolment.py FOLDER HOW POINT...

For each point a fresh process enrols into FOLDER/<point> and dies by SIGKILL: ``statement`` n = before the n-th SQL
statement, ``progress`` n = inside one, after n times 10 steps of SQLite's machine, ``fsync`` n = before the n-th
fsync of a cache, ``delay`` n = from outside, after n thousandths of the time that a whole enrolment takes. Prints how
many enrolments ended unkilled.
"""

import os
import signal
import sys
import time
from pathlib import Path

BATCH = 5
BATCHES = 8
OBJECTS = ("gear", "washer")


def batches():
    """Yield the whole enrolment, batch by batch."""
    from conftest import drawn_normal

    for number in range(BATCHES):
        name = OBJECTS[number * len(OBJECTS) // BATCHES]
        yield [drawn_normal(name, BATCH * number + item) for item in range(BATCH)]


def enrol(folder):
    """Enrol everything; each batch is one transaction and is followed by a cache made from the memory's state."""
    import numpy as np

    from conftest import IMAGE, TEXT
    from echo_iad.memory.cache import write_cache
    from echo_iad.memory.store import Memory

    with Memory.open(folder, create=True) as memory:
        memory.bind(IMAGE, TEXT)
        for batch in batches():
            memory.add(batch)
            write_cache(memory.cache_file("counts"), memory.state(), {"count": np.full(5000, memory.count())})


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(how, point):
    """Arrange this process's death."""
    from echo_iad.memory import database

    left = point

    def step(*_):
        nonlocal left
        left -= 1
        if left <= 0:
            die()

    plain_connect, plain_fsync = database._connect, os.fsync

    def connect(path, mode):
        connection = plain_connect(path, mode)
        if how == "statement":
            connection.set_trace_callback(step)
        if how == "progress":
            connection.set_progress_handler(step, 10)
        return connection

    def fsync(file):
        step()
        plain_fsync(file)

    database._connect = connect
    if how == "fsync":
        os.fsync = fsync


def main(folder, how, *points):
    """Kill one enrolment for each point."""
    enrol(Path(folder) / "first")  # everything is loaded once, before the processes part
    started = time.monotonic()
    enrol(Path(folder) / "second")
    whole = time.monotonic() - started
    unkilled = 0
    for point in points:
        child = os.fork()
        if child == 0:
            die_at(how, int(point))
            enrol(Path(folder) / point)
            os._exit(0)
        if how == "delay":
            time.sleep(whole * int(point) / 1000)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        unkilled += status == 0
    sys.stdout.write(str(unkilled))


if __name__ == "__main__":
    main(*sys.argv[1:])
