"""One step of an evaluation, timed in a process of its own; `mmad` starts it and reads the line of JSON that it prints.

Knows the harness by its public functions alone: what is timed is what ``echo-iad evaluate mmad`` does.

Run: ``python benchmarks/mmad_steps.py STEP ...``, with the parameters of the function below as words.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from echo_iad.echo import Echo
from echo_iad.evaluation.answers.asking import Asking
from echo_iad.evaluation.answers.recording import RECORDS, RunFolder, read_identity, read_records, to_line
from echo_iad.evaluation.answers.records import AnswerRecord
from echo_iad.evaluation.answers.run import Way, ask
from echo_iad.evaluation.benchmark.mmad import read_mmad
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.scores.accuracy import (
    counts,
    coverage,
    discrimination,
    mended_accuracy,
    published_accuracy,
    strict_accuracy,
    strict_by_object,
)
from echo_iad.evaluation.scores.scored_answers import score_records
from echo_iad.evaluation.scores.summary import summarise
from echo_iad.settings import load_profile

Figures = dict[str, Any]
DATASETS, OBJECTS = 4, 10
"""Of drawn records: data sets, and objects in each."""
_AGAIN = 1000
"""Added to the index of a question that is asked again."""


def asking(root: str, memory: str, out: str, questions: str) -> Figures:
    """Ask so many of a benchmark's questions as a run does, picture by picture; each again where there are too few."""
    benchmark = read_mmad(Path(root))
    wanted = int(questions)
    times = -(-wanted // len(benchmark.questions))
    asked = [
        replace(one, question_index=one.question_index + _AGAIN * time)
        for one in benchmark.questions
        for time in range(times)
    ]
    return _ask(Path(root), Path(memory), Path(out), asked[:wanted])


def one_by_one(root: str, memory: str, out: str) -> Figures:
    """Ask in MMAD's own way, each question for itself: its picture is read, encoded and compared anew.

    Nothing but the order differs from `asking`: first questions of all pictures, then the second ones, and so on, so
    that a picture is forgotten before it is asked about again.
    """
    asked = sorted(read_mmad(Path(root)).questions, key=lambda one: one.question_index)
    return _ask(Path(root), Path(memory), Path(out), asked)


def _ask(root: Path, memory: Path, out: Path, questions: list[BenchmarkQuestion]) -> Figures:
    profile = load_profile("edge")
    benchmark = replace(read_mmad(root), questions=tuple(questions))
    with Echo.from_profile(profile, memory=memory) as echo, _timed() as taken:
        ask(benchmark, [Way(profile, Asking(root), out)], echo, resume=False)
    each = 1000 * taken["seconds"] / len(questions)
    return {"questions": len(questions), **taken, "milliseconds_a_question": round(each, 2)}


def drawing(source: str, folder: str, count: str) -> Figures:
    """Write records of a long run: those of a short one again and again, under other names of pictures and objects."""
    out = Path(folder)
    out.mkdir(parents=True)
    (out / "run.json").write_bytes((Path(source) / "run.json").read_bytes())
    with (out / RECORDS).open("wb") as stream:
        for record in islice(_again(list(read_records(Path(source)))), int(count)):
            stream.write(to_line(record))
    size = (out / RECORDS).stat().st_size
    return {"records": int(count), "bytes_a_record": round(size / int(count))}


def _again(records: list[AnswerRecord]) -> Iterator[AnswerRecord]:
    number = 0
    while True:
        dataset, product = f"set_{number % DATASETS}", f"product_{number // DATASETS % OBJECTS}"
        for record in records:
            image = f"{dataset}/{product}/{number:05d}/{record.image}"
            yield replace(record, image=image, dataset=dataset, object=f"{dataset}/{product}")
        number += 1


def resuming(folder: str) -> Figures:
    """Open a run that has all its answers, as ``--resume`` does before it asks."""
    keys = [record.key for record in read_records(Path(folder))]
    identity = read_identity(Path(folder))
    with _timed() as taken, RunFolder.open(Path(folder), identity, questions=keys, resume=True) as opened:
        done = len(opened.done)
    return {"done": done, **taken}


def scoring(folder: str) -> Figures:
    """Read a run and count what is right, by every rule, without intervals."""
    with _timed() as taken:
        scored = score_records(read_records(Path(folder)))
        for table in (strict_accuracy, mended_accuracy, published_accuracy, coverage, counts, discrimination):
            table(scored)
        strict_by_object(scored)
    return {"records": len(scored.answers), **taken}


def summarising(folder: str) -> Figures:
    """Read a run and make its whole summary: bootstrap intervals, and gains over four blind deciders."""
    letters = _blind_letters(read_records(Path(folder)))
    with _timed() as taken:
        summarise(read_records(Path(folder)), letters, (), seed=0)
    return {"records": len(letters["first"]), **taken}


def _blind_letters(records: Iterable[AnswerRecord]) -> dict[str, dict[tuple[str, int], str]]:
    """Answers that four blind deciders might have given."""
    names = ("first", "longest", "knowledge", "learned")
    letters: dict[str, dict[tuple[str, int], str]] = {name: {} for name in names}
    for number, record in enumerate(records):
        options = list(record.options)
        for place, name in enumerate(names):
            letters[name][record.key] = options[(number * (place + 1) + place) % len(options)]
    return letters


@contextmanager
def _timed() -> Iterator[Figures]:
    """Seconds and processor seconds of what is done inside; filled in at the end."""
    taken: Figures = {}
    wall, cpu = time.perf_counter(), time.process_time()
    yield taken
    taken["seconds"] = round(time.perf_counter() - wall, 3)
    taken["cpu_seconds"] = round(time.process_time() - cpu, 3)


STEPS: dict[str, Callable[..., Figures]] = {
    step.__name__: step for step in (asking, one_by_one, drawing, resuming, scoring, summarising)
}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
