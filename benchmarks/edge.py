"""What the edge profile reaches: writes edge.json beside this file and the tables of docs/benchmarks.md.

Inspects every test part of the samples and, where it is there, of the folder of real parts; a plain PatchCore looks at
the same encodings beside. Questions: `mmad`. Few normals: `shots`.
Deterministic but for times and memory. Names of products are read from folders; no picture leaves them.

Run from anywhere: ``python benchmarks/edge.py [--data FOLDER] [--out FILE.json]``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echo_iad.evaluation.making.labelled_parts import LabelledObject, read_labelled_parts
from echo_iad.samples import sample_knowledge, sample_parts
from layouts import show_as_mvtec
from processes import ECHO_IAD
from speed import base_install_megabytes, inspection_figures, process_figures
from tables import write_docs

if TYPE_CHECKING:
    from echo_iad import Echo

ROOT = Path(__file__).resolve().parents[1]
OUT = Path(__file__).resolve().with_suffix(".json")


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with as_mvtec.py")
    parser.add_argument("--out", type=Path, default=OUT, help="with another one the docs stay as they are")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = {"command": "python benchmarks/edge.py", "machine": machine()}
        report |= measure_samples(Path(folder))
        if (asked.data / "as_mvtec.py").is_file():
            report |= measure_data(asked.data, Path(folder))
        else:
            print(f"No real parts in {asked.data}: the sample parts alone are measured. Name them with --data FOLDER.")
    asked.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if asked.out == OUT:
        write_docs(report, ROOT / "docs" / "benchmarks.md")
    return 0


def machine() -> dict[str, str | int]:
    """Where it was measured."""
    return {"architecture": platform.machine(), "cores": os.cpu_count() or 1, "python": platform.python_version()}


def measure_samples(folder: Path) -> dict[str, Any]:
    """Speed first, while this process is small; then the figures of the sample parts."""
    memory = folder / "samples"
    for words in (["enrol", str(sample_parts())], ["knowledge", "import", str(sample_knowledge())]):
        subprocess.run([ECHO_IAD, *words, "--memory", str(memory)], check=True, stdout=subprocess.DEVNULL)
    speed = process_figures(memory, folder / "photos") | inspection_figures(memory, folder / "photos")
    speed["base_install_megabytes"] = base_install_megabytes(ROOT)
    say("speed", speed)

    from echo_iad import Echo

    with Echo.from_profile("edge", memory=memory) as echo:
        return {"speed": speed, "samples": measure_objects(echo, read_labelled_parts(sample_parts()))}


def measure_data(data: Path, folder: Path) -> dict[str, Any]:
    """Real parts: how fast they are enrolled, and which defects are found."""
    from echo_iad import Echo

    (folder / "parts").mkdir()
    show_as_mvtec(data, folder / "parts")
    with Echo.from_profile("edge", memory=folder / "memory", create=True) as echo:
        speed = {tested.name: enrol(echo, tested) for tested in read_labelled_parts(folder / "parts")}
        report: dict[str, Any] = measure_objects(echo, read_labelled_parts(folder / "parts"))
        report["enrolled_per_second"] = speed
    say("enrolled per second", speed)
    return {"data": report}


def enrol(echo: Echo, tested: LabelledObject) -> float:
    """Enrol one object's normals; images a second, all the learning included."""
    done = echo.enrol(tested.normals_folder, object=tested.name)
    return round(done.added / done.seconds, 1)


def measure_objects(echo: Echo, objects: Sequence[LabelledObject]) -> dict[str, Any]:
    """Detection of each object, and the means."""
    from detection import detect, mean_detection

    rows = []
    for tested in objects:
        rows.append(detect(echo, tested))
        say(tested.name, rows[-1].to_values())
    return {
        "objects": [row.to_values() for row in rows],
        "mean": mean_detection(row.echo for row in rows),
        "mean_patchcore": mean_detection(row.patchcore for row in rows),
    }


def say(what: str, figures: dict[str, Any]) -> None:
    """Show what was measured as it comes."""
    print(f"{what}: {json.dumps(figures)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
