"""Time and memory of the edge profile on the sample parts: one inspection, whole processes, the base install.

Run before anything large is loaded: a child's peak memory is at least its parent's at the start.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from echo_iad.samples import sample_parts
from processes import ECHO_IAD, spend

RUNS = 40
"""Timed inspections."""
WARM = 14
"""Inspections before them; each object is learned, and its references are decoded."""
COLD_RUNS = 5
SIDE = 900


def photos(folder: Path, count: int) -> list[Path]:
    """Write sample parts as JPEGs of 900 x 900, no two alike, so that nothing is answered from a cache."""
    sources = sorted(sample_parts().glob("*/test/*/*.jpg"))
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number in range(count):
        image = Image.open(sources[number % len(sources)]).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        shade = 1 + 0.002 * (number // len(sources))
        pixels = np.clip(np.asarray(image) * shade, 0, 255).astype(np.uint8)
        pixels[0, 0] = number % 256
        written.append(folder / f"{number:03d}.jpg")
        Image.fromarray(pixels).save(written[-1], quality=90)
    return written


def objects(count: int) -> list[str]:
    """The object that each of the `photos` shows."""
    names = [path.parts[-4] for path in sorted(sample_parts().glob("*/test/*/*.jpg"))]
    return [names[number % len(names)] for number in range(count)]


def process_figures(memory: Path, folder: Path) -> dict[str, Any]:
    """Whole processes: seconds of the help and of a cold inspection, and the peak memory of 100 inspections."""
    pictures = [str(path) for path in photos(folder, 100)]
    inspect = [ECHO_IAD, "inspect", "--json", "--memory", str(memory)]
    cold = [spend([*inspect, pictures[number]]).seconds for number in range(COLD_RUNS)]
    helped = [spend([ECHO_IAD, "--help"]).seconds for _ in range(COLD_RUNS)]
    return {
        "help_seconds": _median(helped),
        "cold_inspect_seconds": _median(cold),
        "peak_megabytes_of_100_inspections": spend([*inspect, *pictures]).peak_megabytes,
    }


def inspection_figures(memory: Path, folder: Path) -> dict[str, Any]:
    """One warm inspection beside decoding and the encoder's bare run, in one process, taking turns.

    The object is named, as a line does that makes one product; without its name a part that is cut out is encoded
    twice, whole to recognise it and cut out to compare it.
    """
    from echo_iad import Echo

    pictures = photos(folder, RUNS + WARM)
    names = objects(len(pictures))
    run_bare = _bare_encoder()
    took: dict[str, list[float]] = {what: [] for what in ("named", "unnamed", "decode", "bare")}
    with (
        Echo.from_profile("edge", memory=memory, read_only=True) as named,
        Echo.from_profile("edge", memory=memory, read_only=True) as unnamed,
    ):
        for number, (path, name) in enumerate(zip(pictures, names, strict=True)):
            tasks: dict[str, Callable[[], object]] = {
                "named": lambda path=path, name=name: named.inspect(path, object=name),  # type: ignore[misc]  # defaults bind now
                "unnamed": lambda path=path: unnamed.inspect(path),  # type: ignore[misc]
                "decode": lambda path=path: np.asarray(Image.open(path).convert("RGB")),  # type: ignore[misc]
                "bare": run_bare,
            }
            for what, task in tasks.items():
                spent = _milliseconds(task)
                if number >= WARM:
                    took[what].append(spent)
    least = statistics.median(one + other for one, other in zip(took["decode"], took["bare"], strict=True))
    return {
        "runs": RUNS,
        "picture": f"{SIDE} x {SIDE} JPEG",
        "inspect_ms": _median(took["named"]),
        "inspect_p95_ms": round(float(np.quantile(took["named"], 0.95)), 2),
        "unnamed_inspect_ms": _median(took["unnamed"]),
        "decode_ms": _median(took["decode"]),
        "encoder_ms": _median(took["bare"]),
        "ratio": round(statistics.median(took["named"]) / least, 2),
    }


def _bare_encoder() -> Callable[[], object]:
    """One run of the encoder's sessions on a picture that is ready, as ONNX Runtime alone would do it."""
    from echo_iad.encoders.onnx import EdgeImageEncoder

    encoder = EdgeImageEncoder()
    pixels = np.random.default_rng(0).integers(0, 255, (1, encoder.side, encoder.side, 3)).astype(np.uint8)
    return lambda: encoder.run_head(encoder.run_blocks(pixels))


def base_install_megabytes(root: Path) -> float | None:
    """Size of the environment of ``make demo``; None when there is none."""
    environment = root / ".venv"
    if not (environment / ".echo-base").is_file():
        return None
    sizes = [path.lstat().st_size for path in environment.rglob("*") if not path.is_dir()]
    return round(sum(sizes) / 1e6)


def _milliseconds(task: Callable[[], object]) -> float:
    start = time.perf_counter()
    task()
    return 1000 * (time.perf_counter() - start)


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 3)
