import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from echo_iad.encoders import sessions
from echo_iad.encoders.cards import BLOCKS_FILE, asset_root
from echo_iad.encoders.onnx import IMAGE_FOLDER
from echo_iad.encoders.sessions import available_cores, open_session, threads
from echo_iad.errors import UserError


def test_the_environment_sets_the_threads(monkeypatch):
    monkeypatch.setenv("ECHO_IAD_THREADS", "3")
    assert threads() == 3


def test_without_it_all_cores_of_the_process_are_used(monkeypatch):
    monkeypatch.delenv("ECHO_IAD_THREADS", raising=False)
    assert threads() == available_cores()


def test_a_confined_process_uses_its_own_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {2, 5, 7}, raising=False)
    assert available_cores() == 3


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_a_wrong_number_is_refused(monkeypatch, value):
    monkeypatch.setenv("ECHO_IAD_THREADS", value)
    with pytest.raises(UserError, match=f"ECHO_IAD_THREADS must be a whole number of at least 1. Got '{value}'"):
        threads()


def test_the_runtime_reports_to_nobody(tmp_path):
    """In a process of its own, with a home of its own: its maker's telemetry leaves files there when it is on."""
    home = tmp_path / "home"
    home.mkdir()
    program = "from echo_iad.encoders.catalog import load_image_encoder; load_image_encoder('edge')"
    subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ, "HOME": str(home)})
    assert not list(home.rglob("*onnxruntime*"))


def test_no_thread_stays_awake_after_a_run(monkeypatch):
    monkeypatch.setenv("ECHO_IAD_THREADS", "4")
    session = open_session(asset_root() / IMAGE_FOLDER / BLOCKS_FILE)
    session.run(None, {"pixels": np.zeros((1, 64, 64, 3), np.uint8)})
    before = time.process_time()
    time.sleep(0.4)
    assert time.process_time() - before < 0.1


def test_threads_do_not_change_a_bit(monkeypatch):
    pixels = np.random.default_rng(0).integers(0, 256, (1, 96, 96, 3), dtype=np.uint8)
    found = []
    for wanted in ("1", "2", "3"):
        monkeypatch.setenv("ECHO_IAD_THREADS", wanted)
        session = open_session(asset_root() / IMAGE_FOLDER / BLOCKS_FILE)
        found.append(session.run(["block10"], {"pixels": pixels})[0].tobytes())
    assert len(set(found)) == 1


def test_ctrl_c_waits_for_the_end_of_an_import():
    done = []

    def interrupted_import():
        with sessions._interrupts_wait():
            signal.raise_signal(signal.SIGINT)
            done.append("imported")

    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            interrupted_import()
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == ["imported"]


def test_without_an_interrupt_nothing_is_raised_and_the_handler_is_back():
    before = signal.getsignal(signal.SIGINT)
    with sessions._interrupts_wait():
        pass
    assert signal.getsignal(signal.SIGINT) is before
