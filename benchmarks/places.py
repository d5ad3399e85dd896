"""How well Echo tells where a defect lies, on painted defects: chooses the temperature of its answers' probabilities.

    python benchmarks/places.py [--data FOLDER] [--out FILE.json]

Echo's own sample parts are among the objects, and the real parts where they are. Some good parts of each are held out,
a defect is painted into each, and it is asked for by made questions of two sorts: *clear*, where the wrong places are
wrong beyond dispute, and *close*, where the right one only holds more of the defect than the others, of the picture or
of the part as it lies. Real questions lie between, so both count alike. Nothing rests on a real defect or a real
question. The temperature for an object is the best one on all the others.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from echo_iad import Echo
from echo_iad.comparison.synthetic import with_defect
from echo_iad.deciders.embedded.case import Case
from echo_iad.deciders.embedded.localization import locate
from echo_iad.deciders.embedded.scoring import ScoredOption, probabilities
from echo_iad.domain.evidence import Comparison, Evidence, ObjectMatch
from echo_iad.domain.parts import BoolArray, FloatArray
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.encoders.catalog import load_text_encoder
from echo_iad.evaluation.making.labelled_parts import read_labelled_parts
from echo_iad.evaluation.making.mask_places import GRIDS, Grid, place_of
from echo_iad.evaluation.scores.calibration import Certainty, calibrate, certainty_of
from echo_iad.images.folders import PartPicture
from echo_iad.images.loading import load_picture
from echo_iad.samples import sample_parts
from layouts import show_as_mvtec

ROOT = Path(__file__).resolve().parents[1]
TEXT_ENCODER = load_text_encoder("edge")
HELD_OUT = 20
PAINTED = 40
"""Of one object."""
TEMPERATURES = tuple(round(0.3 + 0.05 * step, 2) for step in range(25))
"""From 0.3 to 1.5."""


@dataclass(frozen=True, eq=False)
class Asked:
    """One made question and what the decider makes of it."""

    object: str
    sort: str
    found: bool
    """Whether the comparison called the part anomalous."""
    options: tuple[ScoredOption, ...]
    right: str

    def chances(self, temperature: float) -> dict[str, float]:
        """Each option's probability."""
        return probabilities(self.options, temperature)

    @property
    def is_right(self) -> bool:
        """Whether the likeliest option is the right one."""
        return max(self.options, key=lambda option: option.total).label == self.right


def painted(folders: Sequence[Path]) -> Iterator[tuple[str, Comparison, BoolArray]]:
    """Paint defects into held-out good parts and compare them; yields object, comparison and true mask."""
    objects = [each for folder in folders for each in read_labelled_parts(folder)]
    with tempfile.TemporaryDirectory() as memory, Echo.from_profile("edge", memory=memory, create=True) as echo:
        for product in objects:
            order = np.random.default_rng(0).permutation(len(product.normals))
            held = [product.normals[place] for place in order[: min(HELD_OUT, len(order) // 4)]]
            kept = [product.normals[place] for place in order[len(held) :]]
            echo.enrol_parts([PartPicture(product.name, path) for path in kept])
            good = [picture.path for picture in product.pictures if not picture.is_defective]
            canvases = [*held, *good][:HELD_OUT]
            for number in range(PAINTED):
                picture = load_picture(canvases[number % len(canvases)])
                made = with_defect(picture.pixels, [number, 7])
                comparison = echo.inspect(made.pixels, object=product.name).comparison
                if comparison is not None and made.mask.any():
                    yield product.name, comparison, made.mask


def asked(name: str, comparison: Comparison, mask: BoolArray, seed: int) -> Iterator[Asked]:
    """Ask where one painted defect lies, once on each grid and in each sort that it allows."""
    chance = np.random.default_rng([seed, 11])
    for grid in GRIDS:
        clear = place_of(mask, grid)
        if clear.place is not None and len(clear.clearly_not - {clear.place}) > 1:
            yield _put(name, "clear", comparison, clear.place, sorted(clear.clearly_not - {clear.place}), chance)
        frames = [_whole(mask), *_outlined(comparison, mask)]
        shares = _shares(mask, grid, frames[int(chance.integers(len(frames)))])
        best = grid.places[int(shares.argmax())]
        yield _put(name, "close", comparison, best, [place for place in grid.places if place != best], chance)


def _put(
    name: str, sort: str, comparison: Comparison, right: str, wrong: Sequence[str], chance: np.random.Generator
) -> Asked:
    """Offer the right place among at most three wrong ones."""
    drawn = [wrong[place] for place in chance.permutation(len(wrong))[:3]]
    texts = sorted([right, *drawn])
    options = dict(zip("ABCD", texts, strict=False))
    evidence = Evidence(
        ObjectMatch(name, named_by_user=True, similarity=1.0, margin=2.0, reason=""), comparison=comparison
    )
    question = Question("Where is the defect?", options)
    scored = locate(Case(question, QuestionType.LOCALIZATION, evidence, TEXT_ENCODER)).options
    return Asked(name, sort, comparison.is_anomalous, scored, "ABCD"[texts.index(right)])


def _whole(mask: BoolArray) -> tuple[float, float, float, float]:
    return 0.0, 0.0, float(mask.shape[1]), float(mask.shape[0])


def _outlined(comparison: Comparison, mask: BoolArray) -> list[tuple[float, float, float, float]]:
    """The part's own box, where its outline is known."""
    anomaly_map = comparison.anomaly_map
    if anomaly_map is None or anomaly_map.foreground is None or not (anomaly_map.foreground > 0.5).any():
        return []
    part = anomaly_map.foreground > 0.5
    down, across = mask.shape[0] / part.shape[0], mask.shape[1] / part.shape[1]
    columns, rows = np.flatnonzero(part.any(axis=0)), np.flatnonzero(part.any(axis=1))
    return [(columns[0] * across, rows[0] * down, (columns[-1] + 1) * across, (rows[-1] + 1) * down)]


def _shares(mask: BoolArray, grid: Grid, box: tuple[float, float, float, float]) -> FloatArray:
    """(rows * columns,): the share of a defect in each field of a box; what lies outside counts for the nearest."""
    rows, columns = np.nonzero(mask)
    down = np.clip((rows + 0.5 - box[1]) / (box[3] - box[1]) * grid.rows, 0, grid.rows - 1).astype(int)
    across = np.clip((columns + 0.5 - box[0]) / (box[2] - box[0]) * grid.columns, 0, grid.columns - 1).astype(int)
    counts = np.bincount(down * grid.columns + across, minlength=grid.rows * grid.columns)
    return np.asarray(counts / counts.sum(), np.float32)


def loss(answers: Sequence[Asked], temperature: float) -> float:
    """Mean negative log-probability of the right option; both sorts and all objects count alike."""
    groups = sorted({(answer.object, answer.sort) for answer in answers})
    losses = [((a.object, a.sort), -math.log(max(a.chances(temperature)[a.right], 1e-12))) for a in answers]
    return fmean(fmean(one for of, one in losses if of == group) for group in groups)


def best_temperature(answers: Sequence[Asked]) -> float:
    """Pick the temperature of the least loss."""
    return min(TEMPERATURES, key=lambda temperature: loss(answers, temperature))


def figures(answers: Sequence[Asked], temperatures: dict[str, float]) -> dict[str, float | int]:
    """How often it is right, how sure it is and how far the two are apart, with a temperature for each object."""
    sure = [_certainty(answer, temperatures[answer.object]) for answer in answers]
    return {
        "questions": len(answers),
        "right": round(fmean(each.right for each in sure), 4),
        "mean_probability": round(fmean(each.probability for each in sure), 4),
        "calibration_error": round(calibrate(sure).ece or 0.0, 4),
    }


def _certainty(answer: Asked, temperature: float) -> Certainty:
    chances = answer.chances(temperature)
    return certainty_of(chances, chosen=max(chances, key=lambda letter: chances[letter]), correct=answer.right)


def report(answers: Sequence[Asked]) -> dict[str, object]:
    """Everything that the file holds; no object is named."""
    objects = sorted({answer.object for answer in answers})
    left_out = {name: best_temperature([a for a in answers if a.object != name]) for name in objects}
    plain = dict.fromkeys(objects, 1.0)
    groups = {sort: [a for a in answers if a.sort == sort] for sort in ("clear", "close")}
    groups["clear, called good"] = [a for a in groups["clear"] if not a.found]
    return {
        "command": "python benchmarks/places.py",
        "objects": len(objects),
        "right_on_each_object_clear": [
            round(fmean(a.is_right for a in groups["clear"] if a.object == name), 4) for name in objects
        ],
        "temperature_of_all": best_temperature(answers),
        "temperatures_leave_one_out": sorted(left_out.values()),
        "at_temperature_1": {name: figures(group, plain) for name, group in groups.items() if group},
        "leave_one_out": {name: figures(group, left_out) for name, group in groups.items() if group},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with as_mvtec.py")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    chosen = parser.parse_args(arguments)
    folders = [sample_parts()]
    with tempfile.TemporaryDirectory() as folder:
        if (chosen.data / "as_mvtec.py").is_file():
            show_as_mvtec(chosen.data, Path(folder))
            folders.append(Path(folder))
        else:
            print(f"No real parts in {chosen.data}: the sample parts alone are measured. Name them with --data FOLDER.")
        answers = asked_all(folders)
    chosen.out.write_text(json.dumps(report(answers), indent=2) + "\n", encoding="utf-8")


def asked_all(folders: Sequence[Path]) -> list[Asked]:
    """Every question about every painted defect."""
    return [
        answer
        for number, (name, comparison, mask) in enumerate(painted(folders))
        for answer in asked(name, comparison, mask, number)
    ]


if __name__ == "__main__":
    main()
