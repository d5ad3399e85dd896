"""What weighing a model's word against the comparison does: writes fusion.json beside this file, and docs/fusion.md.

The comparison is real, learned and measured as in use. The model is **simulated**: it knows the truth as well as its
row says, with noise of its own for every picture, so that a row shows what fusion makes of such a model, and not how
good any real one is. Weights come from normals alone; test labels only score. Without a folder of real parts the drawn
sample parts alone are measured.

Run from anywhere: ``python benchmarks/fusion.py [--data FOLDER] [--out FILE.json]``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from echo_iad import Echo
from echo_iad.deciders.base import Asked
from echo_iad.deciders.fusion import fused_p_anomalous, learn_fusion, log_odds, log_ratio
from echo_iad.domain.decisions import Decision, Status
from echo_iad.domain.evidence import Comparison, Evidence, Fusion
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.encoders.catalog import load_image_encoder
from echo_iad.evaluation.making.labelled_parts import LabelledObject, read_labelled_parts
from echo_iad.experts.fusion import FusionCalibrator
from echo_iad.experts.part_encoding import PartEncoding
from echo_iad.images.loading import load_picture
from echo_iad.samples import sample_parts
from layouts import show_as_mvtec
from tables import put_tables

ROOT = Path(__file__).resolve().parents[1]
DRAWS = 20
"""Times that each model's noise is drawn anew."""


@dataclass(frozen=True)
class Simulated:
    """A model that gives log-odds of "defective", with noise of its own for every picture."""

    name: str
    good: float
    """For good parts, on average."""
    synthetic: float
    """For parts with synthetic defects."""
    real: float
    """For defective test parts."""
    noise: float = 1.5

    def p_anomalous(self, sha256: str, *, middle: float, draw: int) -> float:
        """What it says about one picture of a kind whose log-odds are ``middle`` on average."""
        own = np.random.default_rng([draw, int(sha256[:12], 16)]).standard_normal()
        return float(1 / (1 + np.exp(-(middle + self.noise * own))))


MODELS = (
    Simulated("guesses", 0.0, 0.0, 0.0),
    Simulated("always says defective", 3.5, 3.5, 3.5, noise=0.0),
    Simulated("knows a little", -0.75, 0.75, 0.75),
    Simulated("knows", -1.5, 1.5, 1.5),
    Simulated("knows, leans to defective", 2.5, 5.5, 5.5),
    Simulated("sees real defects half as well", -1.5, 1.5, 0.0),
    Simulated("sees synthetic defects alone", -1.5, 1.5, -1.5),
)


@dataclass(frozen=True)
class Seen:
    """One picture that was compared, and the truth."""

    sha256: str
    comparison: Comparison
    is_defective: bool


@dataclass(frozen=True)
class Row:
    """One object and one model, means over the draws; rates are shares of parts."""

    object: str
    model: str
    counts: float
    """Share of the draws in which the model's word has a weight."""
    weight_comparator: float
    weight_model: float
    separation_comparator: float
    separation_model: float
    comparator_alone: float
    """Balanced accuracy: mean of the shares of good and of defective parts that are told right."""
    model_alone: float
    fused: float
    false_alarms_comparator: float
    false_alarms_model: float
    false_alarms_fused: float


class Listener:
    """A decider that keeps what it is asked and gives any word."""

    name = "listener"

    def __init__(self) -> None:
        self.asked: list[Asked] = []

    def decide(self, question: Question, question_type: QuestionType, evidence: Evidence) -> Decision:
        """Keep it."""
        self.asked.append(Asked(question, question_type, evidence))
        return Decision(Status.ABSTAINED, p_anomalous=0.5)


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with as_mvtec.py")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = {"command": "python benchmarks/fusion.py", "draws": DRAWS, "models": [asdict(each) for each in MODELS]}
        report["samples"] = measure(sample_parts(), Path(folder) / "samples")
        if (asked.data / "as_mvtec.py").is_file():
            show_as_mvtec(asked.data, Path(folder) / "parts")
            report["data"] = measure(Path(folder) / "parts", Path(folder) / "data")
        else:
            print(f"No real parts in {asked.data}: the sample parts alone are measured. Name them with --data FOLDER.")
    asked.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    put_tables(ROOT / "docs" / "fusion.md", "fusion", tables(report))
    return 0


def measure(parts: Path, memory: Path) -> dict[str, Any]:
    """Every object in a folder with every model; objects with too few normals are listed."""
    rows: list[Row] = []
    left_out: dict[str, int] = {}
    with Echo.from_profile("edge", memory=memory, create=True) as echo:
        for tested in read_labelled_parts(parts):
            echo.enrol(tested.normals_folder, object=tested.name)
            heard = listen(echo, tested.name)
            if heard is None:
                left_out[tested.name] = len(echo.memory.ids(tested.name))
                continue
            tests = inspected(echo, tested)
            rows += [row(tested.name, model, heard, tests) for model in MODELS]
            print(*[json.dumps(asdict(each)) for each in rows[-len(MODELS) :]], sep="\n", flush=True)
    return {"rows": [asdict(each) for each in rows], "too_few_normals": left_out}


def listen(echo: Echo, name: str) -> list[Seen] | None:
    """What a model would be asked about an object's normals: good and spoilt by turns; None with too few of them."""
    listener = Listener()
    chosen = echo.profile.encoders
    encoder = load_image_encoder(chosen.image, chosen.image_model)
    if FusionCalibrator(echo.memory, PartEncoding(echo.memory, encoder), listener, echo.profile).fusion(name) is None:
        return None
    return [
        Seen(one.evidence.exhibits.query.sha256, one.evidence.comparison, is_defective=bool(place % 2))
        for place, one in enumerate(listener.asked)
        if one.evidence.exhibits is not None and one.evidence.comparison is not None
    ]


def inspected(echo: Echo, tested: LabelledObject) -> list[Seen]:
    """Every test part of an object, compared with all its normals."""
    seen = []
    for part in tested.pictures:
        picture = load_picture(part.path, at_least=echo.picture_side)
        comparison = echo.inspect(part.path, object=tested.name).comparison
        if comparison is not None:
            seen.append(Seen(picture.sha256, comparison, part.is_defective))
    return seen


def row(name: str, model: Simulated, heard: Sequence[Seen], tests: Sequence[Seen]) -> Row:
    """Let one model be weighed, and score it on the test parts, for every draw of its noise."""
    found = []
    truth = np.array([one.is_defective for one in tests])
    compared = np.array([one.comparison.is_anomalous for one in tests])
    for draw in range(DRAWS):
        fusion = weigh(model, heard, draw)
        said = [
            model.p_anomalous(one.sha256, middle=model.real if one.is_defective else model.good, draw=draw)
            for one in tests
        ]
        called = np.array(said) > 0.5
        fused = np.array(
            [fused_p_anomalous(one.comparison, p, fusion) > 0.5 for one, p in zip(tests, said, strict=True)]
        )
        found.append(
            [
                fusion.model > 0,
                fusion.comparator,
                fusion.model,
                fusion.separation_comparator,
                fusion.separation_model,
                balanced(truth, compared),
                balanced(truth, called),
                balanced(truth, fused),
                compared[~truth].mean(),
                called[~truth].mean(),
                fused[~truth].mean(),
            ]
        )
    return Row(name, model.name, *(round(float(mean), 4) for mean in np.mean(found, axis=0)))


def weigh(model: Simulated, heard: Sequence[Seen], draw: int) -> Fusion:
    """The weights that the model's word gets."""
    said = [
        log_odds(model.p_anomalous(one.sha256, middle=model.synthetic if one.is_defective else model.good, draw=draw))
        for one in heard
    ]
    ratios = [log_ratio(one.comparison) for one in heard]
    return learn_fusion(ratios[::2], ratios[1::2], said[::2], said[1::2])


def balanced(truth: np.ndarray[Any, np.dtype[np.bool_]], called: np.ndarray[Any, np.dtype[np.bool_]]) -> float:
    """Mean of the shares of good and of defective parts that are told right."""
    return float((called[truth].mean() + (~called[~truth]).mean()) / 2)


def tables(report: dict[str, Any]) -> str:
    """Every table, in Markdown."""
    sets = [
        (title, report[key]) for title, key in (("Real parts", "data"), ("Sample parts", "samples")) if key in report
    ]
    everything = [Row(**values) for _, measured in sets for values in measured["rows"]]
    parts = [f"### Mean of {len(everything) // len(MODELS)} products", means(everything)]
    for title, measured in sets:
        parts += [f"### {title}: fused, and in brackets its false alarms", by_object(measured)]
    return "\n\n".join(parts)


def means(rows: Sequence[Row]) -> str:
    """A line for each model."""
    lines = [
        "| the model | its word counts in | its separation | weights: comparison, model "
        "| comparison alone | model alone | fused | false alarms: comparison, model, fused |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for model in MODELS:
        own = [row for row in rows if row.model == model.name]
        cells = (
            model.name,
            f"{fmean(row.counts for row in own):.0%}",
            f"{fmean(row.separation_model for row in own):.2f}",
            f"{fmean(row.weight_comparator for row in own):.1f}, {fmean(row.weight_model for row in own):.2f}",
            f"{fmean(row.comparator_alone for row in own):.1%}",
            f"{fmean(row.model_alone for row in own):.1%}",
            f"{fmean(row.fused for row in own):.1%}",
            f"{fmean(row.false_alarms_comparator for row in own):.1%}, "
            f"{fmean(row.false_alarms_model for row in own):.1%}, "
            f"{fmean(row.false_alarms_fused for row in own):.1%}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def by_object(measured: dict[str, Any]) -> str:
    """A line for each object, a column for each model."""
    rows = [Row(**values) for values in measured["rows"]]
    names = [model.name for model in MODELS]
    lines = [
        f"| object | separation of the comparison | comparison alone | {' | '.join(names)} |",
        f"|---|---:|---:|{'---:|' * len(names)}",
    ]
    for name in dict.fromkeys(row.object for row in rows):
        own = {row.model: row for row in rows if row.object == name}
        first = own[names[0]]
        alone = f"{first.comparator_alone:.1%} ({first.false_alarms_comparator:.1%})"
        fused = [f"{own[each].fused:.1%} ({own[each].false_alarms_fused:.1%})" for each in names]
        lines.append(f"| {name} | {first.separation_comparator:.2f} | {alone} | {' | '.join(fused)} |")
    few = ", ".join(f"{name} ({count})" for name, count in measured["too_few_normals"].items())
    said = f"\n\nToo few good parts to learn weights, so the comparison alone decides: {few}." if few else ""
    return "\n".join(lines) + said


if __name__ == "__main__":
    sys.exit(main())
