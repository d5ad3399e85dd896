"""Where the milliseconds of one warm inspection go: writes profile_inspection.json and the tables of docs/speed.md.

    python benchmarks/profile_inspection.py [--out FILE.json]

Three things are measured in turn, on the sample parts as JPEGs of 900 x 900, their object named: inspections beside the
two things that they cannot do without, decoding and the encoder's bare run; the same inspections under a profiler,
which slows small functions most; and the encoder's run under other settings of its threads. Times mean something on a
quiet machine alone; the load is written down.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import platform
import pstats
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from echo_iad import Echo
from echo_iad.encoders.onnx import EdgeImageEncoder
from echo_iad.samples import sample_parts
from speed import SIDE, objects, photos
from tables import put_tables

ROOT = Path(__file__).resolve().parents[1]
OUT = Path(__file__).resolve().with_suffix(".json")
PACKAGE = ROOT / "src" / "echo_iad"
RUNS = 120
"""Inspections of each kind; the sample parts in turn, none twice."""
WARM = 12
LEAST_MS = 0.05
"""Functions that take less are added up in one row."""
SPINS = {"asleep at once": None, "awake for 30 µs": 30, "awake for 100 µs (in use)": 100, "awake until the end": -1}


@dataclass(frozen=True)
class Spent:
    """Milliseconds of one thing, over all runs."""

    median: float
    least: float
    p95: float
    processor: float
    """Median over all threads; more than the wall time where cores work side by side."""


@dataclass(frozen=True)
class Part:
    """One function of Echo, with what it calls outside Echo."""

    function: str
    module: str
    calls: float
    """For one inspection."""
    milliseconds: float
    """For one inspection, under the profiler."""


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT, help="with another one the docs stay as they are")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        pictures = photos(Path(folder) / "photos", 2 * RUNS + WARM)
        with Echo.from_profile("edge", memory=Path(folder) / "memory", create=True) as echo:
            echo.enrol(sample_parts())
            named = list(zip(pictures, objects(len(pictures)), strict=True))
            for path, name in named[:WARM]:
                echo.inspect(path, object=name)
            whole = side_by_side(echo, named[WARM : WARM + RUNS])
            parts = profiled(echo, named[WARM + RUNS :])
    report = {
        "command": "python benchmarks/profile_inspection.py",
        "machine": {"architecture": platform.machine(), "cores": os.cpu_count(), "load_before": round(load, 2)},
        "picture": f"{SIDE} x {SIDE} JPEG",
        "runs": RUNS,
        "whole": {name: asdict(spent) for name, spent in whole.items()},
        "parts": [asdict(part) for part in parts],
        "threads": {name: asdict(spent) for name, spent in waiting().items()},
    }
    asked.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if asked.out == OUT:
        put_tables(ROOT / "docs" / "speed.md", "speed", tables(report))
    return 0


def side_by_side(echo: Echo, pictures: Sequence[tuple[Path, str]]) -> dict[str, Spent]:
    """Inspections of parts whose object is named, and what none can do without, taking turns."""
    encoder = EdgeImageEncoder()
    pixels = _pixels(encoder)
    maps = encoder.run_blocks(pixels)
    took: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for path, name in pictures:
        clock = _Clock()
        anomalous = _is_anomalous(echo, path, name)
        spent = clock.spent()
        took["one inspection"].append(spent)
        took["of a part called anomalous" if anomalous else "of a part called good"].append(spent)
        others: dict[str, Callable[[], object]] = {
            "decoding the file in full (Pillow)": lambda path=path: np.asarray(Image.open(path).convert("RGB")),  # type: ignore[misc]  # defaults bind now
            "the encoder's blocks, bare": lambda: encoder.run_blocks(pixels),
            "the encoder's head, bare": lambda: encoder.run_head(maps),
        }
        for what, task in others.items():
            clock = _Clock()
            task()
            took[what].append(clock.spent())
    return {name: _spent(pairs) for name, pairs in took.items()}


def profiled(echo: Echo, pictures: Sequence[tuple[Path, str]]) -> list[Part]:
    """Echo's functions by the time that is theirs: their own, and what they spend outside Echo."""
    profile = cProfile.Profile()
    profile.enable()
    for path, name in pictures:
        echo.inspect(path, object=name)
    profile.disable()
    found = own_times(pstats.Stats(profile).stats)  # type: ignore[attr-defined]  # typeshed leaves it out
    rows = [
        Part(name, module, round(calls / len(pictures), 2), round(1000 * seconds / len(pictures), 3))
        for (module, name), (calls, seconds) in found.items()
    ]
    large = sorted((row for row in rows if row.milliseconds >= LEAST_MS), key=lambda row: -row.milliseconds)
    rest = sum(row.milliseconds for row in rows) - sum(row.milliseconds for row in large)
    return [*large, Part("everything else", f"{len(rows) - len(large)} functions", 1.0, round(rest, 3))]


def own_times(stats: Mapping[Any, Any]) -> dict[tuple[str, str], tuple[int, float]]:
    """Calls and seconds of each function of Echo, by module and name.

    What a function outside Echo spends counts for the function of Echo that called it.

    Parameters
    ----------
    stats : mapping
        Of `pstats.Stats`: (file, line, name) -> (calls, calls, own seconds, all seconds, callers).
    """
    times: dict[tuple[str, str], tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for function, (_, calls, own, _, callers) in stats.items():
        name = _name(function)
        if name is not None:
            before = times[name]
            times[name] = before[0] + calls, before[1] + own
            continue
        for caller, (_, _, _, all_seconds) in callers.items():
            called_by = _name(caller)
            if called_by is not None:
                before = times[called_by]
                times[called_by] = before[0], before[1] + all_seconds
    return dict(times)


def _name(function: tuple[str, int, str]) -> tuple[str, str] | None:
    path = Path(function[0])
    if PACKAGE not in path.parents:
        return None
    return str(path.relative_to(PACKAGE)), function[2]


def waiting() -> dict[str, Spent]:
    """The encoder's blocks with threads that wait for each other in other ways, taking turns."""
    import onnxruntime

    from echo_iad.encoders.cards import BLOCKS_FILE, asset_root
    from echo_iad.encoders.onnx import IMAGE_FOLDER
    from echo_iad.encoders.sessions import threads

    file = asset_root() / IMAGE_FOLDER / BLOCKS_FILE
    sessions = {}
    for name, microseconds in SPINS.items():
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads()
        options.add_session_config_entry("session.intra_op.allow_spinning", str(int(microseconds is not None)))
        if microseconds is not None and microseconds > 0:
            options.add_session_config_entry("session.intra_op.spin_duration_us", str(microseconds))
        sessions[name] = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    alone = onnxruntime.SessionOptions()
    alone.intra_op_num_threads = 1
    sessions["one thread"] = onnxruntime.InferenceSession(file, alone, providers=["CPUExecutionProvider"])
    pixels = _pixels(EdgeImageEncoder())
    took: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for number in range(RUNS + WARM):
        for name, session in sessions.items():
            time.sleep(0.003)  # until the last one's threads are asleep
            clock = _Clock()
            session.run(None, {"pixels": pixels})
            if number >= WARM:
                took[name].append(clock.spent())
    return {name: _spent(pairs) for name, pairs in took.items()}


class _Clock:
    """Wall and processor time since it was made."""

    def __init__(self) -> None:
        self._processor = time.process_time()
        self._wall = time.perf_counter()

    def spent(self) -> tuple[float, float]:
        """Milliseconds of both."""
        wall = time.perf_counter() - self._wall
        return 1000 * wall, 1000 * (time.process_time() - self._processor)


def _is_anomalous(echo: Echo, path: Path, name: str) -> bool:
    comparison = echo.inspect(path, object=name).comparison
    return comparison is not None and comparison.is_anomalous


def _pixels(encoder: EdgeImageEncoder) -> Any:
    return np.random.default_rng(0).integers(0, 255, (1, encoder.side, encoder.side, 3)).astype(np.uint8)


def _spent(pairs: Sequence[tuple[float, float]]) -> Spent:
    wall = [pair[0] for pair in pairs]
    return Spent(
        median=round(statistics.median(wall), 2),
        least=round(min(wall), 2),
        p95=round(float(np.quantile(wall, 0.95)), 2),
        processor=round(statistics.median(pair[1] for pair in pairs), 2),
    )


def tables(report: Mapping[str, Any]) -> str:
    """Every table, in Markdown."""
    machine, whole = report["machine"], report["whole"]
    least = sum(whole[name]["median"] for name in whole if "inspection" not in name and "part called" not in name)
    ratio = whole["one inspection"]["median"] / least
    rows = [f"| {row['function']} | {row['module']} | {row['calls']:g} | {row['milliseconds']:.2f} |"
            for row in report["parts"]]  # fmt: skip
    return "\n\n".join(
        [
            f"Measured on {machine['cores']} cores ({machine['architecture']}); the load average was "
            f"{machine['load_before']} before. {report['runs']} runs, a {report['picture']} each.",
            _times(whole),
            f"An inspection takes {ratio:.2f} times decoding and the bare encoder together.",
            "**Each function, with what it calls outside Echo, under a profiler**",
            "\n".join(["| function | where | calls | ms |", "|---|---|---:|---:|", *rows]),
            "**The encoder's blocks, by how its threads wait for each other**",
            _times(report["threads"]),
        ]
    )


def _times(spent: Mapping[str, Mapping[str, float]]) -> str:
    lines = ["| what | median ms | least | 95 % are faster than | processor time |", "|---|---:|---:|---:|---:|"]
    for name, row in spent.items():
        lines.append(f"| {name} | {row['median']} | {row['least']} | {row['p95']} | {row['processor']} |")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
