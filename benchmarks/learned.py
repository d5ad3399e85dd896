"""The learned proof: whether a reference that Echo retrieves helps a model that was taught to look at it.

Draws parts of designs that the model has never seen, enrols good ones as normals of one object, makes questions, and
asks them with `echo-iad evaluate mmad` in ways that differ by Echo's own switches alone: with the most similar normal,
without any, with a random one, and with the most similar one and the questions reworded. The comparison is off in all,
so that the model has nothing but the pictures. Writes learned.json and the tables of docs/learned-proof.md.

Run from anywhere: ``python benchmarks/learned.py [--model FOLDER] [--designs N] [--out FILE.json] [--keep FOLDER]``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from drawn_products import KINDS, draw_part, random_design, random_fault
from learned_tables import tables
from processes import ECHO_IAD, spend
from tables import put_tables

ROOT = Path(__file__).resolve().parents[1]
CHECKPOINT = Path(__file__).with_name("learned_checkpoint")
OBJECT = "label"
SEED = 2_000
"""Of the designs; training draws with other seeds."""
NORMALS, ASKED = 3, 4
"""Good parts of a design that are enrolled, and good and defective parts each that are asked about."""
ADVISERS_OFF = ("visual_comparator", "knowledge_guide", "reasoning_expert")
WAYS: Mapping[str, tuple[str, ...]] = {
    "similar": (),
    "none": ("--without", "reference_extractor"),
    "random": ("--set", "retrieval.references=random"),
}
"""Which reference is shown -> what is said to ``echo-iad evaluate mmad`` beyond what all runs are told."""
NOTES = f"# {OBJECT}\n\n## good\n\nThe marks of a good label are those of its design.\n"
"""What is known, for the maker of questions; no run is told."""
REWORDED = "shuffled,leading,paraphrased"

Figures = dict[str, Any]


@dataclass(frozen=True)
class Folders:
    """Where everything of one proof lies."""

    whole: Path

    @property
    def parts(self) -> Path:
        """The drawn parts, in MVTec layout."""
        return self.whole / "parts"

    @property
    def notes(self) -> Path:
        """What is known about the object."""
        return self.whole / f"{OBJECT}.md"

    @property
    def questions(self) -> Path:
        """The questions about them, in MMAD's form."""
        return self.whole / "questions"

    @property
    def memory(self) -> Path:
        """The memory of the normals, shared by all runs."""
        return self.whole / "memory"

    def run(self, way: str) -> Path:
        """Results of one way."""
        return self.whole / "runs" / way


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=CHECKPOINT, help="folder of the model")
    parser.add_argument("--designs", type=int, default=24, help="designs that are enrolled and asked about")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    parser.add_argument("--keep", type=Path, help="folder to keep parts, questions and runs in")
    asked = parser.parse_args()
    report: Figures = {
        "command": "python benchmarks/learned.py",
        "machine": {"architecture": platform.machine(), "cores": os.cpu_count() or 1},
        "training": json.loads((asked.model / "training.json").read_text(encoding="utf-8")),
        "designs": asked.designs,
    }
    with tempfile.TemporaryDirectory() as folder:
        report |= prove(Folders(asked.keep or Path(folder)), asked.model, asked.designs)
    asked.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    put_tables(ROOT / "docs" / "learned-proof.md", "learned", tables(report))
    return 0


def prove(folders: Folders, model: Path, designs: int) -> Figures:
    """Draw, ask in every way, and compare."""
    draw(folders.parts, designs)
    folders.notes.write_text(NOTES, encoding="utf-8")
    spend([ECHO_IAD, "questions", "make", folders.parts, "--knowledge", folders.notes, "--out", folders.questions])
    ways = {way: ask(folders, model, way, *switches) for way, switches in WAYS.items()}
    reworded = ask(folders, model, "reworded", "--robustness", REWORDED)
    return {
        "switches": {way: list(switches) for way, switches in WAYS.items()},
        "ways": ways,
        "differences": {f"similar - {way}": difference(folders, way) for way in ("none", "random")},
        "reworded": {name: rows["discrimination"] for name, rows in reworded["robustness"].items()},
    }


def draw(folder: Path, designs: int) -> None:
    """Draw the parts: of each design good ones to enrol, and good and defective ones to ask about."""
    for number in range(designs):
        chance = np.random.default_rng([SEED, number])
        design = random_design(chance)
        for place in range(NORMALS):
            _save(folder / OBJECT / "train" / "good", f"d{number:03}_{place}", draw_part(design, chance))
        for place in range(ASKED):
            _save(folder / OBJECT / "test" / "good", f"d{number:03}_good{place}", draw_part(design, chance))
            fault = random_fault(design, chance)
            _save(folder / OBJECT / "test" / fault.kind, f"d{number:03}_bad{place}", draw_part(fault.look, chance))


def _save(folder: Path, name: str, pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(folder / f"{name}.png")


def ask(folders: Folders, model: Path, way: str, *switches: str) -> Figures:
    """Ask every question in one way; Echo's own figures, and what the references were."""
    command: list[str | Path] = [ECHO_IAD, "evaluate", "mmad", folders.questions, "--profile", "edge"]
    command += ["--model", f"transformers:{model}", "--subtasks", "discrimination"]
    for expert in ADVISERS_OFF:
        command += ["--without", expert]
    spent = spend([*command, *switches, "--memory", folders.memory, "--out", folders.run(way), "--json"])
    summary = json.loads(spent.said)
    (data,) = summary["strict"]
    print(f"{way:10} {summary['strict'][data]['discrimination']:.1f} %", flush=True)
    return {
        "questions": summary["counts"][data]["discrimination"],
        "right": summary["strict"][data]["discrimination"],
        "interval": summary["intervals"][data]["discrimination"],
        "by_kind": by_kind(folders.run(way)),
        "same_design": same_design(folders.run(way)),
        "robustness": summary.get("robustness", {}),
        **spent.figures(),
    }


def records(run: Path) -> list[Figures]:
    """The answers of a run."""
    return [json.loads(line) for line in (run / "records.jsonl").read_text(encoding="utf-8").splitlines()]


def by_kind(run: Path) -> dict[str, float]:
    """Percent right among good parts, and among those of each kind of fault."""
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for record in records(run):
        kind = next((kind for kind in KINDS if f"/{kind}/" in record["image"]), "good")
        asked[kind] += 1
        right[kind] += record["answer"] == record["correct"]
    return {kind: round(100 * right[kind] / count, 1) for kind, count in sorted(asked.items())}


def same_design(run: Path) -> float | None:
    """Percent of references that show the query's own design; None without references."""
    hits = [
        Path(reference["path"]).name[:4] == Path(record["image"]).name[:4]
        for record in records(run)
        for reference in record["evidence"].get("references", ())
    ]
    return round(100 * sum(hits) / len(hits), 1) if hits else None


def difference(folders: Folders, way: str) -> Figures:
    """Paired difference between the similar reference and another way, by ``echo-iad evaluate compare``."""
    said = spend([ECHO_IAD, "evaluate", "compare", folders.run("similar"), folders.run(way), "--json"]).said
    overall = json.loads(said)["overall"]
    return {key: overall[key] for key in ("difference", "low", "high", "only_a", "only_b", "p_value")}


if __name__ == "__main__":
    raise SystemExit(main())
