"""ONNX Runtime as Echo uses it: quiet, deterministic, as many threads as the process may use. Knows no model."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from echo_iad.errors import UserError
from echo_iad.settings import environment, refuse_telemetry

if TYPE_CHECKING:
    import onnxruntime

SPIN_MICROSECONDS = 100
"""How long a thread that has done its share waits awake for the next operation. Waking it takes as long as a small
operation does; without an end it would take the cores from the line's own software (docs/speed.md)."""


def threads() -> int:
    """Threads for one encoder: ``ECHO_IAD_THREADS``, else the cores that this process may use.

    Raises
    ------
    UserError
        ``ECHO_IAD_THREADS`` is no whole number of at least 1.
    """
    wanted = environment("THREADS")
    if not wanted:
        return available_cores()
    if not wanted.isdecimal() or int(wanted) < 1:
        msg = f"ECHO_IAD_THREADS must be a whole number of at least 1. Got {wanted!r}."
        raise UserError(msg)
    return int(wanted)


def available_cores() -> int:
    """Cores that this process may use; less than the machine's where it is confined."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def open_session(file: Path) -> onnxruntime.InferenceSession:
    """Load an ONNX file."""
    refuse_telemetry()
    with _interrupts_wait():
        import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads()
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3  # errors alone
    options.use_deterministic_compute = True
    options.add_session_config_entry("session.disable_quant_qdq", "1")  # expand int8 weights once, at load
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    options.add_session_config_entry("session.intra_op.spin_duration_us", str(SPIN_MICROSECONDS))
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Let Ctrl-C wait for the end of the block: in the midst of an import it would turn into an ImportError."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
    if came:
        signal.raise_signal(signal.SIGINT)
