"""What the harness for MMAD takes, and what the edge profile reaches in it: writes mmad.json and docs/benchmarks.md.

Asks questions made about the sample parts and, where they are there, MMAD's own, with its pictures. Each timed step is
a process of its own. Counts only: no wording of MMAD's questions leaves its files.

Run from anywhere: ``python benchmarks/mmad.py [--data FOLDER] [--out FILE.json]``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

from echo_iad.evaluation.prior.file import TEXT_PRIOR
from echo_iad.samples import sample_knowledge, sample_parts
from mmad_tables import tables
from processes import ECHO_IAD, Spent, spend
from tables import put_tables

ROOT = Path(__file__).resolve().parents[1]
STEPS = Path(__file__).with_name("mmad_steps.py")
RECORDS = 40_000
"""As many as MMAD has questions."""
FEW, MANY_TIMES = 200, 4
"""Questions of a short run, and how often all are asked in a long one."""
ANSWERS, WITHOUT_PICTURES = "mllm_raw_answers.csv", "mmad_questions_without_images.json"

Figures = dict[str, Any]


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder that holds mmad/")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    asked = parser.parse_args()
    report: Figures = {"command": "python benchmarks/mmad.py", "machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        report["samples"] = measure_samples(Path(folder))
        report["many"] = measure_many(Path(folder) / "run", Path(folder) / "many", RECORDS)
        if (asked.data / "mmad" / "mmad.json").is_file():
            report["mmad"] = measure_mmad(asked.data / "mmad", Path(folder))
        else:
            print(f"MMAD is not in {asked.data / 'mmad'}: made questions alone are asked. Name it with --data FOLDER.")
    report["machine"]["load_at_end"] = load()
    asked.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    put_tables(ROOT / "docs" / "benchmarks.md", "mmad", tables(report))
    return 0


def machine() -> Figures:
    """Where it is measured, and how many processes already ran there."""
    return {
        "architecture": platform.machine(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        "load_at_start": load(),
    }


def load() -> float:
    """Mean number of running processes of the last minute."""
    return round(os.getloadavg()[0], 2)


# --- questions that anybody can make ---------------------------------------------------------------------------------


def measure_samples(folder: Path) -> Figures:
    """Make questions about the sample parts and ask them; the run stays in ``folder / "run"``."""
    make: list[str | Path] = [ECHO_IAD, "questions", "make", sample_parts(), "--knowledge", sample_knowledge()]
    made = json.loads(spend([*make, "--out", folder / "made", "--json"]).said)
    run = evaluate(folder / "made", folder / "run")
    evaluate(folder / "made", folder / "knowing", "--assisted", "--memory", folder / "run" / "memory")
    say("made questions", run.figures())
    return {
        "run": run.figures(),
        "chance": made["chance"],
        "ways": {"evidence": reached(folder / "run"), "assisted": reached(folder / "knowing")},
    }


def measure_many(source: Path, folder: Path, count: int) -> Figures:
    """Resume and score a long run."""
    figures = step("drawing", source, folder, count)
    for name in ("resuming", "scoring", "summarising"):
        figures[name] = step(name, folder)
        say(name, figures[name])
    return figures


# --- MMAD ------------------------------------------------------------------------------------------------------------


def measure_mmad(root: Path, folder: Path) -> Figures:
    """The whole benchmark: speed, memory, accuracy with and without assistance, and what blind deciders reach."""
    memory = folder / "memory"
    cold = evaluate(root, folder / "evidence", "--memory", memory)
    say("cold", cold.figures())
    warm = evaluate(root, folder / "warm", "--memory", memory)
    say("warm", warm.figures())
    figures: Figures = {"cold": cold.figures(), "warm": warm.figures()}
    figures["latency_ms"] = summary(folder / "warm")["latency_ms"]
    figures |= measure_asking(root, memory, folder, questions=asked_in(folder / "warm"))
    figures["short"] = evaluate(root, folder / "short", "--memory", memory, "--limit", FEW).figures()
    files = [root / name for name in ("mmad.json", WITHOUT_PICTURES) if (root / name).is_file()]
    head = folder / "blind.json"
    fitted = spend([ECHO_IAD, "evaluate", "blind-fit", *files, "--out", head, "--json"])
    figures["blind_fit"] = {**fitted.figures(), "accuracy": json.loads(fitted.said)["accuracy"]}
    say("blind", figures["blind_fit"])
    evaluate(root, folder / "evidence", "--memory", memory, "--resume", "--blind", head)
    evaluate(root, folder / "assisted", "--memory", memory, "--assisted", "--blind", head)
    figures["ways"] = {way: reached(folder / way) for way in ("evidence", "assisted")}
    say("accuracy", {way: found["strict"] for way, found in figures["ways"].items()})
    if (root / ANSWERS).is_file():
        figures["other_system"] = {way: compared(folder / way, root / ANSWERS) for way in figures["ways"]}
        figures["other_system_prior"] = {
            way: compared(folder / way / TEXT_PRIOR, root / ANSWERS) for way in figures["ways"]
        }
        figures["reading"] = reading(files, root / ANSWERS)
        say("reading", figures["reading"])
    return figures


def measure_asking(root: Path, memory: Path, folder: Path, *, questions: int) -> Figures:
    """Ask with the memory warm: all questions, few and many of them, and each for itself as MMAD's scripts do."""
    asked = step("asking", root, memory, folder / "asked", questions)
    numbers = (FEW, MANY_TIMES * questions)
    others = [step("asking", root, memory, folder / f"asked_{number}", number) for number in numbers]
    alone = step("one_by_one", root, memory, folder / "alone")
    found = {
        "asking": asked,
        "asking_few": others[0],
        "asking_many": others[1],
        "one_by_one": alone,
        "ratio": round(alone["seconds"] / asked["seconds"], 2),
        "cpu_ratio": round(alone["cpu_seconds"] / asked["cpu_seconds"], 2),
    }
    say("asking", found)
    return found


def compared(run: Path, answers: Path) -> Figures:
    """Echo (A: a run, or its answers with the text prior) beside another system (B) on the same questions."""
    from echo_iad.evaluation.scores.compare import compare, read_side
    from echo_iad.evaluation.scores.compare_files import as_json

    found = as_json(compare(read_side(run), read_side(answers)))
    return {"overall": found["overall"], "groups": found["groups"], "not_answered_b": found["not_answered_b"]}


def reading(files: list[Path], answers: Path) -> Figures:
    """How often Echo reads another system's raw outputs as that system itself did."""
    from echo_iad.deciders.answers import read_choice
    from echo_iad.evaluation.blind.fitting import read_questions
    from echo_iad.evaluation.scores.foreign_answers import read_foreign_answers

    options = {asked.key: asked.options for asked in read_questions(files)}
    rows = [row for row in read_foreign_answers(answers) if row.key in options]
    lettered = [row for row in rows if row.letter in options[row.key]]
    agreed = sum(read_choice(row.raw_text, options[row.key]) == row.letter for row in lettered)
    return {
        "rows": len(rows),
        "with_letter": len(lettered),
        "agreed": agreed,
        "percent": round(100 * agreed / len(lettered), 2),
    }


# --- what the commands leave -----------------------------------------------------------------------------------------


def evaluate(root: Path, out: Path, *more: str | Path | int) -> Spent:
    """``echo-iad evaluate mmad``, the whole process."""
    return spend([ECHO_IAD, "evaluate", "mmad", root, "--out", out, *map(str, more)])


def step(name: str, *words: str | Path | int) -> Figures:
    """What a step says, with the peak memory of its process."""
    spent = spend([sys.executable, STEPS, name, *map(str, words)])
    return {**json.loads(spent.said), "peak_megabytes": spent.peak_megabytes}


def summary(run: Path) -> Figures:
    """The figures of a run."""
    read: Figures = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    return read


def asked_in(run: Path) -> int:
    """How many questions a run answered."""
    return sum(count for cells in summary(run)["counts"].values() for count in cells.values())


def reached(run: Path) -> Figures:
    """How good the answers of a run over one data set are, beside the blind deciders'."""
    found = summary(run)
    (dataset,) = found["strict"]
    names = ("counts", "strict", "intervals", "coverage", "blind", "gain", "hard", "hard_counts")
    cells = {name: found[name].get(dataset, {}) for name in names}
    whole = {"balanced": found["balanced"].get(dataset), "per_object": found["per_object"]}
    together = {"hard_together": found.get("hard_together"), "text_prior": prior(found, dataset)}
    return {**cells, **whole, **together, "abstention": abstaining(run)}


def prior(found: Figures, dataset: str) -> Figures | None:
    """The row "evidence + text prior" of a run over one data set; None where nothing was learned from the words."""
    row = found.get("text_prior")
    if row is None:
        return None
    names = ("strict", "intervals", "words", "beyond_words", "gain", "hard")
    return {
        **{name: row[name].get(dataset, {}) for name in names},
        **{name: row[name] for name in ("hard_together", "per_object", "evidence_weights", "remarks", "calibration")},
    }


def abstaining(run: Path) -> Figures:
    """What it buys to withhold the unsurest answers: accuracy of the surest ones at each coverage, in percent."""
    from echo_iad.evaluation.answers.recording import read_records
    from echo_iad.evaluation.scores.abstention import abstention_curves
    from echo_iad.evaluation.scores.scored_answers import score_records

    return {
        name: {
            "area": percent(curve.area),
            "best_area": percent(curve.best_area),
            "accuracy_at": {f"{share}": percent(curve.accuracy_at(share / 100)) for share in range(100, 0, -10)},
        }
        for name, curve in abstention_curves(score_records(read_records(run))).items()
    }


def percent(share: float | None) -> float | None:
    """In percent, with one digit."""
    return None if share is None else round(100 * share, 1)


def say(what: str, figures: Figures) -> None:
    """Show what was measured as it comes."""
    print(f"{what}: {json.dumps(figures)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
